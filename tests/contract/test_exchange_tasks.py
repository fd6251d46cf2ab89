"""A folder of tasks at an Exchange server keeps the contract, through exchangelib."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.exchange_tasks_stage import LIST, ZONE, ExchangeTasksStage
from contract.source_contract import SourceContract
from contract.tasks_contract import TaskListContract
from exchange_desk import exchange_of
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange

from connectors.contract import TaskList
from connectors.exchange.tasks import ExchangeTasks

__all__ = ["clock", "exchange"]


class TestTasksAsSource(SourceContract):
    """A task list, read."""

    @pytest.fixture
    def stage(
        self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[ExchangeTasksStage]:
        with closing(ExchangeTasksStage(exchange, monkeypatch)) as stage:
            yield stage


class TestTasks(TaskListContract):
    """A task list, written; the first task makes it."""

    @pytest.fixture
    def tasks(self, exchange: FakeExchange) -> Iterator[TaskList]:
        with closing(ExchangeTasks(exchange_of(exchange), LIST, ZONE)) as tasks:
            yield tasks
