"""One task for a key, whatever becomes of a create: lost answers, late ones, and a kill anywhere.

EWS has no creation key, so a create that lands after the look makes a second task; the next reading
of the list removes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from exchange_desk import ANA, exchange_of
from exchange_tasks_desk import LIST, ZONE
from fakes.exchange.account import Account
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item
from fakes.exchange.world import Clock
from integration.test_outbox_crashes import Crash, Crashing, Fuse
from unit.planner.desk import day, held, task_of

from connectors.contract import Draft, Remote
from connectors.exchange.session import Exchange
from connectors.exchange.tasks import ExchangeTasks
from syncd import outbox
from syncd.pipeline.hand import HandReader
from syncd.pipeline.lists import settle_twins
from syncd.planner import Followed, Status
from syncd.store import ledger, ledger_outbox, ledger_tasks
from syncd.store.database import Database, open_database

__all__ = ["clock", "exchange"]

OWNER = "owner@example.org"
KEY = held().key
CREATE = "CreateItem"
NOTES = f"You met.\n\n— syncd, rule call. Why: syncd explain {KEY}. Not wanted? Delete it."


class CrashingTasks(ExchangeTasks):
    """A list at whose writes the process may end, before and after."""

    def __init__(self, way: Exchange, fuse: Fuse) -> None:
        super().__init__(way, LIST, ZONE)
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

    def __init__(self, database: Database, exchange: FakeExchange, clock: Clock) -> None:
        clock.at = day(0)
        self.database = database
        self.exchange = exchange
        self.clock = clock
        self.fuse = Fuse()
        self.way = exchange_of(exchange)
        self.tasks = CrashingTasks(self.way, self.fuse)
        row = held()
        draft = Draft(row.key, "Call Ana", NOTES, row.due, day(0))
        with database.begin() as connection:
            ledger.save(connection, OWNER, Followed(rows=(row,)))
            ledger_tasks.decide(connection, OWNER, row.key, "home", draft, "call", day(0))

    @property
    def ana(self) -> Account:
        return self.exchange.account(ANA)

    def restart(self) -> None:
        self.fuse.left = 0
        self.tasks.close()
        self.tasks = CrashingTasks(self.way, self.fuse)

    def deliver(self) -> None:
        store = Crashing(self.database, self.fuse)
        outbox.deliver(store, OWNER, {"home": self.tasks}, self.now(), eager=True)

    def read(self) -> None:
        """As `once` does it: the list, then twins."""
        outcome = HandReader(self.database, self.now()).observe("home", self.tasks)
        assert not outcome.error
        settle_twins(self.database, "home", self.tasks, outcome, self.now())

    def now(self) -> datetime:
        return self.clock.advance(minutes=2)

    def alive(self) -> list[str]:
        """The tasks that their owner sees."""
        return [item.id for item in self.items()]

    def items(self) -> list[Item]:
        """These, as the mailbox has them."""
        mailbox = self.ana.mailbox
        return [
            item
            for folder in mailbox.store.folders.values()
            if folder.folder_class == "IPF.Task"
            for item in mailbox.items(folder)
        ]

    def settled(self) -> None:
        """One task, which is the one that is known, and nothing is left to do."""
        with self.database.read() as connection:
            assert ledger_outbox.of_key(connection, OWNER, KEY) == []
            (row,) = ledger_tasks.delivered(connection, OWNER)
        task = task_of(row)
        assert [(task.ref or "").split("/", 3)[-1]] == self.alive()
        assert (task.status, task.touched) == (Status.OPEN, False)


@pytest.fixture
def syncd(tmp_path: Path, exchange: FakeExchange, clock: Clock) -> Iterator[Syncd]:
    with _opened(tmp_path) as database:
        syncd = Syncd(database, exchange, clock)
        yield syncd
        syncd.tasks.close()


@contextmanager
def _opened(folder: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{folder}/state.db", OWNER)
    try:
        yield database
    finally:
        database.close()


FAULTS = ("cut_before", "cut_after", "html")


@pytest.mark.parametrize(
    ("fault", "blind"),
    [*((one, False) for one in FAULTS), ("cut_after", True)],
)
def test_a_lost_answer_makes_one_task(syncd: Syncd, fault: str, blind: bool) -> None:
    """Whether it happened or not: it is looked for before it is written again; also where the look
    fails at first (`blind`)."""
    getattr(syncd.exchange.faults, fault)(CREATE)
    if blind:
        syncd.exchange.faults.unavailable("FindItem")
    syncd.deliver()
    syncd.deliver()
    assert len(syncd.alive()) == 1
    syncd.read()
    syncd.settled()


@pytest.mark.parametrize(
    ("landings", "killed"),
    [("look first", False), ("write first", False), ("write first", True), ("both", True)],
)
def test_a_create_that_lands_late_leaves_one_task(
    syncd: Syncd, landings: str, killed: bool
) -> None:
    """After the look, before or after the second writing: the next reading keeps the oldest."""
    first = syncd.exchange.faults.late(CREATE)
    syncd.deliver()
    assert syncd.alive() == []
    if landings == "look first":
        first.land()
    second = syncd.exchange.faults.late(CREATE) if landings == "both" else None
    if killed:
        syncd.restart()
    syncd.deliver()
    first.land()
    if second is not None:
        syncd.deliver()
        second.land()
    if killed:
        syncd.restart()
    syncd.read()
    syncd.deliver()
    syncd.read()
    syncd.settled()


@pytest.mark.parametrize("operation", ["FindFolder", "CreateFolder", "GetItem"])
def test_an_answer_lost_at_any_step_leaves_one_task(syncd: Syncd, operation: str) -> None:
    """The look for the list, its making, the task's making, and its reading afterwards: there is
    one list and one task."""
    syncd.exchange.faults.cut_after(operation)
    for _ in range(3):
        syncd.deliver()
    syncd.read()
    syncd.settled()
    lists = [one for one in syncd.ana.store.folders.values() if one.name == LIST]
    assert len(lists) == 1


@pytest.mark.parametrize(
    ("fuse", "fault"),
    [(1, ""), (2, ""), (3, "late"), (4, "cut_after"), (4, "late"), (5, "")],
)
def test_a_kill_at_any_point_of_a_create_leaves_one_task(
    syncd: Syncd, fault: str, fuse: int
) -> None:
    """Before and after every commit and call, with a lost or a late answer besides."""
    made = getattr(syncd.exchange.faults, fault)(CREATE) if fault else None
    syncd.fuse.left = fuse
    with suppress(Crash):
        syncd.deliver()
    syncd.restart()
    syncd.deliver()
    if fault == "late" and made is not None:
        made.land()
    syncd.read()
    syncd.deliver()
    syncd.settled()


def test_a_twin_that_its_owner_wrote_in_stays(syncd: Syncd) -> None:
    """Nothing of theirs is ever removed."""
    late = syncd.exchange.faults.late(CREATE)
    syncd.deliver()
    syncd.deliver()
    late.land()
    for number, task in enumerate(syncd.items()):
        syncd.ana.tasks.edit(task, Subject=f"Mine {number}")
    syncd.read()
    assert len(syncd.alive()) == 2


def test_a_twin_whose_removal_was_not_answered_is_removed(syncd: Syncd) -> None:
    """The next reading goes on with it."""
    late = syncd.exchange.faults.late(CREATE)
    syncd.deliver()
    syncd.deliver()
    late.land()
    syncd.exchange.faults.cut_before("DeleteItem")
    for _ in range(2):
        outcome = HandReader(syncd.database, syncd.now()).observe("home", syncd.tasks)
        settle_twins(syncd.database, "home", syncd.tasks, outcome, syncd.now())
    syncd.settled()


def test_a_task_deleted_or_moved_meanwhile_is_not_written_again(syncd: Syncd) -> None:
    """The answer was lost, the process killed, and the owner at it before anybody looked."""
    syncd.exchange.faults.cut_after(CREATE)
    syncd.exchange.faults.unavailable("FindItem")
    syncd.deliver()
    (task,) = syncd.items()
    moved = syncd.ana.tasks.move_to(task, "tasks")
    syncd.restart()
    syncd.clock.at += timedelta(hours=1)
    syncd.deliver()
    syncd.read()
    assert syncd.alive() == [moved.id]
    syncd.ana.tasks.delete(moved)
    syncd.deliver()
    syncd.read()
    assert syncd.alive() == []
    with syncd.database.read() as connection:
        assert ledger_tasks.open_tasks(connection, OWNER) == []
