"""What calls to Google cost, and that no minute holds more of them than is allowed."""

from __future__ import annotations

import pytest
from fakes.google.quota import COSTS as TOLD
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Paused
from connectors.google.quota import LIMITS, Bucket, Limit, Quota, cost

GET, LIST = "gmail.users.messages.get", "gmail.users.history.list"


class Watch:
    """Seconds, which a test moves."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_costs_are_those_of_the_table() -> None:
    """Each method that the fake serves costs what the fake charges; outside Gmail a call is one."""
    for name, units in TOLD.items():
        assert cost(f"gmail.users.{name}") == units, name
    assert cost("gmail.users.something.new") == 100
    assert (cost("calendar.events.list"), cost("tasks.tasks.insert")) == (1, 1)


def test_a_minute_of_mail() -> None:
    """300 mails go at once; then there is a minute's pause, said to the second, and no earlier."""
    watch = Watch()
    quota = Quota(watch)
    assert quota.affords(GET) == 300
    quota.take(GET, 300)
    with pytest.raises(Paused) as caught:
        quota.take(GET)
    assert (caught.value.wait, caught.value.asked) == (60.0, True)
    assert str(caught.value) == "Gmail gives so much at a time, and the rest in 60 seconds"
    watch.at += 59.9
    assert quota.affords(GET) == 0
    watch.at += 0.1
    assert quota.affords(GET) == 300
    quota.take("calendar.events.list")  # another API has its own


def test_a_call_counts_when_it_is_over() -> None:
    """Over there it may have been counted as late as that."""
    watch = Watch()
    quota = Quota(watch)
    quota.take(GET, 300)
    watch.at += 2.5
    quota.answered(GET)
    quota.answered("people.people.get")
    assert quota.wait(GET) == 60.0
    watch.at += 60
    assert quota.affords(GET) == 300


def test_others_are_left_something() -> None:
    """What one leaves to others they get, and nothing is taken where it does not suffice."""
    watch = Watch()
    quota = Quota(watch)
    quota.take(GET, 285, keep=300)
    assert quota.wait(GET, keep=300) == 60.0
    with pytest.raises(Paused):
        quota.take(GET, keep=300)
    assert quota.affords(LIST) == 150
    quota.take(LIST, 150)
    assert quota.wait(LIST) == 60.0


def test_the_provider_has_the_last_word() -> None:
    """What it asks us to wait is waited, whatever we count."""
    watch = Watch()
    quota = Quota(watch)
    quota.refused(GET, 7.0)
    assert (quota.affords(GET), quota.wait(GET), quota.affords("people.people.get")) == (0, 7.0, 90)
    watch.at += 7
    assert quota.affords(GET) == 300


def test_a_day_of_tasks() -> None:
    """Google Tasks counts by the day."""
    watch = Watch()
    quota = Quota(watch)
    quota.take("tasks.tasks.list", LIMITS["tasks"].units)
    watch.at += 3_600
    with pytest.raises(Paused) as caught:
        quota.take("tasks.tasks.list")
    assert caught.value.wait == 23 * 3_600.0


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(1, 30)), max_size=60))
def test_no_span_holds_more_than_the_limit(turns: list[tuple[float, int]]) -> None:
    """Whatever is asked for whenever: in no minute more is spent than the limit, and who waits as
    long as was said finds enough."""
    watch = Watch()
    limit = Limit(100, 60.0)
    bucket = Bucket(limit, watch)
    spent: list[tuple[float, int]] = []
    for pause, units in turns:
        watch.at += pause
        if bucket.free() < units:
            watch.at += bucket.wait(units) + 1e-6
        assert bucket.free() >= units
        bucket.spend(units)
        spent.append((watch.at, units))
        recent = sum(one for at, one in spent if at > watch.at - limit.span)
        assert recent <= limit.units


def test_what_is_remembered_stays_small() -> None:
    """Calls in quick succession are added up, and come back none the less."""
    watch = Watch()
    bucket = Bucket(Limit(1_000_000, 60.0), watch)
    for _ in range(20_000):
        watch.at += 0.005
        bucket.spend(1)
    assert len(bucket._spent) <= 601
    assert 1_000_000 - bucket.free() == pytest.approx(12_000, abs=30)
