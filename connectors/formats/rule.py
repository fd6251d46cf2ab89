"""Recurrence rules (RFC 5545 section 3.3.10) as values.

Read leniently: parts that nobody knows, and numbers that cannot be, are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

STEPS: Final = {
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
    "SECONDLY": timedelta(seconds=1),
}
_FREQUENCIES: Final = frozenset(("YEARLY", "MONTHLY", "WEEKLY", "DAILY", *STEPS))
_WEEKDAYS: Final = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?\s*(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE. Lists are empty where a part is absent; `until` is as written.

    `weekdays` are (ordinal, Monday is 0), the ordinal 0 for every one of them in the period.
    """

    freq: str
    interval: int = 1
    count: int | None = None
    until: str = ""
    months: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: tuple[tuple[int, int], ...] = ()
    hours: frozenset[int] = frozenset()
    minutes: frozenset[int] = frozenset()
    seconds: frozenset[int] = frozenset()
    positions: frozenset[int] = frozenset()
    week_start: int = 0


def parse_rule(text: str) -> Rule:
    """An RRULE value. Raises ValueError where it has no known FREQ, or counts in a calendar
    other than the Gregorian (RFC 7529)."""
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, _, value = part.partition("=")
        parts.setdefault(name.strip(), value.strip())
    freq = parts.get("FREQ", "")
    if freq not in _FREQUENCIES:
        raise ValueError("a rule without a frequency")
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise ValueError("a rule in another calendar")
    count = _number(parts.get("COUNT", ""))
    return Rule(
        freq,
        max(1, _number(parts.get("INTERVAL", "")) or 1),
        count if count and count > 0 else None,
        parts.get("UNTIL", ""),
        months=_numbers(parts, "BYMONTH", 1, 12),
        weeks=_numbers(parts, "BYWEEKNO", -53, 53) - {0},
        year_days=_numbers(parts, "BYYEARDAY", -366, 366) - {0},
        month_days=_numbers(parts, "BYMONTHDAY", -31, 31) - {0},
        weekdays=tuple(
            dict.fromkeys(
                (int(match[1] or 0), _WEEKDAYS[match[2]])
                for word in parts.get("BYDAY", "").split(",")
                if (match := _BYDAY.fullmatch(word.strip()))
            )
        ),
        hours=_numbers(parts, "BYHOUR", 0, 23),
        minutes=_numbers(parts, "BYMINUTE", 0, 59),
        seconds=_numbers(parts, "BYSECOND", 0, 59),
        positions=_numbers(parts, "BYSETPOS", -366, 366) - {0},
        week_start=_WEEKDAYS.get(parts.get("WKST", ""), 0),
    )


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?\d{1,9}", text) else None


def _numbers(parts: dict[str, str], name: str, low: int, high: int) -> frozenset[int]:
    numbers = (_number(word.strip()) for word in parts.get(name, "").split(",")[:400])
    return frozenset(n for n in numbers if n is not None and low <= n <= high)
