"""iCalendar dates and times (RFC 5545 sections 3.3.4 and 3.3.5) to aware UTC.

A floating time is local to the owner; so is one whose TZID nobody knows.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})")


def to_utc(value: date, zone: ZoneInfo, tzid: str = "") -> datetime:
    """A DATE (its local midnight) or DATE-TIME as aware UTC. Raises ValueError out of range."""
    try:
        if not isinstance(value, datetime):
            return datetime.combine(value, time(), zone).astimezone(UTC)
        if value.tzinfo is None:
            return value.replace(tzinfo=zone_named(tzid) or zone).astimezone(UTC)
        return value.astimezone(UTC)
    except OverflowError as error:  # the years 1 and 9999
        raise ValueError("a date out of range") from error


def property_utc(prop: Any, zone: ZoneInfo) -> datetime:
    """The moment of an icalendar date property."""
    params = getattr(prop, "params", None) or {}
    return to_utc(prop.dt, zone, str(params.get("TZID", "")))


@lru_cache(maxsize=256)
def zone_named(tzid: str) -> ZoneInfo | None:
    """The zone that a TZID means, as well as can be told: IANA names, with a vendor's path before
    them, and the `(UTC+01:00) Amsterdam` of Exchange. None where it says nothing.
    """
    name = tzid.strip().strip('"/')
    parts = name.split("/")
    for start in range(len(parts)):
        if found := _zone("/".join(parts[start:])):
            return found
    if match := _OFFSET.search(name):
        hours = int(match[2]) if match[3] == "00" else 0
        sign = "-" if match[1] == "+" else "+"  # Etc/GMT-1 is one hour east of Greenwich
        return _zone("UTC" if not hours else f"Etc/GMT{sign}{hours}")
    return None


def _zone(name: str) -> ZoneInfo | None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+)*", name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        return None
    except KeyError:
        return None


def stamp(value: date, zone: ZoneInfo, tzid: str = "") -> str:
    """A RECURRENCE-ID as text: a date, or ISO 8601 in UTC."""
    if not isinstance(value, datetime):
        return value.isoformat()
    return to_utc(value, zone, tzid).strftime("%Y-%m-%dT%H:%M:%SZ")
