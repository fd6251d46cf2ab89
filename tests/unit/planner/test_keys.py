"""Keys: the same for ever for the same thing, and never the same for two."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.planner import mint


def test_a_key_is_syncd_and_24_hexadecimal_digits() -> None:
    """Lists, footers and the command line know a key by its shape."""
    assert re.fullmatch(r"syncd-[0-9a-f]{24}", mint("thank", "meeting:m1", "ana@example.org"))


def test_a_key_never_changes_between_versions() -> None:
    """Tasks written years ago are found by the key that this version mints."""
    assert mint("thank", "meeting:m1", "ana@example.org") == "syncd-3656f15dce0915f65bd48c52"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "bc", "d"), ("ab", "c", "d")),
        (("a", "b", "cd"), ("a", "bc", "d")),
        (("thank", "m", "ana@example.org"), ("thank", "m", "bob@example.org")),
    ],
)
def test_what_differs_in_any_part_has_another_key(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """Two people in one meeting have two tasks, and no text can be cut differently."""
    assert mint(*one) != mint(*other)


@given(st.text(), st.text(), st.text())
def test_the_same_three_always_give_the_same_key(rule: str, evidence: str, addr: str) -> None:
    """A state that was lost mints the keys again that its tasks have."""
    assert mint(rule, evidence, addr) == mint(rule, evidence, addr)
