"""A support module: a list at the fake of Microsoft To Do, its owner, and what is known of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from contract.ledger import Ledger
from fakes.graph.account import Account
from fakes.graph.lists import Task as Stored
from fakes.graph.lists import TaskLists
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.contract import Draft, Remote
from connectors.errors import Paused
from connectors.graph.api import Api
from connectors.graph.todo import TodoTasks
from connectors.records import Gone, Item, Seen, Task

ANA: Final = "ana@example.com"
LIST: Final = "Follow-ups"
ZONE: Final = ZoneInfo("Europe/Lisbon")
KEY: Final = "syncd-0123456789abcdef01234567"
OTHER: Final = "syncd-" + "1" * 24
FOOTER: Final = f"— syncd, rule call. Why: syncd explain {KEY}. Not wanted? Delete it."
CREATED: Final = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
DRAFT: Final = Draft(KEY, "Call Bob", f"You met.\n\n{FOOTER}", date(2026, 12, 2), CREATED)


class Desk:
    """`ledger` commits what readings tell, and what was written."""

    def __init__(self, graph: FakeGraph, api: Api | None = None, **more: Any) -> None:
        self.graph = graph
        self.api = api or api_of(graph, ANA)
        self.more = more
        self.tasks = self.opened()
        self.ledger = Ledger()

    def opened(self) -> TodoTasks:
        return TodoTasks(self.api, self.more.get("name", LIST), ZONE, mailbox=True)

    @property
    def ana(self) -> Account:
        return self.graph.account(ANA)

    @property
    def lists(self) -> TaskLists:
        found: TaskLists = self.ana.tasks
        return found

    def restart(self) -> None:
        """Another process: it has what was committed."""
        self.tasks.close()
        self.tasks = self.opened()

    def read(self) -> list[Item]:
        """A reading, begun again where Graph wants to be asked later."""
        while True:
            try:
                return self.ledger.read(self.tasks, self.graph.now())
            except Paused as pause:
                if not hasattr(self.graph.clock, "advance"):
                    raise
                self.graph.clock.advance(seconds=pause.wait + 1)

    def create(self, key: str = KEY) -> Remote:
        """A task is written, and acknowledged as the core does it."""
        remote = self.tasks.create(drafted(key))
        self.ledger.stamps[remote.ref] = remote.stamp
        return remote

    def alive(self, name: str = "") -> list[Stored]:
        """What its owner sees, or what is in the list of that name."""
        lists = [one for one in self.lists.all.values() if name in ("", one.name)]
        return [task for one in lists for task in one.tasks.values()]


def drafted(key: str) -> Draft:
    return replace(DRAFT, key=key, notes=DRAFT.notes.replace(KEY, key))


def own_id(remote: Remote) -> str:
    """The id that Graph gave it."""
    return remote.ref.rpartition("/")[2]


def told(items: list[Item]) -> list[Task]:
    return [
        one
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Task)
    ]


def gone(items: list[Item]) -> set[str]:
    return {item.ref for item in items if isinstance(item, Gone)}
