"""Stages on the fake of Google: a task list, driven by the real client library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest
from fakes.google.account import Account
from fakes.google.server import FakeGoogle
from google_desk import api_of

from connectors.errors import BadItem
from connectors.google import tasks_lists, tasks_reading
from connectors.google.tasks import GoogleTasks
from connectors.google.tasks_text import read
from connectors.records import Task

ANA: Final = "ana@example.com"
LIST: Final = "Follow-ups"


class GoogleTasksStage:
    """A list with tasks of its owner's. Google tells of none that cannot be read: "spoilt" is what
    the reader is made to take for that."""

    def __init__(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
        self.google = google
        self.opened: list[GoogleTasks] = []
        self.list_id = self.ana.tasks.add_list(LIST)
        monkeypatch.setattr(tasks_reading, "BATCH", 3)
        monkeypatch.setattr(tasks_lists, "_PAGE", 4)

        def reads(body: Mapping[str, Any], remembered: str = "") -> Task:
            if body.get("title") == "Spoilt":
                raise BadItem("", "it cannot be read")
            return read(body, remembered)

        monkeypatch.setattr(tasks_reading, "read", reads)

    @property
    def ana(self) -> Account:
        return self.google.account(ANA)

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def source(self) -> GoogleTasks:
        self.opened.append(GoogleTasks(api_of(self.google, ANA), LIST))
        return self.opened[-1]

    def add(self, number: int) -> str:
        made = self.ana.tasks.write(self.list_id, title=f"Water plant {number}")
        return f"{LIST}//{self.list_id}/{made}"

    def task(self, ref: str) -> str:
        """The task's own id."""
        return ref.rpartition("/")[2]

    def edit(self, ref: str) -> bool:
        self.ana.tasks.edit(self.task(ref), title="Water the cactus")
        return True

    def remove(self, ref: str) -> None:
        with self.google.lock:
            self.ana.tasks.delete(self.task(ref))

    def spoil(self, ref: str) -> None:
        self.ana.tasks.edit(self.task(ref), title="Spoilt")

    def mend(self, ref: str) -> None:
        self.ana.tasks.edit(self.task(ref), title="Water the plants")

    def vanish_when_fetched(self, ref: str) -> None:
        self.google.faults.meanwhile("tasks.tasks.list", lambda: self.remove(ref), skip=1)
