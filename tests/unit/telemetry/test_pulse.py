"""Whether the engine goes on, as others feel it."""

from __future__ import annotations

import pytest

from syncd.telemetry import Pulse


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pulse(clock: Clock) -> Pulse:
    return Pulse(60.0, clock)


def test_an_engine_that_never_began_is_late(pulse: Pulse, clock: Clock) -> None:
    """It has its grace to begin with, and no more."""
    clock.seconds += 60
    assert pulse.late() is None
    clock.seconds += 5
    assert pulse.late() == 5


def test_a_rest_is_no_standstill(pulse: Pulse, clock: Clock) -> None:
    """Sleep until a moment has its length and the grace; sleep until a call may take any time."""
    pulse.rest(600)
    clock.seconds += 660
    assert pulse.late() is None
    clock.seconds += 1
    assert pulse.late() == 1
    pulse.rest(None)
    clock.seconds += 1e9
    assert pulse.late() is None


def test_who_wakes_up_and_hangs_is_late(pulse: Pulse, clock: Clock) -> None:
    """However long it might have slept: a step has begun, and does not end."""
    pulse.rest(None)
    with pulse.step("read"):
        clock.seconds += 61
        assert pulse.late() == 1
        pulse.beat()
        assert pulse.late() is None
        clock.seconds += 59
    assert pulse.late() is None


def test_steps_are_told_with_their_length_and_end(pulse: Pulse, clock: Clock) -> None:
    """Also one that fails, and whatever it is called the kinds are few."""
    told: list[tuple[str, float, bool]] = []
    pulse.stepped = lambda *one: told.append(one)
    with pulse.step("read"):
        clock.seconds += 2
    with pytest.raises(ValueError, match="no"), pulse.step("of ben@example.net"):
        raise ValueError("no")
    assert told == [("read", 2.0, False), ("other", 0.0, True)]
