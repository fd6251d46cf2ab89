"""A task list that was gone, or has another name: what of it is an answer of its owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from integration.test_deletions_in_portions import Beating

from connectors.errors import Vanished
from connectors.memory.tasks import MemoryTasks
from connectors.records import Batch, Facet
from syncd.planner import Status
from syncd.store import ledger_tasks

from worlds import CLEO, Lab, coffee, day

RULES = """
version: 1
rules:
  - {id: met, since: meeting, due: 10d, urgent: true, task: {title: "After {{ since.title }}"}}
"""


def lab_with_two(folder: Path) -> Lab:
    """Two tasks are in the list."""
    lab = Lab(folder, rules=RULES)
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(1))
    lab.world.put_event(coffee(day(1.1), CLEO))
    lab.once(day(2))
    assert len(lab.world.alive(Facet.TASKS)) == 2
    return lab


def is_gone_at(lab: Lab, now: datetime) -> None:
    """A pass finds no list."""

    def vanished(*_: object) -> Iterator[Batch]:
        raise Vanished("the list is not there")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryTasks, "changes", vanished)
        lab.once(now)


def statuses(lab: Lab) -> list[Status]:
    database = lab.open()
    try:
        with database.read() as connection:
            rows = ledger_tasks.open_tasks(connection, database.owner)
            rows += ledger_tasks.dismissed(connection, database.owner)
        return [row.task.status for row in rows if row.task is not None]
    finally:
        database.close()


def test_a_list_that_comes_back_with_nothing(tmp_path: Path) -> None:
    """It is another one by the same name: two tasks that are gone with it are no answers."""
    lab = lab_with_two(tmp_path)
    is_gone_at(lab, day(3))
    for ref in list(lab.world.alive(Facet.TASKS)):
        lab.world.delete_task(ref)
    lab.once(day(4))
    assert statuses(lab) == [Status.OPEN, Status.OPEN]


def test_a_list_that_comes_back_with_one_of_two(tmp_path: Path) -> None:
    """What is not there any more was deleted."""
    lab = lab_with_two(tmp_path)
    is_gone_at(lab, day(3))
    lab.world.delete_task(next(iter(lab.world.alive(Facet.TASKS))))
    lab.once(day(4))
    assert sorted(statuses(lab)) == sorted([Status.OPEN, Status.DISMISSED])


def test_a_list_under_another_name_is_believed_at_once(tmp_path: Path) -> None:
    """Whatever is there under another name is not gone, be it open or completed."""
    beating = Beating(tmp_path)
    world = beating.lab.world
    world.tick(beating.tasks[0], beating.now)
    beating.now += timedelta(minutes=5)
    beating.read()
    assert len(beating.tasks) > 1
    for ref in beating.tasks:
        task = world.task(ref)
        world.delete_task(ref)
        world.add_task(task, f"moved-{ref}")
    beating.now += timedelta(minutes=5)
    beating.read()
    assert beating.engine.next_hand("home") is None
