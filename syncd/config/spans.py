"""Lengths of time, times of day and days, as they are written in the configuration."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from math import ceil
from typing import Annotated, Any

from pydantic import BeforeValidator

_SPAN = re.compile(r"([0-9]+)\s*([hdw])")
_LONGEST = timedelta(days=36_525)
_EVERY = re.compile(r"([0-9]{1,9})\s*([smh])")
_AGO = re.compile(r"([0-9]{1,6})\s*([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30.4375, "y": 365.25}
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_POLL_LEAST, _POLL_MOST = 5, 86_400
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _span(value: Any) -> Any:
    """`48h`, `14d` or `6w`."""
    if isinstance(value, timedelta):
        return value
    found = _SPAN.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("a duration is a number with h, d or w behind it, like 14d")
    unit = _UNITS[found[2]]
    if len(found[1]) > 9 or int(found[1]) > _LONGEST / unit:
        raise ValueError("a duration is a hundred years at most")
    return int(found[1]) * unit


def _every(value: Any) -> Any:
    """`30s`, `5m` or `1h`."""
    if isinstance(value, timedelta):
        return value
    found = _EVERY.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("how often is a number with s, m or h behind it, like 5m")
    seconds = int(found[1]) * _SECONDS[found[2]]
    if not _POLL_LEAST <= seconds <= _POLL_MOST:
        raise ValueError("how often is between 5s and 24h, like 5m")
    return timedelta(seconds=seconds)


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", str(value))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError('a time of day is written "07:30"')
    return time(int(found[1]), int(found[2]))


def _back(value: Any) -> Any:
    """A day, or how far back: `3y`, `18m`."""
    if value is None or isinstance(value, date | timedelta):
        return value
    if found := _AGO.fullmatch(str(value).strip()):
        days = ceil(int(found[1]) * _DAYS[found[2]])
        if not 1 <= days <= _LONGEST.days:
            raise ValueError("how far back is a day at least and a hundred years at most")
        return timedelta(days=days)
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(
            "write a day, like 2024-01-31, or how far back, like 3y: what is older is not read"
        ) from None


Back = Annotated[date | timedelta | None, BeforeValidator(_back)]
Span = Annotated[timedelta, BeforeValidator(_span)]
Every = Annotated[timedelta, BeforeValidator(_every)]
Clock = Annotated[time, BeforeValidator(_clock)]
