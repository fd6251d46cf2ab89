"""What stops a clock: the first event of `until` after the anchor.

An event counts when it ended strictly after the anchor's end, or at the same moment but began
later. Two messages of the same second say nothing about which answers which, so neither counts; a
message sent as a meeting ends does. What happens at `expires` or later is too late.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple

from rules.history import INTERACTIONS, Event, History
from rules.model import RESOLVED, Rule, StrengthBelow

# What a first event is the first of.
FIRST = {"first_meeting": "meeting", "first_contact": "interaction"}
BIRTHDAY = "birthday_soon"
EVER = datetime(3000, 1, 1, tzinfo=UTC)

_END = attrgetter("end")


class Stop(NamedTuple):
    """When, by what evidence and as which event of `until` a clock was stopped."""

    at: datetime
    evidence: str
    reason: str


def stop_of(
    rule: Rule, anchor: Event, expires: datetime, history: History, now: datetime
) -> Stop | None:
    """What stopped the clock in time, as known at `now`. None: nothing so far."""
    first = _event(rule, anchor, history, now)
    closed = anchor.closed_at
    if closed is not None and closed <= now and RESOLVED in rule.stops:
        first = _earlier(first, Stop(closed, anchor.closed_by, RESOLVED))
    if rule.levels:
        history.reach(anchor.end)
    for level in rule.levels:
        for fall in history.strength_below(level, now):
            if fall.end > anchor.end and fall.evidence != anchor.evidence:
                reason = str(StrengthBelow(level))
                first = _earlier(first, Stop(fall.end, fall.evidence, reason))
                break
    return first if first is not None and first.at < expires else None


def is_soon_stopped(rule: Rule, anchor: Event, history: History, now: datetime) -> bool:
    """Whether the clock was stopped before the earliest moment at which it can have run out."""
    if rule.shortest is None:
        return False
    return stop_of(rule, anchor, anchor.end + rule.shortest, history, now) is not None


def _earlier(one: Stop | None, other: Stop) -> Stop:
    return other if one is None or other.at < one.at else one


def _event(rule: Rule, anchor: Event, history: History, now: datetime) -> Stop | None:
    """The first event of `until` after the anchor."""
    found: Stop | None = None
    for kind in rule.until:
        event = _first_after(str(kind), anchor, history, now) if kind in rule.stops else None
        if event is not None and (found is None or (event.end, event.evidence) < found[:2]):
            found = Stop(event.end, event.evidence, str(kind))
    return found


def _first_after(kind: str, anchor: Event, history: History, now: datetime) -> Event | None:
    if anchor is history.newest and kind in INTERACTIONS:
        return None
    events = history.by_kind.get(kind, ())
    if kind in FIRST:
        # A closing is believed early: in a history that is cut or still being read, the first
        # event that is known will do.
        first = first_known(kind, history, now)
        events = () if first is None else (first,)
    else:
        history.reach(anchor.end, anchor.evidence)
    for index in range(bisect_left(events, anchor.end, key=_END), len(events)):
        event = events[index]
        if event.end > now:
            return None
        after = event.end > anchor.end or event.at > anchor.at
        if after and event.evidence != anchor.evidence:
            return event
    return None


def next_stop(rule: Rule, history: History, now: datetime) -> datetime | None:
    """The first moment strictly after `now` at which time alone may stop the clock. An event that
    has not happened yet is not known; decay and birthdays are."""
    if not rule.levels and BIRTHDAY not in rule.stops:
        return None
    falls = (history.next_fall(level, now) for level in rule.levels)
    moments = [moment for moment in falls if moment is not None]
    if BIRTHDAY in rule.stops:
        birthday = history.next_birthday(now)
        moments += [] if birthday is None else [birthday]
    return min(moments, default=None)


def first_known(kind: str, history: History, now: datetime) -> Event | None:
    """The earliest event that may be the first of its kind, as far as the history goes back."""
    by_kind = history.by_kind
    first = next(iter(by_kind.get(FIRST[kind], ())), None)
    named = next(iter(by_kind.get(kind, ())), None)
    if first is None or (
        named is not None and (named.end, named.evidence) < (first.end, first.evidence)
    ):
        first = named
    return None if first is None or first.end > now else first
