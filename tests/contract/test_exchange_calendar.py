"""The calendars of a mailbox at an Exchange server keep the contract, through exchangelib."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.exchange_calendar_stage import ExchangeCalendarStage
from contract.source_contract import SourceContract
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange

__all__ = ["clock", "exchange"]


class TestCalendar(SourceContract):
    """Two calendars, one of them empty."""

    @pytest.fixture
    def stage(
        self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[ExchangeCalendarStage]:
        with closing(ExchangeCalendarStage(exchange, monkeypatch)) as stage:
            yield stage
