"""The contacts of an Exchange mailbox keep the contract, driven through the real exchangelib."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.exchange_contacts_stage import ExchangeContactsStage
from contract.source_contract import SourceContract
from fakes.exchange.fixtures import FakeExchange, clock, exchange

__all__ = ["clock", "exchange"]


class TestExchangeContacts(SourceContract):
    """The contacts of a mailbox."""

    @pytest.fixture
    def stage(
        self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[ExchangeContactsStage]:
        with closing(ExchangeContactsStage(exchange, monkeypatch)) as stage:
            yield stage
