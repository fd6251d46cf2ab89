"""The name to show is the bare one, and depends on the multiset of names alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.people import called, first_name, name_of


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ana Silva", "Ana Silva"),
        ("Silva, Ana", "Ana Silva"),
        ("Silva, Ana (Sales)", "Ana Silva"),
        ("'Silva, Ana'", "Ana Silva"),
        ('"Ana Silva"', "Ana Silva"),
        ("Ana Silva (via Example Docs)", "Ana Silva"),
        ("'Ana Silva' via Team", "Ana Silva"),
        ("Ana Silva [Example]", "Ana Silva"),
        ("Ana Silva | Example Ltd", "Ana Silva"),
        ("Ana Silva - Example Ltd", "Ana Silva"),
        ("Silva, Ana, PhD", "Ana Silva"),
        ("Ana Silva, PhD", "Ana Silva"),
        ("ANA SILVA", "Ana Silva"),
        ("ANA DA SILVA", "Ana da Silva"),
        ("ana-maria silva", "Ana-Maria Silva"),
        ("IBM", "IBM"),
        ("Example, Inc.", "Example, Inc."),
        ("王小明", "王小明"),
        ("Ana (Example", "Ana"),
        ("???", ""),
        ("", ""),
    ],
)
def test_a_display_name_loses_its_decoration(written: str, shown: str) -> None:
    """Quotes, firms, lists, degrees, turned and shouted names become the name itself."""
    assert name_of([(written, 1)]) == shown


def test_a_full_name_beats_a_frequent_short_one() -> None:
    """ "Ana Silva" once says more than "Ana" nine times."""
    assert name_of([("Ana", 9), ("Ana Silva", 1)]) == "Ana Silva"


def test_of_full_names_the_more_frequent_wins() -> None:
    """A name after marriage wins when it is written more often, in whatever form."""
    assert name_of([("Ana Silva", 2), ("Costa, Ana", 2), ("Ana Costa", 1)]) == "Ana Costa"


def test_the_better_spelt_of_equal_names_is_shown() -> None:
    """Of two that differ in case only, capitals where they belong."""
    assert name_of([("Ana mcSilva", 1), ("Ana McSilva", 1)]) == "Ana McSilva"


@pytest.mark.parametrize(
    ("addresses", "shown"),
    [
        (["ana.silva@example.org"], "Ana Silva"),
        (["ana_silva@example.org", "zoe@example.org"], "Ana Silva"),
        (["ana@example.org"], "ana@example.org"),
        (["as42@example.org"], "as42@example.org"),
        (["x.silva@example.org"], "x.silva@example.org"),
        ([], ""),
    ],
)
def test_without_a_name_the_address_has_to_do(addresses: list[str], shown: str) -> None:
    """A local part that reads as a name is one; else the address stands for its holder."""
    assert name_of([], addresses) == shown
    assert name_of([(addr, 1) for addr in addresses]) == shown


def test_an_address_is_no_name() -> None:
    """Mailers that repeat the address as the name name nobody."""
    assert name_of([("ana@example.org", 9), ("Ana", 1)]) == "Ana"


@given(st.data())
def test_the_order_of_names_changes_nothing(data: st.DataObject) -> None:
    """Any order, and any way of splitting the counts, shows the same name."""
    names = st.sampled_from(
        ["Ana", "Silva, Ana", "ANA SILVA", "Ana Silva", "ana@example.org", "A S"]
    )
    seen = data.draw(st.lists(st.tuples(names, st.integers(1, 3)), max_size=8))
    shuffled = data.draw(st.permutations(seen))
    split = [(name, 1) for name, count in shuffled for _ in range(count)]
    assert name_of(seen) == name_of(shuffled) == name_of(split)


@given(st.lists(st.tuples(st.text(max_size=30), st.integers(1, 9)), max_size=5))
def test_any_text_may_stand_where_a_name_should(seen: list[tuple[str, int]]) -> None:
    """No name, however broken, raises."""
    first_name(name_of(seen))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Ana Silva", "Ana"),
        ("Dr. Ana Silva", "Ana"),
        ("Herr Prof. Otto Lang", "Otto"),
        ("J. R. Silva", "J. R. Silva"),
        ("Ana", "Ana"),
        ("王小明", "王小明"),
        ("", ""),
        ("ana@example.org", ""),
    ],
)
def test_the_first_name_is_what_somebody_is_called(name: str, first: str) -> None:
    """Titles call nobody, and initials alone are no name."""
    assert first_name(name) == first


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("Ana Silva", "Ana"),
        ("SILVA, Ana Maria (Dr.)", "Ana"),
        ("Dr. Ana Silva", "Ana"),
        ("ana", "Ana"),
        ("Prof. Dr. Müller", "Prof. Dr. Müller"),
        ("Herr Meier", "Herr Meier"),
        ("Acme GmbH", "Acme GmbH"),
        ("Kim Co", "Kim"),
        ("王小明", "王小明"),
        ("ana@example.org", ""),
        ("", ""),
    ],
)
def test_who_has_no_first_name_is_called_by_all_of_it(name: str, call: str) -> None:
    """Nobody is called "Müller" or "Acme" to their face."""
    assert called(name) == call
