"""Recurrence rules: what they mean, against python-dateutil, and what they may cost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # only a peer
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.formats.recurrence import Budget, TooOften, occurrences
from connectors.formats.rule import parse_rule


def wall(*parts: int) -> datetime:
    """A wall clock time."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


START = wall(2026, 3, 2, 9)  # a Monday
FAR = wall(2036, 1, 1)


def days(rule: str, start: datetime = START, last: datetime = FAR) -> list[str]:
    """The first dates of a series, its start left out."""
    found = occurrences(parse_rule(rule), start, start, last, None, Budget(100_000))
    return [f"{at:%Y-%m-%d}" for at in found.walls[:4]]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", ["2026-03-03", "2026-03-04"]),
        ("FREQ=DAILY;COUNT=1", []),
        ("FREQ=WEEKLY;INTERVAL=2", ["2026-03-16", "2026-03-30", "2026-04-13", "2026-04-27"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE", ["2026-03-04", "2026-03-09", "2026-03-11", "2026-03-16"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-03-27", "2026-04-24", "2026-05-29", "2026-06-26"]),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ["2026-03-31", "2026-04-30", "2026-05-29", "2026-06-30"],
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"]),
        ("FREQ=YEARLY", ["2027-03-02", "2028-03-02", "2029-03-02", "2030-03-02"]),
        ("FREQ=YEARLY;BYWEEKNO=20", ["2026-05-11", "2027-05-17", "2028-05-15", "2029-05-14"]),
        ("FREQ=YEARLY;BYDAY=1MO", ["2027-01-04", "2028-01-03", "2029-01-01", "2030-01-07"]),
        ("FREQ=HOURLY;INTERVAL=24;COUNT=3", ["2026-03-03", "2026-03-04"]),
        ("freq=daily;count=2;x-odd=1", ["2026-03-03"]),
        ("FREQ=DAILY;COUNT=-1;INTERVAL=0", ["2026-03-03", "2026-03-04", "2026-03-05"]),
        ("FREQ=MONTHLY;BYDAY=+2 WE", ["2026-03-11", "2026-04-08", "2026-05-13", "2026-06-10"]),
    ],
)
def test_rules(rule: str, expected: list[str]) -> None:
    """Every frequency and every BY part, also as careless writers spell them."""
    assert days(rule)[: len(expected)] == expected


def test_a_leap_day_waits_for_its_year() -> None:
    """29 February is kept in leap years only (RFC 5545 section 3.3.10)."""
    assert days("FREQ=YEARLY", wall(2024, 2, 29)) == ["2028-02-29", "2032-02-29"]


@pytest.mark.parametrize("rule", ["", "FREQ=SOMETIMES", "COUNT=3", "FREQ=YEARLY;RSCALE=CHINESE"])
def test_what_is_no_rule(rule: str) -> None:
    """A rule without a known frequency, or in another calendar, is refused."""
    with pytest.raises(ValueError, match="a rule"):
        parse_rule(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;COUNT=1000000000",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,15,30,45",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0;BYSECOND="
        + ",".join(map(str, range(60))),
        "FREQ=YEARLY;BYDAY=MO;BYHOUR=0,1,2,3,4,5,6,7,8,9;BYMINUTE=0,1,2,3,4,5,6,7,8,9",
    ],
)  # fmt: skip
def test_noise_is_refused(rule: str) -> None:
    """What would fill a calendar with noise, or search for ever, ends at the budget."""
    with pytest.raises(TooOften):
        occurrences(parse_rule(rule), wall(2000, 1, 1), START, FAR, None, Budget(20_000))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=1000000000",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=1000000000",
        "FREQ=SECONDLY;INTERVAL=999999999",
        "FREQ=DAILY;INTERVAL=999999999",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU;BYMONTH=6",
        "FREQ=MONTHLY;BYSETPOS=366;BYDAY=MO",
    ],
)
def test_hard_rules_come_to_an_end(rule: str) -> None:
    """Rules that go on for ever, or fit nothing, cost no more than the years looked at."""
    budget = Budget(20_000)
    occurrences(parse_rule(rule), wall(2000, 1, 1), START, FAR, None, budget)
    assert budget.left > 0


def test_an_old_series_is_not_counted_through() -> None:
    """Without COUNT the work depends on the window and not on the age of the series."""
    budget = Budget(1_000)
    found = occurrences(
        parse_rule("FREQ=DAILY"), wall(1601, 1, 1), START, START + timedelta(9), None, budget
    )
    assert [at.day for at in found.walls if at >= START] == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert found.more


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    """A list of numbers without 0."""
    some = st.lists(st.integers(low, high).filter(bool), min_size=1, max_size=3)
    return some.map(lambda found: ",".join(map(str, found)))


WEEKDAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule that python-dateutil reads as RFC 5545 says: it counts positions in a week that is
    cut off, takes every day of a BYWEEKNO, and wants both of BYDAY=MO,1TU."""
    freq = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    parts = [f"FREQ={freq}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.booleans()):
        parts.append("BYMONTH=" + draw(numbers(1, 12)))
    if freq != "WEEKLY" and draw(st.booleans()):
        parts.append("BYMONTHDAY=" + draw(numbers(-31, 31)))
    if freq == "YEARLY" and "BY" not in ";".join(parts) and draw(st.booleans()):
        parts.append("BYYEARDAY=" + draw(numbers(-366, 366)))
    weeks = freq == "YEARLY" and "BY" not in ";".join(parts) and draw(st.booleans())
    if weeks:
        parts.append("BYWEEKNO=" + draw(numbers(1, 53)))
    if weeks or draw(st.booleans()):
        named = draw(st.lists(WEEKDAYS, min_size=1))
        if freq in ("YEARLY", "MONTHLY") and not weeks and draw(st.booleans()):
            high = 5 if freq == "MONTHLY" or "BYMONTH=" in ";".join(parts) else 53
            ordinals = st.integers(-high, high).filter(bool)
            named = [f"{draw(ordinals)}{day}" for day in named]
        parts.append("BYDAY=" + ",".join(named))
    if draw(st.booleans()):
        parts.append("BYHOUR=" + draw(numbers(0, 23)))
    if freq in ("YEARLY", "MONTHLY") and len(parts) > 2 and draw(st.booleans()):
        parts.append("BYSETPOS=" + draw(numbers(-4, 4)))
    if draw(st.booleans()):
        parts.append("WKST=" + draw(st.sampled_from(["MO", "SU", "WE"])))
    return ";".join(parts)


@settings(max_examples=80)
@given(
    rules(),
    st.datetimes(wall(1999, 1, 1), wall(2003, 1, 1)),
    st.none() | st.integers(2, 20),
)
def test_dateutil_agrees(rule: str, start: datetime, count: int | None) -> None:
    """Every rule gives the times that python-dateutil gives, from the middle as from the start."""
    start = start.replace(microsecond=0)
    last = start + timedelta(days=1_500)
    first = start if count else start + timedelta(days=400)
    try:
        theirs = list(rrulestr(rule, dtstart=start).replace(until=last))
    except ValueError:  # it refuses rules that fit nothing
        assume(False)
    theirs = [at for at in theirs if at > start]
    if count:  # the start counts as the first instance, whether it fits the rule or not
        rule, theirs = f"{rule};COUNT={count}", theirs[: count - 1]
    found = occurrences(parse_rule(rule), start, first, last, None, Budget(1_000_000))
    assert [at for at in found.walls if at >= first] == [at for at in theirs if at >= first]
