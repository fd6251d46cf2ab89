"""The contacts of Microsoft 365 keep the contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.graph_contacts_stage import ContactsStage
from contract.source_contract import SourceContract
from fakes.google.world import Clock
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph

__all__ = ["clock", "graph"]


class TestContacts(SourceContract):
    """Two folders."""

    seed = 0

    @pytest.fixture
    def stage(
        self, graph: FakeGraph, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[ContactsStage]:
        graph.reset(clock, self.seed)
        with closing(ContactsStage(graph, monkeypatch)) as stage:
            yield stage


class TestOdd(TestContacts):
    """The same where pages, orders and properties are as odd as Microsoft allows."""

    seed = 5
