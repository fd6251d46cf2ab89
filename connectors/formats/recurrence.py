"""Recurrence rules (RFC 5545 section 3.3.10) as wall clock times, within bounds.

    occurrences(parse_rule("FREQ=WEEKLY;BYDAY=MO"), start, first, last, until, budget)

A rule is followed period by period (a year, a month, a week, a day; below a day step by step): the
days of the period that fit, times the hours that fit. Rules without COUNT begin near `first`
instead of where the series does. Work is counted in a `Budget`, also where nothing fits: one
"30 February, every second" must not stop the daemon.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, NamedTuple

from connectors.formats.rule import STEPS, Rule

TOO_OFTEN: Final = "it repeats too often to be a meeting"

_TIMES_LIMIT: Final = 1_440  # of one day


class TooOften(ValueError):
    """A rule that would never come to an end, or would fill the calendar with noise."""

    def __init__(self) -> None:
        super().__init__(TOO_OFTEN)


@dataclass(slots=True)
class Budget:
    """How much work may still be done, in days and times looked at."""

    left: int

    def spend(self, steps: int) -> None:
        """Raise `TooOften` when there is nothing left."""
        self.left -= steps
        if self.left < 0:
            raise TooOften


class Found(NamedTuple):
    """The wall clock times up to the last wanted one, and whether there may be later ones."""

    walls: list[datetime]
    more: bool


def occurrences(
    rule: Rule,
    start: datetime,
    first: datetime,
    last: datetime,
    until: datetime | None,
    budget: Budget,
) -> Found:
    """The times of the series that begins at `start` (naive), those in [first, last] at least,
    none after `last`. `start` itself counts as the first one (section 3.8.5.3) and is not listed.

    Raises `TooOften` where that takes more than the budget.
    """
    stop = last if until is None else min(last, until)
    counted = rule.count is not None
    left = (rule.count or 0) - 1  # `start` is one of them
    walls: list[datetime] = []
    if counted and left <= 0:
        return Found(walls, False)
    for wall in _candidates(rule, start, start if counted else first, stop, budget):
        if wall <= start:
            continue
        if wall > stop:
            break
        if wall >= first:
            walls.append(wall)
        if counted:
            left -= 1
            if left == 0:
                return Found(walls, False)
    return Found(walls, until is None or until > last)


def _candidates(
    rule: Rule, start: datetime, first: datetime, stop: datetime, budget: Budget
) -> Iterator[datetime]:
    """The times of every period from that of `first` to that of `stop`, in order."""
    if rule.freq in STEPS:
        yield from _steps(rule, start, first, stop, budget)
        return
    plan = _Plan(rule, start)
    for days in plan.periods(max(start, first).date(), stop.date()):
        budget.spend(1)
        fitting = [day for day in days if plan.fits(day)]
        budget.spend(len(days) // 8 + len(fitting) * len(plan.times))
        moments = [datetime.combine(day, at) for day in fitting for at in plan.times]
        yield from _chosen(moments, rule.positions)


def _steps(
    rule: Rule, start: datetime, first: datetime, stop: datetime, budget: Budget
) -> Iterator[datetime]:
    """Rules that repeat within a day."""
    step = STEPS[rule.freq] * rule.interval
    plan = _Plan(rule, start)
    skipped = max(0, (first - start) // step - 1)
    try:
        at = start + skipped * step
        while at <= stop:
            budget.spend(1)
            if _hour_fits(rule, at) and plan.fits(at.date()):
                moments = list(_within(rule, at))
                budget.spend(len(moments))
                yield from _chosen(moments, rule.positions)
            at += step
    except OverflowError:
        return  # the year 9999


def _hour_fits(rule: Rule, at: datetime) -> bool:
    if rule.hours and at.hour not in rule.hours:
        return False
    if rule.freq == "HOURLY":
        return True
    if rule.minutes and at.minute not in rule.minutes:
        return False
    return rule.freq == "MINUTELY" or not rule.seconds or at.second in rule.seconds


def _within(rule: Rule, at: datetime) -> Iterator[datetime]:
    minutes = sorted(rule.minutes) if rule.freq == "HOURLY" and rule.minutes else [at.minute]
    seconds = sorted(rule.seconds) if rule.freq != "SECONDLY" and rule.seconds else [at.second]
    for minute in minutes:
        for second in seconds:
            yield at.replace(minute=minute, second=second)


def _chosen(moments: list[datetime], positions: frozenset[int]) -> list[datetime]:
    """BYSETPOS."""
    if not positions:
        return moments
    size = len(moments)
    return [
        moment
        for index, moment in enumerate(moments)
        if index + 1 in positions or index - size in positions
    ]


@dataclass(slots=True)
class _Plan:
    """A rule with what it leaves open taken from its start."""

    rule: Rule
    start: datetime
    times: list[time] = field(init=False)
    months: frozenset[int] = field(init=False)
    month_days: frozenset[int] = field(init=False)
    weekdays: frozenset[int] = field(init=False)
    ordinals: tuple[tuple[int, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        rule, start = self.rule, self.start
        self.months, self.month_days = rule.months, rule.month_days
        numbered = rule.freq in ("YEARLY", "MONTHLY") and not rule.weeks
        self.weekdays = frozenset(day for n, day in rule.weekdays if not (n and numbered))
        self.ordinals = tuple(pair for pair in rule.weekdays if pair[0] and numbered)
        if not (rule.weeks or rule.year_days or rule.month_days or rule.weekdays):
            if rule.freq in ("YEARLY", "MONTHLY"):
                self.month_days = frozenset((start.day,))
            if rule.freq == "YEARLY" and not rule.months:
                self.months = frozenset((start.month,))
            if rule.freq == "WEEKLY":
                self.weekdays = frozenset((start.weekday(),))
        elif rule.weeks and not (rule.weekdays or rule.month_days or rule.year_days):
            self.weekdays = frozenset((start.weekday(),))
        size = (len(rule.hours) or 1) * (len(rule.minutes) or 1) * (len(rule.seconds) or 1)
        if size > _TIMES_LIMIT:
            raise TooOften
        self.times = [
            time(hour, minute, second)
            for hour in sorted(rule.hours or (start.hour,))
            for minute in sorted(rule.minutes or (start.minute,))
            for second in sorted(rule.seconds or (start.second,))
        ]

    def periods(self, first: date, last: date) -> Iterator[list[date]]:
        """The days of each period that may fit, from the one of `first` to the one of `last`."""
        rule = self.rule
        begin = self.start.date()
        if rule.freq == "YEARLY":
            for year in _every(begin.year, first.year, last.year, rule.interval):
                yield self._days_of_year(year)
        elif rule.freq == "MONTHLY":
            origin, near, end = (day.year * 12 + day.month - 1 for day in (begin, first, last))
            for month in _every(origin, near, end, rule.interval):
                yield self._days_of_month(month // 12, month % 12 + 1)
        else:
            length = 7 if rule.freq == "WEEKLY" else 1
            shift = (begin.weekday() - rule.week_start) % 7 if length == 7 else 0
            origin = begin.toordinal() - shift
            near, end = ((day.toordinal() - origin) // length for day in (first, last))
            for number in _every(0, near, end, rule.interval):
                day = origin + number * length
                yield [
                    date.fromordinal(each)
                    for each in range(max(day, 1), min(day + length, date.max.toordinal() + 1))
                ]

    def fits(self, day: date) -> bool:
        """Whether the day passes every BY part that limits days."""
        rule = self.rule
        if self.months and day.month not in self.months:
            return False
        if self.month_days and not (
            day.day in self.month_days
            or day.day - monthrange(day.year, day.month)[1] - 1 in self.month_days
        ):
            return False
        if rule.year_days and not _day_of_year_in(day, rule.year_days):
            return False
        if rule.weeks and not _week_in(day, rule.weeks, rule.week_start):
            return False
        if not self.weekdays and not self.ordinals:
            return True
        return day.weekday() in self.weekdays or self._is_ordinal(day)

    def _is_ordinal(self, day: date) -> bool:
        if not self.ordinals:
            return False
        if self.rule.freq == "MONTHLY" or self.rule.months:
            index, size = day.day - 1, monthrange(day.year, day.month)[1]
        else:
            index, size = day.timetuple().tm_yday - 1, 365 + isleap(day.year)
        forward, backward = index // 7 + 1, -((size - 1 - index) // 7 + 1)
        weekday = day.weekday()
        return (forward, weekday) in self.ordinals or (backward, weekday) in self.ordinals

    def _days_of_year(self, year: int) -> list[date]:
        return [
            day
            for month in (sorted(self.months) or range(1, 13))
            for day in self._days_of_month(year, month)
        ]

    def _days_of_month(self, year: int, month: int) -> list[date]:
        if self.months and month not in self.months:
            return []
        size = monthrange(year, month)[1]
        if not self.month_days:
            return [date(year, month, day) for day in range(1, size + 1)]
        numbers = {day if day > 0 else size + 1 + day for day in self.month_days}
        return [date(year, month, day) for day in sorted(numbers) if 1 <= day <= size]


def _every(begin: int, first: int, last: int, interval: int) -> range:
    """begin, begin + interval, … from the one at or before `first` to `last`."""
    return range(begin + max(0, (first - begin) // interval) * interval, last + 1, interval)


def _day_of_year_in(day: date, wanted: frozenset[int]) -> bool:
    number = day.timetuple().tm_yday
    return number in wanted or number - 366 - isleap(day.year) in wanted


def _week_in(day: date, wanted: frozenset[int], week_start: int) -> bool:
    """BYWEEKNO: week 1 is the first with four days in the year (ISO 8601, from any weekday)."""
    # The year of a week is that of its fourth day.
    fourth = day.toordinal() - (day.weekday() - week_start) % 7 + 3
    if not 1 <= fourth <= date.max.toordinal():
        return False
    middle = date.fromordinal(fourth)
    index, size = middle.timetuple().tm_yday - 1, 365 + isleap(middle.year)
    return index // 7 + 1 in wanted or -((size - 1 - index) // 7 + 1) in wanted
