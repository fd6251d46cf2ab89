"""The long form of a relationship for `explain`: both directions of everything, side by side.

No score is made of it: asking for advice is no vice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from syncd.inference.model import Claim, ClaimKind, Direction, SignalKind
from syncd.relationships.loops import MINE, Loop
from syncd.relationships.timeline import Nature, nature_of
from syncd.relationships.words import day_of

# What an answer's subject begins with, in the languages of the signals and their neighbours.
_ANSWER = re.compile(r"\s*(re|aw|antw|sv|vs|rv|rif|r|odp|ref|res)\s*(\[\d+\])?\s*:", re.IGNORECASE)

_KINDS: dict[str, Callable[[Nature], bool]] = {
    "contact": lambda nature: True,
    "meeting": lambda nature: nature.meeting,
    "in_person": lambda nature: nature.in_person,
    "call": lambda nature: nature.call,
    "sent": lambda nature: nature.sent,
    "received": lambda nature: nature.received,
}
_SIGNALS = {
    "asking": SignalKind.ASKS,
    "offering": SignalKind.OFFERS,
    "sharing": SignalKind.SHARES,
    "introducing": SignalKind.INTRODUCES,
    "forwarding": SignalKind.FORWARDS_ON,
    "thanking": SignalKind.THANKS,
}
_HOUR = timedelta(hours=1)


def detail_of(
    interactions: Sequence[Claim], loops: Iterable[Loop], moment: datetime, zone: tzinfo
) -> dict[str, object]:
    """Firsts, lasts, counts, both directions and open loops, from what was over by `moment`."""
    messages = [claim for claim in interactions if claim.kind is ClaimKind.MESSAGE]
    loops = [loop for loop in loops if loop.claim.until <= moment]
    return {
        **_tallies(interactions, zone),
        "starting": _sides(_starts(interactions)),
        "answering": _answering(messages),
        **{name: _sides(_doing(messages, kind)) for name, kind in _SIGNALS.items()},
        "promises": {
            "mine": _promises(loops, "i_promised", moment),
            "theirs": _promises(loops, "they_promised", moment),
        },
        "open_loops": {
            "mine": _open(loops, moment, lambda kind: kind in MINE),
            "theirs": _open(loops, moment, lambda kind: kind not in MINE),
        },
    }


def _tallies(interactions: Sequence[Claim], zone: tzinfo) -> dict[str, object]:
    """By kind: the first, the last, how many, and on how many days."""
    moments: dict[str, list[datetime]] = {name: [] for name in _KINDS}
    for claim in interactions:
        nature = nature_of(claim)
        for name, holds in _KINDS.items():
            if holds(nature):
                moments[name].append(claim.at)
    found: dict[str, object] = {}
    for name, times in moments.items():
        found[f"first_{name}"] = min(times, default=None)
        found[f"last_{name}"] = max(times, default=None)
    days = {time: day_of(time, zone) for time in moments["contact"]}
    return {
        **found,
        "counts": {_plural(name): len(times) for name, times in moments.items()},
        "counts_by_day": {
            _plural(name): len({days[time] for time in times}) for name, times in moments.items()
        },
    }


def _plural(name: str) -> str:
    return {"contact": "interactions", "meeting": "meetings", "call": "calls"}.get(name, name)


def _starts(interactions: Iterable[Claim]) -> Iterable[bool]:
    """Whether the owner began it, for every conversation that somebody began."""
    for claim in interactions:
        if claim.kind is ClaimKind.MEETING:
            yield claim.organised
        elif claim.kind is ClaimKind.MESSAGE and not _is_answer(claim):
            yield claim.direction is Direction.SENT


def _is_answer(claim: Claim) -> bool:
    return bool(claim.answers) or _ANSWER.match(claim.title) is not None


def _doing(messages: Iterable[Claim], kind: SignalKind) -> Iterable[bool]:
    """Whether the owner did it, for every message that does it."""
    for claim in messages:
        if any(signal.kind is kind for signal in claim.signals):
            yield claim.direction is Direction.SENT


def _sides(doers: Iterable[bool]) -> dict[str, int]:
    by_me = list(doers)
    return {"mine": sum(by_me), "theirs": len(by_me) - sum(by_me)}


def _answering(messages: Sequence[Claim]) -> dict[str, object]:
    """How fast each side answers the other, in hours."""
    by_key = {claim.key: claim for claim in messages}
    delays: dict[Direction, list[float]] = {Direction.SENT: [], Direction.RECEIVED: []}
    for claim in messages:
        asked = by_key.get(claim.answers)
        if asked is None or asked.direction is claim.direction or claim.until < asked.until:
            continue
        if claim.direction in delays:
            delays[claim.direction].append((claim.until - asked.until) / _HOUR)
    return {
        side: {
            "answers": len(hours),
            "median_hours": round(_median(hours), 2) if hours else None,
            "last_hours": round(hours[-1], 2) if hours else None,
        }
        for side, hours in (
            ("mine", delays[Direction.SENT]),
            ("theirs", delays[Direction.RECEIVED]),
        )
    }


def _median(values: Sequence[float]) -> float:
    # `statistics` would bring fractions and chance along, which nothing else here needs.
    ranked, half = sorted(values), len(values) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def _promises(loops: Iterable[Loop], kind: str, moment: datetime) -> dict[str, int]:
    states = [loop.state_at(moment) for loop in loops if loop.kind == kind]
    return {
        "made": len(states),
        "kept": states.count("closed"),
        "open": states.count("open"),
        "lapsed": states.count("expired"),
    }


def _open(
    loops: Iterable[Loop], moment: datetime, side: Callable[[str], bool]
) -> list[dict[str, object]]:
    return [
        {
            "kind": loop.kind,
            "at": loop.claim.until,
            "due": loop.signal.due,
            "title": loop.claim.title,
            "evidence": loop.evidence,
        }
        for loop in loops
        if side(loop.kind) and loop.state_at(moment) == "open"
    ]
