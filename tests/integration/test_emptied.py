"""A list that was emptied, where nobody knows which open tasks of ours were in it: that is an
incident, and no answer."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.contract import Remote
from connectors.errors import Unavailable
from connectors.memory.tasks import MemoryTasks
from connectors.memory.world import World
from connectors.records import Facet, Task
from syncd.engine.engine import Engine
from syncd.pipeline import once
from syncd.pipeline.lull import QUIET
from syncd.pipeline.report import Report
from syncd.planner import Policy

from worlds import BEN, CLEO, DORA, LISBON, WEEKDAYS, Lab, coffee, day

RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], due: 10d, expires: 40d,
     task: {title: "Write to {{ name }}"}}
"""


def refs(world: World) -> list[str]:
    return sorted(world.alive(Facet.TASKS))


def put_back(world: World, gone: Sequence[str]) -> None:
    for ref in gone:
        world.put(Facet.TASKS, ref, (world.task(ref),))


def emptied(world: World) -> list[str]:
    gone = refs(world)
    for ref in gone:
        world.delete_task(ref)
    return gone


def accepts(lab: Lab, now: datetime) -> Report:
    database = lab.open()
    try:
        return once(lab.shop(database), now, accept_deletions=True)
    finally:
        database.close()


def lab_in(folder: Path) -> Lab:
    policy = Policy(zone=LISBON, working_days=WEEKDAYS, per_day=9)
    lab = Lab(folder, rules=RULES, creates_once=False, policy=policy)
    for number, who in enumerate((BEN, CLEO, DORA)):
        lab.world.put_event(coffee(day(0.1 + number / 10), who, name=f"c{number}"))
    return lab


@pytest.fixture
def older(tmp_path: Path) -> Lab:
    """A state that is older than the three tasks in its list, beside three of the owner's own."""
    lab = lab_in(tmp_path)
    for number in range(3):
        lab.world.add_task(Task("", f"Milk {number}", "", None))
    lab.once(day(0))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.once(day(1))
    assert len(refs(lab.world)) == 6
    restored(lab, copy)
    return lab


def restored(lab: Lab, copy: Path) -> None:
    for end in ("-wal", "-shm"):
        (lab.folder / f"syncd.db{end}").unlink(missing_ok=True)
    shutil.copy(copy, lab.folder / "syncd.db")


def ours(lab: Lab) -> list[str]:
    return [ref for ref in refs(lab.world) if lab.world.task(ref).key]


def test_behind_an_older_copy_it_is_no_answer(older: Lab) -> None:
    """Nothing is written to it and nothing closed; once all is back, so are the tasks."""
    gone = emptied(older.world)
    for when in (1.1, 2.1):
        report = older.once(day(when))
        (trouble,) = [one for one in report.outcomes if one.error]
        assert (trouble.facet, trouble.error_kind) == ("tasks", "Vanished")
        assert "of the 3 tasks" in trouble.error
        assert "--accept-deletions" in trouble.error
        assert not ours(older)
        assert not older.tasks(day(when), "dismissed")
        older.world.add_task(Task("", "Bread", "", None))
    put_back(older.world, gone)
    assert not any(one.error for one in older.once(day(3.1)).outcomes)
    assert set(refs(older.world)) > set(gone)
    assert len(older.tasks(day(3.1))) == 3


def test_what_another_syncd_writes_is_none_of_ours(older: Lab) -> None:
    """Its key alone does not say that anything of ours is left in the list."""
    gone = emptied(older.world)
    older.world.add_task(Task(f"syncd-{0:024x}", "Theirs", "", None))
    (trouble,) = [one for one in older.once(day(1.1)).outcomes if one.error]
    assert trouble.error_kind == "Vanished"
    put_back(older.world, gone)
    assert not any(one.error for one in older.once(day(2.1)).outcomes)
    assert len(older.tasks(day(2.1))) == 3


def test_behind_an_older_copy_it_may_have_been_meant(older: Lab) -> None:
    """Then the tasks are what was deleted. They have to be looked for to be known, and the owner
    is asked of them by number."""
    emptied(older.world)
    older.once(day(1.1))
    assert accepts(older, day(1.2)).incidents == {"home": 3}
    accepts(older, day(1.3))
    for when in (2.1, 3.1):
        assert not older.once(day(when)).failed
        assert refs(older.world) == []
    assert len(older.tasks(day(3.1), "dismissed")) == 3


def test_a_daemon_meets_it_task_by_task(older: Lab) -> None:
    """It waits for the list to be quiet, as it would were those tasks known."""
    database, now = older.open(), day(1.1)
    try:
        engine = Engine(older.shop(database), quiet=QUIET)
        engine.start(now)
        for ref in refs(older.world):
            now += timedelta(seconds=3)
            older.world.delete_task(ref)
            assert not engine.hand("home", now).error
        until = engine.next_hand("home")
        assert until is not None
        assert engine.hand("home", until).error_kind == "Vanished"
    finally:
        database.close()


@pytest.mark.parametrize("number", [2, 3])
def test_looked_for_and_found_deleted(older: Lab, number: int) -> None:
    """Three that were deleted since the copy was made are an incident, as they are for whoever
    knew them; two are two answers."""
    gone = ours(older)[:number]
    for ref in gone:
        older.world.delete_task(ref)
    report = older.once(day(1.1))
    assert report.failed is (number == 3)
    assert report.incidents == ({"home": 3} if number == 3 else {})
    assert len(older.tasks(day(1.1), "dismissed")) == (0 if number == 3 else 2)
    put_back(older.world, gone)
    for when in (2.1, 3.1):
        assert not older.once(day(when)).failed
    assert len(refs(older.world)) == 6
    assert len(older.tasks(day(3.1))) == 3


def test_an_incident_of_what_was_looked_for_is_accepted(older: Lab) -> None:
    """Each is a "no" then, and none is written again."""
    for ref in ours(older):
        older.world.delete_task(ref)
    older.once(day(1.1))
    assert not accepts(older, day(1.2)).failed
    for when in (2.1, 3.1):
        assert not older.once(day(when)).failed
        assert ours(older) == []
    assert len(older.tasks(day(3.1), "dismissed")) == 3


def test_a_task_of_which_nobody_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was written, the answer was lost, and it went with all the others before it was seen."""
    lab = lab_in(tmp_path)
    lab.once(day(1))
    for ref in refs(lab.world):
        lab.world.tick(ref, day(1.1))
    lab.once(day(1.2))
    lab.world.put_event(coffee(day(1.3), BEN, name="again"))
    lab.world.time_out_next_write()
    with monkeypatch.context() as patch:
        patch.setattr(MemoryTasks, "find", is_down)
        assert lab.once(day(2)).delivery_errors
    gone = emptied(lab.world)
    assert len(gone) == 4
    report = lab.once(day(2.1))
    assert [one.error_kind for one in report.outcomes if one.error] == ["Vanished"]
    assert not refs(lab.world)
    assert not lab.tasks(day(2.1), "dismissed")
    put_back(lab.world, gone)
    assert not lab.once(day(2.2)).failed
    assert refs(lab.world) == gone
    (task,) = lab.tasks(day(2.2))
    assert task["status"] == "open"


def is_down(tasks: MemoryTasks, key: str) -> Sequence[Remote]:
    """The list does not answer who looks."""
    raise Unavailable("no answer")


def test_two_that_are_known_and_one_that_is_not(tmp_path: Path) -> None:
    """That one was written since the copy was made, about somebody whom nobody can place yet:
    together they are three."""
    lab = Lab(tmp_path, {"home": World(), "work": World()}, rules=RULES, creates_once=False)
    lab.world.add_task(Task("", "Milk", "", None))
    lab.once(day(0))
    for number, who in enumerate((CLEO, DORA)):
        lab.world.put_event(coffee(day(0.1 + number / 10), who, name=f"c{number}"))
    lab.once(day(1))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.worlds["work"].put_event(coffee(day(1.1), BEN))
    lab.once(day(2))
    restored(lab, copy)
    lab.worlds["work"].fail_next(Unavailable("no answer"), times=8)
    lab.once(day(2.1))
    gone = ours(lab)
    assert len(gone) == 3
    for ref in gone:
        lab.world.delete_task(ref)
    assert lab.once(day(2.2)).incidents == {"home": 2}
    assert not lab.tasks(day(2.2), "dismissed")
    put_back(lab.world, gone)
    lab.once(day(3.1))
    lab.once(day(3.2))
    assert len(lab.tasks(day(3.2))) == 3


def test_gone_again_before_anybody_saw_it_back(tmp_path: Path) -> None:
    """The owner is still asked of it. What was seen back is an answer when it goes."""
    lab = lab_in(tmp_path)
    lab.world.add_task(Task("", "Milk", "", None))
    lab.once(day(1))
    lab.world.tick(ours(lab)[0], day(1.1))
    lab.once(day(1.2))
    gone = emptied(lab.world)
    assert lab.once(day(1.3)).incidents == {"home": 2}
    put_back(lab.world, gone)
    emptied(lab.world)
    assert lab.once(day(1.4)).incidents == {"home": 2}
    assert not lab.tasks(day(1.4), "dismissed")
    put_back(lab.world, gone)
    assert not lab.once(day(1.5)).failed
    lab.world.delete_task(next(ref for ref in ours(lab) if not lab.world.task(ref).completed))
    assert not lab.once(day(1.6)).failed
    assert len(lab.tasks(day(1.6), "dismissed")) == 1


def test_it_came_and_went_between_two_readings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that was done was cleared away; the list was full again, and empty again, before it was
    read: with it went a task of which nobody heard."""
    lab = lab_in(tmp_path)
    lab.once(day(1))
    for ref in refs(lab.world):
        lab.world.tick(ref, day(1.1))
    lab.once(day(1.2))
    done = emptied(lab.world)
    assert not lab.once(day(1.25)).failed
    lab.world.put_event(coffee(day(1.3), BEN, name="again"))
    lab.world.time_out_next_write()
    with monkeypatch.context() as patch:
        patch.setattr(MemoryTasks, "find", is_down)
        assert lab.once(day(2)).delivery_errors
    put_back(lab.world, done)
    gone = emptied(lab.world)
    report = lab.once(day(2.1))
    assert [one.error_kind for one in report.outcomes if one.error] == ["Vanished"]
    put_back(lab.world, gone)
    assert not lab.once(day(2.2)).failed
    assert len(lab.tasks(day(2.2))) == 1


def test_what_came_and_went_was_in_the_list(tmp_path: Path) -> None:
    """What was done is back, and gone again with the one open task before it was read: the list
    held many and holds nothing, which is no "no"."""
    lab = lab_in(tmp_path)
    lab.once(day(1))
    for ref in refs(lab.world):
        lab.world.tick(ref, day(1.1))
    lab.once(day(1.2))
    done = emptied(lab.world)
    lab.world.put_event(coffee(day(1.3), BEN, name="again"))
    lab.once(day(2))
    put_back(lab.world, done)
    gone = emptied(lab.world)
    assert lab.once(day(2.1)).incidents == {"home": 1}
    assert not lab.tasks(day(2.1), "dismissed")
    put_back(lab.world, gone)
    assert not lab.once(day(2.2)).failed
    assert len(lab.tasks(day(2.2))) == 1


def test_what_is_done_is_cleared_away(tmp_path: Path) -> None:
    """That empties a list as well, and says nothing where all is known."""
    lab = lab_in(tmp_path)
    lab.once(day(1))
    for ref in refs(lab.world):
        lab.world.tick(ref, day(1.1))
    lab.once(day(1.2))
    emptied(lab.world)
    assert not lab.once(day(1.3)).failed
