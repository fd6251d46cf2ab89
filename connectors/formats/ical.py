"""Calendars (RFC 5545) as `Meeting` records: one for each instance inside a window.

    read_calendar(bytes, start, end, zone) -> Reading(meetings, beyond, broken)

Single events never touch the recurrence machinery. An override (RECURRENCE-ID) replaces its
instance; one that stands alone is an instance by itself. What cannot be read is left out and told
in `broken`; a file in which nothing can be read is a `BadItem`.

The text is read by `lines.py` and not by icalendar, which takes seven times as long, refuses a
whole entry for one line it does not know, and costs 25 MB; tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.event import NO_START, Entry, read_event, read_span
from connectors.formats.lines import Component, parse
from connectors.formats.recurrence import TOO_OFTEN, Budget
from connectors.formats.series import Expansion, expand, is_series, newest, touches, version
from connectors.formats.times import moment
from connectors.formats.zones import Zones
from connectors.records import Meeting

# Of one file, all its series together.
_STEPS_LIMIT: Final = 500_000
_MEETINGS_LIMIT: Final = 100_000
# REPLY and COUNTER hold one attendee's answer and REFRESH nothing: none of them is the meeting.
_NO_MEETING: Final = frozenset(("REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"))
# Only words of our own: other messages may quote the calendar.
_REASONS: Final = frozenset((NO_START, TOO_OFTEN))


class Reading(NamedTuple):
    """What a calendar file holds within the window, in order of start.

    `beyond` says that a later window may hold more: the file has to be read again then. `broken`
    says what of it could not be read, "" when all of it could.
    """

    meetings: list[Meeting]
    beyond: bool
    broken: str = ""


def read_calendar(data: bytes, start: datetime, end: datetime, zone: ZoneInfo) -> Reading:
    """The meetings that touch [start, end) (aware). `zone` is where floating times are local.

    Raises `BadItem` (with an empty ref) when nothing in it can be read.
    """
    calendars, broken = parse_calendars(data)
    wanted = [c for c in calendars if c.word("METHOD") not in _NO_MEETING]
    # Events without a UID may come out with the same one: then they are the same event.
    meetings: dict[tuple[str, str], Meeting] = {}
    beyond = readable = False
    budget = Budget(_STEPS_LIMIT)
    for entries in by_uid(wanted, zone):
        if len(meetings) > _MEETINGS_LIMIT:
            broken = "it holds more than can be read"
            break
        try:
            found, more, trouble = _read(entries, start, end, budget)
        except (ValueError, OverflowError) as error:  # one broken event leaves the others readable
            broken = broken or sentence(error)
            continue
        readable = True
        meetings.update(((m.uid, m.recurrence_id), m) for m in found)
        beyond = beyond or more
        broken = broken or trouble
    if broken and not readable:
        raise BadItem("", broken)
    return Reading(sorted(meetings.values(), key=_order), beyond, broken)


def parse_calendars(data: bytes) -> tuple[list[Component], str]:
    """The VCALENDARs in `data`, and what had to be left out of them ("" for nothing).

    Raises `BadItem` when there is none.
    """
    calendars, lost = parse(data)
    if not calendars:
        raise BadItem("", "it is not a calendar")
    return calendars, f"{lost} of its entries cannot be read" if lost else ""


def by_uid(calendars: Sequence[Component], zone: ZoneInfo) -> Iterator[list[Entry]]:
    """The events of a file, those with one UID together, in order of appearance.

    A master may be in one VCALENDAR and its overrides in the next.
    """
    groups: dict[str, list[Entry]] = {}
    for calendar in calendars:
        zones, method = Zones(calendar, zone), calendar.word("METHOD")
        for event in calendar.walk("VEVENT"):
            entry = Entry(event, zones, method)
            groups.setdefault(entry.uid or f"\0{len(groups)}", []).append(entry)
    yield from groups.values()


def alone(entry: Entry) -> Meeting:
    """One entry as it stands: an instance where it has a RECURRENCE-ID. Raises ValueError."""
    meeting = read_event(entry, read_span(entry))
    original = entry.event.first("RECURRENCE-ID")
    if original is None:
        return meeting
    identity = moment(original, entry.zones).stamp
    return replace(meeting, recurrence_id=identity, recurring=True)


def divide(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """(versions of the whole, overrides of single instances)."""
    if len(entries) == 1 and "RECURRENCE-ID" not in entries[0].event:
        return list(entries), []
    masters = [entry for entry in entries if "RECURRENCE-ID" not in entry.event]
    return masters, [entry for entry in entries if "RECURRENCE-ID" in entry.event]


def whole(masters: Sequence[Entry]) -> Entry | None:
    """The version of the whole event that counts. A cancellation may come without any times: it
    then cancels the version before it."""
    if not masters:
        return None
    last = newest(masters)
    timed = [entry for entry in masters if "DTSTART" in entry.event]
    if not timed or "DTSTART" in last.event:
        return last
    cancelled = last.method == "CANCEL" or last.event.word("STATUS") == "CANCELLED"
    return newest(timed)._replace(method="CANCEL") if cancelled else newest(timed)


def sentence(error: Exception) -> str:
    """What was wrong with an event, for the owner."""
    return str(error) if str(error) in _REASONS else "an event that cannot be read"


def _read(entries: list[Entry], start: datetime, end: datetime, budget: Budget) -> Expansion:
    masters, overrides = divide(entries)
    master = whole(masters)
    if master is not None and is_series(master):
        return expand(master, overrides, start, end, budget)
    meetings, broken = single(masters, overrides)
    beyond = any(meeting.start >= end for meeting in meetings)
    within = [meeting for meeting in meetings if touches(meeting, start, end)]
    return Expansion(within, beyond, broken)


def single(masters: Sequence[Entry], overrides: Sequence[Entry]) -> tuple[list[Meeting], str]:
    """The meetings of one UID without a rule, and what of them could not be read.

    Raises ValueError when none of them can be.
    """
    versions: dict[str, list[Entry]] = {}
    trouble: ValueError | None = None
    spelled = _spelled_out(masters)
    for entry in (*overrides, *spelled):
        prop = entry.event.first("RECURRENCE-ID") or entry.event.first("DTSTART")
        try:
            if prop is not None:
                versions.setdefault(moment(prop, entry.zones).stamp, []).append(entry)
        except ValueError as error:
            trouble = error
    master = None if spelled else whole(masters)
    # Where an override has the master's start the series lost its rule, and is that one instance.
    if master is not None and (not versions or read_span(master).start.stamp not in versions):
        versions[""] = [master]
    meetings: list[Meeting] = []
    for identity, same in versions.items():
        try:
            meeting = alone(newest(same))
        except ValueError as error:
            trouble = error
            continue
        if identity and not meeting.recurrence_id:
            meeting = replace(meeting, recurrence_id=identity, recurring=True)
        meetings.append(meeting)
    if trouble is not None and not meetings:
        raise trouble
    return meetings, sentence(trouble) if trouble else ""


def _spelled_out(masters: Sequence[Entry]) -> list[Entry]:
    """Events that share a UID although none is a newer version of another: a series written out
    instance by instance, by an application that knows no rules."""
    if len(masters) < 2:
        return []
    top = version(newest(masters))
    equal = [entry for entry in masters if version(entry) == top and "DTSTART" in entry.event]
    starts = {entry.event.raw("DTSTART")[0] for entry in equal}
    return equal if len(starts) > 1 else []


def _order(meeting: Meeting) -> tuple[datetime, str, str]:
    return meeting.start, meeting.uid, meeting.recurrence_id
