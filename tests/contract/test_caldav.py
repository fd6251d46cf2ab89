"""Calendars, contacts and task lists on real servers keep the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract.dav_stages import ZONE, CardsStage, DavStage, TasksStage, dav, server_of
from contract.source_contract import SourceContract
from contract.tasks_contract import TaskListContract
from servers.dav import DavServer

from connectors.caldav.tasks import DavTasks
from connectors.contract import TaskList

__all__ = ["dav"]


class TestCalendar(SourceContract):
    """A calendar."""

    @pytest.fixture
    def stage(self, dav: DavServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[DavStage]:
        stage = DavStage(dav, monkeypatch)
        yield stage
        stage.close()


class TestContacts(SourceContract):
    """An address book."""

    @pytest.fixture
    def stage(self, dav: DavServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[DavStage]:
        stage = CardsStage(dav, monkeypatch)
        yield stage
        stage.close()


class TestTasksAsSource(SourceContract):
    """A task list, read."""

    @pytest.fixture
    def stage(self, dav: DavServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[DavStage]:
        stage = TasksStage(dav, monkeypatch)
        yield stage
        stage.close()


class TestTasks(TaskListContract):
    """A task list, written; the first task makes it."""

    @pytest.fixture
    def tasks(self, dav: DavServer) -> Iterator[TaskList]:
        server = server_of(dav)
        yield DavTasks(server, "Follow up", ZONE)
        if f"{dav.home}follow-up/" in {place.path for place in server.collections("caldav")}:
            dav.delete(f"{dav.home}follow-up/")
        server.session.close()
