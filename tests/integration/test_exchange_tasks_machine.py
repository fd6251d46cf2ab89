"""Anything may happen between verdict and task in Outlook, and the promises hold.

The machine of `test_outbox_machine`, with the real connector and library against the fake, whose
owner moves tasks to another folder as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from exchange_desk import ANA, exchange_of
from exchange_tasks_desk import LIST, key_in
from fakes.exchange.account import Account
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item as Kept
from fakes.exchange.world import Clock
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from integration.test_exchange_tasks_once import CrashingTasks
from integration.test_outbox_crashes import Crash, Crashing
from integration.test_outbox_machine import OWNER, Step, VerdictToTaskWithoutKeys

from connectors.errors import ConnectorError
from connectors.exchange.places import key_of
from connectors.memory.world import Stored, World
from connectors.records import Facet, Item, Task
from syncd import twins
from syncd.store import answers, ledger_hand, observations, sources
from syncd.store.portions import acknowledged
from syncd.store.sightings import Where

__all__ = ["clock", "exchange"]

_WRITES = "[CUD]*Item"  # CreateItem, UpdateItem, DeleteItem
_OTHER = "tasks"
_served: list[FakeExchange] = []


class ExchangeWorld(World):
    """What happens outside, at the fake: refs are those of the connector."""

    def __init__(self, exchange: FakeExchange) -> None:
        super().__init__()
        self.exchange = exchange

    @property
    def ana(self) -> Account:
        return self.exchange.account(ANA)

    def kept(self) -> dict[str, Kept]:
        """The tasks that their owner sees, by the refs of the connector."""
        mailbox = self.ana.mailbox
        return {
            ref_of(item): item
            for folder in mailbox.store.folders.values()
            if folder.folder_class == "IPF.Task"
            for item in mailbox.items(folder)
        }

    def alive(self, facet: Facet) -> dict[str, Stored]:
        return {ref: Stored((_task(item),), item.revision) for ref, item in self.kept().items()}

    def task(self, ref: str) -> Task:
        return _task(self.kept()[ref])

    def tick(self, ref: str, at: datetime) -> None:
        self.ana.tasks.tick(self.kept()[ref])

    def untick(self, ref: str) -> None:
        self.ana.tasks.untick(self.kept()[ref])

    def edit_task(
        self,
        ref: str,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
    ) -> None:
        given = {"Subject": title, "Body": notes, "DueDate": due}
        changed = {name: value for name, value in given.items() if value is not None}
        self.ana.tasks.edit(self.kept()[ref], **changed)

    def delete_task(self, ref: str) -> None:
        self.ana.tasks.delete(self.kept()[ref])

    def fail_next(self, error: ConnectorError, times: int = 1) -> None:
        self.exchange.faults.unavailable("*Item*", times)

    def time_out_next_write(self, *, happened: bool = True) -> None:
        faults = self.exchange.faults
        (faults.cut_after if happened else faults.cut_before)(_WRITES)


def ref_of(item: Kept) -> str:
    return f"{LIST}//{key_of(item.folder)}/{item.id}"


def _task(item: Kept) -> Task:
    body = (item.text("Body") or "").replace("\r\n", "\n").rstrip("\n")
    due = item.text("DueDate")
    return Task(
        key_in(item),
        item.subject,
        body,
        date.fromisoformat(due) if due else None,
        completed=item.text("Status") == "Completed",
    )


class VerdictToOutlookTask(VerdictToTaskWithoutKeys):
    """See the module's docstring. What the core knows of the list is in its own store."""

    def __init__(self) -> None:
        super().__init__()
        (self.exchange,) = _served
        machine = self

        class Follows(Clock):
            def __call__(self) -> datetime:
                return machine.now

        self.exchange.reset(Follows())
        self.way = exchange_of(self.exchange, auth="basic")
        self.world = ExchangeWorld(self.exchange)
        self.list = self._opened()  # type: ignore[assignment]  # a list as well

    def _opened(self) -> CrashingTasks:
        return CrashingTasks(self.way, self.fuse)

    def teardown(self) -> None:
        self.list.close()  # type: ignore[attr-defined]
        super().teardown()

    @rule(n=st.integers(0, 5))
    def the_owner_moves(self, n: int) -> None:
        if refs := self._refs():
            ref = refs[n % len(refs)]
            assert isinstance(self.world, ExchangeWorld)
            item = self.world.kept()[ref]
            other = self.world.ana.mailbox.folder(_OTHER)
            if item.folder == other.id:
                return
            moved = self.world.ana.tasks.move_to(item, other)
            if ref in self.wrote:
                self.wrote[ref_of(moved)] = self.wrote.pop(ref)

    def _crash(self, fuse: int, *steps: Step) -> None:
        self.fuse.left = fuse
        try:
            self._pass(*steps)
        except Crash:
            self.list = self._opened()  # type: ignore[assignment]
        finally:
            self.fuse.left = 0

    def _read(self, store: Crashing) -> None:
        known = sources.StoredItems(self.database, "home", "tasks")
        items: list[Item] = []
        cursor = self.cursor
        for batch in self.list.changes(self.cursor, known, self.now):
            items += batch.items
            cursor = batch.cursor
        with store.begin() as connection:
            where = Where(OWNER, "home", "tasks")
            observations.acknowledge(connection, where, [acknowledged(item) for item in items])
            received = ledger_hand.receive(connection, OWNER, "home", items, self.now)
            answers.heed(connection, OWNER, received.persons, received.lines, self.now)
            if received.incident:
                self.deleted -= set(received.missing)  # not believed, so no answer
        self.cursor = cursor
        twins.settle_twins(store, OWNER, "home", self.list, received.twins, self.now)

    @rule()
    def undisturbed_everything_is_delivered(self) -> None:
        self.exchange.faults.clear()
        super().undisturbed_everything_is_delivered()


@pytest.fixture(autouse=True)
def _serving(exchange: FakeExchange) -> Iterator[None]:
    _served.append(exchange)
    yield
    _served.clear()


TestOutlookTasks = VerdictToOutlookTask.TestCase
TestOutlookTasks.settings = settings(
    max_examples=int(os.environ.get("SYNCD_SOAK", "3")),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
