"""One task for a key, whatever becomes of a create: lost answers, late ones, and a kill anywhere.

Microsoft To Do has no creation key, so a create that lands after the look makes a second task; the
next reading of the list removes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.google.world import Clock
from fakes.graph.account import Account
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_desk import api_of
from graph_todo_desk import ANA, LIST, ZONE
from integration.test_outbox_crashes import Crash, Crashing, Fuse
from unit.planner.desk import day, held, task_of

from connectors.contract import Draft, Remote
from connectors.graph.api import Api
from connectors.graph.todo import TodoTasks
from syncd import outbox
from syncd.pipeline.hand import HandReader
from syncd.pipeline.lists import settle_twins
from syncd.planner import Followed, Status
from syncd.store import ledger, ledger_outbox, ledger_tasks
from syncd.store.database import Database, open_database

__all__ = ["clock", "graph"]

OWNER = "owner@example.org"
KEY = held().key
CREATE = "tasks.create"
NOTES = f"You met.\n\n— syncd, rule call. Why: syncd explain {KEY}. Not wanted? Delete it."


class CrashingTasks(TodoTasks):
    """A list at whose writes the process may end, before and after."""

    def __init__(self, api: Api, fuse: Fuse) -> None:
        super().__init__(api, LIST, ZONE)
        self.fuse = fuse

    def create(self, draft: Draft) -> Remote:
        self.fuse.burn()
        made = super().create(draft)
        self.fuse.burn()
        return made

    def remove(self, remote: Remote) -> None:
        self.fuse.burn()
        super().remove(remote)
        self.fuse.burn()


class Syncd:
    """One owner's state and the list, and a process that may be killed."""

    def __init__(self, database: Database, graph: FakeGraph, clock: Clock) -> None:
        clock.at = day(0)
        self.database = database
        self.graph = graph
        self.clock = clock
        self.fuse = Fuse()
        self.api = api_of(graph, ANA)
        self.tasks = CrashingTasks(self.api, self.fuse)
        row = held()
        draft = Draft(row.key, "Call Ana", NOTES, row.due, day(0))
        with database.begin() as connection:
            ledger.save(connection, OWNER, Followed(rows=(row,)))
            ledger_tasks.decide(connection, OWNER, row.key, "home", draft, "call", day(0))

    @property
    def ana(self) -> Account:
        return self.graph.account(ANA)

    def restart(self) -> None:
        self.fuse.left = 0
        self.tasks.close()
        self.tasks = CrashingTasks(self.api, self.fuse)

    def deliver(self) -> None:
        store = Crashing(self.database, self.fuse)
        outbox.deliver(store, OWNER, {"home": self.tasks}, self.now(), eager=True)

    def read(self) -> None:
        """As `once` does it: the list, then twins."""
        outcome = HandReader(self.database, self.now()).observe("home", self.tasks)
        assert not outcome.error
        settle_twins(self.database, "home", self.tasks, outcome, self.now())

    def now(self) -> datetime:
        at: datetime = self.clock.advance(minutes=2)
        return at

    def alive(self) -> list[str]:
        """The tasks that their owner sees."""
        return [task for one in self.ana.tasks.all.values() for task in one.tasks]

    def settled(self) -> None:
        """One task, which is the one that is known, and nothing is left to do."""
        with self.database.read() as connection:
            assert ledger_outbox.of_key(connection, OWNER, KEY) == []
            (row,) = ledger_tasks.delivered(connection, OWNER)
        task = task_of(row)
        assert [(task.ref or "").rpartition("/")[2]] == self.alive()
        assert (task.status, task.touched) == (Status.OPEN, False)


@pytest.fixture
def syncd(tmp_path: Path, graph: FakeGraph, clock: Clock) -> Iterator[Syncd]:
    with _opened(tmp_path) as database:
        syncd = Syncd(database, graph, clock)
        yield syncd
        syncd.tasks.close()


@contextmanager
def _opened(folder: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{folder}/state.db", OWNER)
    try:
        yield database
    finally:
        database.close()


@pytest.mark.parametrize(
    ("fault", "blind"),
    [
        ("cut_before", False),
        ("cut_after", False),
        ("nonsense", False),
        ("html", False),
        ("cut_before", True),
        ("cut_after", True),
    ],
)
def test_a_lost_answer_makes_one_task(syncd: Syncd, fault: str, blind: bool) -> None:
    """Whether it happened or not: it is looked for before it is written again; also where the look
    fails at first (`blind`)."""
    getattr(syncd.graph.faults, fault)(CREATE)
    if blind:
        syncd.graph.faults.broken("tasks.list", times=1)
    syncd.deliver()
    syncd.deliver()
    assert len(syncd.alive()) == 1
    syncd.read()
    syncd.settled()


@pytest.mark.parametrize("fault", ["cut_after", "forbidden", "too_many"])
@pytest.mark.parametrize("method", ["tasks.get", "links.create"])
def test_what_follows_a_create_may_fail(syncd: Syncd, method: str, fault: str) -> None:
    """Where the answer does not say that the key is there, it is read back, and written where it is
    not: whatever breaks on the way, it is one task, with its key."""
    syncd.graph.reset(syncd.clock, 5)
    if method == "links.create":  # the creating POST took no links
        syncd.graph.faults.meanwhile("tasks.get", lambda: syncd.ana.tasks.unlink(*syncd.alive()))
    getattr(syncd.graph.faults, fault)(method, times=2)
    for _ in range(4):
        syncd.deliver()
    assert len(syncd.alive()) == 1
    syncd.read()
    syncd.settled()


@pytest.mark.parametrize("landings", ["look first", "write first", "both"])
def test_a_create_that_lands_late_leaves_one_task(syncd: Syncd, landings: str) -> None:
    """After the look, before or after the second writing, with a kill in between: the next reading
    keeps the oldest."""
    first = syncd.graph.faults.late(CREATE)
    syncd.deliver()
    assert syncd.alive() == []
    if landings == "look first":
        first.land()
    second = syncd.graph.faults.late(CREATE) if landings == "both" else None
    syncd.restart()
    syncd.deliver()
    first.land()
    if second is not None:
        syncd.deliver()
        second.land()
    syncd.restart()
    syncd.read()
    syncd.deliver()
    syncd.read()
    syncd.settled()


@pytest.mark.parametrize("fault", ["", "cut_after"])
@pytest.mark.parametrize("fuse", range(1, 6))
def test_a_kill_at_any_point_of_a_create_leaves_one_task(
    syncd: Syncd, fault: str, fuse: int
) -> None:
    """Before and after every commit and call, with a lost answer besides."""
    if fault:
        getattr(syncd.graph.faults, fault)(CREATE)
    syncd.fuse.left = fuse
    with suppress(Crash):
        syncd.deliver()
    syncd.restart()
    syncd.deliver()
    syncd.read()
    syncd.deliver()
    syncd.settled()


def test_a_twin_that_its_owner_wrote_in_stays(syncd: Syncd) -> None:
    """Nothing of theirs is ever removed."""
    late = syncd.graph.faults.late(CREATE)
    syncd.deliver()
    syncd.deliver()
    late.land()
    for number, task in enumerate(syncd.alive()):
        syncd.ana.tasks.edit(task, title=f"Mine {number}")
    syncd.read()
    assert len(syncd.alive()) == 2


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
def test_a_twin_whose_removal_was_not_answered_is_removed(syncd: Syncd, fault: str) -> None:
    """The next reading goes on with it."""
    late = syncd.graph.faults.late(CREATE)
    syncd.deliver()
    syncd.deliver()
    late.land()
    getattr(syncd.graph.faults, fault)("tasks.delete")
    for _ in range(2):
        outcome = HandReader(syncd.database, syncd.now()).observe("home", syncd.tasks)
        settle_twins(syncd.database, "home", syncd.tasks, outcome, syncd.now())
    syncd.settled()


def test_a_task_deleted_or_moved_meanwhile_is_not_written_again(syncd: Syncd) -> None:
    """The answer was lost, the process killed, and the owner at it before anybody looked."""
    syncd.graph.faults.cut_after(CREATE)
    syncd.graph.faults.broken("tasks.list", times=1)
    syncd.deliver()
    (task,) = syncd.alive()
    moved = syncd.ana.tasks.move_to(task, syncd.ana.tasks.default.id)
    syncd.restart()
    syncd.clock.at += timedelta(hours=1)
    syncd.deliver()
    syncd.read()
    assert syncd.alive() == [moved]
    syncd.ana.tasks.delete(moved)
    syncd.deliver()
    syncd.read()
    assert syncd.alive() == []
    with syncd.database.read() as connection:
        assert ledger_tasks.open_tasks(connection, OWNER) == []
