"""The mail of an Exchange mailbox keeps the contract, driven through the real exchangelib."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.exchange_mail_stage import ExchangeMailStage
from contract.ledger import Ledger
from contract.source_contract import SourceContract, TextContract, gone, seen
from contract.waiting_contract import WaitingContract
from fakes.exchange.fixtures import FakeExchange, clock, exchange

from connectors.records import Bad

__all__ = ["clock", "exchange"]


class TestExchangeMail(SourceContract, TextContract, WaitingContract):
    """A mailbox."""

    @pytest.fixture
    def stage(
        self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[ExchangeMailStage]:
        with closing(ExchangeMailStage(exchange, monkeypatch)) as stage:
            yield stage

    def test_a_mended_item_is_read(self, stage: ExchangeMailStage) -> None:  # type: ignore[override]  # one stage
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

    def test_a_mail_that_moves_is_gone_and_seen(self, stage: ExchangeMailStage) -> None:
        """In another folder a mail is another item; in the bin it is read no more."""
        refs = [stage.add(number) for number in range(2)]
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        mailbox = stage.ana.mailbox
        with stage.exchange.lock:
            mailbox.make_folder("Projects")
            moved = mailbox.move(stage.items[refs[0]], "Projects")
            now = stage.ref_of(moved)
            mailbox.delete(stage.items[refs[1]])
        items = ledger.read(source)
        assert gone(items) == set(refs)
        assert seen(items) == {now}
        assert ledger.read(source) == []
