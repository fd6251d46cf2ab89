"""The draw: which verdicts become tasks today, and when today's draw is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.planner.desk import POLICY, ZONE, day, on

from syncd.planner import Candidate, day_of, draw, due_day, next_draw


def one(key: str, priority: int = 50, due: int = 3, strength: float = 0.5) -> Candidate:
    return Candidate(key, priority, on(due), strength)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (one("b", priority=60), one("a", priority=50)),
        (one("b", due=2), one("a", due=3)),
        (one("b", strength=0.9), one("a", strength=0.1)),
        (one("a"), one("b")),
        (one("b", priority=60, due=5), one("a", priority=50, due=1)),
    ],
)
def test_priority_then_due_then_strength_then_key(first: Candidate, second: Candidate) -> None:
    """The order of the draw is total: the same candidates always give the same tasks."""
    policy = replace(POLICY, per_day=1)
    assert draw([second, first], 0, 0, policy, day(0)) == (first.key,)


@pytest.mark.parametrize(("already", "expected"), [(0, 5), (3, 2), (5, 0), (9, 0)])
def test_no_more_than_per_day(already: int, expected: int) -> None:
    """What was decided today counts: a second draw takes only what is left of the number."""
    drawn = draw([one(f"k{n}") for n in range(9)], already, 0, POLICY, day(0))
    assert len(drawn) == expected


def test_the_open_limit_holds_what_is_due_soon() -> None:
    """With 14 of 15 open, one more task due within a week fits."""
    assert draw([one("a"), one("b")], 0, 14, POLICY, day(0)) == ("a",)


def test_what_is_due_later_passes_the_open_limit() -> None:
    """The limit counts tasks due within 7 days, so it holds back only those."""
    later = one("later", priority=1, due=8)
    assert draw([one("soon", due=7), later], 0, 15, POLICY, day(0)) == ("later",)


def test_a_due_date_in_the_past_counts_as_soon() -> None:
    """It is written with the next working day, which is soon."""
    assert draw([one("late", due=-5)], 0, 15, POLICY, day(0)) == ()


def test_urgent_is_outside_per_day_and_at_once() -> None:
    """Urgent rules deliver between two draws and take nothing from the day's number."""
    urgent = replace(one("u", priority=0), urgent=True)
    assert draw([one("a"), urgent], 5, 15, POLICY, day(0)) == ("u",)
    assert draw([one("a"), urgent], 0, 0, POLICY, day(0), daily=False) == ("u",)
    many = [one(f"k{n}") for n in range(9)]
    assert len(draw([*many, urgent], 0, 0, POLICY, day(0))) == 6


def test_preview_draws_nothing() -> None:
    """Until `syncd enable` nothing is delivered, urgent or not."""
    urgent = replace(one("u"), urgent=True)
    assert draw([one("a"), urgent], 0, 0, replace(POLICY, preview=True), day(0)) == ()


@given(st.permutations([one(f"k{n}", due=n % 3, strength=n / 10) for n in range(8)]))
def test_the_order_of_candidates_does_not_matter(shuffled: list[Candidate]) -> None:
    """Verdicts found in another order lead to the same tasks."""
    in_order = draw(sorted(shuffled, key=str), 0, 0, POLICY, day(0))
    assert draw(shuffled, 0, 0, POLICY, day(0)) == in_order


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (date(2026, 3, 6), date(2026, 3, 6)),  # today, a Friday: not past yet
        (date(2026, 3, 20), date(2026, 3, 20)),
        (date(2026, 3, 5), date(2026, 3, 9)),  # past: the next working day is Monday
    ],
)
def test_a_due_date_already_past_becomes_the_next_working_day(due: date, expected: date) -> None:
    """A task that is born overdue helps nobody."""
    assert due_day(due, POLICY, day(4)) == expected


def test_today_is_the_owners_day() -> None:
    """Late in the evening in UTC it is tomorrow already in Auckland."""
    policy = replace(POLICY, zone=ZoneInfo("Pacific/Auckland"))
    evening = datetime(2026, 3, 4, 20, tzinfo=UTC)
    assert due_day(date(2026, 3, 4), policy, evening) == date(2026, 3, 6)


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        # Monday before and after half past seven
        (datetime(2026, 3, 2, 6, tzinfo=UTC), None, datetime(2026, 3, 2, 7, 30, tzinfo=UTC)),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), None, datetime(2026, 3, 2, 7, 30, tzinfo=UTC)),
        # drawn on Monday already: Tuesday
        (
            datetime(2026, 3, 2, 9, tzinfo=UTC),
            datetime(2026, 3, 2, 7, 31, tzinfo=UTC),
            datetime(2026, 3, 3, 7, 30, tzinfo=UTC),
        ),
        # Saturday: Monday
        (datetime(2026, 3, 7, 9, tzinfo=UTC), None, datetime(2026, 3, 9, 7, 30, tzinfo=UTC)),
        # summer time: 7:30 in Lisbon is 6:30 UTC
        (datetime(2026, 4, 1, 5, tzinfo=UTC), None, datetime(2026, 4, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_once_a_local_working_day(now: datetime, last: datetime | None, expected: datetime) -> None:
    """The draw is at `at`, on working days, once; one that was slept through is made up for."""
    assert next_draw(last, POLICY, now) == expected


def test_without_working_days_every_day_is_one() -> None:
    """Nothing would ever be delivered otherwise."""
    policy = replace(POLICY, working_days=frozenset())
    saturday = datetime(2026, 3, 7, 9, tzinfo=UTC)
    assert next_draw(None, policy, saturday).date() == saturday.date()


def test_a_draw_after_midnight_before_at_does_not_use_up_the_day() -> None:
    """`once` at one in the morning takes its number, but the day's draw still comes."""
    policy = replace(POLICY, at=time(7, 30))
    night = datetime(2026, 3, 3, 1, tzinfo=UTC)
    assert next_draw(night, policy, night + timedelta(hours=1)).hour == 7


def test_a_local_day_may_have_25_hours() -> None:
    """Numbers of a day are counted between two local midnights."""
    first, end = day_of(datetime(2026, 10, 25, 12, tzinfo=UTC), ZONE)
    assert end - first == timedelta(hours=25)
