"""A task that its list holds twice, when whoever found that ends before it is settled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.errors import Unavailable
from connectors.memory.tasks import MemoryTasks
from connectors.records import Facet
from syncd.pipeline.hand import HandReader

from worlds import Lab, coffee, day

RULES = """
version: 1
rules:
  - {id: met, since: meeting, due: 10d, task: {title: "After meeting"}}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A late creation has landed beside the one that is known."""
    lab = Lab(tmp_path, rules=RULES, creates_once=False)
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(1))
    (ref,) = lab.world.alive(Facet.TASKS)
    lab.world.add_task(replace(lab.world.task(ref)), "twin")
    return lab


def test_the_process_dies_behind_the_reading(lab: Lab) -> None:
    """The next one knows it although the list has no news."""
    database = lab.open()
    try:
        shop = lab.shop(database)
        assert HandReader(database, day(2)).observe("home", shop.lists["home"]).twins
        # Nothing is new to it.
        assert HandReader(database, day(2.1)).observe("home", shop.lists["home"]).twins
    finally:
        database.close()
    lab.once(day(3))
    assert len(lab.world.alive(Facet.TASKS)) == 1
    database = lab.open()
    try:
        shop = lab.shop(database)
        assert not HandReader(database, day(4)).observe("home", shop.lists["home"]).twins
    finally:
        database.close()


def test_the_list_does_not_answer_then(lab: Lab) -> None:
    """It is settled when it answers again."""

    def is_down(*_: object) -> None:
        raise Unavailable("no answer")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryTasks, "remove", is_down)
        lab.once(day(2))
    assert len(lab.world.alive(Facet.TASKS)) == 2
    lab.once(day(3))
    assert len(lab.world.alive(Facet.TASKS)) == 1


def test_a_twin_of_a_task_that_nobody_here_knew(lab: Lab) -> None:
    """A lost state finds both, and keeps one."""
    for end in ("", "-wal", "-shm", ".lock"):
        (lab.folder / f"syncd.db{end}").unlink(missing_ok=True)
    lab.once(day(2))
    lab.once(day(3))
    assert len(lab.world.alive(Facet.TASKS)) == 1


def test_a_late_creation_is_brought_up_to_date(tmp_path: Path) -> None:
    """It says what was drafted once: that is ours, and neither the owner's hand nor news."""
    lab = Lab(tmp_path, rules=RULES, creates_once=False)
    lab.world.put_event(coffee(day(0.1)))
    lab.world.time_out_next_write(happened=False)
    lab.once(day(1))
    lab.once(day(1.1))
    (ref,) = lab.world.alive(Facet.TASKS)
    late = lab.world.task(ref)
    lab.world.put_event(coffee(day(3.1)))
    lab.once(day(4))
    now = lab.world.task(ref)
    assert now.due != late.due
    lab.world.add_task(late, "a-late-one")
    for when in (5, 6):
        lab.once(day(when))
        assert list(lab.world.alive(Facet.TASKS)) == ["a-late-one"]
    assert lab.world.task("a-late-one").due == now.due
    lab.world.put_event(coffee(day(6.1)))
    lab.once(day(7))
    assert lab.world.task("a-late-one").due == day(16).date()
