"""The median gap between contact days."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.relationships.rhythm import ContactDays, dormant_after


@given(st.lists(st.integers(1, 3000), max_size=40))
def test_rhythm_is_the_median_gap(numbers: list[int]) -> None:
    """Kept up day by day, in any order, it is what sorting all the days gives."""
    contact = ContactDays()
    for number in numbers:
        contact.add(number)
    days = sorted(set(numbers))
    gaps = [later - earlier for earlier, later in pairwise(days)]
    expected = min(max(median(gaps), 7), 180) if len(gaps) >= 5 else None
    assert contact.days == days
    assert contact.rhythm == expected


@pytest.mark.parametrize(
    ("rhythm", "days"), [(None, 180), (7.0, 180), (22.5, 180), (30.0, 240), (180.0, 1440)]
)
def test_dormancy_waits_for_eight_times_the_rhythm(rhythm: float | None, days: int) -> None:
    """And for 180 days at least, also where there is no rhythm to speak of."""
    assert dormant_after(rhythm) == timedelta(days=days)
