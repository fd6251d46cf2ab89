"""Names as evidence: what is one name in many spellings, and what a local part tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.people import compatible, is_nickname, name_key, shows, telling, words_of


@pytest.mark.parametrize(
    "written",
    [
        "Ana Silva",
        "Silva, Ana",
        "SILVA Ana",
        "ana silva",
        "Ána  Sílva",
        "Dr. Ana Silva",
        "Silva, Dr. Ana",
        "Ana Silva, PhD",
        "Ana B. Silva",
        "'Silva, Ana (Sales)' via Crew",
        '"Ana Silva"',
        "Ana Silva | Harbour",
        "A\u006e\u0061\u0301 Silva",
    ],
)
def test_one_name_in_many_spellings(written: str) -> None:
    """Order, case, accents, titles, degrees, initials and decoration are nothing to go by."""
    assert name_key(written) == "ana silva"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Łukasz Øster", "lukasz oster"),
        ("Groß, Jürgen", "gross jurgen"),
        ("O'Brien, Pat", "obrien pat"),
        ("Æsir Þór", "aesir thor"),
        ("Ana-Maria da Silva", "ana da maria silva"),
        ("Иван Петров", "иван петров"),
    ],
)
def test_letters_of_other_languages(written: str, key: str) -> None:
    """Letters with marks are their bases; other scripts keep their letters."""
    assert name_key(written) == key


@pytest.mark.parametrize(
    "written",
    ["", "Ana", "A. Silva", "A. B. C.", "王小明", "ana@example.org", "Dr. Silva", "Sales Team",
     "Zeal Robot", "Silva Silva", "42 17"],
)  # fmt: skip
def test_what_proves_nothing_has_no_key(written: str) -> None:
    """Single words, initials, addresses, functions and machines are no full names."""
    assert name_key(written) == ""


def test_father_and_son_are_two() -> None:
    """A generation tells humans apart."""
    assert name_key("John Archer Jr.") != name_key("John Archer")
    assert name_key("Archer Jr.") == ""


@given(st.text(max_size=60))
def test_any_text_has_a_key_or_none(text: str) -> None:
    """No text raises; a key is made of sorted, folded words."""
    key = name_key(text)
    assert key == " ".join(sorted(key.split()))
    assert key == key.casefold()


@given(st.permutations(["Ana", "Maria", "Silva", "Lind"]))
def test_the_order_of_words_is_nothing(words: list[str]) -> None:
    """Whatever the order, the key is the same."""
    assert name_key(" ".join(words)) == "ana lind maria silva"


@pytest.mark.parametrize(
    ("addr", "key", "tells"),
    [
        ("zwiebel@x.example", "archer ben", True),
        ("zwiebel42@x.example", "archer ben", True),
        ("b.zwiebel@x.example", "archer ben", True),
        ("ben@x.example", "archer ben", False),
        ("barcher@x.example", "archer ben", False),
        ("ba@x.example", "archer ben", False),
        ("bca@x.example", "archer ben", False),
        ("benny1980@x.example", "archer ben", False),
        ("bobby@x.example", "archer robert", False),
        ("mikej@x.example", "jones michael", False),
        ("mail@x.example", "archer ben", False),
        ("sales@x.example", "archer ben", False),
        ("1980@x.example", "archer ben", False),
    ],
)
def test_a_local_part_tells_only_what_nobody_else_would_think_of(
    addr: str, key: str, tells: bool
) -> None:
    """Names, nicknames, initials, numbers and plain words are many people's."""
    assert telling(addr, key) is tells


@pytest.mark.parametrize(
    ("addr", "key", "is_shown"),
    [
        ("ben.archer@x.example", "archer ben", True),
        ("barcher@x.example", "archer ben", True),
        ("bobby77@x.example", "archer robert", True),
        ("zwiebel@x.example", "archer ben", False),
        ("1980@x.example", "archer ben", False),
    ],
)
def test_a_local_part_may_show_the_name(addr: str, key: str, is_shown: bool) -> None:
    """What is made of words, beginnings or a nickname shows whose it is."""
    assert shows(addr, key) is is_shown


def test_names_of_different_length_are_compatible() -> None:
    """One name that says no more than the other contradicts nothing."""
    assert compatible(words_of("Ana Silva"), words_of("Ana Maria Silva"))
    assert not compatible(words_of("Ana Costa"), words_of("Ana Silva"))


def test_nicknames_go_both_ways() -> None:
    """Bob is Robert and Robert is Bob; Rob and Bob are nobody's proof."""
    assert is_nickname("robert", "bob")
    assert is_nickname("bob", "robert")
    assert not is_nickname("rob", "william")
