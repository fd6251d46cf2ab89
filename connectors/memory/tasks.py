"""A task list in memory. With `creates_once=False` it behaves like the providers that have no
creation key: a create that is repeated makes a second task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from connectors.contract import Draft, Remote
from connectors.errors import Ambiguous, Conflict
from connectors.memory.source import MemorySource
from connectors.memory.world import Stored, World
from connectors.records import Facet, Task


class MemoryTasks(MemorySource):
    """The tasks of a world as a TaskList."""

    def __init__(
        self, world: World, *, creates_once: bool = True, scope: str = "memory", batch: int = 100
    ) -> None:
        super().__init__(world, Facet.TASKS, scope, batch)
        self.creates_once = creates_once

    def find(self, key: str) -> Sequence[Remote]:
        """See `connectors.contract.TaskList`."""
        self.world.fail_if_told()
        found = [
            self._remote(ref)
            for ref, stored in self.world.items[Facet.TASKS].items()
            if any(isinstance(task, Task) and task.key == key for task in stored.observations)
        ]
        newest = datetime.max.replace(tzinfo=UTC)
        return sorted(found, key=lambda remote: (remote.task.created or newest, remote.ref))

    def create(self, draft: Draft) -> Remote:
        """See `connectors.contract.TaskList`."""
        if not self.world.write_happens():
            self.world.answer_write()
        if self.creates_once and draft.key in self.world.alive(Facet.TASKS):
            self.world.answer_write()
            return self._remote(draft.key)
        ref = draft.key if self.creates_once else f"task-{self.world.change + 1}"
        task = Task(draft.key, draft.title, draft.notes, draft.due, created=draft.created)
        self.world.put(Facet.TASKS, ref, (task,))
        self.world.answer_write()
        return self._remote(ref)

    def update(
        self,
        remote: Remote,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
        completed: bool | None = None,
    ) -> Remote:
        """See `connectors.contract.TaskList`."""
        values = {"title": title, "notes": notes, "due": due, "completed": completed}
        return self._change(remote, values)

    def complete(self, remote: Remote, at: datetime, notes: str | None = None) -> Remote:
        """See `connectors.contract.TaskList`."""
        return self._change(remote, {"completed": True, "completed_at": at, "notes": notes})

    def remove(self, remote: Remote) -> None:
        """See `connectors.contract.TaskList`."""
        happens = self.world.write_happens()
        ref = remote.ref.removeprefix(self._ref(""))
        if happens and ref in self.world.alive(Facet.TASKS):
            self.world.delete(Facet.TASKS, ref)
        self.world.answer_write()

    def _change(self, remote: Remote, values: Mapping[str, object]) -> Remote:
        happens = self.world.write_happens()
        ref = remote.ref.removeprefix(self._ref(""))
        stored = self.world.alive(Facet.TASKS).get(ref)
        if stored is None or stored.stamp != remote.stamp:
            raise Conflict(remote.ref, "the task changed since it was read")
        if happens:
            given = {name: value for name, value in values.items() if value is not None}
            task = replace(self.world.task(ref), **given)  # type: ignore[arg-type]  # fields by name
            if not task.completed:
                task = replace(task, completed_at=None)
            self.world.put(Facet.TASKS, ref, (task,))
        self.world.answer_write()
        return self._remote(ref)

    def _remote(self, ref: str) -> Remote:
        stored: Stored = self.world.items[Facet.TASKS][ref]
        (task,) = stored.observations
        if not isinstance(task, Task):
            raise Ambiguous("the list holds something that is no task")
        return Remote(self._ref(ref), stored.stamp, task, deleted=stored.deleted)
