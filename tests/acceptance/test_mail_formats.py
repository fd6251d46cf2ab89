"""What mailers write into headers, however ugly, seen through names, titles and dates.

All mails of a table lie in one folder and are read by one run.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from acceptance_letters import ANA_WHO, BEN_WHO, deliver, letter, told
from acceptance_world import ANA, NOW, Home, at

DAY = at("2026-05-04T09:00")
LATER = at("2026-05-05T09:00")


class Head(NamedTuple):
    """A mail's From and Subject as bytes, and the name and title that they mean."""

    truth: str
    author: bytes  # %s is the address
    subject: bytes
    name: str
    title: str


HEADS = (
    Head("plain", b"Ben Archer <%s>", b"Plain words", "Ben Archer", "Plain words"),
    Head("quoted", b'"Archer, Ben" <%s>', b"One", "Ben Archer", "One"),
    Head(
        "Q",
        b"=?iso-8859-1?Q?J=F6rg_M=FCller?= <%s>",
        b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=",
        "Jörg Müller",
        "Grüße",
    ),
    Head(
        "B",
        b"=?UTF-8?B?SsO2cmcgTcO8bGxlcg==?= <%s>",
        b"=?utf-8?b?R3LDvMOfZQ==?=",
        "Jörg Müller",
        "Grüße",
    ),
    Head(
        "adjacent encoded words join without a space",
        b"=?utf-8?Q?J=C3=B6?= =?utf-8?Q?rg?= =?utf-8?Q?_M=C3=BCller?= <%s>",
        b"=?utf-8?Q?Gr=C3=BC?=\r\n =?utf-8?Q?=C3=9Fe?=",
        "Jörg Müller",
        "Grüße",
    ),
    Head(
        "a character split over two encoded words",
        b"=?utf-8?Q?J=C3?= =?utf-8?Q?=B6rg?= M. <%s>",
        b"=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=",
        "Jörg M.",
        "Grüße",
    ),
    Head(
        "encoded inside quotes",
        b'"=?utf-8?Q?J=C3=B6rg_M=C3=BCller?=" <%s>',
        b"Two",
        "Jörg Müller",
        "Two",
    ),
    Head(
        "raw UTF-8 (RFC 6532)",
        "Jörg Müller <%s>".encode(),
        "Grüße".encode(),
        "Jörg Müller",
        "Grüße",
    ),
    Head(
        "raw Latin-1",
        "Jörg Müller <%s>".encode("latin-1"),
        "Grüße".encode("latin-1"),
        "Jörg Müller",
        "Grüße",
    ),
    Head("a comment for a name", b"%s (Ben Archer)", b"Three", "Ben Archer", "Three"),
    Head(
        "with a language (RFC 2231)",
        b"=?utf-8*de?Q?J=C3=B6rg?= Maier <%s>",
        b"=?us-ascii*en?Q?Keith?=",
        "Jörg Maier",
        "Keith",
    ),
    Head("an unknown charset", b"=?x-unknown?Q?Ben?= Archer <%s>", b"Four", "Ben Archer", "Four"),
    Head(
        "windows-1252 that says iso-8859-1",
        b"=?iso-8859-1?Q?Se=E1n_O=92Brien?= <%s>",
        b"Five",
        "Seán O’Brien",
        "Five",
    ),
    Head(
        "Shift_JIS",
        b"=?Shift_JIS?B?jlKTY5G+mFk=?= <%s>",
        b"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=",
        "山田太郎",
        "こんにちは",
    ),
    Head(
        "KOI8-R",
        b"=?koi8-r?B?6dfBzg==?= <%s>",
        b"=?koi8-r?Q?=F0=D2=C9=D7=C5=D4?=",
        "Иван",
        "Привет",
    ),
    Head(
        "folded in the middle",
        b"Ben\r\n Archer\r\n <%s>",
        b"A title\r\n that goes\r\n\ton",
        "Ben Archer",
        "A title that goes on",
    ),
    Head(
        "base64 without its padding", b"=?utf-8?B?SsO2cmc?= Maier <%s>", b"Six", "Jörg Maier", "Six"
    ),
    Head(
        "an underline is a space only in Q",
        b"=?utf-8?Q?Ben_Archer?= <%s>",
        b"a_b_c",
        "Ben Archer",
        "a_b_c",
    ),
)


def addr_of(index: int) -> str:
    return f"who{index}.wren@c{index}.example.com"


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("heads"))
    for index, head in enumerate(HEADS):
        addr = addr_of(index)
        day = DAY + timedelta(hours=3 * index)  # one letter to many would count for nobody
        deliver(home, letter(ANA_WHO, addr, day, name=f"s{index}@example.org"))
        after = day + timedelta(hours=1)
        author = head.author.replace(b"%s", addr.encode())
        deliver(
            home,
            letter(
                author,
                ANA,
                after,
                name=f"r{index}@example.com",
                subject=head.subject,
            ),
        )
    home.once()
    return home


@pytest.mark.parametrize(
    ("index", "head"), list(enumerate(HEADS)), ids=[head.truth for head in HEADS]
)
def test_names_and_subjects(heads: Home, index: int, head: Head) -> None:
    """However a name and a subject are encoded, they are shown as they were meant."""
    found = heads.explain(addr_of(index))
    assert found["person"]["name"] == head.name
    assert found["interactions"][0]["title"] == head.title
    assert found["interactions"][0]["real"] == "yes"


def received(day: str) -> str:
    return f"from mx.example.com (mx.example.com [192.0.2.1]) by mx.example.org; {day}"


TRUE = "Tue, 05 May 2026 09:00:00 +0000"


@pytest.mark.parametrize(
    ("date", "trace", "expected"),
    [
        (TRUE, "", "2026-05-05T09:00"),
        ("", TRUE, "2026-05-05T09:00"),
        ("Tue, 05 May 2026 10:00:00 +0100 (WEST)", TRUE, "2026-05-05T09:00"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", TRUE, "2026-05-05T09:00"),
        ("Mon, 05 May 2036 09:00:00 +0000", TRUE, "2026-05-05T09:00"),
        ("Sat, 05 May 2001 09:00:00 +0000", TRUE, "2026-05-05T09:00"),
        ("yesterday at noon", TRUE, "2026-05-05T09:00"),
        ("Tue, 5 May 26 09:00:00 GMT", TRUE, "2026-05-05T09:00"),
        ("Tue, 05 May 2026 04:00:00 EST", TRUE, "2026-05-05T09:00"),
        ("2026-05-05T09:00:00Z", TRUE, "2026-05-05T09:00"),
        ("Tue, 05 May 2026 09:00:00 +9900", TRUE, "2026-05-05T09:00"),
        ("Sun, 03 May 2026 21:00:00 +0000", TRUE, "2026-05-03T21:00"),  # written offline
    ],
    ids=[
        "right", "missing", "a comment", "1970", "in ten years", "long ago", "words", "two digits",
        "a named zone", "ISO 8601", "an offset that cannot be", "two days in an outbox",
    ],
)  # fmt: skip
def test_dates(tmp_path: Any, date: str, trace: str, expected: str) -> None:
    """A date that cannot be is replaced by the day the mail arrived; a plausible one stands."""
    home = Home(tmp_path)
    more: dict[str, str | bytes] = {"Received": received(trace) if trace else ""}
    deliver(home, letter(ANA_WHO, "ben@example.com", DAY, name="s@example.org"))
    deliver(home, letter("ben@example.com", ANA, date, name="r@example.com", more=more))
    home.once()
    (one,) = [i for i in home.interactions("ben@example.com") if i["direction"] == "received"]
    assert one["at"].startswith(expected), NOW


PEOPLE: tuple[tuple[str, str, set[str]], ...] = (
    (
        "a group",
        "friends: Ben <ben@example.com>, cleo@example.net;",
        {"ben@example.com", "cleo@example.net"},
    ),
    ("an empty group", "undisclosed-recipients:;", set()),
    (
        "a group beside others",
        "x: ben@example.com;, Dora <dora@example.net>",
        {"ben@example.com", "dora@example.net"},
    ),
    (
        "semicolons",
        "Ben <ben@example.com>; Dora <dora@example.net>",
        {"ben@example.com", "dora@example.net"},
    ),
    ("a comma in quotes", '"Archer, Ben" <ben@example.com>', {"ben@example.com"}),
    ("an encoded comma", "=?utf-8?Q?Archer=2C_Ben?= <ben@example.com>", {"ben@example.com"}),
    ("a name that is an address", '"dora@example.net" <ben@example.com>', {"ben@example.com"}),
    ("no host", "Ben <ben@example.com>, localuser", {"ben@example.com"}),
    ("angle brackets twice", "<<ben@example.com>>", {"ben@example.com"}),
    ("a trailing comma", "ben@example.com, ", {"ben@example.com"}),
    ("a source route", "Ben <@relay.example.org:ben@example.com>", {"ben@example.com"}),
    ("mailto", "<mailto:ben@example.com>", {"ben@example.com"}),
    ("capitals and spaces", "Ben < Ben@Example.COM >", {"ben@example.com"}),
)


@pytest.mark.parametrize(
    ("to", "expected"), [case[1:] for case in PEOPLE], ids=[case[0] for case in PEOPLE]
)
def test_recipients(tmp_path: Any, to: str, expected: set[str]) -> None:
    """Whoever a To names is written to, however it is spelled; nobody else is."""
    home = Home(tmp_path)
    deliver(home, letter(ANA_WHO, to, DAY, name="s@example.org"))
    home.once()
    assert set(home.everything()) == expected
    assert {addr for one in home.people() for addr in one["addresses"]} == expected
    assert home.status()["set_aside"] == []


@pytest.mark.parametrize(
    "author",
    [
        "Ben <ben@example.com>, Cleo <cleo@example.net>",
        "Cleo <cleo@example.net>, Ben <ben@example.com>",
    ],
)
def test_two_authors(tmp_path: Any, author: str) -> None:
    """A mail with two authors (RFC 5322, 3.6.2) is read, and is nobody's who is not in it."""
    home = Home(tmp_path)
    more: dict[str, str | bytes] = {"Sender": "Desk <desk@example.net>"}
    deliver(home, letter(ANA_WHO, "ben@example.com, cleo@example.net", DAY, name="s@example.org"))
    deliver(home, letter(author, ANA, LATER, name="r@example.com", more=more))
    home.once()
    assert set(home.everything()) <= {"ben@example.com", "cleo@example.net", "desk@example.net"}
    received = [i for a in ("ben@example.com", "cleo@example.net") for i in home.interactions(a)]
    assert any(one["direction"] == "received" and one["real"] == "yes" for one in received)
    assert home.status()["set_aside"] == []


@pytest.mark.parametrize("empty", [False, True])
def test_a_sender_without_from(tmp_path: Any, empty: bool) -> None:
    """Where From is missing or empty, Sender wrote the mail (RFC 5322, 3.6.2); Reply-To did not."""

    def folder(name: str, header: str) -> Home:
        home = Home(tmp_path / name)
        way = ((ANA_WHO, BEN_WHO, DAY), (BEN_WHO, ANA, LATER))
        for index, (who, to, day) in enumerate(way):
            data = letter("", to, day, name=f"{index}@x.org", more={header: who})
            blank = b"From:\r\n" if empty and header == "Sender" else b""
            deliver(home, blank + data)
        more: dict[str, str | bytes] = {"Reply-To": "Cleo <cleo@example.net>"}
        deliver(home, letter("", ANA, LATER, name="r@x.org", more=more))
        home.once()
        return home

    usual, without = folder("usual", "From"), folder("without", "Sender")
    assert told(without) == told(usual)
    assert [one["direction"] for one in without.interactions("ben@example.com")] == [
        "sent",
        "received",
    ]
    assert "cleo@example.net" not in without.everything()
    assert without.status()["set_aside"] == []
