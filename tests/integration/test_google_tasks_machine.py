"""Anything may happen between verdict and task at Google Tasks, and the promises hold.

The machine of `test_outbox_machine`, with the real connector and library against the fake, whose
owner moves tasks to another list as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from fakes.google.fixtures import clock, google
from fakes.google.lists import TaskLists
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from google_desk import api_of
from google_tasks_desk import ANA, LIST
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from integration.test_google_tasks_once import CrashingTasks
from integration.test_outbox_crashes import Crash, Crashing
from integration.test_outbox_machine import OWNER, Step, VerdictToTaskWithoutKeys

from connectors.errors import ConnectorError
from connectors.google.tasks_text import read
from connectors.memory.world import Stored, World
from connectors.records import Facet, Item, Task
from syncd import twins
from syncd.store import answers, ledger_hand, observations, sources
from syncd.store.portions import acknowledged
from syncd.store.sightings import Where

__all__ = ["clock", "google"]

_WRITES = "tasks.tasks.[dip]*"  # delete, insert, patch
_served: list[FakeGoogle] = []


class GoogleWorld(World):
    """What happens outside, at the fake: refs are those of the connector."""

    def __init__(self, google: FakeGoogle) -> None:
        super().__init__()
        self.google = google

    @property
    def lists(self) -> TaskLists:
        return self.google.account(ANA).tasks

    def alive(self, facet: Facet) -> dict[str, Stored]:
        return {
            f"{LIST}//{one.id}/{task.id}": Stored((read(task.body),), task.revision)
            for one in self.lists.all.values()
            for task in one.tasks
            if not task.body.get("deleted")
        }

    def task(self, ref: str) -> Task:
        return read(self.lists.find(own_id(ref))[1].body)

    def tick(self, ref: str, at: datetime) -> None:
        self.lists.tick(own_id(ref))

    def untick(self, ref: str) -> None:
        self.lists.untick(own_id(ref))

    def edit_task(
        self,
        ref: str,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
    ) -> None:
        given = {"title": title, "notes": notes, "due": due}
        self.lists.edit(own_id(ref), **{n: v for n, v in given.items() if v is not None})

    def delete_task(self, ref: str) -> None:
        self.lists.delete(own_id(ref))

    def fail_next(self, error: ConnectorError, times: int = 1) -> None:
        self.google.faults.broken("tasks.*", times)

    def time_out_next_write(self, *, happened: bool = True) -> None:
        faults = self.google.faults
        (faults.cut_after if happened else faults.cut_before)(_WRITES)


def own_id(ref: str) -> str:
    return ref.rpartition("/")[2]


class VerdictToGoogleTask(VerdictToTaskWithoutKeys):
    """See the module's docstring. What the core knows of the list is in its own store."""

    def __init__(self) -> None:
        super().__init__()
        (self.google,) = _served
        machine = self

        class Follows(Clock):
            def __call__(self) -> datetime:
                return machine.now

        self.google.reset(Follows())
        self.api = api_of(self.google, ANA)
        self.world = GoogleWorld(self.google)
        self.list = self._opened()  # type: ignore[assignment]  # a list as well

    def _opened(self) -> CrashingTasks:
        return CrashingTasks(self.api, self.fuse)

    def teardown(self) -> None:
        self.list.close()  # type: ignore[attr-defined]
        super().teardown()

    @rule(n=st.integers(0, 5), anew=st.booleans())
    def the_owner_moves(self, n: int, anew: bool) -> None:
        if refs := self._refs():
            ref = refs[n % len(refs)]
            lists = self.google.account(ANA).tasks
            if ref.split("/")[2] == lists.default.id:
                return
            moved = lists.move_to(own_id(ref), lists.default.id, anew=anew)
            if ref in self.wrote:
                self.wrote[f"{LIST}//{lists.default.id}/{moved}"] = self.wrote.pop(ref)

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
        self.google.faults.clear()
        super().undisturbed_everything_is_delivered()


@pytest.fixture(autouse=True)
def _serving(google: FakeGoogle) -> Iterator[None]:
    _served.append(google)
    yield
    _served.clear()


TestGoogleTasks = VerdictToGoogleTask.TestCase
TestGoogleTasks.settings = settings(
    max_examples=int(os.environ.get("SYNCD_SOAK", "5")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
