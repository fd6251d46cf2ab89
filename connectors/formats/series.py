"""Series (RFC 5545 section 3.8.5) as instances inside a window, within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import icalendar
from recurring_ical_events import CalendarQuery, ComponentsWithName, EventAdapter, Occurrence

from connectors.formats.event import every, first, read_event, span
from connectors.formats.times import DAY, stamp, to_utc
from connectors.records import Meeting

INSTANCES_LIMIT: Final = 5_000  # of one series; the newest are kept
TOO_OFTEN: Final = "it repeats too often to be a meeting"

_STEPS_LIMIT: Final = 50_000
_FREQUENCIES: Final = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
}


def expand(
    events: Sequence[Any], start: datetime, end: datetime, zone: ZoneInfo, method: str
) -> tuple[list[Meeting], bool]:
    """The instances of one series that touch [start, end), and whether later ones are possible.

    `events` are the master and its overrides. Raises whatever icalendar and its friends raise, and
    ValueError for a rule that would never come to an end.
    """
    for event in events:
        _refuse_endless(event, end, zone)
    calendar = icalendar.Calendar()
    for event in events:
        calendar.add_component(event)
    query = _Query(calendar, components=[_EVENTS])
    # A day on both sides: floating times and dates are compared there as if they were UTC.
    instances = query.instances(start - DAY, end + DAY)
    masters: dict[int, Meeting] = {}
    found: dict[str, Meeting] = {}
    for instance in sorted(instances, reverse=True):
        event = instance.adapter.component
        if id(event) not in masters:
            masters[id(event)] = read_event(event, zone, method)
        master = masters[id(event)]
        begins, ends = to_utc(instance.start, zone), to_utc(instance.end, zone)
        ends = max(begins + DAY if master.all_day else begins, ends)
        original = first(event, "RECURRENCE-ID")
        identity = stamp(instance.start if original is None else original.dt, zone)
        if identity in found:  # RANGE=THISANDFUTURE: later instances repeat the id of the first
            identity = stamp(instance.start, zone)
        meeting = replace(master, recurrence_id=identity, start=begins, end=ends, recurring=True)
        if touches(meeting, start, end):
            found[identity] = meeting
            if len(found) >= INSTANCES_LIMIT:
                break
    return list(found.values()), any(_goes_on(event, end, zone) for event in events)


class _Event(EventAdapter):  # type: ignore[misc]  # untyped library
    """An event that knows the component it was made of."""

    def __init__(self, component: Any) -> None:
        super().__init__(component)
        self.component = component


class _Instance(Occurrence):  # type: ignore[misc]  # untyped library
    """An instance as two times and its event: a copied component for each costs ten times that."""

    def __init__(
        self, adapter: _Event, start: Any = None, end: Any = None, sequence: int = -1
    ) -> None:
        super().__init__(adapter, start, end, sequence)
        self.adapter = adapter


class _Query(CalendarQuery):  # type: ignore[misc]  # untyped library
    """A query that answers with instances instead of copied components."""

    def instances(self, start: datetime, end: datetime) -> list[_Instance]:
        return list(self._occurrences_between(start, end))


_EVENTS: Final = ComponentsWithName("VEVENT", adapter=_Event, occurrence=_Instance)


def _goes_on(event: Any, end: datetime, zone: ZoneInfo) -> bool:
    """Whether instances after `end` are possible. COUNT is not counted: it may."""
    rules = every(event, "RRULE")
    for rule in rules:
        until = (rule.get("UNTIL") or [None])[0]
        if (
            until is None
            or datetime(until.year, until.month, until.day, tzinfo=UTC) + 2 * DAY > end
        ):
            return True
    if "RDATE" in event and not rules:
        dates = [item.dt for value in every(event, "RDATE") for item in value.dts]
        return any(_date_utc(value) + 2 * DAY > end for value in dates)
    return span(event, zone)[0] >= end


def _date_utc(value: Any) -> datetime:
    day = value[0] if isinstance(value, tuple) else value  # a PERIOD
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _refuse_endless(event: Any, end: datetime, zone: ZoneInfo) -> None:
    """Raise ValueError for a rule whose expansion would take minutes: no meeting repeats hourly
    for years, and one calendar file must not stop the daemon.
    """
    for rule in every(event, "RRULE"):
        frequency = str((rule.get("FREQ") or [""])[0]).upper()
        interval = max(1, int((rule.get("INTERVAL") or [1])[0]))
        start = span(event, zone)[0]
        until = (rule.get("UNTIL") or [None])[0]
        last = end if until is None else min(end, _date_utc(until) + 2 * DAY)
        count = (rule.get("COUNT") or [None])[0]
        step = _FREQUENCIES.get(frequency, DAY) * interval
        steps = max(0, (last - start) // step)
        selectors = [name for name in rule if str(name).upper().startswith("BY")]
        if count is not None and not selectors:
            steps = min(steps, int(count))
        for name in selectors:
            if (
                str(name).upper() in ("BYHOUR", "BYMINUTE", "BYSECOND")
                and frequency not in _FREQUENCIES
            ):
                steps *= max(1, len(rule[name]))
        if steps > _STEPS_LIMIT * (20 if frequency not in _FREQUENCIES and not selectors else 1):
            raise ValueError(TOO_OFTEN)


def touches(meeting: Meeting, start: datetime, end: datetime) -> bool:
    """Whether the meeting has a part in [start, end)."""
    return meeting.start < end and meeting.end >= start
