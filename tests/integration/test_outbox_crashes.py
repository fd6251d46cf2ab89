"""The process may end at any commit and any call: the next delivery makes it right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection
from unit.planner.desk import PERSON, day, followed, held, on, task_of, verdict

from connectors.contract import Draft, Remote
from connectors.memory.tasks import MemoryTasks
from connectors.memory.world import World
from connectors.records import Facet, Task
from rules.verdict import State
from syncd import outbox
from syncd.planner import Followed, Update
from syncd.store import ledger, ledger_outbox, ledger_tasks
from syncd.store.database import Database, open_database

OWNER = "owner@example.org"


class Crash(BaseException):
    """The process ends here."""


@dataclass
class Fuse:
    """Ends the process at the n-th commit or call from now; 0: never."""

    left: int = 0

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash


@dataclass
class Crashing:
    """Transactions that may crash before or after their commit."""

    database: Database
    fuse: Fuse

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.database.begin() as connection:
            yield connection
            self.fuse.burn()  # before: nothing is stored
        self.fuse.burn()  # after: it is, and nobody heard of it

    def read(self) -> AbstractContextManager[Connection]:
        return self.database.read()


class CrashingList(MemoryTasks):
    """A list whose answers may never be heard."""

    fuse: Fuse

    def _change(self, remote: Remote, values: Mapping[str, object]) -> Remote:
        self.fuse.burn()
        result = super()._change(remote, values)
        self.fuse.burn()
        return result

    def create(self, draft: Draft) -> Remote:
        self.fuse.burn()
        result = super().create(draft)
        self.fuse.burn()
        return result

    def remove(self, remote: Remote) -> None:
        self.fuse.burn()
        super().remove(remote)
        self.fuse.burn()


def _written(database: Database) -> None:
    row = held()
    draft = Draft(row.key, "Call Ana", "You met.", row.due, day(0))
    with database.begin() as connection:
        ledger.save(connection, OWNER, Followed(rows=(row,)))
        ledger_tasks.decide(connection, OWNER, row.key, "home", draft, "call", day(0))


def _moved(database: Database) -> None:
    with database.begin() as connection:
        due = day(40).date()
        ledger_outbox.enqueue(connection, OWNER, Update(held().key, "home", due=due))


def _closed(database: Database) -> None:
    with database.begin() as connection:
        rows = ledger.load(connection, OWNER, [PERSON])[PERSON]
        done = verdict(State.SATISFIED, by="call")
        ledger.save(connection, OWNER, followed([done], rows, now=3))


@pytest.mark.parametrize("once", [True, False], ids=["creates once", "creates again"])
@pytest.mark.parametrize("step", [0, 1, 2])
@pytest.mark.parametrize("fuse", range(1, 7))
def test_a_crash_at_any_commit_or_call_loses_and_doubles_nothing(
    tmp_path: Path, once: bool, step: int, fuse: int
) -> None:
    """Created, moved and closed: the next delivery makes it right without reading the list."""
    database = open_database(f"sqlite:///{tmp_path}/state.db", OWNER)
    tasks = CrashingList(World(), creates_once=once)
    tasks.fuse = Fuse()
    store = Crashing(database, tasks.fuse)
    for number, intend in enumerate((_written, _moved, _closed)):
        intend(database)
        tasks.fuse.left = fuse if number == step else 0
        with suppress(Crash):
            outbox.deliver(store, OWNER, {"home": tasks}, day(number))
        tasks.fuse.left = 0
        outbox.deliver(store, OWNER, {"home": tasks}, day(number))
    (stored,) = tasks.world.alive(Facet.TASKS).values()
    (task,) = stored.observations
    assert isinstance(task, Task)
    why = "Closed by syncd: it has happened."
    assert (task.due, task.completed, task.notes) == (on(40), True, f"You met.\n\n{why}")
    with database.read() as connection:
        assert ledger_outbox.of_key(connection, OWNER, task.key) == []
        (row,) = ledger_tasks.delivered(connection, OWNER)
    assert not task_of(row).touched
    database.close()
