"""Calendars (RFC 5545) as `Meeting` records: one for each instance inside a window.

    read_calendar(bytes, start, end, zone) -> Reading(meetings, beyond)

Single events never touch the recurrence machinery, which costs twenty times as much. An override
(RECURRENCE-ID) replaces its instance; one that stands alone is an instance by itself. Everything
that icalendar or recurring-ical-events raises ends as `BadItem`, and only when nothing is readable.
"""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import icalendar
from icalendar.timezone import tzp

from connectors.errors import BadItem
from connectors.formats.event import first, read_event
from connectors.formats.series import TOO_OFTEN, expand, touches
from connectors.formats.times import stamp, zone_named
from connectors.formats.words import raw_text
from connectors.records import Meeting

# REPLY and COUNTER hold one attendee's answer and REFRESH nothing: none of them is the meeting.
_NO_MEETING: Final = frozenset(("REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"))
# An entry that was cut off, and never ends, does not swallow the next one.
_BLOCK: Final = re.compile(
    r"^BEGIN:(VEVENT|VTIMEZONE|VTODO)[ \t]*(?:\n(?!BEGIN:V(?:EVENT|TODO)\b).*)*?\nEND:\1[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_ENTRY: Final = re.compile(r"^BEGIN:V(?:EVENT|TODO)[ \t]*$", re.MULTILINE | re.IGNORECASE)
# Nothing is read from alarms, so a broken one costs nothing.
_ALARM: Final = re.compile(
    r"^BEGIN:VALARM[ \t]*$.*?^END:VALARM[ \t]*\n", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_TZID: Final = re.compile(r"^TZID:(.*?)\s*$", re.MULTILINE)
_NAMED_ZONE: Final = re.compile(r';TZID="?([^":;]+)"?[;:]')
_HEAD: Final = re.compile(r"^(?:METHOD|X-WR-TIMEZONE):.*$", re.MULTILINE)

# icalendar keeps one process-wide table of time zones: a "Customized Time Zone" of one file must
# not tell the time in the next, so it is emptied before each file that brings its own.
_one_at_a_time: Final = Lock()


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
    meetings: list[Meeting] = []
    beyond = False
    calendars, broken = parse_calendars(data)
    for calendar in calendars:
        method = str(first(calendar, "METHOD") or "").strip().upper()
        if method in _NO_MEETING:
            continue
        local = zone_named(str(first(calendar, "X-WR-TIMEZONE") or "")) or zone
        series: dict[str, list[Any]] = defaultdict(list)
        for number, event in enumerate(calendar.walk("VEVENT")):
            series[str(first(event, "UID") or f"\0{number}")].append(event)
        for events in series.values():
            found, more, trouble = _read_series(events, start, end, local, method)
            meetings += found
            beyond = beyond or more
            broken = broken or trouble
    if broken and not meetings and not beyond:
        raise BadItem("", broken)
    return Reading(sorted(meetings, key=_order), beyond, broken)


def parse_calendars(data: bytes) -> tuple[list[Any], str]:
    """The VCALENDARs in `data` as icalendar components, and what had to be left out of them.

    Raises `BadItem` when there is none, or when none of its parts can be parsed.
    """
    text = _text(data)
    try:
        return _parse(text), ""
    except Exception:  # noqa: BLE001  # icalendar raises anything at all on broken input
        pass
    whole, lost = _salvage(text)
    return [whole], f"{lost} of its entries cannot be read" if lost else ""


def _salvage(text: str) -> tuple[Any, int]:
    """What can be parsed of a broken calendar: one component at a time, with the zones it names.
    Also how many components cannot."""
    text = _ALARM.sub("", text)
    zones: dict[str, str] = {}
    parts: list[str] = []
    for match in _BLOCK.finditer(text):
        if match[1].upper() != "VTIMEZONE":
            parts.append(match[0])
        elif tzid := _TZID.search(match[0]):
            zones.setdefault(tzid[1], match[0])
    head = "".join(line.rstrip() + "\r\n" for line in _HEAD.findall(text)[:2])
    try:
        whole = _parse(f"BEGIN:VCALENDAR\r\n{head}END:VCALENDAR\r\n")[0]
    except Exception:  # noqa: BLE001  # the same, and the calendar's own properties are left out
        whole = icalendar.Calendar()
    lost = len(_ENTRY.findall(text)) - len(parts)
    for part in parts:
        named = [zones[tzid] for tzid in set(_NAMED_ZONE.findall(part)) if tzid in zones]
        for around in ("\r\n".join(named), ""):
            try:
                alone = _parse(f"BEGIN:VCALENDAR\r\n{around}\r\n{part}\r\nEND:VCALENDAR\r\n")[0]
            except Exception:  # noqa: BLE001  # the same, and this part is left out
                continue
            for component in alone.subcomponents:
                whole.add_component(component)
            break
        else:
            lost += 1
    if not whole.subcomponents:
        raise BadItem("", "it is not a calendar that can be read")
    return whole, lost


def _parse(text: str) -> list[Any]:
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # guesses about vendors' TZIDs
        if "BEGIN:VTIMEZONE" in text:
            tzp.use_zoneinfo()
        found = [
            calendar
            for calendar in icalendar.Calendar.from_ical(text, multiple=True)
            if calendar.name == "VCALENDAR"
        ]
    if not found:
        raise ValueError("no VCALENDAR")
    return found


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        text = raw_text(data.removeprefix(b"\xef\xbb\xbf"))
    return text.replace("\0", "").replace("\r\n", "\n")


def _read_series(
    events: list[Any], start: datetime, end: datetime, zone: ZoneInfo, method: str
) -> tuple[list[Meeting], bool, str]:
    """(meetings in the window, whether there may be later ones, what was broken)."""
    recurring = any("RRULE" in event or "RDATE" in event for event in events)
    if recurring:
        try:
            found, more = expand(events, start, end, zone, method)
            return found, more, ""
        except Exception as error:  # noqa: BLE001  # one broken series leaves the others readable
            return [], False, _sentence(error)
    newest: dict[str, Meeting] = {}
    beyond, broken = False, ""
    for event in events:
        try:
            meeting = _instance(event, zone, method)
        except Exception as error:  # noqa: BLE001  # one broken event leaves the others readable
            broken = _sentence(error)
            continue
        known = newest.get(meeting.recurrence_id)
        if known is None or meeting.sequence >= known.sequence:
            newest[meeting.recurrence_id] = meeting
    for meeting in newest.values():
        beyond = beyond or meeting.start >= end
    return [m for m in newest.values() if touches(m, start, end)], beyond, broken


def _instance(event: Any, zone: ZoneInfo, method: str) -> Meeting:
    meeting = read_event(event, zone, method)
    original = first(event, "RECURRENCE-ID")
    if original is None:
        return meeting
    tzid = str(original.params.get("TZID", ""))
    return replace(meeting, recurrence_id=stamp(original.dt, zone, tzid), recurring=True)


def _order(meeting: Meeting) -> tuple[datetime, str, str]:
    return meeting.start, meeting.uid, meeting.recurrence_id


def _sentence(error: Exception) -> str:
    # Only words of our own: a message of icalendar quotes the property it fails on.
    return TOO_OFTEN if str(error) == TOO_OFTEN else f"a broken event ({type(error).__name__})"
