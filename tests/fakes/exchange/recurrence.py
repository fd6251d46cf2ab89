"""A support module: Recurrence, made and expanded.

Patterns are those of https://learn.microsoft.com/exchange/client-developer/web-service-reference/recurrence-recurrencetype
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from dateutil import rrule  # type: ignore[import-untyped]  # as in other tests
from fakes.exchange.xml import Element, find, local, t, told

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GROUPS: Final = {"Day": _DAYS, "Weekday": _DAYS[:5], "WeekendDay": _DAYS[5:]}
_NTH: Final = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": -1}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
# How many occurrences of a series without an end are looked at.
_MOST: Final = 5_000


def daily(interval: int = 1) -> Element:
    """Every so many days."""
    return t("DailyRecurrence", t("Interval", interval))


def weekly(days: str, interval: int = 1, first: str = "Monday") -> Element:
    """`days`: "Monday Thursday"."""
    more = t("DaysOfWeek", days), t("FirstDayOfWeek", first)
    return t("WeeklyRecurrence", t("Interval", interval), *more)


def monthly(day: int, interval: int = 1) -> Element:
    """On that day, or on the last one of a shorter month."""
    return t("AbsoluteMonthlyRecurrence", t("Interval", interval), t("DayOfMonth", day))


def monthly_nth(nth: str, days: str, interval: int = 1) -> Element:
    """`nth`: First to Fourth, Last; `days`: a day, Day, Weekday or WeekendDay."""
    more = t("DaysOfWeek", days), t("DayOfWeekIndex", nth)
    return t("RelativeMonthlyRecurrence", t("Interval", interval), *more)


def yearly(day: int, month: str) -> Element:
    """On that day."""
    return t("AbsoluteYearlyRecurrence", t("DayOfMonth", day), t("Month", month))


def yearly_nth(nth: str, day: str, month: str) -> Element:
    """The second Tuesday of November."""
    more = t("DayOfWeekIndex", nth), t("Month", month)
    return t("RelativeYearlyRecurrence", t("DaysOfWeek", day), *more)


def repeated(
    pattern: Element, start: date, *, until: date | None = None, count: int | None = None
) -> Element:
    """The whole Recurrence."""
    begin = t("StartDate", start.isoformat())
    if until is not None:
        span = t("EndDateRecurrence", begin, t("EndDate", until.isoformat()))
    elif count is not None:
        span = t("NumberedRecurrence", begin, t("NumberOfOccurrences", count))
    else:
        span = t("NoEndRecurrence", begin)
    return t("Recurrence", pattern, span)


@dataclass(frozen=True)
class Instance:
    """One occurrence as its series has it: in UTC. `number`: from 1."""

    number: int
    start: datetime
    end: datetime


def instances(
    recurrence: Element, start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[Instance]:
    """All of a series, in order, those that do not take place as well; at most 5000."""
    first = start.astimezone(zone).replace(tzinfo=None)
    length = end.astimezone(zone).replace(tzinfo=None) - first
    for number, found in enumerate(itertools.islice(_rule(recurrence, first), _MOST), start=1):
        at = found.replace(tzinfo=zone).astimezone(UTC)
        last = (found + length).replace(tzinfo=zone).astimezone(UTC)
        yield Instance(number, at, last)


def ends(recurrence: Element) -> bool:
    """Whether the series has an end."""
    return local(recurrence[1]) != "NoEndRecurrence"


def _rule(recurrence: Element, first: datetime) -> rrule.rrule:
    pattern, span = recurrence
    options: dict[str, object] = {"interval": int(told(pattern, "Interval", "1"))}
    kind = local(pattern)
    if kind.endswith("YearlyRecurrence"):
        options["bymonth"] = _MONTHS.index(told(pattern, "Month")) + 1
    if kind.startswith("Absolute"):
        day = int(told(pattern, "DayOfMonth"))
        options["bymonthday"] = tuple(range(28, day + 1)) if day > 28 else day
        options["bysetpos"] = -1
    elif kind.startswith("Relative"):
        options["byweekday"] = _weekdays(told(pattern, "DaysOfWeek"))
        options["bysetpos"] = _NTH[told(pattern, "DayOfWeekIndex")]
    elif kind == "WeeklyRecurrence":
        options["byweekday"] = _weekdays(told(pattern, "DaysOfWeek"))
        options["wkst"] = _DAYS.index(told(pattern, "FirstDayOfWeek", "Sunday"))
    begin = datetime.combine(_day(told(span, "StartDate")), first.time())
    if find(span, "EndDate") is not None:
        options["until"] = datetime.combine(_day(told(span, "EndDate")), first.time())
    elif find(span, "NumberOfOccurrences") is not None:
        options["count"] = int(told(span, "NumberOfOccurrences"))
    return rrule.rrule(_frequency(kind), dtstart=min(begin, first), **options)


def _frequency(kind: str) -> int:
    for name, found in (
        ("Daily", rrule.DAILY),
        ("Weekly", rrule.WEEKLY),
        ("Monthly", rrule.MONTHLY),
        ("Yearly", rrule.YEARLY),
    ):
        if name in kind:
            return int(found)
    raise ValueError(f"{kind} is no pattern of calendars")


def _weekdays(words: str) -> tuple[int, ...]:
    days = [day for word in words.split() for day in _GROUPS.get(word, (word,))]
    return tuple(_DAYS.index(day) for day in days)


def _day(text: str) -> date:
    """An xs:date, which may have an offset."""
    return date.fromisoformat(text[:10])
