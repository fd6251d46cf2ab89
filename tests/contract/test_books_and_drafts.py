"""Contact books and folders of drafts keep their contracts: in memory, and at Google through the
real client library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from contract.book_contract import BOB, BookContract, Shelf
from contract.drafts_contract import DraftsContract, DraftsDesk
from contract.ledger import Ledger
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from google_desk import api_of

from connectors.contract import ContactBook, Drafts
from connectors.google.book import GoogleBook
from connectors.google.drafts import GoogleDrafts
from connectors.google.people import PeopleSource
from connectors.memory.account import MemoryContacts, MemoryDrafts
from connectors.memory.world import World
from connectors.records import Card, Facet

__all__ = ["clock", "google"]

ANA = "ana@example.com"


class MemoryShelf:
    """The contacts of a world."""

    def __init__(self) -> None:
        self.world = World()

    def book(self) -> ContactBook:
        return MemoryContacts(self.world)

    def cards(self) -> dict[str, Card]:
        alive = self.world.alive(Facet.CONTACTS).items()
        found = {f"memory//{ref}": stored.observations[0] for ref, stored in alive}
        return {ref: card for ref, card in found.items() if isinstance(card, Card)}

    def edit(self, ref: str) -> None:
        card = replace(self.cards()[ref], name="Robert Stone")
        self.world.put_card(card, ref.removeprefix("memory//"))


class GoogleShelf:
    """The contacts of an account."""

    def __init__(self, google: FakeGoogle) -> None:
        self.google = google
        self.api = api_of(google, ANA)

    def book(self) -> ContactBook:
        return GoogleBook(self.api)

    def cards(self) -> dict[str, Card]:
        ledger = Ledger()
        ledger.read(PeopleSource(self.api), datetime(2026, 11, 2, tzinfo=UTC))
        found = {ref: seen[0] for ref, seen in ledger.observations.items() if seen}
        return {ref: card for ref, card in found.items() if isinstance(card, Card)}

    def edit(self, ref: str) -> None:
        names = [{"givenName": "Robert", "familyName": "Stone"}]
        contacts = self.google.account(ANA).contacts
        contacts.connections.edit(ref.removeprefix("people//"), names=names)

    def close(self) -> None:
        self.api.close()


class MemoryDesk:
    """The drafts of a world."""

    def __init__(self) -> None:
        self.world = World()

    def drafts(self) -> Drafts:
        return MemoryDrafts(self.world)

    def seen(self) -> list[bytes]:
        return list(self.world.drafts.values())

    def sent(self) -> int:
        return len(self.world.alive(Facet.MAIL))


class GoogleDesk:
    """The drafts of an account."""

    def __init__(self, google: FakeGoogle) -> None:
        self.google = google
        self.api = api_of(google, ANA)

    def drafts(self) -> Drafts:
        return GoogleDrafts(self.api)

    def seen(self) -> list[bytes]:
        mailbox = self.google.account(ANA).mailbox
        return [mailbox.letters[one.message].raw for one in mailbox.drafts.values()]

    def sent(self) -> int:
        letters = self.google.account(ANA).mailbox.letters.values()
        return sum("DRAFT" not in one.labels for one in letters)

    def close(self) -> None:
        self.api.close()


class TestMemoryBook(BookContract):
    """In memory."""

    @pytest.fixture
    def shelf(self) -> Shelf:
        return MemoryShelf()


class TestGoogleBook(BookContract):
    """Google Contacts."""

    def test_it_is_read_under_the_uid_it_was_added_by(self, shelf: Shelf) -> None:
        """By which the core knows its own cards."""
        ref = shelf.book().add_card(BOB)
        assert shelf.cards()[ref].uid == BOB.uid

    @pytest.fixture
    def shelf(self, google: FakeGoogle) -> Iterator[Shelf]:
        with closing(GoogleShelf(google)) as shelf:
            yield shelf


class TestMemoryDrafts(DraftsContract):
    """In memory."""

    @pytest.fixture
    def desk(self) -> DraftsDesk:
        return MemoryDesk()


class TestGoogleDrafts(DraftsContract):
    """Gmail."""

    @pytest.fixture
    def desk(self, google: FakeGoogle) -> Iterator[DraftsDesk]:
        with closing(GoogleDesk(google)) as desk:
            yield desk
