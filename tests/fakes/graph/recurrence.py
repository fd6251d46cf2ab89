"""A support module: patternedRecurrence, and the instances that a series comes to.

learn.microsoft.com/graph/api/resources/recurrencepattern
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Final

from dateutil import rrule  # type: ignore[import-untyped]  # as in other tests
from fakes.graph.call import Json

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_INDEX: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def daily(interval: int = 1, **ends: object) -> Json:
    """Every so many days. `ends`: `count=` or `until=` (a date, the last day); without, no end."""
    return _made({"type": "daily", "interval": interval}, ends)


def weekly(*days: str, interval: int = 1, **ends: object) -> Json:
    """On days of the week ("monday"); the start tells which if none is named."""
    about = {"type": "weekly", "interval": interval, "daysOfWeek": list(days)}
    return _made({**about, "firstDayOfWeek": "sunday"}, ends)


def monthly(day: int, interval: int = 1, **ends: object) -> Json:
    """On a day of the month."""
    about = {"type": "absoluteMonthly", "interval": interval, "dayOfMonth": day}
    return _made(about, ends)


def monthly_on(index: str, *days: str, interval: int = 1, **ends: object) -> Json:
    """On the `first` ... `last` of days of the week."""
    about = {"type": "relativeMonthly", "interval": interval, "daysOfWeek": list(days)}
    return _made({**about, "index": index}, ends)


def yearly(month: int, day: int, **ends: object) -> Json:
    """On a day of the year."""
    about = {"type": "absoluteYearly", "interval": 1, "month": month, "dayOfMonth": day}
    return _made(about, ends)


def starts(recurrence: Json, first: datetime | date) -> Iterator[datetime | date]:
    """When its instances are to start, in order, on the clock of `first`; perhaps for ever."""
    pattern, ends = recurrence["pattern"], recurrence["range"]
    clock = first if isinstance(first, datetime) else datetime.combine(first, time())
    zone = clock.tzinfo
    naive = clock.replace(tzinfo=None)
    more: dict[str, object] = {"interval": pattern["interval"], "dtstart": naive}
    if ends["type"] == "numbered":
        more["count"] = ends["numberOfOccurrences"]
    elif ends["type"] == "endDate":
        more["until"] = datetime.combine(date.fromisoformat(ends["endDate"]), time(23, 59, 59))
    for at in rrule.rrule(**_rule(pattern), **more):
        yield at.replace(tzinfo=zone) if isinstance(first, datetime) else at.date()


def dated(recurrence: Json, first: date, zone: str) -> Json:
    """The same, with the start and the zone in its range."""
    about = {"startDate": first.isoformat(), "recurrenceTimeZone": zone}
    pattern = {"month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday", "index": "first"}
    if recurrence["pattern"].get("daysOfWeek") == []:
        recurrence["pattern"]["daysOfWeek"] = [_DAYS[first.weekday()]]
    return {
        "pattern": {**pattern, **recurrence["pattern"]},
        "range": {
            "endDate": "0001-01-01",
            "numberOfOccurrences": 0,
            **recurrence["range"],
            **about,
        },
    }


def _made(pattern: Json, ends: dict[str, object]) -> Json:
    if (until := ends.get("until")) is not None:
        return {"pattern": pattern, "range": {"type": "endDate", "endDate": str(until)}}
    if (count := ends.get("count")) is not None:
        return {"pattern": pattern, "range": {"type": "numbered", "numberOfOccurrences": count}}
    return {"pattern": pattern, "range": {"type": "noEnd"}}


def _rule(pattern: Json) -> dict[str, object]:
    kind = pattern["type"]
    days = _weekdays(pattern.get("daysOfWeek", ()))
    if kind == "daily":
        return {"freq": rrule.DAILY}
    if kind == "weekly":
        return {"freq": rrule.WEEKLY, "byweekday": days}
    rule: dict[str, object] = {"freq": rrule.YEARLY if "Yearly" in kind else rrule.MONTHLY}
    if "Yearly" in kind:
        rule["bymonth"] = pattern["month"]
    if kind.startswith("relative"):
        return {**rule, "byweekday": days, "bysetpos": _INDEX[pattern["index"]]}
    return {**rule, "bymonthday": pattern["dayOfMonth"]}


def _weekdays(days: Sequence[str]) -> list[int]:
    return [_DAYS.index(one) for one in days]
