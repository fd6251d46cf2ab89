"""What the early part of a long history answers, and what it refuses to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rules.history import Beyond
from syncd.inference.model import Claim, ClaimKind, Direction, Real
from syncd.relationships.earlier import Earlier
from syncd.relationships.timeline import Folded

from worlds import day

HORIZON = day(20)
PIN = day(8)


def said(name: str, at: datetime) -> Claim:
    return Claim(name, ClaimKind.MESSAGE, at, at, Real.YES, (), Direction.SENT)


EARLIER = Earlier(
    folded=Folded(),
    last=said("message:last", HORIZON),
    first="message:first",
    first_end=day(0),
    since=day(0),
    pins={"message:pin": PIN},
)


@pytest.mark.parametrize(
    ("since", "anchor"),
    [
        (HORIZON, ""),
        (day(0), ""),
        (PIN, ""),
        (PIN, "message:other"),
        (PIN + timedelta(seconds=1), "message:pin"),
    ],
)
def test_what_is_not_kept_is_not_told(since: datetime, anchor: str) -> None:
    """Up to the horizon there may have been more than is kept."""
    with pytest.raises(Beyond):
        EARLIER.reach(since, anchor)


def test_what_is_kept_is_told() -> None:
    """All after the horizon, and what followed an event that was pinned."""
    EARLIER.reach(HORIZON + timedelta(microseconds=1), "")
    EARLIER.reach(PIN, "message:pin")


def test_a_standing_or_a_fall_that_is_not_kept_is_not_told() -> None:
    """Rather than to answer that there was none."""
    with pytest.raises(Beyond):
        EARLIER.standing_at(day(3))
    with pytest.raises(Beyond):
        EARLIER.falls_below(0.3)
