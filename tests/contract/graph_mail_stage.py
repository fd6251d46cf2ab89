"""A stage on the fake of Graph: folders of a mailbox, read over loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from fakes.google.world import letter
from fakes.graph.account import Account
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.errors import BadItem
from connectors.formats.mime import read_message
from connectors.graph import mail_letter, mail_listing
from connectors.graph.mail import MailSource

ANA: Final = "ana@example.com"
ZONE: Final = ZoneInfo("Europe/Lisbon")
_FIRST: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_FOLDERS: Final = ("inbox", "sentitems", "Clients/Acme")


class MailStage:
    """Three folders of a mailbox. Its mails never change; "spoilt" is what the reader of mails
    takes for none."""

    def __init__(self, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        self.graph = graph
        self.spoilt: set[bytes] = set()
        self.numbers: dict[str, int] = {}
        self.opened: list[MailSource] = []
        monkeypatch.setattr(mail_listing, "PAGE", 3)
        monkeypatch.setattr(mail_listing, "IDS", 4)

        def reads(head: bytes, *args: Any) -> Any:
            if any(spoilt in head for spoilt in self.spoilt):
                raise BadItem("", "it cannot be read")
            return read_message(head, *args)

        monkeypatch.setattr(mail_letter, "read_message", reads)
        with graph.lock:
            self.ana.mailbox.make_folder("Clients")
            self.ana.mailbox.make_folder("Clients/Acme")

    @property
    def ana(self) -> Account:
        return self.graph.account(ANA)

    def source(self) -> MailSource:
        self.opened.append(MailSource(api_of(self.graph, ANA), zone=ZONE))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        raw = letter(
            "Bob <bob@example.org>",
            ANA,
            f"Number {number}",
            f"Olá, this is number {number}.\n",
            at=_FIRST + timedelta(days=number),
            message_id=f"<{number}@example.org>",
        )
        folder = _FOLDERS[number % 3]
        with self.graph.lock:
            at = _FIRST + timedelta(days=number)
            found = self.ana.mailbox.deliver(raw, folder, at=at, bare=folder == "sentitems")
            ref = f"mail//{key_of(self.ana, folder)}/{found}"
        self.numbers[ref] = number
        return ref

    def edit(self, ref: str) -> bool:
        return False

    def remove(self, ref: str) -> None:
        with self.graph.lock:
            self.ana.mailbox.delete(ref.rpartition("/")[2])

    def spoil(self, ref: str) -> None:
        self.spoilt.add(f"<{self.numbers[ref]}@example.org>".encode())

    def mend(self, ref: str) -> None:
        self.spoilt.clear()

    def vanish_when_fetched(self, ref: str) -> None:
        self.graph.faults.meanwhile("messages.list", lambda: self.remove(ref), skip=1)


def key_of(account: Account, folder: str) -> str:
    """What a folder is called in refs."""
    folder_id = account.mailbox.folder(folder).id
    return blake2b(folder_id.encode(), digest_size=6).hexdigest()
