"""Texts within a limit, whole as people see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cut import cut, units

FAMILY = "👩‍👩‍👧‍👦"
ODD = st.sampled_from(
    [
        "a",
        " ",
        "é",
        "e\u0301",
        "中",
        FAMILY,
        "👍🏽",
        "🇵🇹",
        "🇩🇪",
        "1\ufe0f\u20e3",
        "\u1112\u1161\u11ab",
    ]
)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Coffee", 6, "Coffee"),
        ("Coffee", 5, "Coff…"),
        ("To do", 4, "To…"),  # no blank before the dots
        ("a👍", 3, "a👍"),
        ("a👍b", 3, "a…"),
        ("abe\u0301d", 4, "ab…"),
        ("a" + FAMILY + "b", 11, "a…"),
        ("🇵🇹🇩🇪", 7, "🇵🇹…"),
        ("👍🏽👍🏽", 5, "👍🏽…"),
        (FAMILY, 5, "…"),
        ("", 0, ""),
    ],
)
def test_a_text_is_cut_between_what_people_see(text: str, limit: int, expected: str) -> None:
    """Half an emoji is another one, and half a surrogate pair is an error."""
    assert cut(text, limit) == expected


@given(st.lists(ODD, max_size=60), st.integers(1, 80))
def test_what_is_cut_fits_and_is_a_beginning(parts: list[str], limit: int) -> None:
    """In UTF-16 units, as some providers count; what fits stays as it is."""
    text = "".join(parts)
    found = cut(text, limit)
    assert units(found) == len(found.encode("utf-16-le")) // 2 <= limit
    if found != text:
        assert units(text) > limit
        kept = found.removesuffix("…")
        starts = {"".join(parts[:count]).rstrip() for count in range(len(parts) + 1)}
        assert kept in starts


def test_a_prank_is_cut_all_the_same() -> None:
    """A thousand accents on one letter."""
    assert units(cut("e" + "\u0301" * 1000, 100)) == 100
