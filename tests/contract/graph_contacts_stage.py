"""A stage on the fake of Graph: two folders of contacts, read over loopback."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import pytest
from fakes.graph.contacts import Contacts
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.errors import BadItem
from connectors.graph import contact_lists
from connectors.graph.contact_card import cards_of
from connectors.graph.contacts import ContactsSource
from connectors.records import Card

ANA: Final = "ana@example.com"


class ContactsStage:
    """The default folder and one below it."""

    def __init__(self, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        self.graph = graph
        self.opened: list[ContactsSource] = []
        monkeypatch.setattr(contact_lists, "PAGE", 3)

        def keeps(contact: Mapping[str, Any]) -> tuple[Card, ...]:
            if contact.get("givenName") == "Spoilt":
                raise BadItem("", "it cannot be read")
            return cards_of(contact)

        monkeypatch.setattr(contact_lists, "cards_of", keeps)
        with graph.lock:
            self.book.make_folder("Clients")

    @property
    def book(self) -> Contacts:
        return self.graph.account(ANA).contacts

    def source(self) -> ContactsSource:
        self.opened.append(ContactsSource(api_of(self.graph, ANA)))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        folder = "Clients" if number % 3 == 1 else "contacts"
        with self.graph.lock:
            found = self.book.add("Bob Stone", f"bob{number}@example.org", folder=folder)
            key = blake2b(self.book.folder(folder).id.encode(), digest_size=6).hexdigest()
        return f"contacts//{key}/{found}"

    def edit(self, ref: str) -> bool:
        self._call(ref, "Robert", "Stone")
        return True

    def remove(self, ref: str) -> None:
        with self.graph.lock:
            self.book.delete(ref.rpartition("/")[2])

    def spoil(self, ref: str) -> None:
        self._call(ref, "Spoilt", "Stone")

    def mend(self, ref: str) -> None:
        self._call(ref, "Bob", "Stone")

    def vanish_when_fetched(self, ref: str) -> None:
        self.graph.faults.meanwhile("contacts.delta", lambda: self.remove(ref), skip=1)

    def _call(self, ref: str, given: str, family: str) -> None:
        names = {"givenName": given, "surname": family, "displayName": f"{given} {family}"}
        with self.graph.lock:
            self.book.edit(ref.rpartition("/")[2], **names)
