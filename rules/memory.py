"""A person's history held in memory: for rule tests, property tests and examples.

Facts are given by date. `silent_for` and, unless given, `counts` follow from the events; strength
halves every `half_life` from the moment it was given.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from rules.history import Event, Facts, Subject, sorted_by_kind
from rules.stops import EVER

# What an occurrence is besides what it is called.
IMPLIED = {
    "in_person_meeting": ("meeting", "interaction"),
    "meeting": ("interaction",),
    "call": ("interaction",),
    "message_sent": ("interaction",),
    "message_received": ("interaction",),
}
_COUNTED = {
    "message_sent": "sent",
    "message_received": "received",
    "meeting": "meetings",
    "in_person_meeting": "in_person",
    "call": "calls",
    "interaction": "interactions",
}
_TICK = timedelta(microseconds=1)
_CENTURY = timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` on, until the next period begins, these are the facts."""

    since: datetime
    facts: Facts
    half_life: timedelta | None = None  # None: strength does not decay

    def strength(self, moment: datetime) -> float:
        """Strength at a moment of this period."""
        return _decayed(self.facts.strength, self.half_life, moment - self.since)

    def crossing(self, level: float) -> datetime | None:
        """The first microsecond at which strength is below `level`, having not been so at first;
        None: never within a hundred years."""
        after = _fall_after(self.facts.strength, self.half_life, level)
        return None if after is None else self.since + after


def _decayed(strength: float, half_life: timedelta | None, elapsed: timedelta) -> float:
    return strength if half_life is None else float(strength * 0.5 ** (elapsed / half_life))


@lru_cache
def _fall_after(strength: float, half_life: timedelta | None, level: float) -> timedelta | None:
    low, high = 0, _CENTURY // _TICK
    if strength < level or _decayed(strength, half_life, _CENTURY) >= level:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if _decayed(strength, half_life, middle * _TICK) < level:
            high = middle
        else:
            low = middle
    return high * _TICK


@dataclass(slots=True)
class MemoryHistory:
    """An implementation of `rules.history.History`; sorts what it is given."""

    subject: Subject
    events: tuple[Event, ...] = ()
    periods: tuple[Period, ...] = ()
    context: Mapping[str, object] = field(default_factory=dict)
    first_known: bool = True
    first_after: datetime | None = None
    _kinds: tuple[tuple[Event, ...], Mapping[str, Sequence[Event]]] = field(
        default=((), {}), init=False, repr=False, compare=False
    )

    @property
    def by_kind(self) -> Mapping[str, Sequence[Event]]:
        """The events by kind; made anew when there are others."""
        if self._kinds[0] is not self.events:
            self._kinds = self.events, sorted_by_kind(self.events)
        return self._kinds[1]

    @property
    def newest(self) -> Event | None:
        """It is not known when rules were judged."""
        return None

    def __post_init__(self) -> None:
        self.events = tuple(sorted(self.events, key=lambda event: (event.end, event.evidence)))
        self.periods = tuple(sorted(self.periods, key=lambda period: period.since))

    def reach(self, since: datetime, anchor: str = "") -> None:
        """Everything is here."""

    def facts_at(self, moment: datetime) -> Facts:
        """The facts as they stood at that moment."""
        period = self._period(moment)
        facts = period.facts if period else Facts()
        past = [event for event in self.events if event.end <= moment]
        last = max((e.end for e in past if "interaction" in e.kinds), default=None)
        return replace(
            facts,
            strength=period.strength(moment) if period else 0.0,
            silent_for=None if last is None else moment - last,
            silent_since=last,
            counts=facts.counts or _counts(past),
        )

    def next_change(
        self, after: datetime, strengths: frozenset[float], silences: frozenset[timedelta]
    ) -> datetime | None:
        """The first moment strictly after `after` at which any fact may differ."""
        return min(
            (at for at in self._changes(after, strengths, silences) if at > after), default=None
        )

    def strength_below(self, level: float, until: datetime) -> tuple[Event, ...]:
        """The moments up to `until` at which strength fell below `level`, oldest first."""
        falls: list[datetime] = []
        for index, period in enumerate(self.periods):
            ends = self.periods[index + 1].since if index + 1 < len(self.periods) else None
            before = self.periods[index - 1].strength(period.since) if index else 0.0
            if before >= level > period.facts.strength:
                falls.append(period.since)
            crossing = period.crossing(level)
            if crossing is not None and (ends is None or crossing < ends):
                falls.append(crossing)
        return tuple(self._fall(level, moment) for moment in falls if moment <= until)

    def next_fall(self, level: float, after: datetime) -> datetime | None:
        """The first moment strictly after `after` at which strength falls below `level`."""
        falls = (fall.end for fall in self.strength_below(level, EVER))
        return min((moment for moment in falls if moment > after), default=None)

    def is_steady(self, level: float, now: datetime) -> bool:
        """There is no `newest` to tell it of."""
        return False

    def next_birthday(self, after: datetime) -> datetime | None:
        """The first `birthday_soon` strictly after `after`, of those that are listed."""
        moments = (event.end for event in self.events if "birthday_soon" in event.kinds)
        return next((moment for moment in moments if moment > after), None)

    def context_at(self, moment: datetime, anchor: str = "") -> Mapping[str, object]:
        """The template variables; the same at every moment."""
        return self.context

    def _period(self, moment: datetime) -> Period | None:
        index = bisect_right(self.periods, moment, key=lambda period: period.since)
        return self.periods[index - 1] if index else None

    def _changes(
        self, after: datetime, strengths: frozenset[float], silences: frozenset[timedelta]
    ) -> Iterator[datetime]:
        last: datetime | None = None
        for event in self.events:
            if event.end > after:
                yield event.end
                break
            if "interaction" in event.kinds:
                last = event.end
        if last is not None:
            yield from (last + silence for silence in silences)
        for period in self.periods:
            if period.since > after:
                yield period.since
                break
        current = self._period(after)
        for level in strengths:
            crossing = current.crossing(level) if current else None
            if crossing is not None:
                yield crossing

    def _fall(self, level: float, moment: datetime) -> Event:
        past = [e for e in self.events if e.end <= moment and "interaction" in e.kinds]
        last = past[-1].evidence if past else f"strength:{self.subject.id}"
        evidence = f"{last}#below:{level:g}"
        return Event(frozenset({"strength_below"}), moment, moment, evidence)


def _counts(events: list[Event]) -> dict[str, int]:
    counts = dict.fromkeys((*_COUNTED.values(), "days"), 0)
    for event in events:
        for kind in event.kinds & _COUNTED.keys():
            counts[_COUNTED[kind]] += 1
    counts["days"] = len({event.end.date() for event in events if "interaction" in event.kinds})
    return counts
