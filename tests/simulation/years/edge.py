"""The faulty edge between syncd and its accounts.

Fuse      ends the process at the n-th transaction or call from now
Weather   what one account suffers from: silence, refused sign-in, answers that are lost after
          the write, creates that land late, items told twice and in any order
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from sqlalchemy import Connection

from connectors.contract import Draft, Known, Remote, Text
from connectors.errors import Ambiguous, ConnectorError, Unavailable
from connectors.memory.source import MemoryMail, MemorySource
from connectors.memory.tasks import MemoryTasks
from connectors.memory.world import World
from connectors.records import Batch, Facet, Task
from syncd.store.database import Database


class Crash(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Fuse:
    """0: never. `burnt` counts what there was to crash at."""

    left: int = 0
    burnt: int = 0

    def burn(self) -> None:
        self.burnt += 1
        if self.left:
            self.left -= 1
            if not self.left:
                raise Crash


def burning(monkey: pytest.MonkeyPatch, fuse: Callable[[Database], Fuse | None]) -> None:
    """From now on the process may end when a transaction begins, before it is committed, or after
    that, when nobody has heard of it yet: in every database that has a fuse."""
    begin = Database.begin

    @contextmanager
    def burning_begin(self: Database, *, repeatable: bool = False) -> Iterator[Connection]:
        burns = fuse(self)
        if burns is None:
            with begin(self, repeatable=repeatable) as connection:
                yield connection
            return
        burns.burn()
        with begin(self, repeatable=repeatable) as connection:
            yield connection
            burns.burn()
        burns.burn()

    monkey.setattr(Database, "begin", burning_begin)


@dataclass(slots=True)
class Weather:
    """What one account suffers from. `writes` are the troubles of the next writes, in turn:
    lost (it never happened), unheard (it happened), busy (it happened, and the other side says that
    it cannot answer), late (it will happen)."""

    rng: random.Random
    fuse: Fuse
    down: ConnectorError | None = None
    vanished: ConnectorError | None = None  # the task list alone
    mixed: bool = False  # items are told twice and in any order
    writes: list[str] = field(default_factory=list)
    late: list[Draft] = field(default_factory=list)
    doubtful: bool = False  # a write met its trouble, and the next drive settles it
    again: list[str] = field(default_factory=list)  # keys that were created although they are there
    shaken: bool = False  # whether something happens to a connection that is read by

    @property
    def fine(self) -> bool:
        """Whether nothing stands in the way of what is read and written now."""
        return not (self.down or self.vanished or self.late or self.shaken)

    def asked(self) -> None:
        """A call of any kind."""
        self.fuse.burn()
        if self.down is not None:
            raise self.down

    def land(self, world: World) -> None:
        """What was late arrives."""
        for draft in self.late:
            ref = f"task-{world.change + 1}"
            task = Task(draft.key, draft.title, draft.notes, draft.due, created=draft.created)
            world.put(Facet.TASKS, ref, (task,))
        self.late.clear()

    def batches(self, told: Iterator[Batch]) -> Iterator[Batch]:
        """The same, as a worse account would tell it."""
        before: Batch | None = None
        for batch in told:
            self.asked()
            if self.mixed and batch.items:
                items = list(batch.items) + self.rng.sample(list(batch.items), 1)
                self.rng.shuffle(items)
                batch = replace(batch, items=tuple(items))
            yield batch
            if self.mixed and before is not None and self.rng.random() < 0.3:
                # Said again, as they are now: nothing moves the cursor back.
                yield replace(before, cursor=batch.cursor, done=False)
            before = batch if not batch.done else None


class EdgeSource(MemorySource):
    """A calendar or an address book in its weather."""

    weather: Weather

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        self.weather.asked()
        return self.weather.batches(super().changes(cursor, known, now))


class EdgeMail(MemoryMail):
    """Mail in its weather."""

    weather: Weather

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        self.weather.asked()
        return self.weather.batches(super().changes(cursor, known, now))

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        self.weather.asked()
        for text in super().read_text(refs):
            self.weather.asked()
            yield text


class EdgeList(MemoryTasks):
    """A task list in its weather."""

    weather: Weather

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        self.weather.asked()
        if self.weather.vanished is not None:
            raise self.weather.vanished
        return super().changes(cursor, known, now)

    def find(self, key: str) -> Sequence[Remote]:
        self.weather.asked()
        return super().find(key)

    def create(self, draft: Draft) -> Remote:
        self.weather.asked()
        if super().find(draft.key):
            self.weather.again.append(draft.key)
        trouble = self._trouble()
        if trouble == "late" and not self.creates_once:
            self.weather.late.append(draft)
            raise Ambiguous("no answer")
        if trouble == "lost":
            raise Ambiguous("no answer")
        return self._heard(super().create(draft), trouble)

    def remove(self, remote: Remote) -> None:
        self.weather.asked()
        trouble = self._trouble()
        if trouble == "lost":
            raise Unavailable("no answer", 0)
        super().remove(remote)
        self.weather.fuse.burn()
        if trouble:
            raise Unavailable("no answer", 0)

    def _change(self, remote: Remote, values: Mapping[str, object]) -> Remote:
        self.weather.asked()
        trouble = self._trouble()
        if trouble in ("lost", "late"):
            raise Ambiguous("no answer")
        return self._heard(super()._change(remote, values), trouble)

    def _trouble(self) -> str:
        if self.weather.vanished is not None:
            raise self.weather.vanished
        if not self.weather.writes:
            return ""
        self.weather.doubtful = True
        return self.weather.writes.pop(0)

    def _heard(self, remote: Remote, trouble: str) -> Remote:
        self.weather.fuse.burn()
        if trouble == "busy":
            raise Unavailable("too many requests", 60)
        if trouble:
            raise Ambiguous("no answer")
        return remote
