"""A copy of the state is put back, and a task in the list has another day than the copy knows: it
was dated anew by us since, or by its owner."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from connectors.records import Facet, Task

from worlds import CLEO, Lab, coffee, day

RULES = """
version: 1
rules:
  - {id: met, since: meeting, due: 10d, expires: 20d,
     task: {title: "After meeting", notes: "{{ evidence }}"}}
"""


def task_of(lab: Lab) -> Task:
    """The task that was written first."""
    return lab.world.task(next(iter(lab.world.alive(Facet.TASKS))))


def due(number: float) -> date:
    return day(number + 10).date()


def copied(folder: Path) -> tuple[Lab, Path]:
    """A task about a first coffee, and a copy of the state that knows it."""
    lab = Lab(folder, rules=RULES)
    lab.world.put_event(coffee(day(0.1), name="c1"))
    lab.once(day(1))
    return lab, Path(shutil.copy(folder / "syncd.db", folder / "copy"))


def put_back(lab: Lab, copy: Path) -> None:
    for end in ("-wal", "-shm"):
        (lab.folder / f"syncd.db{end}").unlink(missing_ok=True)
    shutil.copy(copy, lab.folder / "syncd.db")


def test_our_own_day_is_not_taken_for_the_owners(tmp_path: Path) -> None:
    """It goes on moving with what the task is about, and its text with it; it ends when the rule
    says."""
    lab, copy = copied(tmp_path)
    lab.world.put_event(coffee(day(3.1), name="c2"))
    lab.once(day(4))
    assert task_of(lab).due == due(3)
    put_back(lab, copy)
    lab.once(day(5))
    assert task_of(lab).due == due(3)
    lab.world.put_event(coffee(day(6.1), name="c3"))
    lab.once(day(7))
    assert task_of(lab).due == due(6)
    assert task_of(lab).notes.count("Coffee") == 3
    lab.once(day(26))
    assert not task_of(lab).completed
    lab.once(day(26.5))
    assert task_of(lab).completed


def test_a_task_that_the_copy_did_not_know_goes_on_moving(tmp_path: Path) -> None:
    """Its key tells what it was about first, not what its day was written for."""
    lab = Lab(tmp_path, rules=RULES)
    lab.world.put_event(coffee(day(0.1), name="c1"))
    lab.once(day(0))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.once(day(1))
    lab.world.put_event(coffee(day(3.1), name="c2"))
    lab.once(day(4))
    put_back(lab, copy)
    lab.once(day(5))
    assert task_of(lab).due == due(3)
    lab.world.put_event(coffee(day(6.1), name="c3"))
    lab.once(day(7))
    assert task_of(lab).due == due(6)
    lab.once(day(26.5))
    assert task_of(lab).completed


def test_the_owners_day_stays_theirs(tmp_path: Path) -> None:
    """It is not written over, and the end moves with it."""
    lab, copy = copied(tmp_path)
    (ref,) = lab.world.alive(Facet.TASKS)
    theirs = due(0) + timedelta(days=5)
    lab.world.edit_task(ref, due=theirs)
    lab.world.put_event(coffee(day(1.1), CLEO))
    lab.once(day(1.5))  # writes a task that the copy knows nothing of
    put_back(lab, copy)
    lab.once(day(2))
    lab.world.put_event(coffee(day(3.1), name="c2"))
    lab.once(day(4))
    assert task_of(lab).due == theirs
    lab.once(day(24.9))  # five days were two behind the second coffee's own
    assert not task_of(lab).completed
    lab.once(day(25.5))
    assert task_of(lab).completed


def test_what_it_is_about_now_is_known_later(tmp_path: Path) -> None:
    """The day of a meeting that is not read again yet is not for good taken for the owner's."""
    lab, copy = copied(tmp_path)
    ref = lab.world.put_event(coffee(day(3.1), name="c2"))
    lab.once(day(4))
    put_back(lab, copy)
    lab.world.spoil(Facet.CALENDAR, ref)
    lab.once(day(5))
    lab.world.mend(Facet.CALENDAR, ref)
    lab.once(day(6))
    assert task_of(lab).due == due(3)
    lab.once(day(23.5))
    assert task_of(lab).completed
