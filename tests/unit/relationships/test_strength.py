"""Interactions Rank, decay and the exact moment of a fall."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.relationships.stories import START, after, day, meeting, message, received, sent

from syncd.inference.model import Claim, Direction
from syncd.relationships.strength import HALF_LIFE, SCALE, decayed, falls_below, strength_of

TICK = timedelta(microseconds=1)


def test_rank_halves_with_every_half_life() -> None:
    """After one half-life of silence half of the rank is left, after two a quarter."""
    assert decayed(8.0, HALF_LIFE) == 4.0
    assert decayed(8.0, 2 * HALF_LIFE) == 2.0


def test_strength_is_between_nothing_and_one() -> None:
    """No contact is 0, a rank of k is one half, and no rank is above 1."""
    assert strength_of(0.0) == 0.0
    assert strength_of(SCALE) == 0.5
    assert strength_of(1e9) <= 1.0


@given(st.floats(0.001, 2000), st.floats(0.001, 0.999) | st.sampled_from([5e-324, 1e-12, 1.0]))
def test_a_fall_is_exact(ir: float, level: float) -> None:
    """Strength is at or above the level until the microsecond of the fall, and below it there."""
    fall = falls_below(ir, START, level)
    if fall is None:
        assert strength_of(ir) < level
        return
    assert fall > START
    assert strength_of(decayed(ir, fall - START)) < level
    assert strength_of(decayed(ir, fall - TICK - START)) >= level


@pytest.mark.parametrize("level", [0.0, -1.0, 1.0, 2.0])
def test_levels_out_of_reach_are_never_crossed(level: float) -> None:
    """Nothing falls below 0, and this rank was never at 1 to fall from."""
    assert falls_below(10.0, START, level) is None


def test_what_the_owner_did_counts_five_times() -> None:
    """One sent mail outweighs four received ones, and a meeting is both at once."""

    def strength(*claims: Claim) -> float:
        return after(1, *claims).facts_at(day(1)).strength

    four = [received(0) for _ in range(4)]
    assert strength(sent(0)) > strength(*four)
    assert strength(meeting(0, hours=0)) == pytest.approx(strength(sent(0), received(0)))
    assert strength(message(0, Direction.SENT, size=4)) < strength(sent(0))


def test_ten_mails_a_year_each_way_are_a_middling_tie() -> None:
    """The upper end of what real ties were found to exchange settles near one half."""
    mails = [claim for n in range(20) for claim in (sent(n * 36.5), received(n * 36.5 + 1))]
    strength = after(20 * 36.5, *mails).facts_at(day(20 * 36.5)).strength
    assert 0.4 < strength < 0.55


def test_a_weekly_meeting_is_a_strong_tie() -> None:
    """Fifty-two meetings in a year are near the top, without reaching it."""
    meetings = [meeting(7 * n) for n in range(52)]
    assert 0.9 < after(358, *meetings).facts_at(day(358)).strength < 1.0
