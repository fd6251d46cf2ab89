"""Cards and drafts in a mailbox at Microsoft keep their contracts, whatever Graph leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest
from contract.book_contract import BookContract, Shelf
from contract.drafts_contract import DraftsContract, DraftsDesk
from contract.ledger import Ledger
from fakes.google.world import Clock
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.contract import ContactBook, Drafts
from connectors.graph.api import Api
from connectors.graph.book import GraphBook
from connectors.graph.contacts import ContactsSource
from connectors.graph.drafts import GraphDrafts
from connectors.records import Card

__all__ = ["clock", "graph"]

ANA: Final = "ana@example.com"


@pytest.fixture(params=[0, 2])
def api(graph: FakeGraph, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Api]:
    """Graph of a seed."""
    graph.reset(clock, request.param)
    with closing(api_of(graph, ANA)) as api:
        yield api


class GraphShelf:
    """The contacts of a mailbox."""

    def __init__(self, graph: FakeGraph, api: Api) -> None:
        self.contacts = graph.account(ANA).contacts
        self.api = api

    def book(self) -> ContactBook:
        return GraphBook(self.api)

    def cards(self) -> dict[str, Card]:
        ledger = Ledger()
        ledger.read(ContactsSource(self.api))
        found = {ref: seen[0] for ref, seen in ledger.observations.items() if seen}
        return {ref: card for ref, card in found.items() if isinstance(card, Card)}

    def edit(self, ref: str) -> None:
        self.contacts.edit(ref.rpartition("/")[2], displayName="Robert Stone", givenName="Robert")


class GraphDesk:
    """The folder Drafts of a mailbox."""

    def __init__(self, graph: FakeGraph, api: Api) -> None:
        self.mailbox = graph.account(ANA).mailbox
        self.api = api

    def drafts(self) -> Drafts:
        return GraphDrafts(self.api)

    def seen(self) -> list[bytes]:
        return [one.raw for one in self.mailbox.drafts]

    def sent(self) -> int:
        return len(self.mailbox.folder("sentitems").letters.items)


class TestBook(BookContract):
    """Outlook's contacts."""

    @pytest.fixture
    def shelf(self, graph: FakeGraph, api: Api) -> Shelf:
        return GraphShelf(graph, api)


class TestDrafts(DraftsContract):
    """Outlook's drafts."""

    @pytest.fixture
    def desk(self, graph: FakeGraph, api: Api) -> DraftsDesk:
        return GraphDesk(graph, api)
