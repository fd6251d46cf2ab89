"""Lengths of time: what can be written, and which moment they lead to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.durations import Clock, Duration, elapsed, parse

LISBON = ZoneInfo("Europe/Lisbon")
WEEK = frozenset(range(5))
START = datetime(2020, 1, 1, tzinfo=UTC)


def after(text: str, start: datetime, zone: ZoneInfo = LISBON) -> datetime | None:
    return parse(text).after(start, zone, WEEK, Duration(14, "d"), timedelta(days=10))


def at(text: str, zone: ZoneInfo = LISBON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("48h", "2026-03-02 11:00", "2026-03-04 11:00"),
        ("30d", "2026-03-02 11:00", "2026-04-01 11:00"),
        ("6w", "2026-03-02 11:00", "2026-04-13 11:00"),
        ("3m", "2026-03-02 11:00", "2026-06-02 11:00"),
        ("1m", "2026-01-31 11:00", "2026-02-28 11:00"),
        ("1m", "2028-01-31 11:00", "2028-02-29 11:00"),
        ("12m", "2028-02-29 11:00", "2029-02-28 11:00"),
        ("0d", "2026-03-02 11:00", "2026-03-02 11:00"),
        ("5 working days", "2026-03-06 16:00", "2026-03-13 16:00"),
        ("1 working day", "2026-03-07 16:00", "2026-03-09 16:00"),
        ("0 working days", "2026-03-07 16:00", "2026-03-07 16:00"),
        ("cadence", "2026-03-02 11:00", "2026-03-16 11:00"),
        ("cadence x 2", "2026-03-02 11:00", "2026-03-30 11:00"),
        ("rhythm x 3", "2026-03-02 11:00", "2026-04-01 11:00"),
        ("rhythm x 1.5", "2026-03-02 11:00", "2026-03-17 11:00"),
    ],
)
def test_leads_to(text: str, start: str, end: str) -> None:
    """Each form leads to the moment that its words promise, in the owner's zone."""
    assert after(text, at(start)) == at(end)


def test_days_keep_the_time_of_day_and_hours_do_not() -> None:
    """Across a change of the clocks 2d end at the same time of day, 48h are 48 real hours."""
    start = at("2026-03-28 12:00")
    assert after("2d", start) == at("2026-03-30 12:00")
    assert after("48h", start) == at("2026-03-30 13:00")
    assert after("2d", start) == start.astimezone(UTC) + timedelta(hours=47)


def test_a_skipped_time_moves_forward() -> None:
    """A time of day that the change of the clocks skips moves forward by the gap."""
    end = after("1d", at("2026-03-28 01:30"))
    assert end is not None
    assert end.astimezone(LISBON).strftime("%d %H:%M") == "29 02:30"


def test_working_days_are_the_owners() -> None:
    """Working days are those of the owner, counted in the owner's zone."""
    sunday_to_thursday = frozenset({6, 0, 1, 2, 3})
    friday_in_tokyo = datetime(2026, 3, 5, 20, 0, tzinfo=UTC)
    tokyo = ZoneInfo("Asia/Tokyo")
    end = parse("1 working day").after(friday_in_tokyo, tokyo, sunday_to_thursday, None, None)
    assert end is not None
    assert end.astimezone(tokyo).strftime("%a %H:%M") == "Sun 05:00"


@pytest.mark.parametrize("text", ["cadence", "cadence x 2", "rhythm", "rhythm x 3"])
def test_unknown_when_the_person_has_none(text: str) -> None:
    """Without a cadence or a rhythm the length is unknown."""
    assert parse(text).after(at("2026-03-02"), LISBON, WEEK, None, None) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("30 days", "'30d'"),
        ("48 hours", "'48h'"),
        ("48H", "'48h'"),
        ("3 months", "'3m'"),
        ("1 year", "'12m'"),
        ("5 business days", "'5 working days'"),
        ("rhythm*3", "'rhythm x 3'"),
        ("3 x cadence", "'cadence x 3'"),
        ("30", "30d for days"),
        ("soon", "such as 48h"),
        ("-3d", "such as 48h"),
        ("rhythm x 0", "write 0d"),
        ("30d\n", "'30d'"),
        ("99999d", "such as 48h"),
    ],
)
def test_says_what_to_write(text: str, hint: str) -> None:
    """A mistake is answered with what was probably meant."""
    with pytest.raises(ValueError, match=r"unknown duration|no unit|no time") as error:
        parse(text)
    assert hint in str(error.value)


def test_elapsed_has_no_calendar() -> None:
    """Elapsed time takes hours, days and weeks, and says so of months."""
    assert elapsed("6w") == timedelta(weeks=6)
    with pytest.raises(ValueError, match="90d"):
        elapsed("3m")


@pytest.mark.parametrize(
    ("longer", "shorter", "sure"),
    [
        ("60d", "30d", True),
        ("30d", "30d", False),
        ("25h", "1d", False),
        ("27h", "1d", True),
        ("3m", "12w", False),
        ("3m", "11w", True),
        ("rhythm x 3", "rhythm x 2", True),
        ("rhythm x 3", "1d", False),
        ("5 working days", "4d", True),
        ("5 working days", "6d", False),
    ],
)
def test_surely_longer(longer: str, shorter: str, sure: bool) -> None:
    """Only what is longer for everybody, at any time of the year, is surely longer."""
    assert parse(longer).surely_longer(parse(shorter)) is sure


@given(
    st.integers(0, 10 * 365 * 24 * 60).map(lambda n: START + timedelta(minutes=n)),
    st.sampled_from(["0d", "1d", "45d", "6w", "3m", "3 working days", "48h", "rhythm x 3"]),
    st.sampled_from(["Europe/Lisbon", "America/St_Johns", "Asia/Tokyo", "Australia/Lord_Howe"]),
)
def test_never_leads_back(start: datetime, text: str, zone: str) -> None:
    """No length of time leads into the past, in any zone; the answer is in UTC."""
    end = after(text, start, ZoneInfo(zone))
    assert end is not None
    assert end >= start
    assert end.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["48h", "30d", "6w", "3m", "5 working days", "cadence", "rhythm x 1.5"]
)
def test_prints_as_written(text: str) -> None:
    """A duration prints as the owner wrote it."""
    assert str(parse(text)) == text


@pytest.mark.parametrize("days", [frozenset(), frozenset({7})])
def test_a_week_needs_a_working_day(days: frozenset[int]) -> None:
    """A clock without any possible working day is refused: it would count for ever."""
    with pytest.raises(ValueError, match="working_days"):
        Clock(UTC, days)
