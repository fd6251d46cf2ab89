"""Scheduling messages (iTIP, RFC 5546), as mail brings them, as `Meeting` records.

    read_itip(bytes, zone, at) -> [Meeting(method="reply", attendees=(who answers,)), ...]

An invitation to a series becomes its instances around the mail's date. What answers, cancels or
counters a whole series is one record: recurrence id "", recurring. Keys are those that a calendar
holding the same event gives, so that the two meet.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.event import Entry, Span, modified, read_event, read_span
from connectors.formats.ical import alone, by_uid, divide, parse_calendars, sentence, single, whole
from connectors.formats.recurrence import Budget
from connectors.formats.series import expand, is_series
from connectors.formats.times import Length, Moment
from connectors.records import Meeting

INSTANCES_LIMIT: Final = 200  # of one series; the earliest are kept
BEFORE: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=400)

_STEPS_LIMIT: Final = 200_000
_MEETINGS_LIMIT: Final = 2_000  # of one mail
_METHODS: Final = frozenset(
    ("request", "reply", "cancel", "counter", "add", "publish", "refresh", "declinecounter")
)
_EXPANDED: Final = frozenset(("request", "publish"))


def read_itip(data: bytes, zone: ZoneInfo, at: datetime) -> list[Meeting]:
    """The meetings a calendar part speaks of, in order of start. `at` (aware) is when the mail was
    written; `zone` is where floating times are local. Depends on nothing else.

    A part without METHOD is a publication. Attendees stand as written: a reply names the one who
    answers. Raises `BadItem` (with an empty ref) when it holds no event that can be read.
    """
    calendars, broken = parse_calendars(data)
    meetings: dict[tuple[str, str, str], Meeting] = {}
    budget = Budget(_STEPS_LIMIT)
    for entries in by_uid(calendars, zone):
        if len(meetings) > _MEETINGS_LIMIT:
            break
        try:
            found = _read(entries, at, budget)
        except (ValueError, OverflowError) as error:
            broken = broken or sentence(error)
            continue
        meetings.update(((m.uid, m.recurrence_id, m.method), m) for m in found)
    if not meetings and broken:
        raise BadItem("", broken)
    return sorted(meetings.values(), key=lambda m: (m.start, m.uid, m.recurrence_id, m.method))


def _read(entries: list[Entry], at: datetime, budget: Budget) -> list[Meeting]:
    method = _method(entries[0])
    masters, overrides = divide(entries)
    if method == "add" and masters:  # new instances of a series that the message does not repeat
        return [_added(entry) for entry in masters[:INSTANCES_LIMIT]]
    master = whole(masters)
    found: list[Meeting] = []
    if master is not None and method in _EXPANDED and is_series(master):
        expansion = expand(master, overrides, at - BEFORE, at + AHEAD, budget)
        found = sorted(expansion.meetings, key=lambda m: m.start)[:INSTANCES_LIMIT]
        overrides = []
    elif master is not None:
        found = [replace(_whole(master, at), recurring=is_series(master))]
    if overrides:
        found += single([], overrides[:_MEETINGS_LIMIT])[0]
    return [replace(meeting, method=method) for meeting in found]


def _method(entry: Entry) -> str:
    """The METHOD of the calendar; one that nobody knows promises nothing."""
    method = (entry.method or "PUBLISH").lower()
    return method if method in _METHODS else "publish"


def _added(entry: Entry) -> Meeting:
    span = read_span(entry)
    meeting = read_event(entry, span)
    if "RECURRENCE-ID" in entry.event:
        return replace(alone(entry), method="add")
    return replace(meeting, recurrence_id=span.start.stamp, recurring=True, method="add")


def _whole(entry: Entry, at: datetime) -> Meeting:
    """The entry as it stands. Answers and cancellations may come without a start (RFC 5546
    section 3.2): theirs is then the moment they were written, since they are found by UID."""
    try:
        return alone(entry)
    except ValueError:
        if "DTSTART" in entry.event or not entry.uid or _method(entry) in _EXPANDED:
            raise
    written = modified(entry) or at
    start = Moment(written.replace(tzinfo=None), written.tzinfo or entry.zones.local)
    return read_event(entry, Span(start, Length(), all_day=False))
