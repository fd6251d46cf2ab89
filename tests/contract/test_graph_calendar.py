"""The calendars of a mailbox at Microsoft keep the contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.graph_calendar_stage import CalendarStage
from contract.source_contract import SourceContract
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph

__all__ = ["clock", "graph"]


class TestCalendar(SourceContract):
    """Two calendars, one of them empty."""

    @pytest.fixture
    def stage(self, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> Iterator[CalendarStage]:
        with closing(CalendarStage(graph, monkeypatch)) as stage:
            yield stage
