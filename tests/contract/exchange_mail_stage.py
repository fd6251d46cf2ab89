"""A stage on the fake of Exchange: a mailbox read by exchangelib."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from exchange_desk import ANA, exchange_of
from fakes.exchange.account import Account
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item
from fakes.exchange.world import letter

from connectors.errors import BadItem
from connectors.exchange import mail_fetch, mail_folder, mail_letter
from connectors.exchange.mail import ExchangeMail
from connectors.exchange.places import key_of
from connectors.formats.mail import read_mail

ZONE: Final = ZoneInfo("Europe/Lisbon")
_FIRST: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class ExchangeMailStage:
    """A mailbox. Its mails never change; "spoilt" is what the reader of mails takes for none."""

    def __init__(self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exchange = exchange
        self.spoilt: set[bytes] = set()
        self.numbers: dict[str, int] = {}
        self.items: dict[str, Item] = {}
        self.opened: list[ExchangeMail] = []
        monkeypatch.setattr(mail_folder, "PAGE", 4)
        monkeypatch.setattr(mail_folder, "LISTED", 3)
        monkeypatch.setattr(mail_fetch, "AT_ONCE", 3)
        monkeypatch.setattr(mail_fetch, "_FIRST", 3)
        real = read_mail

        def reads(head: bytes, *args: Any) -> Any:
            if any(spoilt in head for spoilt in self.spoilt):
                raise BadItem("", "it cannot be read")
            return real(head, *args)

        monkeypatch.setattr(mail_letter, "read_mail", reads)

    @property
    def ana(self) -> Account:
        return self.exchange.account(ANA)

    def source(self) -> ExchangeMail:
        self.opened.append(ExchangeMail(exchange_of(self.exchange), zone=ZONE))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        at = _FIRST + timedelta(days=number)
        raw = letter(
            "Bob <bob@example.org>",
            ANA,
            f"Number {number}",
            f"Olá, this is number {number}.\n",
            at=at,
            message_id=f"<{number}@example.org>",
        )
        with self.exchange.lock:
            folder = "sentitems" if number % 3 == 2 else "inbox"
            item = self.ana.mailbox.deliver(raw, folder, at=at)
            ref = self.ref_of(item)
        self.numbers[ref], self.items[ref] = number, item
        return ref

    def ref_of(self, item: Item) -> str:
        """What the source calls it where it is now."""
        return f"ews//{key_of(item.folder)}/{item.id}"

    def edit(self, ref: str) -> bool:
        return False

    def remove(self, ref: str) -> None:
        with self.exchange.lock:
            self.ana.mailbox.delete(self.items[ref])

    def spoil(self, ref: str) -> None:
        self.spoilt.add(f"<{self.numbers[ref]}@example.org>".encode())

    def mend(self, ref: str) -> None:
        self.spoilt.clear()

    def vanish_when_fetched(self, ref: str) -> None:
        self.exchange.faults.meanwhile("GetItem", lambda: self.remove(ref))
