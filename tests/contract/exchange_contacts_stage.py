"""A stage on the fake of Exchange: the contacts of a mailbox, read by exchangelib."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from exchange_desk import ANA, exchange_of
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item

from connectors.errors import BadItem
from connectors.exchange import contact_items, synced
from connectors.exchange.contact_card import cards_of
from connectors.exchange.contacts import ContactsSource
from connectors.exchange.element import Element, text
from connectors.exchange.places import key_of
from connectors.records import Card

ZONE: Final = ZoneInfo("Europe/Lisbon")


class ExchangeContactsStage:
    """The contacts. "Spoilt" is what the reader of contacts takes for none."""

    def __init__(self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exchange = exchange
        self.account = exchange.account(ANA)
        self.items: dict[str, Item] = {}
        self.opened: list[ContactsSource] = []
        monkeypatch.setattr(synced, "PAGE", 3)

        def reads(item: Element, *more: Any) -> tuple[Card, ...]:
            if text(item, "DisplayName").startswith("Spoilt"):
                raise BadItem("", "it cannot be read")
            return cards_of(item, *more)

        monkeypatch.setattr(contact_items, "cards_of", reads)

    def source(self) -> ContactsSource:
        self.opened.append(ContactsSource(exchange_of(self.exchange), ZONE))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        with self.exchange.lock:
            item = self.account.contacts.add("Bob Stone", f"bob{number}@example.org")
        ref = f"contacts//{key_of(item.folder)}/{item.id}"
        self.items[ref] = item
        return ref

    def edit(self, ref: str) -> bool:
        self._call(ref, "Robert Stone")
        return True

    def remove(self, ref: str) -> None:
        with self.exchange.lock:
            self.account.contacts.delete(self.items[ref])

    def spoil(self, ref: str) -> None:
        self._call(ref, "Spoilt Stone")

    def mend(self, ref: str) -> None:
        self._call(ref, "Bob Stone")

    def vanish_when_fetched(self, ref: str) -> None:
        self.exchange.faults.meanwhile("GetItem", lambda: self.remove(ref))

    def _call(self, ref: str, name: str) -> None:
        with self.exchange.lock:
            self.account.contacts.edit(self.items[ref], DisplayName=name)
