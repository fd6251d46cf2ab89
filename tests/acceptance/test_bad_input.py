"""Broken items are set aside with a reason and stop nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from acceptance_bad import BEN, aside, lines, one_line
from acceptance_world import ANA, Home, at, calendar, vevent


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana wrote to Ben once; everything is in order."""
    home = Home(tmp_path)
    home.mail(ANA, f"Ben Archer <{BEN}>", at("2026-06-01T09:00"))
    return home


EVENT = vevent(
    at("2026-06-02T09:00"),
    "Talk",
    "whole@example.net",
    organizer=ANA,
    attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
)
BROKEN = (
    ("mail/noise.eml", bytes(range(256)) * 20),
    ("mail/empty.eml", b""),
    ("mail/html.eml", b"<html><body>Not a mail</body></html>\n"),
    ("calendar/noise.ics", bytes(range(256)) * 20),
    ("calendar/empty.ics", b""),
    (
        "calendar/no-start.ics",
        calendar("BEGIN:VEVENT\r\nUID:x\r\nSUMMARY:Talk\r\nEND:VEVENT").encode(),
    ),
    (
        "calendar/bad-start.ics",
        calendar("BEGIN:VEVENT\r\nUID:y\r\nDTSTART:yesterday\r\nEND:VEVENT").encode(),
    ),
    ("contacts/noise.vcf", bytes(range(256)) * 20),
    ("contacts/empty.vcf", b""),
    ("contacts/nobody.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"),
)


@pytest.mark.parametrize(("name", "data"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_broken_item_is_set_aside(home: Home, name: str, data: bytes) -> None:
    """A broken file is counted in `status` with its name and why, exits 0 and stops nothing."""
    home.write(name, data)
    home.event(at("2026-06-02T09:00"), organizer=ANA, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"})
    home.card("Ben Archer", BEN)
    home.once()
    (ben,) = home.people()
    assert (ben["counts"]["sent"], ben["counts"]["meetings"], ben["wanted"]) == (1, 1, True)
    assert list(aside(home)) == [name.split("/")[1]]
    result = home.syncd("status")
    assert result.code == 0
    assert name.split("/")[1] in result.out


def test_a_mended_item_is_read(home: Home) -> None:
    """A file that was broken and is mended counts, and is no longer set aside."""
    home.write("calendar/talk.ics", b"nonsense")
    home.once()
    assert aside(home)
    home.write("calendar/talk.ics", calendar(EVENT))
    home.once()
    assert aside(home) == {}
    assert home.people()[0]["counts"]["meetings"] == 1


def test_a_removed_broken_item_is_forgotten(home: Home) -> None:
    """A broken file that is gone is set aside no longer."""
    path = home.write("mail/noise.eml", b"")
    home.once()
    path.unlink()
    home.once()
    assert aside(home) == {}


DATE = b"Date: Mon, 01 Jun 2026 09:00:00 +0000"
DORA = b"From: Dora <dora@example.com>"
TO_ANA = b"To: ana@example.org"
TALK = vevent(
    at("2026-06-02T09:00"),
    "Talk",
    "talk",
    organizer=ANA,
    attendees={ANA: "ACCEPTED", "dora@example.com": "ACCEPTED"},
)
CARD = (b"VERSION:3.0", b"FN:Dora Lind", b"EMAIL:dora@example.com", b"END:VCARD")
PARTLY = (
    (
        "a card that is broken beside a good one",
        "contacts/two.vcf",
        lines(b"BEGIN:VCARD", b"VERSION:3.0", b"END:VCARD", b"BEGIN:VCARD", *CARD),
    ),
    (
        "a card that was cut off before a good one",
        "contacts/cut.vcf",
        lines(b"BEGIN:VCARD", b"VERSION:3.0", b"FN:Otto Ende", b"BEGIN:VCARD", *CARD),
    ),
    (
        "a card with a line that is none",
        "contacts/line.vcf",
        lines(b"BEGIN:VCARD", b"?????", *CARD),
    ),
    (
        "an event that is broken beside a good one",
        "calendar/two.ics",
        calendar("BEGIN:VEVENT\r\nUID:x\r\nDTSTART:never\r\nEND:VEVENT", TALK).encode(),
    ),
    (
        "an event that was cut off after a good one",
        "calendar/cut.ics",
        calendar(TALK, TALK.replace("UID:talk", "UID:cut"))[:-60].encode(),
    ),
    (
        "an event with a broken alarm",
        "calendar/alarm.ics",
        calendar(
            TALK.replace("END:VEVENT", "BEGIN:VALARM\r\nTRIGGER:never\r\nEND:VALARM\r\nEND:VEVENT")
        ).encode(),
    ),
    (
        "an event of a zone that nobody knows",
        "calendar/zone.ics",
        calendar(TALK).replace("DTSTART:", "DTSTART;TZID=Nowhere/Atlantis:").encode(),
    ),
    (
        "a mail with eight-bit names",
        "mail/latin.eml",
        lines(
            b"Message-ID: <l@example.net>",
            b"From: D\xf3ra <dora@example.com>",
            TO_ANA,
            DATE,
            b"Subject: Caf\xe9",
            b"",
            b"hi",
        ),
    ),
    (
        "a mail without a date that can be read",
        "mail/date.eml",
        lines(
            b"Message-ID: <d@example.net>",
            b"Received: from a by b; Mon, 01 Jun 2026 09:00:00 +0000",
            DORA,
            TO_ANA,
            b"Date: yesterday",
            b"",
            b"hi",
        ),
    ),
    ("a mail without a Message-ID", "mail/anonymous.eml", lines(DORA, TO_ANA, DATE, b"", b"hi")),
    (
        "a mail whose body is no text",
        "mail/body.eml",
        lines(
            b"Message-ID: <b@example.net>",
            DORA,
            TO_ANA,
            DATE,
            b"Content-Type: text/plain; charset=martian",
            b"Content-Transfer-Encoding: base64",
            b"",
            b"\xff\xfe\x00!!!",
        ),
    ),
)


@pytest.mark.parametrize(("truth", "name", "data"), PARTLY, ids=[row[0] for row in PARTLY])
def test_read_as_far_as_possible(home: Home, truth: str, name: str, data: bytes) -> None:
    """What is damaged is read as far as it can be: Dora is found in it."""
    home.write(name, data)
    home.once()
    assert "dora@example.com" in home.everything(), truth
    # What was left out is counted.
    left_out = "beside a good one" in truth or "cut off" in truth
    assert list(aside(home)) == ([name.split("/")[1]] if left_out else [])


def test_odd_file_names(home: Home) -> None:
    """A file name with spaces, signs or bytes that are no text is read like any other."""
    source = (home.folder / "mail/0001.eml").read_bytes()
    for number, name in enumerate((b"a b'c\".eml", "ä☃.eml".encode(), b"\xff\xfe.eml")):
        text = source.replace(b"<m1@", f"<odd{number}@".encode())
        (home.folder / "mail" / os.fsdecode(name)).write_bytes(text)
    home.once()
    assert aside(home) == {}
    assert home.people()[0]["counts"]["sent"] == 4
    assert home.syncd("explain", BEN, "--json").code == 0


def test_a_huge_header_and_many_recipients(home: Home) -> None:
    """A mail to ten thousand is read, and makes nobody known."""
    home.mail(ANA, [f"p{n}@example.com" for n in range(10_000)], at("2026-06-03T09:00"))
    home.once()
    assert [one["addresses"] for one in home.people()] == [[BEN]]


def test_markup_in_names_and_titles(home: Home) -> None:
    """What looks like markup or an escape in a name is printed as it is, and breaks no output."""
    home.mail(ANA, "Dora <dora@example.com>", at("2026-06-03T09:00"), subject="[/b] [link=x]Hi")
    home.card("[red]Dora[/nope] [/b \\\\[bold", "dora@example.com")
    home.once()
    for command in (["people"], ["explain", "dora@example.com"], ["status"], ["tasks", "--all"]):
        result = home.syncd(*command)
        assert result.code == 0, result
    assert "[/b] [link=x]Hi" in home.syncd("explain", "dora@example.com").out


def test_escapes_do_not_reach_the_terminal(home: Home) -> None:
    """Control characters in a subject or a name are not sent to the owner's terminal."""
    home.write(
        "mail/esc.eml",
        b"Message-ID: <e@example.net>\r\nFrom: ana@example.org\r\n"
        b"To: =?utf-8?Q?Do=1B[31mra?= <dora@example.com>\r\n"
        b"Date: Mon, 01 Jun 2026 09:00:00 +0000\r\n"
        b"Subject: =?utf-8?Q?Ring=07=1B]0;owned=07?=\r\n\r\nhi\r\n",
    )
    home.once()
    for command in (["people"], ["explain", "dora@example.com"]):
        out = home.syncd(*command).out
        assert "\x1b" not in out
        assert "\x07" not in out


@pytest.mark.parametrize("path", ["mail/", "calendar/", "contacts/"])
def test_a_vanished_folder(home: Home, path: str) -> None:
    """A folder that is gone is one line and exit code 1; nothing is lost, and it may come back."""
    home.event(at("2026-06-02T09:00"), organizer=ANA, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"})
    home.event(at("2026-07-02T09:00"), organizer=ANA, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"})
    home.card("Ben Archer", BEN)
    home.once()
    before = home.people()
    (home.folder / path).rename(home.folder / "elsewhere")
    one_line(home.syncd("once"), 1, "home", path.rstrip("/"))
    assert home.people() == before
    assert home.syncd("status").code == 1
    (home.folder / "elsewhere").rename(home.folder / path)
    home.once()
    assert home.people() == before
    assert home.syncd("status").code == 0


def test_a_suddenly_empty_folder(home: Home) -> None:
    """A folder that was full and is empty, as an unmounted disk is, deletes nothing."""
    for number in range(30):
        home.event(
            at(f"2026-07-{number + 1:02}T09:00"),
            organizer=ANA,
            attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
        )
    home.once()
    before = home.people()
    assert before[0]["next_meeting"]
    (home.folder / "calendar").rename(home.folder / "elsewhere")
    (home.folder / "calendar").mkdir()
    one_line(home.syncd("once"), 1, "home", "calendar")
    assert home.people() == before
