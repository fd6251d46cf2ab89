"""The name that Windows has for a time zone: Outlook and Exchange want no other."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from connectors.formats.windows_zones import WINDOWS_NAMES

_SAMPLES: Final = ((1, 1), (4, 1), (7, 1), (10, 15))  # in winter, summer, and in between


@lru_cache(maxsize=64)
def windows_name(zone: ZoneInfo, year: int) -> str:
    """That of `zone`, else of one whose clocks went the same way in that year; "" where Windows has
    none."""
    if name := WINDOWS_NAMES.get(zone.key):
        return name
    wanted = _offsets(zone, year)
    if not any(wanted):
        return "UTC"
    for iana, name in WINDOWS_NAMES.items():
        if _offsets(ZoneInfo(iana), year) == wanted:
            return name
    return ""


def _offsets(zone: ZoneInfo, year: int) -> tuple[timedelta | None, ...]:
    days = (date(year, month, day) for month, day in _SAMPLES)
    return tuple(datetime.combine(day, time(12), zone).utcoffset() for day in days)
