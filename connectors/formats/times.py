"""iCalendar dates, times and durations (RFC 5545 sections 3.3.4 to 3.3.6), read leniently.

A floating time is local to the owner; so is one whose TZID nobody knows. Nothing here guesses at a
date that is not there: what cannot be read raises ValueError.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from connectors.formats.lines import Property
from connectors.formats.zones import Zones

DAY: Final = timedelta(days=1)
NOTHING: Final = timedelta(0)
_DAY_ENDS: Final = (time(), time(23, 59), time(23, 59, 59))
_DATE_TIME: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?(?:[.,]\d+)?[ ]?(Z|[+-]\d\d:?\d\d)?)?$",
    re.ASCII,
)
_DURATION: Final = re.compile(
    r"([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$",
    re.ASCII,
)


class Moment(NamedTuple):
    """A wall clock time (naive) and where it is told. A date is its midnight where the owner is."""

    wall: datetime
    zone: tzinfo
    is_date: bool = False

    @property
    def utc(self) -> datetime:
        """The moment, aware. Raises ValueError at the ends of time."""
        return utc(self.wall, self.zone)

    @property
    def stamp(self) -> str:
        """As a RECURRENCE-ID: a date, or ISO 8601 in UTC."""
        return stamp(self.wall, self.zone, self.is_date)

    def at(self, wall: datetime) -> Moment:
        """The same kind of moment at another time."""
        return Moment(wall, self.zone, self.is_date)

    def wall_in(self, other: Moment) -> datetime:
        """The wall clock where `other` is told. A date is that day, at the time of `other`."""
        if other.is_date:
            # Exchange writes the days of a series as the owner's midnight in UTC; who writes
            # midnight UTC, or the last second of a day, means that day.
            plain = self.zone is not UTC or self.wall.time() in _DAY_ENDS
            wall = self.wall if plain else _told_in(self.utc, other.zone)
            return datetime.combine(wall.date(), time())
        if self.is_date:
            return datetime.combine(self.wall.date(), other.wall.time())
        if self.zone is other.zone:
            return self.wall
        return _told_in(self.utc, other.zone)


class Length(NamedTuple):
    """How long something lasts: days by the calendar, and what is added to them exactly."""

    days: int = 0
    exact: timedelta = NOTHING


def utc(wall: datetime, zone: tzinfo) -> datetime:
    """A wall clock time as aware UTC: in a gap by the offset before it, of two the first.

    Raises ValueError at the ends of time."""
    try:
        return wall.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a date out of range") from error


def stamp(wall: datetime, zone: tzinfo, is_date: bool) -> str:
    """See `Moment.stamp`."""
    if is_date:
        return wall.date().isoformat()
    return utc(wall, zone).isoformat()[:19] + "Z"


def moment(prop: Property, zones: Zones) -> Moment:
    """The DATE or DATE-TIME of a property. Raises ValueError."""
    return moment_of(prop.value, prop.params, zones)


def moment_of(value: str, params: dict[str, str], zones: Zones) -> Moment:
    """One value of a property that may hold several. Raises ValueError."""
    match = _DATE_TIME.match(value.strip().upper())
    if match is None:
        raise ValueError("no date")
    year, month, day, hour, minute, second, offset = match.groups()
    if hour is None or params.get("VALUE", "").upper() == "DATE":
        return Moment(datetime(int(year), int(month), int(day)), zones.owner, True)  # noqa: DTZ001
    hours = int(hour)
    wall = datetime(  # noqa: DTZ001  # a wall clock time, its zone beside it
        int(year), int(month), int(day), hours % 24, int(minute), min(int(second or 0), 59)
    )
    if hours >= 24:
        if hours > 24 or wall.minute or wall.second:
            raise ValueError("no hour")
        wall = _plus(wall, DAY)
    if offset == "Z":
        return Moment(wall, UTC)
    if offset:
        east = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        return Moment(_plus(wall, -east if offset[0] == "+" else east), UTC)
    tzid = params.get("TZID")
    return Moment(wall, zones.named(tzid) if tzid else zones.local)


def duration(value: str) -> Length:
    """A DURATION; one that is negative, or none at all, is nothing."""
    match = _DURATION.match(value.strip().upper())
    if match is None or match[1] == "-":
        return Length()
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    exact = timedelta(hours=min(hours, 10**6), minutes=minutes, seconds=seconds)
    return Length(min(weeks * 7 + days, 10**6), exact)


def _told_in(at: datetime, zone: tzinfo) -> datetime:
    try:
        return at.astimezone(zone).replace(tzinfo=None)
    except OverflowError as error:
        raise ValueError("a date out of range") from error


def day_of(value: date) -> datetime:
    """Midnight UTC of a date."""
    return datetime.combine(value, time(), UTC)


def _plus(wall: datetime, length: timedelta) -> datetime:
    try:
        return wall + length
    except OverflowError as error:
        raise ValueError("a date out of range") from error
