"""What Google answers where it does not do what was asked: why, and when to come again.

Nothing of its words goes on to the owner or into a log: they may quote a mail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

_AFTER: Final = re.compile(r"Retry after (\d{4}-[\d-]{5}T[\d:]{8}(?:\.\d{1,6})?Z)", re.IGNORECASE)
_PACIFIC: Final = ZoneInfo("America/Los_Angeles")


class Lost(Exception):
    """The answer did not come, or not whole: what was asked may have been done."""


class Answered(Exception):
    """An answer that is no success, as it came. `headers`: names in lower case."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.body = body


def reasons_of(body: bytes) -> Iterator[str]:
    """Google's words for why, the most telling first; none where the body is none of Google's."""
    error = _error_of(body)
    for one in (*_listed(error.get("details")), *_listed(error.get("errors"))):
        if isinstance(reason := one.get("reason"), str):
            yield reason
    if isinstance(status := error.get("status"), str):
        yield status


def is_daily(body: bytes) -> bool:
    """Whether what is used up is a day's."""
    told = [words_of(body)]
    for one in _listed(_error_of(body).get("details")):
        about = one.get("metadata")
        told.append(str(about.get("quota_limit", "")).lower() if isinstance(about, dict) else "")
    text = " ".join(told)
    return "perday" in text or "per day" in text or "daily" in text


def words_of(body: bytes) -> str:
    """What Google says in words, in lower case."""
    return str(_error_of(body).get("message", "")).lower()


def _error_of(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    if isinstance(told, list) and told:
        told = told[0]
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {}


def _listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def asked_wait(answer: Answered) -> float | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3), or what Gmail says in words alone ("Retry
    after 2026-11-23T12:00:00.000Z"); None where there is neither."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    told = date_of(answer.headers.get("date", ""))
    until = date_of(text)
    if until is None and (match := _AFTER.search(str(_error_of(answer.body).get("message", "")))):
        until = _moment(match[1])
    return max(0.0, (until - told).total_seconds()) if until and told else None


def date_of(text: str) -> datetime | None:
    """A date of HTTP, in UTC."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def rest_of_the_day(answer: Answered) -> float | None:
    """Seconds until Google counts anew: at midnight of the Pacific, by its own clock."""
    told = date_of(answer.headers.get("date", ""))
    if told is None:
        return None
    here = told.astimezone(_PACIFIC)
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), _PACIFIC)
    return (midnight - here.astimezone(UTC)).total_seconds()
