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
        (["VERSION:2.1", "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89lise;Ana"], "Ana Élise"),
        (["VERSION:2.1", "FN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:=C9lise"], "Élise"),
        (["VERSION:2.1", "FN;ENCODING=QUOTED-PRINTABLE:Ana =", "Silva"], "Ana Silva"),
        (["VERSION:4.0", "FN;PREF=2:Second", "FN;PREF=1:First"], "First"),
        (["VERSION:3.0", "FN:", "N:Silva;Ana"], "Ana Silva"),
        (["VERSION:3.0", "N:Silva\\;Sousa;Ana,Maria;;;"], "Ana Maria Silva;Sousa"),
        (["VERSION:3.0", "N:;;;;", "NICKNAME:Anita"], "Anita"),
        (["fn:lower case"], "lower case"),
        (["VERSION:3.0", "item1.FN:Ana"], "Ana"),
        (["VERSION:3.0", "FN:Ana", "AGENT:BEGIN:VCARD\\nFN:Bob\\nEND:VCARD"], "Ana"),
        (
            ["VERSION:2.1", "N:Silva;Ana", "AGENT:", "BEGIN:VCARD", "FN:Bob", "END:VCARD"],
            "Ana Silva",
        ),
        (["VERSION:3.0", r"FN:Ana \"Anita\" Silva"], 'Ana "Anita" Silva'),
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
        ("---02", ""),
        ("1985-04", ""),
        ("1985", ""),
        ("19530315T231000-0500", "1953-03-15"),
        ("1980-3-2", "1980-03-02"),
        ("1980/03/02", "1980-03-02"),
        ("0000-03-02", "--03-02"),
        ("--0230", "--02-30"),
        ("03/02/1980", ""),
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
        ("Anita", "Nita"),
        ("+351 21 000 00 00",),
        "likes; commas, and \\ slashes",
    )
    assert read_cards(write_card(made)) == ([made], "")


@pytest.mark.parametrize(
    ("lines", "addrs"),
    [
        (["EMAIL;TYPE=home:a@example.org", "EMAIL;TYPE=work,pref:b@example.org"],
         ("b@example.org", "a@example.org")),
        (["EMAIL;TYPE=INTERNET;TYPE=HOME:a@example.org", "EMAIL;TYPE=WORK;TYPE=PREF:b@example.org"],
         ("b@example.org", "a@example.org")),
        (["EMAIL;PREF=50:a@example.org", "EMAIL;PREF=1:b@example.org"],
         ("b@example.org", "a@example.org")),
        (["EMAIL;HOME;PREF:b@example.org", "EMAIL:a@example.org"],
         ("b@example.org", "a@example.org")),
        (["item1.EMAIL:a@example.org", "item1.X-ABLabel:_$!<Other>!$_"], ("a@example.org",)),
        (["EMAIL:a@example.org", "EMAIL:A@example.org"], ("a@example.org",)),
        (["EMAIL:mailto:a@example.org"], ("a@example.org",)),
        (["EMAIL:Ana <a@example.org>"], ("a@example.org",)),
        (["EMAIL;TYPE=X400:c=pt;a= ;p=org"], ()),
        (["EMAIL:nobody", "EMAIL:"], ()),
        (["EMAIL;ENCODING=QUOTED-PRINTABLE:a=40example.org"], ("a@example.org",)),
    ],
)  # fmt: skip
def test_addresses(lines: list[str], addrs: tuple[str, ...]) -> None:
    """The preferred one first, each once, in the spellings of every version; no half ones."""
    assert card("VERSION:3.0", "FN:Ana", *lines).addrs == addrs


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("NICKNAME:Anita,Nita", "nicknames", ("Anita", "Nita")),
        ("ORG:Example Org;;Research;", "organisation", "Example Org / Research"),
        ("ORG:Silva\\, Sousa & Co.", "organisation", "Silva, Sousa & Co."),
        ("ROLE:Head", "title", "Head"),
        ("NOTE:line\\nline\\, and more", "note", "line\nline, and more"),
        ("NOTE:" + "x" * 5000, "note", "x" * 2000),
        ("NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab", "note", "a\nb"),
        ("CATEGORIES:Friends,Lisbon,Friends", "categories", ("Friends", "Lisbon")),
        ("CATEGORIES:Friends;Lisbon", "categories", ("Friends", "Lisbon")),
        ("TEL;TYPE=CELL:+351 21 000 00 00", "phones", ("+351 21 000 00 00",)),
        ("TEL;VALUE=uri;TYPE=\"voice,home\":tel:+351-21-000-0000;ext=1", "phones",
         ("+351-21-000-0000",)),
        ("TEL;TYPE=FAX:+351210000001", "phones", ()),
        ("TEL;WORK;FAX:+351210000001", "phones", ()),
        ("TEL:none", "phones", ()),
        ("KIND:org", "kind", "org"),
        ("KIND:Organization", "kind", "org"),
        ("KIND:thing", "kind", "individual"),
        ("X-ADDRESSBOOKSERVER-KIND:group", "kind", "group"),
        ("X-ABShowAs:COMPANY\nORG:Example Org", "kind", "org"),
        ("UID:urn:uuid:1234", "uid", "1234"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-02", "birthday", "--03-02"),
        ("BDAY;VALUE=text:circa 1800", "birthday", ""),
        ("MEMBER:urn:uuid:1\nMEMBER:mailto:a@example.org", "members", ("1", "a@example.org")),
        ("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1", "members", ("1",)),
        ("PHOTO;ENCODING=BASE64;JPEG:\n/9j/4AAQ:x;y\n\nNICKNAME:Anita", "nicknames", ("Anita",)),
        ("KEY:data:application/pgp-keys;base64,AAAA\nNICKNAME:Anita", "nicknames", ("Anita",)),
        ("no line at all\nNICKNAME:Anita", "nicknames", ("Anita",)),
    ],
)  # fmt: skip
def test_properties(line: str, field: str, expected: object) -> None:
    """Each property lands in its field, whatever stands around it."""
    assert getattr(card("VERSION:3.0", "FN:Ana", *line.split("\n")), field) == expected


@pytest.mark.parametrize(
    ("name", "charset"),
    [("Élise", "utf-8"), ("Élise", "cp1252"), ("Élise", "utf-16"), ("花子", "shift_jis")],
)
def test_charsets(name: str, charset: str) -> None:
    """UTF-8, what Windows writes, UTF-16 with its mark, and a charset that the line names."""
    param = ";CHARSET=Shift_JIS" if charset == "shift_jis" else ""
    data = f"BEGIN:VCARD\r\nVERSION:2.1\r\nFN{param}:{name}\r\nEND:VCARD\r\n".encode(charset)
    assert [found.name for found in read_cards(data).cards] == [name]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_folds(end: str) -> None:
    """Every line end; a fold in the middle of a character."""
    data = CARD.replace("\n", end).encode()
    assert read_cards(data).cards[0].name == "Ana Silva"
    folded = "BEGIN:VCARD\nFN:Élise\nEND:VCARD\n".encode().replace(b"\xc3\x89", b"\xc3\n \x89")
    assert read_cards(folded).cards[0].name == "Élise"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'["vcard", [["version", {}, "text", "4.0"]]]', "jCard"),
        (b'<?xml version="1.0"?><vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0"/>', "xCard"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR", "not a contact card"),
    ],
)
def test_other_forms_are_named(data: bytes, word: str) -> None:
    """JSON and XML cards are refused, with what to do."""
    with pytest.raises(BadItem, match=word):
        read_cards(data)


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
