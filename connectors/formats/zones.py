"""Time zones by the names that calendars give them.

A name that means a zone of the IANA database is that zone, whatever the VTIMEZONE beside it says:
many are years out of date. Only a name that says nothing is looked up in the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from connectors.formats.lines import Component
from connectors.formats.recurrence import Budget, occurrences
from connectors.formats.rule import parse_rule
from connectors.formats.windows_zones import WINDOWS_ZONES

_OFFSET: Final = re.compile(r"(?<!\d)([+-])(\d{1,2})(?:[:.]?([0-5]\d))?(?!\d)")
_IANA: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+)*")
# The display names of Outlook, Exchange and Notes that name no city of the database.
_AREAS: Final = {
    "atlantic time": "America/Halifax", "eastern time": "America/New_York",
    "central time": "America/Chicago", "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles", "arizona": "America/Phoenix",
    "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu",
    "newfoundland": "America/St_Johns", "west central africa": "Africa/Lagos",
    "greenwich mean time": "Europe/London", "coordinated universal time": "Etc/UTC",
    "western/central europe": "Europe/Berlin",  # Lotus Notes
    "ottawa": "America/Toronto", "islamabad": "Asia/Karachi", "osaka": "Asia/Tokyo",
    "beijing": "Asia/Shanghai", "bern": "Europe/Zurich", "chennai": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata", "canberra": "Australia/Sydney",
}  # fmt: skip
_YEARS: Final = (1970, 2100)  # in which a VTIMEZONE is followed
_ONSETS_LIMIT: Final = 1_000

Observance = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]


class Zones:
    """The zones of one calendar. `local` is where its floating times are local: where it says, else
    where its `owner` is. Dates are always the owner's."""

    def __init__(self, calendar: Component, owner: ZoneInfo) -> None:
        self.owner = owner
        self.local: tzinfo = zone_named(calendar.text("X-WR-TIMEZONE", 200)) or owner
        self._defined = {
            tzid: part
            for part in calendar.walk("VTIMEZONE")
            if (tzid := part.text("TZID", 200).strip('"'))
        }
        self._known: dict[str, tzinfo] = {}

    def named(self, tzid: str) -> tzinfo:
        """The zone of a TZID; the local one where nobody knows it."""
        zone = self._known.get(tzid)
        if zone is None:
            zone = self._known[tzid] = self._find(tzid.strip())
        return zone

    def _find(self, tzid: str) -> tzinfo:
        if zone := _by_name(tzid):
            return zone
        if part := self._defined.get(tzid):
            if zone := _by_name(part.text("X-LIC-LOCATION", 200)):
                return zone
            if zone := _defined(_observances(part)):
                return zone
        return zone_named(tzid) or self.local


@lru_cache(maxsize=256)
def zone_named(tzid: str) -> tzinfo | None:
    """The zone that a name means, as well as can be told without a VTIMEZONE: IANA names, also
    behind a vendor's path, names of Windows, "(UTC+01:00) Amsterdam, Berlin", "GMT+0100". None
    where it says nothing.
    """
    return _by_name(tzid) or _by_description(tzid)


@lru_cache(maxsize=256)
def _by_name(tzid: str) -> tzinfo | None:
    name = tzid.strip().strip('"/')
    if iana := WINDOWS_ZONES.get(name.lower()):
        return _zone(iana)
    parts = name.split("/")[-4:]
    for start in range(len(parts)):
        if found := _zone("/".join(parts[start:])):
            return found
    return None


def _by_description(tzid: str) -> tzinfo | None:
    name = tzid.strip().strip('"/')[:200]
    match = _OFFSET.search(name)
    offset = _offset(match) if match else None
    for word in (name.lower(), *re.split(r"[,;/()&]", name.lower())):
        word = word.strip()
        if word in ("utc", "gmt"):  # what the offset is from
            continue
        zone = _zone(_AREAS.get(word) or _cities().get(word.replace(" ", "_"), ""))
        if zone and (offset is None or _observes(zone, offset)):
            return zone
    if match and offset is not None and re.match(r"\W*(?:GMT|UTC|Z|[+-])", name, re.IGNORECASE):
        return timezone(offset)
    return None


def _zone(name: str) -> ZoneInfo | None:
    if not _IANA.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """IANA names by themselves and by their last part, in lower case."""
    names = sorted(available_timezones(), key=lambda name: (name.count("/") != 1, name))
    found = {name.lower(): name for name in names}
    for name in names:
        found.setdefault(name.rpartition("/")[2].lower(), name)
    return found


def _observes(zone: ZoneInfo, offset: timedelta) -> bool:
    return any(datetime(2020, month, 1, tzinfo=zone).utcoffset() == offset for month in (1, 7))


def _offset(match: re.Match[str]) -> timedelta | None:
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > timedelta(hours=16):
        return None
    return offset if match[1] == "+" else -offset


class DefinedZone(tzinfo):
    """A zone as a VTIMEZONE defines it (RFC 5545 section 3.6.5).

    `onsets` are (wall clock before the change, offset before, offset after), in order.
    """

    def __init__(self, onsets: list[tuple[datetime, timedelta, timedelta]]) -> None:
        self._onsets = onsets
        self._walls = [wall for wall, _, _ in onsets]
        self._moments = [wall - before for wall, before, _ in onsets]

    def utcoffset(self, at: datetime | None) -> timedelta:
        """Of a wall clock time: in a gap the offset before it, of two the first (section 3.3.5)."""
        if at is None:
            return self._onsets[-1][2]
        wall = at.replace(tzinfo=None)
        index = bisect_right(self._walls, wall) - 1
        if index < 0:
            return self._onsets[0][1]
        onset, before, after = self._onsets[index]
        return before if wall < onset + (after - before) else after

    def dst(self, at: datetime | None) -> timedelta | None:
        """Not known."""
        return None

    def tzname(self, at: datetime | None) -> str | None:
        """None: nobody asks."""
        return None

    def fromutc(self, at: datetime) -> datetime:
        """The wall clock at a moment."""
        index = bisect_right(self._moments, at.replace(tzinfo=None)) - 1
        return at + (self._onsets[index][2] if index >= 0 else self._onsets[0][1])


def _observances(zone: Component) -> tuple[Observance, ...]:
    return tuple(
        (
            part.word("DTSTART"),
            part.word("TZOFFSETFROM"),
            part.word("TZOFFSETTO"),
            tuple(rule.value for rule in part.every("RRULE")),
            tuple(date for dates in part.every("RDATE") for date in dates.value.split(",")),
        )
        for part in zone.parts[:200]
        if part.name in ("STANDARD", "DAYLIGHT")
    )


@lru_cache(maxsize=64)
def _defined(observances: tuple[Observance, ...]) -> DefinedZone | None:
    onsets: list[tuple[datetime, timedelta, timedelta]] = []
    for start, before, after, rules, dates in observances:
        try:
            onset = _wall(start)
            change = _seconds(before), _seconds(after)
            walls = [onset, *map(_wall, dates[:_ONSETS_LIMIT])]
            for rule in rules[:4]:
                walls += _yearly(rule, onset, change[0])
        except (ValueError, OverflowError):
            continue  # the others may do
        onsets += [(wall, *change) for wall in walls]
    onsets.sort(key=lambda change: change[0])
    return DefinedZone(onsets[-_ONSETS_LIMIT:]) if onsets else None


def _yearly(text: str, onset: datetime, before: timedelta) -> list[datetime]:
    rule = parse_rule(text)
    if rule.freq != "YEARLY":
        return []
    until = None
    if rule.until:
        until = _wall(rule.until)
        if rule.until.endswith("Z"):
            until += before
    first, last = datetime(_YEARS[0], 1, 1), datetime(_YEARS[1], 1, 1)  # noqa: DTZ001  # wall clock
    return occurrences(rule, onset, first, last, until, Budget(5_000)).walls


def _wall(text: str) -> datetime:
    match = re.match(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?)?", text.strip())
    if match is None:
        raise ValueError("no date")
    return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001


def _seconds(text: str) -> timedelta:
    match = re.fullmatch(r"([+-]?)(\d\d):?(\d\d):?(\d\d)?", text.strip())
    if match is None:
        raise ValueError("no offset")
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    if offset >= timedelta(hours=24):
        raise ValueError("no offset on earth")
    return -offset if match[1] == "-" else offset
