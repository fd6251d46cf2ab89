"""Contacts and drafts of a mailbox at an Exchange server keep their contracts, through
exchangelib; and what was added is deleted again where somebody is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract.book_contract import BookContract, Shelf
from contract.drafts_contract import DraftsContract, DraftsDesk
from contract.test_books_on_servers import Removals, read
from exchange_desk import ANA, exchange_of
from fakes.exchange.account import Account
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange

from connectors.contract import ContactBook, Drafts
from connectors.exchange.book import ExchangeBook
from connectors.exchange.contacts import ContactsSource
from connectors.exchange.drafts import ExchangeDrafts
from connectors.exchange.resolver import Resolver
from connectors.exchange.session import Exchange
from connectors.records import Card

__all__ = ["clock", "exchange"]


class ExchangeShelf:
    """The contacts of a mailbox."""

    def __init__(self, fake: FakeExchange) -> None:
        self.fake = fake
        self.opened: list[Exchange] = []

    @property
    def ana(self) -> Account:
        return self.fake.account(ANA)

    def way(self) -> Exchange:
        self.opened.append(exchange_of(self.fake))
        return self.opened[-1]

    def close(self) -> None:
        for one in self.opened:
            one.close()

    def book(self) -> ContactBook:
        return ExchangeBook(self.way())

    def cards(self) -> dict[str, Card]:
        way = self.way()
        return read(ContactsSource(way, resolve=Resolver(way)))

    def edit(self, ref: str) -> None:
        here = ref.removeprefix("contacts//").partition("/")[2]
        (item,) = (one for one in self.ana.mailbox.items("contacts") if one.id == here)
        robert = {"DisplayName": "Robert Stone", "GivenName": "Robert", "Subject": "Robert Stone"}
        self.ana.mailbox.edit(item, FileAs="Robert Stone", **robert)


class TestBook(BookContract, Removals):
    """The contacts that every mailbox has."""

    @pytest.fixture
    def shelf(self, exchange: FakeExchange) -> Iterator[Shelf]:
        shelf = ExchangeShelf(exchange)
        yield shelf
        shelf.close()


class ExchangeDesk:
    """The drafts of a mailbox."""

    def __init__(self, fake: FakeExchange) -> None:
        self.fake = fake
        self.opened: list[Exchange] = []

    def close(self) -> None:
        for one in self.opened:
            one.close()

    def drafts(self) -> Drafts:
        self.opened.append(exchange_of(self.fake))
        return ExchangeDrafts(self.opened[-1])

    def seen(self) -> list[bytes]:
        return [one.mime for one in self.fake.account(ANA).mailbox.items("drafts")]

    def sent(self) -> int:
        ana = self.fake.account(ANA)
        return len(ana.sent) + len(ana.mailbox.items("sentitems"))


class TestDrafts(DraftsContract):
    """The drafts folder."""

    @pytest.fixture
    def desk(self, exchange: FakeExchange) -> Iterator[DraftsDesk]:
        desk = ExchangeDesk(exchange)
        yield desk
        desk.close()
