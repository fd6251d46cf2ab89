"""A list in Microsoft To Do keeps the contract, whatever Graph leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.graph_tasks_stage import ANA, LIST, ZONE, TodoStage
from contract.source_contract import SourceContract
from contract.tasks_contract import TaskListContract
from fakes.google.world import Clock
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.contract import TaskList
from connectors.graph.todo import TodoTasks

__all__ = ["clock", "graph"]


class TestTasksAsSource(SourceContract):
    """A task list, read."""

    @pytest.fixture
    def stage(self, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> Iterator[TodoStage]:
        with closing(TodoStage(graph, monkeypatch)) as stage:
            yield stage


class TestTasks(TaskListContract):
    """A task list, written; the first task makes it."""

    @pytest.fixture(params=[0, 5])
    def tasks(
        self, graph: FakeGraph, clock: Clock, request: pytest.FixtureRequest
    ) -> Iterator[TaskList]:
        graph.reset(clock, request.param)
        with closing(TodoTasks(api_of(graph, ANA), LIST, ZONE)) as tasks:
            yield tasks
