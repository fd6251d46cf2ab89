"""What a task can say about the person: the template variables that come from the history.

Nothing here was ever in a body: kinds, dates, subjects, titles and the owner's own notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from rules.phrases import in_words
from syncd.inference.model import Claim, ClaimKind, Direction, SignalKind
from syncd.relationships.loops import Loop
from syncd.relationships.planned import Planned
from syncd.relationships.words import bracketed, clean, day_of, evidence_line, opened, title_of

EVIDENCE_LINES = 3
_MOST_LINES = 5
_OFFER_LASTS = timedelta(days=365)

_SAID = {
    "i_asked": "You asked {who} on {day}",
    "asked_me": "{who} asked you on {day}",
    "i_promised": "You promised {who} something on {day}",
    "they_promised": "{who} promised you something on {day}",
    "introduction_made": "You introduced {who} on {day}",
    "introduction_received": "{who} introduced you on {day}",
    "introduced_to_me": "You were introduced to {who} on {day}",
}
_OFFERED = {
    Direction.SENT: "You offered {who} help on {day}",
    Direction.RECEIVED: "{who} offered you help on {day}",
}
_Said = tuple[datetime, str, str]  # when, its evidence, the line


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the variables of one moment are made of.

    `interactions` and `loops` may reach beyond the moment.
    """

    who: str  # what to call the person in a sentence
    notes: Sequence[str]
    interactions: Sequence[Claim]
    loops: Iterable[Loop]
    upcoming: Planned | None
    anchor: Claim | None  # what the task is about, where that was mail, a meeting or the like
    moment: datetime
    zone: tzinfo
    about: str = ""  # the evidence of what started the task's clock, such as `<key>#asked`

    def variables(self) -> dict[str, object]:
        """By name, each a text, "" when there is nothing to say."""
        past = [claim for claim in self.interactions if claim.until <= self.moment]
        offered, offers = self._offers(past, Direction.SENT), self._offers(past, Direction.RECEIVED)
        gives = self._open("asked_me", "i_promised") + offered
        asks = self._open("asked_me", "i_asked", "they_promised") + offers
        introduced = [loop for loop in self.loops if loop.kind.startswith("introduc")]
        return {
            "gives": self._text(gives, _noted(self.notes, "needs")),
            "asks": self._text(asks, _noted(self.notes, "offers")),
            "promises": self._text(self._open("i_promised", "they_promised")),
            "mutual": self._text([self._said(loop) for loop in self._begun(introduced)]),
            "notes": "\n".join(self.notes),
            "next_meeting": self._upcoming(),
            "evidence": "\n".join(evidence_line(claim, self.zone) for claim in self._last(past)),
        }

    def _begun(self, loops: Iterable[Loop]) -> list[Loop]:
        return [loop for loop in loops if loop.claim.until <= self.moment]

    def _open(self, *kinds: str) -> list[_Said]:
        return [
            self._said(loop)
            for loop in self._begun(self.loops)
            if loop.kind in kinds and loop.state_at(self.moment) == "open"
        ]

    def _said(self, loop: Loop) -> _Said:
        due = loop.signal.due
        ends = f", due {in_words(due, day_of(self.moment, self.zone))}" if due else ""
        return self._line(_SAID[loop.kind], loop.claim, loop.evidence, ends)

    def _offers(self, past: Iterable[Claim], direction: Direction) -> list[_Said]:
        return [
            self._line(_OFFERED[direction], claim, claim.key)
            for claim in past
            if claim.kind is ClaimKind.MESSAGE
            and claim.direction is direction
            and self.moment - claim.until < _OFFER_LASTS
            and any(signal.kind is SignalKind.OFFERS for signal in claim.signals)
        ]

    def _line(self, template: str, claim: Claim, evidence: str, ends: str = "") -> _Said:
        day = in_words(day_of(claim.until, self.zone), day_of(self.moment, self.zone))
        line = template.format(who=self.who, day=day)
        about = bracketed(clean(title_of(claim)))
        return claim.until, evidence, f"{line}{about}{ends}{opened(claim)}"

    def _text(self, said: Iterable[_Said], noted: Iterable[str] = ()) -> str:
        """What the task is about, the owner's own lines, and the newest of the rest."""
        newest = sorted(set(said), key=self._order, reverse=True)[:_MOST_LINES]
        lines = [line for _, _, line in newest]
        first = 1 if newest and newest[0][1] == self.about else 0
        return "\n".join([*lines[:first], *noted, *lines[first:]])

    def _order(self, said: _Said) -> tuple[bool, _Said]:
        return said[1] == self.about, said

    def _last(self, past: Sequence[Claim]) -> list[Claim]:
        """The last interactions, newest first; what the task is about is always among them."""
        last = list(reversed(past[-EVIDENCE_LINES:]))
        if self.anchor is None or self.anchor.until > self.moment:
            return last
        if any(claim.key == self.anchor.key for claim in last):
            return last
        return sorted([*last, self.anchor], key=lambda claim: (claim.until, claim.key))[::-1]

    def _upcoming(self) -> str:
        if self.upcoming is None:
            return ""
        start, claim = self.upcoming.start.astimezone(self.zone), self.upcoming.claim
        title, place = clean(claim.title), clean(claim.place)
        when = f"{in_words(start.date(), day_of(self.moment, self.zone))} at {start:%H:%M}"
        return f"{when}{': ' + title if title else ''}{bracketed(place)}"


def _noted(notes: Iterable[str], word: str) -> list[str]:
    """The owner's own lines that begin with `word:`, as they wrote them."""
    begins = re.compile(rf"\W*{word}\s*[:\uff1a]", re.IGNORECASE)  # "- Needs: a tiler" as well
    return [note.strip() for note in notes if begins.match(note)]
