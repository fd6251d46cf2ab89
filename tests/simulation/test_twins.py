"""The simulation's own judgement of twins: tasks with one key, in one of which the owner wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from simulation.years.broken import Broken
from simulation.years.cast import cast
from simulation.years.dice import dice
from simulation.years.owner import Owner
from simulation.years.stage import Stage
from simulation.years.tasks import tasks_of
from simulation.years.truth import Truth
from simulation.years.watch import Watch

from connectors.records import Facet, Task

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class World:
    """One list, its owner, and whoever looks on."""

    def __init__(self) -> None:
        self.stage, self.cast = Stage(), cast(1)
        process: Any = SimpleNamespace(weather={}, cast=self.cast)
        self.owner = Owner(dice(1, "owner"), process, self.stage, frozenset())
        self.watch = Watch(self.stage, self.cast, Truth(), self.owner.memory, process)

    def add(self, ref: str, key: str, *, completed: bool = False) -> None:
        addr = next(iter(self.cast.plain)).box.addr
        why = f"syncd, rule ready. Why: syncd explain {key}. Not wanted? Delete it; "
        notes = f"{why}never for them: syncd mute {addr} --rule ready"
        task = Task(key, "Get ready", notes, date(2026, 3, 9), completed=completed, created=NOW)
        self.stage.worlds["home"].put(Facet.TASKS, ref, (task,))

    def hand(self, ref: str, what: str) -> None:
        (one,) = [one for one in tasks_of(self.stage) if one.ref == ref]
        self.owner._one(one, what, NOW)

    def lists(self) -> None:
        self.watch.lists(NOW, NOW + timedelta(days=1))


@pytest.fixture
def world() -> World:
    """A task that landed twice, and the owner wrote a title into the second."""
    made = World()
    made.add("task-1", "key")
    made.add("task-2", "key")
    made.lists()
    made.hand("task-2", "title")
    made.lists()
    return made


def test_what_they_wrote_goes_with_the_twin_that_they_delete(world: World) -> None:
    """The other one never said that."""
    world.hand("task-2", "delete")
    world.lists()


def test_what_they_wrote_stays_when_the_other_is_deleted(world: World) -> None:
    """Only then somebody else would have overwritten it."""
    world.hand("task-1", "delete")
    world.lists()
    world.add("task-2", "key")
    with pytest.raises(Broken, match="overwritten"):
        world.lists()


def test_one_that_is_left_open_is_no_second_task(world: World) -> None:
    """The task is closed, its twin is theirs: another one may come. Two that are open may not."""
    world.add("task-1", "key", completed=True)
    world.add("task-3", "another")
    world.watch._one_each()
    world.add("task-1", "key")
    with pytest.raises(Broken, match="several open tasks"):
        world.watch._one_each()
