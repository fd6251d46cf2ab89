"""A support module: Ana's mail on a Dovecot, her calendars, cards and tasks on a Radicale, and the
command line that reads them.

Both servers are shared by the tests of a worker: each `House` has a mailbox of its own, and
collections that are named after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import ANA, Home, at, calendar, vevent
from imap_world import Mailbox, Servers, servers
from servers.dav import PASSWORD, DavServer
from servers.radicale import radicale

__all__ = ["BEN", "CLEO", "House", "davs", "house", "servers"]

BEN, CLEO = "ben@example.net", "cleo@example.net"
SENT = "Sent Messages"
RULES = """\
version: 1
rules:
  - id: answer
    since: message_received
    until: [message_sent]
    due: 2d
    urgent: true
    task: {title: "Answer {{ first_name }}"}
  - id: met
    since: meeting
    due: 30d
    urgent: true
    done_means: call
    task: {title: "Call {{ first_name }}"}
"""
POST = "{{name: post, kind: imap, host: {host}, port: {port}, tls: {tls}, user: {user}{more}}}"
DAV = "{{name: dav, kind: caldav, url: '{url}', user: owner{more}}}"


class House(Home):
    """A configuration whose accounts are on servers. Passwords are files beside it."""

    def __init__(self, folder: Path, mailbox: Mailbox, dav: DavServer) -> None:
        super().__init__(folder, rules="mine.yaml")
        self.mailbox = mailbox
        self.dav = dav
        self.write("mine.yaml", RULES)
        self.list = f"Tasks of {mailbox.user}"
        self.work = dav.make_calendar(f"{mailbox.user}-work")
        self.people_book = dav.make_book(f"{mailbox.user}-people")
        self.accounts(self.post(), self.caldav())
        self.password("post", PASSWORD)
        self.password("dav", PASSWORD)

    def post(self, more: str = "", **changes: Any) -> str:
        """The account of the mailbox; `more` are further keys."""
        words: dict[str, Any] = {
            "host": "127.0.0.1", "port": self.mailbox.server.port, "tls": "none",
            "user": self.mailbox.user,
        }  # fmt: skip
        return POST.format(**(words | changes), more=f", {more}" if more else "")

    def caldav(self, more: str = "", url: str = "") -> str:
        """The account of the calendars; `more` are further keys."""
        name = self.mailbox.user
        chosen = f"calendars: [{name}-work], contacts: [{name}-people], tasks: {self.list}"
        words = f", {chosen}" + (f", {more}" if more else "")
        return DAV.format(url=url or self.dav.url, more=words)

    def accounts(self, *lines: str, more: str = "") -> None:
        """What the configuration names, and further lines of it."""
        listed = "".join(f"  - {line}\n" for line in lines)
        self.configure(
            f"owner: {{name: Ana Silva, addresses: [{ANA}], timezone: Europe/Lisbon}}\n"
            f"accounts:\n{listed}rules: [mine.yaml]\nstate: sqlite:///syncd.db\nlog: json\n{more}"
        )

    def password(self, account: str, word: str) -> None:
        """The owner writes it down for `account`."""
        self.write(f"secrets/{account}.password", f"{word}\n").chmod(0o600)

    # --- what happens ---

    def letter(
        self, author: str, to: str, when: datetime, folder: str = "INBOX", *, answers: str = ""
    ) -> str:
        """A mail is there; its Message-ID without brackets."""
        name = f"m{self.next_number()}.{self.mailbox.user}@example.net"
        message = EmailMessage(policy=SMTP)
        message["Message-ID"] = f"<{name}>"
        message["Date"] = format_datetime(when)
        message["From"], message["To"], message["Subject"] = author, to, "The report"
        if answers:
            message["In-Reply-To"] = f"<{answers}>"
        message.set_content("Can you send me the numbers?\n")
        self.mailbox.client.append(message.as_bytes(), folder)
        return name

    def exchange(self) -> str:
        """Ana wrote to Ben, and Ben to Ana; the Message-ID of the latter."""
        self.letter(f"Ana Silva <{ANA}>", f"Ben Archer <{BEN}>", at("2026-06-01T09:00"), SENT)
        return self.letter(f"Ben Archer <{BEN}>", ANA, at("2026-06-14T09:00"))

    def meeting(self) -> None:
        """Ana met Cleo, whose card she has."""
        yes = {ANA: "ACCEPTED", CLEO: "ACCEPTED"}
        event = vevent(
            at("2026-06-12T09:00"), "Coffee", f"e.{self.mailbox.user}@example.net",
            organizer=ANA, attendees=yes,
        )  # fmt: skip
        self.dav.put(f"{self.work}one.ics", calendar(event).encode())
        card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c1\r\nFN:Cleo Birkin\r\nEMAIL:{CLEO}\r\n"
        self.dav.put(f"{self.people_book}c1.vcf", f"{card}END:VCARD\r\n".encode())

    # --- what is seen ---

    def files(self) -> dict[str, str]:
        """The tasks on the server, by the paths of their files."""
        place = f"{self.dav.home}tasks-of-{self.mailbox.user}/"
        status, _, listing = self.dav.ask("PROPFIND", place, headers={"Depth": "1"})
        assert status in (207, 404)
        paths = re.findall(rf">({place}[^<]+\.ics)<", listing.decode())
        return {path: self.dav.get(path).decode() for path in paths}

    def titles(self) -> list[str]:
        """The titles of the tasks on the server, a completed one with an x."""
        found = []
        for text in self.files().values():
            title = text.partition("SUMMARY:")[2].partition("\r\n")[0]
            found.append(("x " if "STATUS:COMPLETED" in text else "") + title)
        return sorted(found)

    def counts(self, who: str) -> dict[str, int]:
        """How often Ana was in touch with somebody, and how."""
        (found,) = [one for one in self.people() if who in one["addresses"]]
        counts: dict[str, int] = found["counts"]
        return counts


@pytest.fixture(scope="session")
def davs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DavServer]:
    """A Radicale, until all tests are over."""
    with ExitStack() as stack:
        yield stack.enter_context(radicale(tmp_path_factory.mktemp("radicale") / "dav"))


@pytest.fixture
def house(servers: Servers, davs: DavServer, tmp_path: Path) -> Iterator[House]:
    """A house of one's own on both servers."""
    mailbox = Mailbox(servers())
    yield House(tmp_path, mailbox, davs)
    mailbox.close()
