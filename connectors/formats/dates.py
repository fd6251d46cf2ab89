"""Dates of mail headers (RFC 5322 section 3.3, with the obsolete and the merely wrong forms)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from functools import lru_cache
from typing import Final

from connectors.formats.words import raw_text

_USUAL: Final = re.compile(
    rb"\s*(?:[A-Za-z]{3},)?\s*(\d{1,2}) ([A-Za-z]{3}) (\d{4}) "
    rb"(\d\d):(\d\d)(?::(\d\d))?(?: ([+-])(\d\d)(\d\d)| (?:GMT|UTC|UT|Z)\b|\s*$)"
)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
OLDEST: Final = datetime(1980, 1, 1, tzinfo=UTC)


def mail_date(value: bytes) -> datetime | None:
    """The moment in UTC, or None where there is none to be read. Without a zone it is UTC."""
    match = _USUAL.match(value)
    if match is None:
        return _unusual(value)
    day, month, year, hour, minute, second, sign, off_hours, off_minutes = match.groups()
    try:
        at = datetime(
            int(year), _MONTHS[month.lower()], int(day),
            int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC,
        )  # fmt: skip
        if sign is None:
            return at
        offset = int(off_hours) * 60 + int(off_minutes)
        if offset > 16 * 60:  # no zone on earth is that far away: the offset is noise
            return at
        return at - timedelta(minutes=offset if sign == b"+" else -offset)
    except (KeyError, ValueError, OverflowError):
        return None


@lru_cache(maxsize=256)
def _unusual(value: bytes) -> datetime | None:
    try:
        parts = parsedate_tz(" ".join(raw_text(value[:200]).split()))
        if parts is None or not 1 <= parts[0] <= 9999:
            return None
        offset = parts[9] or 0
        at = datetime(*parts[:5], min(parts[5], 59), tzinfo=UTC)
        return at if abs(offset) > 16 * 3600 else at - timedelta(seconds=offset)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def received_date(value: bytes) -> datetime | None:
    """The date at the end of a `Received` (RFC 5321 section 4.4); None where it is no use."""
    at = mail_date(value.rpartition(b";")[2].strip())
    return None if at is None or at < OLDEST else at
