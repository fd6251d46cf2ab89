"""Lengths of time as rules write them: `48h`, `30d`, `6w`, `3m`, `5 working days`, `rhythm x 3`.

- `h` are absolute hours: 48h after Saturday noon is 48 real hours, whatever the clocks do.
- `d`, `w`, `m` are calendar days in the owner's zone at the same time of day: 1d after Saturday
  noon is Sunday noon, also when the clocks change that night. A time that the change skips moves
  forward by the gap; of a time that happens twice the first counts.
- `m` are calendar months, clamped to the end of the month: 1m after 31 January is the last day of
  February.
- `working days` steps over the days that are not in the owner's `working_days`, at the same time of
  day. There are no holidays.
- `cadence` is the tier's, `rhythm` the pair's own; `x N` multiplies either. Where they are unknown
  the length is unknown, and the rule that uses it does not apply.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from rules.values import value

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# The whole grammar; the JSON Schema quotes it.
PATTERN = (
    r"^([0-9]{1,4}[hdwm]|[0-9]{1,4} working days?"
    r"|(cadence|rhythm)( x (?!0+(\.0)?$)[0-9]{1,2}(\.[0-9])?)?)$"
)
# A tier's cadence cannot be in terms of itself.
CADENCE_PATTERN = r"^(?!0+[^0-9])([0-9]{1,4}[hdwm]|[0-9]{1,4} working days?)$"

_LONG_UNITS = {
    "hour": "h",
    "hr": "h",
    "day": "d",
    "week": "w",
    "wk": "w",
    "month": "m",
    "mon": "m",
    "mo": "m",
}
# Hours that one of a unit takes at least and at most (a change of the clocks, leap days, a week
# with a single working day).
_SPAN = {"h": (1.0, 1.0), "d": (24.0, 24.0), "w": (168.0, 168.0), "m": (672.0, 744.0)}


@dataclass(frozen=True, slots=True)
class Clock:
    """The owner's zone and working days (Monday is 0)."""

    zone: tzinfo
    working_days: frozenset[int] = frozenset(range(5))

    def __post_init__(self) -> None:
        if not self.working_days or not self.working_days <= frozenset(range(7)):
            raise ValueError("working_days: at least one weekday, each 0 (Monday) to 6 (Sunday)")


@value
class Duration:
    """A length of time. `unit`: h, d, w, m, `working days`, `cadence` or `rhythm`."""

    amount: float
    unit: str

    def after(
        self,
        moment: datetime,
        zone: tzinfo,
        working_days: frozenset[int],
        cadence: Duration | None,
        rhythm: timedelta | None,
    ) -> datetime | None:
        """The moment this long after `moment`, in UTC. None: cadence or rhythm is unknown."""
        if self.unit == "d":
            return _shift(moment, zone, self.amount)
        if self.unit == "cadence":
            if cadence is None:
                return None
            scaled = Duration(cadence.amount * self.amount, cadence.unit)
            return scaled.after(moment, zone, working_days, None, rhythm)
        if self.unit == "rhythm":
            if rhythm is None:
                return None
            return _shift(moment, zone, days=rhythm / timedelta(days=1) * self.amount)
        if self.unit == "h":
            return moment.astimezone(UTC) + timedelta(hours=self.amount)
        if self.unit == "working days":
            return _working(moment, zone, working_days, math.ceil(self.amount))
        if self.unit == "m":
            months = math.floor(self.amount)
            return _shift(moment, zone, months=months, days=(self.amount - months) * 30)
        return _shift(moment, zone, days=self.amount * 7)

    def span(self) -> tuple[float, float] | None:
        """Hours it takes at least and at most; None: depends on the person."""
        if self.unit == "working days":
            return max(24 * self.amount - 1, 0), 7 * 24 * self.amount + 1
        if self.unit not in _SPAN:
            return None
        low, high = (self.amount * hours for hours in _SPAN[self.unit])
        slack = 0 if self.unit == "h" or not self.amount else 1
        return low - slack, high + slack

    def surely_longer(self, other: Duration) -> bool:
        """Whether this is longer than `other` for everybody, at any time of the year."""
        if self.unit == other.unit:
            return self.amount > other.amount
        mine, theirs = self.span(), other.span()
        return mine is not None and theirs is not None and mine[0] > theirs[1]

    def __str__(self) -> str:
        amount = f"{self.amount:g}"
        if self.unit in ("cadence", "rhythm"):
            return self.unit if self.amount == 1 else f"{self.unit} x {amount}"
        return f"{amount} {self.unit}" if self.unit == "working days" else f"{amount}{self.unit}"


def parse(text: str) -> Duration:
    """Reads a duration. Raises ValueError that says what to write instead."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(_advice(text))
    if match := re.fullmatch(r"(\d+)([hdwm])", text):
        return Duration(int(match[1]), match[2])
    if match := re.fullmatch(r"(\d+) working days?", text):
        return Duration(int(match[1]), "working days")
    unit, _, factor = text.partition(" x ")
    return Duration(float(factor or 1), unit)


def elapsed(text: str) -> timedelta:
    """Reads elapsed time (`36h`, `30d`, `6w`). Raises ValueError that says what to write."""
    duration = parse(text)
    if duration.unit in ("h", "d", "w"):
        hours = duration.amount * _SPAN[duration.unit][0]
        return timedelta(hours=hours)
    hint = f"{round(duration.amount * 30)}d" if duration.unit == "m" else "90d"
    raise ValueError(f"{text!r} is not a fixed length here: write h, d or w, such as {hint}")


def _advice(text: str) -> str:
    known = "write such as 48h, 30d, 6w, 3m, 5 working days, cadence or rhythm x 3"
    plain = text.strip().lower()
    if match := re.fullmatch(r"([0-9]{1,4})", plain):
        return f"{text!r} has no unit: {match[1]}d for days, {match[1]}h for hours"
    if match := re.fullmatch(r"([0-9]{1,4})\s*(?:business|work|working)\s*days?", plain):
        return f"unknown duration {text!r}: did you mean '{match[1]} working days'?"
    if match := re.fullmatch(r"([0-9]{1,4})\s*y(?:ears?)?", plain):
        return f"unknown duration {text!r}: did you mean '{int(match[1]) * 12}m'?"
    if match := re.fullmatch(r"([0-9]{1,4})\s*([a-z]+?)s?", plain):
        unit = _LONG_UNITS.get(match[2], match[2] if match[2] in _SPAN else None)
        if unit:
            return f"unknown duration {text!r}: did you mean '{match[1]}{unit}'?"
    if match := re.fullmatch(r"(cadence|rhythm)\s*[x×*]\s*([0-9]{1,2}(?:\.[0-9])?)", plain):
        unit, factor = match[1], match[2]
    elif match := re.fullmatch(r"([0-9]{1,2}(?:\.[0-9])?)\s*[x×*]\s*(cadence|rhythm)", plain):
        unit, factor = match[2], match[1]
    else:
        return f"unknown duration {text!r}: {known}"
    if not float(factor):
        return f"{text!r} is no time at all: write 0d"
    return f"unknown duration {text!r}: did you mean '{unit} x {factor}'?"


def _shift(moment: datetime, zone: tzinfo, days: float = 0, months: int = 0) -> datetime:
    """Whole days and months by the calendar, what is left of a day as absolute time."""
    whole = math.floor(days)
    if whole or months:
        local = _on_the_wall(moment, zone)
        if months:
            year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
            last = monthrange(year, month + 1)[1]
            local = local.replace(year=year, month=month + 1, day=min(local.day, last))
        # Within one zone a date is moved as the clock on the wall shows it, and is then the first
        # of two equal times.
        moment = local + timedelta(days=whole)
    moment = moment.astimezone(UTC)
    return moment if days == whole else moment + timedelta(days=days - whole)


@lru_cache(maxsize=64)
def _on_the_wall(moment: datetime, zone: tzinfo) -> datetime:
    """The moment in the owner's zone. A rule asks thrice for its anchor's, and many share one."""
    return moment.astimezone(zone)


def _working(moment: datetime, zone: tzinfo, working_days: frozenset[int], amount: int) -> datetime:
    day = _on_the_wall(moment, zone).date()
    ahead = 0
    while amount > 0:
        ahead += 1
        if (day + timedelta(days=ahead)).weekday() in working_days:
            amount -= 1
    return _shift(moment, zone, days=ahead)
