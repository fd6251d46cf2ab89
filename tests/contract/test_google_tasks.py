"""A list at Google Tasks keeps the contract, driven through the real client library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.google_tasks_stage import ANA, LIST, GoogleTasksStage
from contract.source_contract import SourceContract
from contract.tasks_contract import TaskListContract
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from google_desk import api_of

from connectors.contract import TaskList
from connectors.google.tasks import GoogleTasks

__all__ = ["clock", "google"]


class TestTasksAsSource(SourceContract):
    """A task list, read."""

    @pytest.fixture
    def stage(
        self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[GoogleTasksStage]:
        with closing(GoogleTasksStage(google, monkeypatch)) as stage:
            yield stage


class TestTasks(TaskListContract):
    """A task list, written; the first task makes it."""

    @pytest.fixture
    def tasks(self, google: FakeGoogle) -> Iterator[TaskList]:
        with closing(GoogleTasks(api_of(google, ANA), LIST)) as tasks:
            yield tasks
