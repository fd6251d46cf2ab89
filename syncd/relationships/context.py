"""What a task can say about the person: the template variables that come from the history.

Nothing here was ever in a body: kinds, dates, subjects, titles and the owner's own notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from syncd.inference.model import Claim, ClaimKind, Direction, SignalKind
from syncd.relationships.loops import Loop
from syncd.relationships.planned import Planned
from syncd.relationships.words import bracketed, clean, day_of, evidence_line, in_words

EVIDENCE_LINES = 3
_MOST_LINES = 5
_OFFER_LASTS = timedelta(days=365)

_SAID = {
    "i_asked": "You asked on {day}{about}",
    "asked_me": "They asked on {day}{about}",
    "i_promised": "You promised on {day}{due}{about}",
    "they_promised": "They promised on {day}{due}{about}",
    "introduction_made": "You introduced them on {day}{about}",
    "introduction_received": "They introduced you on {day}{about}",
}


def context_of(
    notes: Sequence[str],
    interactions: Sequence[Claim],
    loops: Iterable[Loop],
    upcoming: Planned | None,
    moment: datetime,
    zone: tzinfo,
) -> dict[str, object]:
    """The variables at a moment. `interactions` and `loops` may reach beyond it."""
    today = day_of(moment, zone)
    past = [claim for claim in interactions if claim.until <= moment]

    def said(template: str, claim: Claim, due: str = "") -> str:
        day = in_words(day_of(claim.until, zone), today)
        return template.format(day=day, due=due, about=bracketed(clean(claim.title)))

    def lines(*kinds: str, opened: bool = True) -> list[str]:
        found = []
        for loop in loops:
            if loop.kind not in kinds or loop.claim.until > moment:
                continue
            if opened and loop.state_at(moment) != "open":
                continue
            due = f", due {in_words(loop.signal.due, today)}" if loop.signal.due else ""
            found.append(said(_SAID[loop.kind], loop.claim, due))
        return found

    def offers(direction: Direction, who: str) -> list[str]:
        return [
            said(who + " offered help on {day}{about}", claim)
            for claim in past
            if claim.kind is ClaimKind.MESSAGE
            and claim.direction is direction
            and moment - claim.until < _OFFER_LASTS
            and any(signal.kind is SignalKind.OFFERS for signal in claim.signals)
        ]

    gives = lines("asked_me", "i_promised") + offers(Direction.SENT, "You")
    asks = lines("i_asked", "they_promised") + offers(Direction.RECEIVED, "They")
    return {
        "gives": _text(_noted(notes, "needs"), gives),
        "asks": _text(_noted(notes, "offers"), asks),
        "promises": _text((), lines("i_promised", "they_promised")),
        "mutual": _text((), lines("introduction_made", "introduction_received", opened=False)),
        "notes": "\n".join(notes),
        "next_meeting": _upcoming(upcoming, moment, zone),
        "evidence": "\n".join(
            evidence_line(claim, zone) for claim in reversed(past[-EVIDENCE_LINES:])
        ),
    }


def _noted(notes: Iterable[str], word: str) -> list[str]:
    """The owner's own lines that begin with `word:`, as they wrote them."""
    return [note.strip() for note in notes if note.strip().lower().startswith(word + ":")]


def _text(first: Iterable[str], newest_last: Sequence[str]) -> str:
    return "\n".join([*first, *reversed(newest_last[-_MOST_LINES:])])


def _upcoming(entry: Planned | None, moment: datetime, zone: tzinfo) -> str:
    if entry is None:
        return ""
    start = entry.start.astimezone(zone)
    title, place = clean(entry.claim.title), clean(entry.claim.place)
    when = f"{in_words(start.date(), day_of(moment, zone))} at {start:%H:%M}"
    return f"{when}{': ' + title if title else ''}{bracketed(place)}"
