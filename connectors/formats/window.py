"""The window of a calendar: between which moments its series are expanded.

It reaches from `history` (ten years before the first reading) to 400 days ahead, and is kept in the
cursor, as two days. Its end is moved once fewer than 200 days are left.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from connectors.errors import CursorExpired

_AHEAD: Final = timedelta(days=400)
_ENOUGH_AHEAD: Final = timedelta(days=200)
_BACK: Final = timedelta(days=3653)
_EVENT: Final = re.compile(rb"^BEGIN:VEVENT\b", re.IGNORECASE | re.MULTILINE)
_START: Final = re.compile(rb"^DTSTART[^:\r\n]*:(\d{8})", re.IGNORECASE | re.MULTILINE)


def move(extra: MutableMapping[str, str], now: datetime, history: date | None, scope: str) -> bool:
    """Set the window in `extra`, the part of a cursor that is its calendar's own, or move its end.

    True where its end was moved: what may hold more has to be read again. Raises `CursorExpired`
    where what stands there is no window.
    """
    there = "from" in extra and "to" in extra
    if there:
        try:
            start, end = bounds(extra)
        except ValueError as error:
            raise CursorExpired(f"the reading of {scope} starts over") from error
        if _ENOUGH_AHEAD <= end - now <= _AHEAD:
            return False
    else:  # the first reading
        start = datetime.combine(history, time(), UTC) if history else now - _BACK
    extra["from"] = start.astimezone(UTC).date().isoformat()
    extra["to"] = (now + _AHEAD).astimezone(UTC).date().isoformat()
    return there


def bounds(extra: MutableMapping[str, str]) -> tuple[datetime, datetime]:
    """Start and end of the window that is set. Raises KeyError and ValueError."""
    return _midnight(extra["from"]), _midnight(extra["to"])


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def day_of_event(data: bytes) -> date | None:
    """The day on which the first event of a calendar file starts."""
    event = _EVENT.search(data)
    match = _START.search(data, event.end()) if event else None
    if match is None:
        return None
    try:
        return datetime.strptime(match[1].decode(), "%Y%m%d").date()  # noqa: DTZ007  # a day
    except ValueError:
        return None
