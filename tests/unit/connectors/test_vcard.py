"""Contact cards of every version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import BadItem
from connectors.formats.vcard import read_cards, write_card
from connectors.records import Card

CARD = """\
BEGIN:VCARD
VERSION:3.0
UID:u-1
FN:Ana Silva
N:Silva;Ana;;Dr.;
ORG:Example Org;Research
TITLE:Head of Research
item1.EMAIL;TYPE=WORK:ana@example.org
EMAIL:ana.silva@example.com
BDAY:1980-03-02
CATEGORIES:Friends,Lisbon
PHOTO;ENCODING=b;TYPE=JPEG:AAAABBBB
 CCCCDDDD
END:VCARD
"""


def card(*lines: str) -> Card:
    """The only card of these lines."""
    (found,) = read_cards("\n".join(("BEGIN:VCARD", *lines, "END:VCARD")).encode()).cards
    return found


def test_a_whole_card() -> None:
    """Every kept property lands in its field; the photo is not kept."""
    assert read_cards(CARD.encode()).cards == [
        Card(
            "u-1", "Ana Silva", ("ana@example.org", "ana.silva@example.com"),
            "Example Org / Research", "Head of Research", "1980-03-02", ("Friends", "Lisbon"),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["VERSION:3.0", "FN:Ana"], "Ana"),
        (["VERSION:3.0", "N:Silva;Ana;Maria;;"], "Ana Maria Silva"),
        (["VERSION:3.0", "ORG:Example Org"], "Example Org"),
        (["VERSION:3.0", "EMAIL:ana@example.org"], "ana@example.org"),
        (["VERSION:2.1", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89lise"], "Élise"),
        (["VERSION:2.1", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89li=\nse"], "Élise"),
        (["VERSION:4.0", "FN:日本 花子"], "日本 花子"),
    ],
)
def test_names(lines: list[str], name: str) -> None:
    """Without FN the name is composed from N, else it is the organisation, else the address."""
    assert card(*lines).name == name


@pytest.mark.parametrize(
    ("written", "birthday"),
    [
        ("1980-03-02", "1980-03-02"),
        ("19800302", "1980-03-02"),
        ("1980-03-02T00:00:00Z", "1980-03-02"),
        ("--0302", "--03-02"),
        ("--03-02", "--03-02"),
        ("1604-03-02", "--03-02"),
        ("1980-13-40", ""),
        ("in spring", ""),
    ],
)
def test_birthdays(written: str, birthday: str) -> None:
    """Birthdays come with and without a year; what is no date is dropped."""
    assert card("VERSION:4.0", "FN:Ana", f"BDAY:{written}").birthday == birthday


def test_several_cards_in_a_file() -> None:
    """Broken cards among others, those that were cut off too, are left out and counted."""
    broken = "BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n"
    cut = "BEGIN:VCARD\nVERSION:3.0\nFN:Otto Ende\n"
    every = CARD + broken + cut + CARD.replace("u-1", "u-2") + cut
    reading = read_cards(every.replace("\n", "\r\n").encode())
    assert [found.uid for found in reading.cards] == ["u-1", "u-2"]
    assert reading.broken == "3 of its cards cannot be read"
    assert read_cards((CARD + CARD).encode()).broken == ""


def test_a_card_without_a_uid_keeps_the_one_made_up() -> None:
    """The made-up uid depends on who it is, not on what else is in the card."""
    one = card("VERSION:3.0", "FN:Ana", "EMAIL:ana@example.org")
    two = card("VERSION:3.0", "FN:Ana", "EMAIL:ana@example.org", "TITLE:Boss")
    assert one.uid == two.uid
    assert one.uid.startswith("none:")


def test_a_written_card_is_read_back() -> None:
    """Writing loses nothing."""
    made = Card(
        "u-9",
        "Ana Maria Silva",
        ("ana@example.org",),
        "Example; Org",
        "CEO",
        "1980-03-02",
        ("a", "b"),
    )
    assert read_cards(write_card(made)) == ([made], "")


@pytest.mark.parametrize("data", [b"", b"hello", b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n"])
def test_what_is_no_card(data: bytes) -> None:
    """Anything that names nobody is a bad item."""
    with pytest.raises(BadItem):
        read_cards(data)


@given(st.binary(max_size=60), st.integers(0, len(CARD)), st.integers(0, 40))
def test_mutated_cards_never_fail_otherwise(noise: bytes, position: int, cut: int) -> None:
    """Whatever bytes arrive: named cards, or BadItem."""
    data = CARD.encode()
    try:
        cards = read_cards(data[:position] + noise + data[position + cut :]).cards
    except BadItem:
        return
    for found in cards:
        assert found.name
        found.name.encode("utf-8")
