"""Stages on the fake of Google: contacts, and "other contacts", read by the real client library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fakes.google.contacts import Book
from fakes.google.server import FakeGoogle
from google_desk import api_of

from connectors.errors import BadItem
from connectors.google import people_lists
from connectors.google.people import PeopleSource
from connectors.google.people_card import cards_of, other_cards_of
from connectors.records import Card

ANA = "ana@example.com"


class PeopleStage:
    """The contacts of an account, read together with its other contacts."""

    def __init__(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
        self.google = google
        self.opened: list[PeopleSource] = []
        self.account = google.account(ANA)
        monkeypatch.setattr(people_lists, "PAGE", 3)
        monkeypatch.setattr(people_lists, "_IDS", 5)

        def keeps(person: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[Card, ...]:
            _refuse(person)
            return cards_of(person, labels)

        def notes(person: Mapping[str, Any]) -> tuple[Card, ...]:
            _refuse(person)
            return other_cards_of(person)

        monkeypatch.setattr(people_lists, "cards_of", keeps)
        monkeypatch.setattr(people_lists, "other_cards_of", notes)

    @property
    def book(self) -> Book:
        return self.account.contacts.connections

    @property
    def method(self) -> str:
        return "people.people.connections.list"

    def source(self) -> PeopleSource:
        self.opened.append(PeopleSource(api_of(self.google, ANA)))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        return "people//" + self.book.add("Bob Stone", f"bob{number}@example.org")

    def edit(self, ref: str) -> bool:
        self._call(ref, "Robert Stone")
        return True

    def remove(self, ref: str) -> None:
        self.book.delete(ref.removeprefix("people//"))

    def spoil(self, ref: str) -> None:
        self._call(ref, "Spoilt Stone")

    def mend(self, ref: str) -> None:
        self._call(ref, "Bob Stone")

    def vanish_when_fetched(self, ref: str) -> None:
        self.google.faults.meanwhile(self.method, lambda: self.remove(ref), skip=1)

    def _call(self, ref: str, name: str) -> None:
        given, _, family = name.partition(" ")
        names = [{"givenName": given, "familyName": family}]
        self.book.edit(ref.removeprefix("people//"), names=names)


class OthersStage(PeopleStage):
    """The other way round."""

    @property
    def book(self) -> Book:
        return self.account.contacts.others

    @property
    def method(self) -> str:
        return "people.otherContacts.list"


def _refuse(person: Mapping[str, Any]) -> None:
    if any(one.get("givenName") == "Spoilt" for one in person.get("names", ())):
        raise BadItem("", "it cannot be read")
