"""What is kept of the early part of a long history, so that the rest can be told without it.

Long ago, up to the horizon, all but the messages stays as it is. Of the messages there stay

    folded        how things stood after the last of them, to fold on from
    events        the newest of each kind in a small group, the first of all, and of each kind the
                  first one after each of these (the pins), and after each open loop
    standings     how things stood at each pin
    open loops    the claims that opened them, with nothing else in them

A rule asks for hardly anything else that is so long ago; when it does, `Beyond` is raised, and
everything is looked at. Which interactions are early follows from how many there are, so what is
kept is the same however it came about.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from rules.anchors import GROUP
from rules.history import LOOPS, Beyond, Event
from syncd.inference.model import Claim, ClaimKind, Real
from syncd.relationships.timeline import Folded, Standing, fold

if TYPE_CHECKING:
    from syncd.relationships.history import PersonHistory

LEAST, PORTION = 16, 32  # recent interactions at least, and how many become early at a time
_MOST_PINS = 80  # with more it is no use
_END = attrgetter("end")
_ORDER = attrgetter("until", "key")
_FIRSTS = ("first_contact", "first_meeting")


def early(count: int) -> int:
    """How many of so many interactions are early."""
    return 0 if count < LEAST + PORTION else (count - LEAST) // PORTION * PORTION


@dataclass(frozen=True, slots=True)
class Earlier:
    """The early part of a history. Its horizon is the end of the last interaction in it."""

    folded: Folded
    last: Claim  # the last interaction in it
    first: str  # the key of the first
    first_end: datetime
    since: datetime  # when the first claim of all was over
    events: tuple[Event, ...] = ()  # of its messages
    pins: Mapping[str, datetime] = field(default_factory=dict)  # by evidence: their ends
    standings: Mapping[datetime, Standing] = field(default_factory=dict)
    falls: Mapping[float, tuple[Event, ...]] = field(default_factory=dict)  # the newest, by level

    @property
    def horizon(self) -> datetime:
        return self.last.until

    @property
    def order(self) -> tuple[datetime, str]:
        """What comes after this is recent."""
        return self.last.until, self.last.key

    def is_held(self, claim: Claim) -> bool:
        """Whether a claim that is held opened loops long ago, and is held for that alone."""
        return _is_message(claim) and _ORDER(claim) <= self.order

    def reach(self, since: datetime, anchor: str) -> None:
        """See `History`."""
        if since <= self.horizon and self.pins.get(anchor) != since:
            raise Beyond

    def standing_at(self, moment: datetime) -> Standing:
        """How things stood at a moment before the horizon."""
        if moment not in self.standings:
            raise Beyond
        return self.standings[moment]

    def falls_below(self, level: float) -> tuple[Event, ...]:
        """The newest time that strength fell below the level, up to the horizon."""
        if level not in self.falls:
            raise Beyond
        return self.falls[level]


def divided(
    history: PersonHistory, levels: Collection[float]
) -> tuple[Earlier | None, list[Claim]] | None:
    """The early part of a history and the claims to go on with; None where that is no use.

    `levels` are those at which rules ask for the strength. The history may have an early part
    already: then what was pinned in it is what may be pinned now. Raises `Beyond` where not.
    """
    timeline, before = history.recent, history.earlier
    base = before.folded.standing.interactions if before else 0
    count = early(timeline.standings[-1].interactions)
    if not count:
        return None, list(history.claims)
    turned = timeline.claims[: count - base]
    last = turned[-1] if turned else before.last if before else None
    assert last is not None
    horizon = last.until
    messages = {claim.key for claim in turned if _is_message(claim)}
    messages |= {claim.key for claim in history.claims if before and before.is_held(claim)}
    messages |= {_key(event) for event in before.events} if before else set()
    falls = {level: _newest(history.strength_below(level, horizon)) for level in levels}
    anchors = {event.evidence: event for event in _anchors(history, horizon)}
    anchors |= {event.evidence: event for some in falls.values() for event in some}
    if len(anchors) > _MOST_PINS:
        return None
    found = dict(anchors)
    for anchor in anchors.values():
        history.reach(anchor.end, anchor.evidence)
        found |= {one.evidence: one for one in _after(history, anchor, horizon)}
    ours = [one for one in found.values() if _key(one) in messages and not _is_fall(one)]
    kept = Earlier(
        folded=fold(turned, history.zone, before.folded if before else Folded()).end,
        last=_bare(last),
        first=before.first if before else timeline.claims[0].key,
        first_end=before.first_end if before else timeline.claims[0].until,
        since=before.since if before else history.claims[0].until,
        events=tuple(sorted((one for one in ours if not _is_open(one)), key=_place)),
        pins={name: anchors[name].end for name in sorted(anchors)},
        standings={
            end: history.standing_at(end)
            for end in sorted({event.end for event in anchors.values()})
        },
        falls=falls,
    )
    return kept, list(_left(history, kept))


def is_to_divide(history: PersonHistory) -> bool:
    """Whether what is kept of the early part of this history is out of date: more of it became
    early, or a loop of long ago was closed."""
    earlier = history.earlier
    place = earlier.folded.standing.interactions if earlier else 0
    if early(history.last.interactions) != place:
        return True
    return earlier is not None and any(
        loop.closed_at is not None and earlier.is_held(loop.claim) for loop in history.loops
    )


def _anchors(history: PersonHistory, horizon: datetime) -> Iterator[Event]:
    """The early events that clocks start at."""
    for kind, events in history.by_kind.items():
        past = events[: bisect_right(events, horizon, key=_END)]
        if kind in _FIRSTS:
            yield from past[:1]
        newest = next((event for event in reversed(past) if event.size <= GROUP), None)
        if newest is not None:
            yield newest
        if kind in LOOPS:
            yield from (event for event in past if _is_open(event))


def _after(history: PersonHistory, anchor: Event, horizon: datetime) -> Iterator[Event]:
    """Of each kind the first early event after an anchor (see `rules/stops.py`), and all that were
    over at the same moment."""
    for events in history.by_kind.values():
        for place in range(bisect_left(events, anchor.end, key=_END), len(events)):
            event = events[place]
            if event.end > horizon:
                break
            yield event
            if event.end > anchor.end:
                break


def _left(history: PersonHistory, kept: Earlier) -> Iterator[Claim]:
    """The claims without the early messages, but for those that opened loops that are open."""
    opened: dict[str, list[object]] = {}
    for loop in history.loops:
        if loop.closed_at is None:
            opened.setdefault(loop.claim.key, []).append(loop.signal)
    for claim in history.claims:
        early_message = _is_message(claim) and _ORDER(claim) <= kept.order
        if not early_message:
            yield claim
        elif claim.key in opened:
            yield replace(claim, signals=tuple(opened[claim.key]))  # type: ignore[arg-type]


def _newest(events: Sequence[Event]) -> tuple[Event, ...]:
    return tuple(event for event in events if event.size <= GROUP)[-1:]


def _is_message(claim: Claim) -> bool:
    return claim.kind is ClaimKind.MESSAGE and claim.real is Real.YES


def _is_open(event: Event) -> bool:
    return event.closed_at is None and not event.kinds.isdisjoint(LOOPS)


def _is_fall(event: Event) -> bool:
    return "strength_below" in event.kinds


def _key(event: Event) -> str:
    return event.evidence.partition("#")[0]


def _place(event: Event) -> tuple[datetime, str]:
    return event.end, event.evidence


def _bare(claim: Claim) -> Claim:
    """The last interaction, as far as anything is still told of it."""
    return replace(claim, signals=())
