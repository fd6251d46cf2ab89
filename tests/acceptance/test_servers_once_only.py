"""The same mail, meeting and card on a server and in files: counted once, whichever came first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from acceptance_servers import BEN, CLEO, House, davs, servers
from acceptance_world import ANA, at
from imap_world import Mailbox, Servers
from servers.dav import DavServer

__all__ = ["davs", "servers"]

RULES = """\
version: 1
rules:
  - {id: answer, since: asked_me, until: [resolved], due: 3d, urgent: true,
     task: {title: "Answer {{ first_name }}"}}
  - {id: thank, since: first_meeting, until: [message_sent], due: 2d, urgent: true,
     task: {title: "Thank {{ first_name }}"}}
"""
FILES = "{name: home, kind: local, mail: [mail/], calendar: [calendar/], contacts: [contacts/]%s}"
PEOPLE = [f"Ben Archer <{BEN}>", f"Cleo Birkin <{CLEO}>"]
CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c1\r\nFN:Cleo Birkin\r\nEMAIL:{addr}\r\n{more}END:VCARD\r\n"
)
MEETING = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:{product}
BEGIN:VEVENT
UID:coffee@example.net
DTSTAMP:{stamp}
SEQUENCE:{sequence}
DTSTART:20260612T090000Z
DTEND:20260612T100000Z
SUMMARY:Coffee
LOCATION:Café Aurora
STATUS:{status}
{organizer}:mailto:ana@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.org
{guest};PARTSTAT={partstat}:mailto:cleo@example.net
{more}END:VEVENT
END:VCALENDAR
"""


class Twin(House):
    """A house with the same things on its servers and in its files, each in its own words."""

    def __init__(self, folder: Path, mailbox: Mailbox, dav: DavServer) -> None:
        super().__init__(folder, mailbox, dav)
        self.write("mine.yaml", RULES)

    def mails(self) -> None:
        """Ana and Ben write, and he asks something."""
        sent = letter("1@example.org", ANA, BEN, "2026-06-01T09:00", "It was good to see you.")
        words = ("2@example.net", PEOPLE[0], ANA, "2026-06-13T09:00", "Could you send it?")
        asked, anew = letter(*words), letter(*words, cte="base64")
        client = self.mailbox.client
        client.append(crlf(sent), "Sent Messages")
        client.append(crlf(came(asked, "one")))
        client.create("Archive")
        client.append(crlf(came(anew, "two")), "Archive")
        self.write("mail/1.eml", sent)
        self.write("mail/2.eml", came(anew, "three"))
        self.write("mail/3.eml", crlf(asked))

    def meeting(
        self, server: dict[str, Any] | None = None, files: dict[str, Any] | None = None
    ) -> None:
        """Ana met Cleo; what of it is said otherwise on the server, and in the files."""
        self.dav.put(f"{self.work}coffee.ics", event(**THERE | (server or {})))
        self.write("calendar/other-name.ics", event(**(files or {})))

    def cleo_is_saved(self) -> None:
        """Ana has Cleo's card."""
        rev = "REV:20260601T000000Z\r\nX-ABUID:17\r\nN:Birkin;Cleo;;;\r\n"
        there = CARD.format(addr=CLEO.upper(), more=rev)
        self.dav.put(f"{self.people_book}c1.vcf", there.encode())
        self.write("contacts/cleo.vcf", CARD.format(addr=CLEO, more=""))

    def has(self, *names: str) -> None:
        """Which of the accounts are configured: `files`, `servers`."""
        tasks = "" if "servers" in names else ", tasks: tasks/"
        lines = [self.post(), self.caldav()] if "servers" in names else []
        lines += [FILES % tasks] if "files" in names else []
        self.accounts(*lines)

    def comes_to(self) -> dict[str, Any]:
        """All that is said of people and tasks, but for where it was seen."""
        explained = self.everything()
        tasks = self.syncd("tasks", "--json").json
        return {
            "people": plain(self.people()),
            "explained": plain(explained),
            "tasks": plain(tasks),
        }


def letter(name: str, author: str, to: str, when: str, text: str, cte: str = "8bit") -> bytes:
    """A mail as its author's program wrote it, or a relay on its way."""
    message = EmailMessage()
    message["Message-ID"], message["Date"] = f"<{name}>", format_datetime(at(when))
    message["From"], message["To"], message["Subject"] = author, to, "The plan"
    message.set_content(f"Olá, {text}\n", cte=cte)
    return message.as_bytes()


def came(mail: bytes, way: str) -> bytes:
    """The same by another way."""
    date = b"Sat, 13 Jun 2026 09:00:05 +0000"
    by = f"Received: from {way}.example.net by mx.example.org id {way};\n\t".encode()
    return b"Delivered-To: ana@example.org\n" + by + date + b"\n" + mail


def crlf(mail: bytes) -> bytes:
    """As servers keep it."""
    return mail.replace(b"\n", b"\r\n")


def event(**values: Any) -> bytes:
    """The meeting, as one of the two has it."""
    words = {
        "product": "-//example//files//EN", "stamp": "20260601T000000Z", "sequence": 0,
        "status": "CONFIRMED", "organizer": "ORGANIZER", "guest": "ATTENDEE",
        "partstat": "ACCEPTED", "more": "",
    }  # fmt: skip
    return MEETING.format(**(words | values)).replace("\n", "\r\n").encode()


# What a server made of it.
THERE: dict[str, Any] = {
    "product": "-//Example Server//EN",
    "organizer": 'ORGANIZER;CN="Ana Silva";SCHEDULE-STATUS=1.1',
    "guest": 'ATTENDEE;CN="Cleo Birkin";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;RSVP=TRUE',
    "more": "X-MOZ-GENERATION:4\nCREATED:20260520T000000Z\nTRANSP:OPAQUE\n",
}
_WHERE = frozenset(("id", "evidence", "account", "ref", "created"))


def plain(told: Any) -> Any:
    """Without what says where something was seen, and who of no importance was called what."""
    if isinstance(told, dict):
        return {name: plain(value) for name, value in told.items() if name not in _WHERE}
    return [plain(one) for one in told] if isinstance(told, list) else told


@contextmanager
def twin(folder: Path, servers: Servers, dav: DavServer) -> Iterator[Twin]:
    mailbox = Mailbox(servers())
    try:
        yield Twin(folder, mailbox, dav)
    finally:
        mailbox.close()


Made = Callable[..., dict[str, Any]]


@pytest.fixture
def after(servers: Servers, davs: DavServer, tmp_path: Path) -> Made:
    """What a house comes to, whose accounts are configured like that one run after the other."""

    def made(fill: Callable[[Twin], object], *steps: tuple[str, ...]) -> dict[str, Any]:
        with twin(tmp_path / "-".join(map("+".join, steps)), servers, davs) as one:
            fill(one)
            for step in steps:
                one.has(*step)
                one.once()
            return one.comes_to()

    return made


FILE, SERVER, BOTH = ("files",), ("servers",), ("files", "servers")


def test_once_however_it_comes(after: Made) -> None:
    """Mail in a folder and in two folders of a server, a meeting and a card in files and on a
    server: as if there were one of each, in any order, also when an account comes later or goes."""

    def fill(one: Twin) -> None:
        one.mails()
        one.meeting()
        one.cleo_is_saved()

    alone = after(fill, SERVER)
    assert [one["title"] for one in alone["tasks"]] == ["Answer Ben", "Thank Cleo"] or [
        one["title"] for one in alone["tasks"]
    ] == ["Thank Cleo", "Answer Ben"]
    (ben,) = [one for one in alone["people"] if one["addresses"] == [BEN]]
    assert (ben["counts"]["sent"], ben["counts"]["received"]) == (1, 1)
    (cleo,) = [one for one in alone["people"] if one["addresses"] == [CLEO]]
    assert cleo["counts"]["meetings"] == 1
    assert after(fill, FILE) == alone
    for steps in ((BOTH,), (FILE, BOTH), (SERVER, BOTH), (BOTH, SERVER)):
        assert after(fill, *steps) == alone, steps


NEWER = {"stamp": "20260611T120000Z"}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "declined on the server": ({"partstat": "DECLINED", **NEWER}, {}, 0),
    "declined in the files": ({}, {"partstat": "DECLINED", **NEWER}, 0),
    "an old answer in the files": (NEWER, {"partstat": "NEEDS-ACTION"}, 1),
    "cancelled on the server": ({"status": "CANCELLED", "sequence": 1}, NEWER, 0),
    "on again in the files": ({"status": "CANCELLED", "sequence": 1}, {"sequence": 2}, 1),
}


@pytest.mark.parametrize("case", CASES)
def test_the_newer_copy_of_a_meeting(case: str, after: Made) -> None:
    """Of two copies that differ the newer one says what happened, whichever was read first."""
    server, files, met = CASES[case]

    def fill(one: Twin) -> None:
        one.cleo_is_saved()
        one.meeting(server, files)

    first, other = after(fill, FILE, BOTH), after(fill, SERVER, BOTH)
    for one in (first, other):  # a task that was written meanwhile is history
        one["explained"][CLEO].pop("verdicts")
    assert first["explained"] == other["explained"]
    assert first["people"] == other["people"]
    (cleo,) = first["people"]
    assert cleo["counts"]["meetings"] == met
