"""A stage on the fake of Graph: a list in Microsoft To Do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from fakes.graph.account import Account
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.errors import BadItem
from connectors.graph import todo_lists, todo_reading
from connectors.graph.todo import TodoTasks
from connectors.graph.todo_text import read
from connectors.records import Task

ANA: Final = "ana@example.com"
LIST: Final = "Follow-ups"
ZONE: Final = ZoneInfo("Europe/Lisbon")


class TodoStage:
    """A list with tasks of its owner's. Graph tells of none that cannot be read: "spoilt" is what
    the reader is made to take for that."""

    def __init__(self, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        self.graph = graph
        self.opened: list[TodoTasks] = []
        self.list_id = self.ana.tasks.add_list(LIST)
        monkeypatch.setattr(todo_reading, "BATCH", 3)
        monkeypatch.setattr(todo_lists, "_PAGE", 4)

        def reads(body: Mapping[str, Any], zone: ZoneInfo, remembered: str = "") -> Task:
            if body.get("title") == "Spoilt":
                raise BadItem("", "it cannot be read")
            return read(body, zone, remembered)

        monkeypatch.setattr(todo_reading, "read", reads)

    @property
    def ana(self) -> Account:
        return self.graph.account(ANA)

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def source(self) -> TodoTasks:
        self.opened.append(TodoTasks(api_of(self.graph, ANA), LIST, ZONE))
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
        with self.graph.lock:
            self.ana.tasks.delete(self.task(ref))

    def spoil(self, ref: str) -> None:
        self.ana.tasks.edit(self.task(ref), title="Spoilt")

    def mend(self, ref: str) -> None:
        self.ana.tasks.edit(self.task(ref), title="Water the plants")

    def vanish_when_fetched(self, ref: str) -> None:
        self.graph.faults.meanwhile("tasks.list", lambda: self.remove(ref), skip=1)
