"""Guessing who the owner is, and where their days are."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.setup.homes import maildir, mbox, put

from syncd.setup import Guess, Home, find, guess, time_zone
from syncd.setup.headers import envelope_of

TO = "ben@example.com"
GIT = "[core]\n\teditor = vi\n[user]\n\tname = Git Ana\n\temail = Ana@Git.example.org\n"


def guessed(home: Path) -> Guess:
    place = Home.of(home)
    return guess(place, find(place).boxes)


def test_the_author_of_sent_mail_is_the_owner(tmp_path: Path) -> None:
    """The most frequent first; a further address of the same name is theirs as well, a stray one or
    a colleague's is not, and the name is the one most often written."""
    mails = [("Ana Silva <Ana@example.org>", TO)] * 12 + [("ana@example.org", TO)] * 3
    mails += [('"Silva, A." <ana.silva@work.example.com>', TO)] * 4
    mails += [("Ana Stray <stray@example.net>", TO)] * 2 + [("Carl <carl@example.org>", TO)] * 5
    maildir(tmp_path / "Maildir", ("ben@example.com", "ana@example.org"))
    maildir(tmp_path / "Maildir" / ".Sent", *mails)
    put(tmp_path, {".gitconfig": GIT})
    found = guessed(tmp_path)
    assert found.name == "Ana Silva"
    assert found.addresses == ("ana@example.org", "ana.silva@work.example.com")
    assert found.why == "the author of your sent mail"


def test_without_a_sent_folder_it_is_who_is_on_most_mails(tmp_path: Path) -> None:
    """From some and to most: only the owner is that, and only where it is one."""
    received = [(f"Friend {n} <f{n}@example.com>", "Ana <ana@example.org>") for n in range(8)]
    put(tmp_path, {"Mail/all": mbox(*received, *[("Ana <ana@example.org>", TO)] * 4)})
    assert guessed(tmp_path) == Guess("Ana", ("ana@example.org",), "on most of your mail")
    put(tmp_path, {"Mail/all": mbox(*received)})
    assert guessed(tmp_path) == Guess()


def test_git_and_the_environment_help(tmp_path: Path) -> None:
    """Where no mail tells, git's settings do, then $EMAIL; for another home only what is in it."""
    put(tmp_path, {"one/.gitconfig": GIT, "two/.config/git/config": "[user]\nname = Ana\n"})
    assert guessed(tmp_path / "one") == Guess("Git Ana", ("ana@git.example.org",), "git's settings")
    assert guessed(tmp_path / "two").name == "Ana"
    place = Home(tmp_path / "two", {"EMAIL": "ana@example.org"})
    assert guess(place, ()) == Guess("Ana", ("ana@example.org",), "$EMAIL")
    assert guessed(tmp_path / "three") == Guess()


@pytest.mark.parametrize(
    ("header", "author", "recipients"),
    [
        (b"From: a@example.org\r\nTo: b@example.com,\r\n c@example.com\r\n\r\nFrom: x@y.z", "a", 2),
        (b"FROM: =?utf-8?q?Z=C3=A9?= <a@example.org>\nCc: b@example.com\n\nHi", "a", 1),
        (b"From: a@example.org, b@example.org\n\n", None, 0),
        (b"Subject: nobody\n\n", None, 0),
        (b"\xff\xfe\x00", None, 0),
    ],
)
def test_headers_are_read_whatever_they_are(
    header: bytes, author: str | None, recipients: int
) -> None:
    """Folded, encoded, with two authors or none: only one author says who wrote."""
    envelope = envelope_of(header)
    if author is None:
        assert envelope is None
    else:
        assert envelope is not None
        assert envelope.author.addr == f"{author}@example.org"
        assert len(envelope.recipients) == recipients


def test_mail_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    """A link that leads nowhere and a folder where a mail should be are passed over."""
    box = maildir(tmp_path / "Maildir" / ".Sent", *[("Ana <ana@example.org>", TO)] * 2)
    maildir(tmp_path / "Maildir")
    (box / "cur" / "9999999999.gone").symlink_to(tmp_path / "gone")
    (box / "cur" / "9999999998.folder").mkdir()
    assert guessed(tmp_path).addresses == ("ana@example.org",)


def test_the_time_zone_of_the_machine(tmp_path: Path) -> None:
    """$TZ by name, else where the link leads, else the name in the file; rules without a name are
    no zone."""
    zones = put(tmp_path, {"zoneinfo/Europe/Lisbon": "", "timezone": "Asia/Tokyo\n"})
    link = tmp_path / "localtime"
    link.symlink_to(zones / "zoneinfo" / "Europe" / "Lisbon")
    name = tmp_path / "timezone"
    assert time_zone({"TZ": ":America/Lima"}, link, name) == "America/Lima"
    assert time_zone({"TZ": "EST5EDT,M3.2.0,M11.1.0"}, link, name) == "Europe/Lisbon"
    assert time_zone({}, tmp_path / "none", name) == "Asia/Tokyo"
    assert time_zone({}, tmp_path / "none", tmp_path / "none") == ""
