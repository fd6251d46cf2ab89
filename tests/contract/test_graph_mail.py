"""The mail of Microsoft 365 keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.graph_mail_stage import MailStage
from contract.ledger import Ledger
from contract.source_contract import SourceContract, TextContract, gone, seen
from fakes.google.world import Clock
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph

from connectors.records import Bad

__all__ = ["clock", "graph"]


class TestMail(SourceContract, TextContract):
    """A mailbox."""

    seed = 0

    @pytest.fixture
    def stage(
        self, graph: FakeGraph, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[MailStage]:
        graph.reset(clock, self.seed)
        with closing(MailStage(graph, monkeypatch)) as stage:
            yield stage

    def test_a_mended_item_is_read(self, stage: MailStage) -> None:  # type: ignore[override]  # one stage
        """A mail never changes, nor does its stamp: what could not be read is asked for by its
        ref."""
        refs = [stage.add(number) for number in range(3)]
        stage.spoil(refs[0])
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        assert isinstance(next(iter(source.read_again([refs[0]], ledger.cursor or ""))), Bad)
        stage.mend(refs[0])
        assert ledger.read(source) == []
        assert seen(list(source.read_again([refs[0]], ledger.cursor or ""))) == {refs[0]}

    def test_a_mail_that_is_moved_is_gone_and_there(self, stage: MailStage) -> None:
        """A mail in another folder is another item; put into the bin it is gone."""
        refs = [stage.add(number) for number in range(4)]
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        stage.ana.mailbox.move(refs[0].rpartition("/")[2], "Clients/Acme")
        stage.ana.mailbox.trash(refs[1].rpartition("/")[2])
        items = ledger.read(source)
        assert gone(items) == set(refs[:2])
        (there,) = seen(items)
        assert there.rpartition("/")[2] == refs[0].rpartition("/")[2]
        assert ledger.read(source) == []


class TestOdd(TestMail):
    """The same where pages, orders and properties are as odd as Microsoft allows."""

    seed = 5
