"""A restored state over a list without a creation key: creating again makes a second task."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import Unavailable
from connectors.memory.world import World
from connectors.records import Facet, Task
from syncd.cli.status import lines_of
from syncd.pipeline import Workshop
from syncd.planner import Policy
from syncd.store.database import Database
from syncd.store.lock import was_restored
from syncd.views.status import status_of

from worlds import BEN, CLEO, DORA, LISBON, WEEKDAYS, Lab, coffee, day

RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], due: 10d, task: {title: "After meeting"}}
"""


class Both(Lab):
    """Two accounts, each with a list for what was seen there."""

    def shop(self, database: Database) -> Workshop:
        return replace(super().shop(database), tasks_in={"default": "home", "work": "work"})


def tasks_of(world: World) -> list[Task]:
    return [world.task(ref) for ref in sorted(world.alive(Facet.TASKS))]


def put_back(lab: Lab, copy: Path) -> None:
    for end in ("-wal", "-shm"):
        (lab.folder / f"syncd.db{end}").unlink(missing_ok=True)
    shutil.copy(copy, lab.folder / "syncd.db")


def waiting(lab: Lab, now: datetime) -> bool:
    """Whether `status` says that the list of work waits for that of home."""
    database = lab.open()
    shop = lab.shop(database)
    with database.read() as connection:
        status = status_of(
            connection, database.owner, list(lab.worlds), True, lab.policy, now, (), shop.lists
        )
    database.close()
    told = [line for line in lines_of(status) if "until that of home has been read" in line]
    found = [{"account": "work", "tasks": 1, "unread": ["home"]}] if told else []
    assert status["unread_lists"] == found
    assert all(line.startswith("1 new task for the list of work waits") for line in told)
    return bool(told)


@pytest.mark.parametrize("once", [True, False], ids=["creates once", "creates again"])
def test_no_task_twice_and_a_deleted_one_stays_away(tmp_path: Path, once: bool) -> None:
    """The copy was made before anything was written: what the list holds is taken in, what lies in
    its bin is an answer, and only what was never written is written now."""
    policy = Policy(zone=LISBON, working_days=WEEKDAYS, per_day=2)
    lab = Lab(tmp_path, rules=RULES, creates_once=once, policy=policy)
    for number, who in enumerate((BEN, CLEO, DORA)):
        lab.world.put_event(coffee(day(0.1 + number / 10), who, name=f"c{number}"))
    lab.once(day(0))  # nothing has happened yet
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.once(day(1))
    assert len(tasks_of(lab.world)) == 2
    whose = {one["key"]: one["person"]["name"] for one in lab.tasks(day(1))}
    kept, gone = sorted(lab.world.alive(Facet.TASKS))
    deleted = whose[lab.world.task(gone).key]
    lab.world.delete(Facet.TASKS, gone)
    put_back(lab, copy)
    for when in (1.1, 2.0, 3.0):
        lab.once(day(when))
        keys = [one.key for one in tasks_of(lab.world)]
        assert len(keys) == len(set(keys))
    names = [whose.get(one.key) for one in tasks_of(lab.world)]
    assert lab.world.task(kept).key in [one.key for one in tasks_of(lab.world)]
    assert len(names) == 2
    if not once:  # a bin that can be looked into
        assert deleted not in names


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize("moved", [0, 5], ids=["left alone", "moved"])
def test_a_day_that_is_past_by_then_moves_no_end(tmp_path: Path, moved: int, dated: bool) -> None:
    """A task that only the list knows ends when it would have: that its day is past when it is
    taken in is no move of the owner's. A day that they moved still takes its end along, as far as
    the list says when the task was written."""
    rules = RULES.replace("due: 10d", "due: 2d, expires: 12d")
    lab = Lab(tmp_path, rules=rules)
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(0))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.once(day(1))
    (ref,) = lab.world.alive(Facet.TASKS)
    task = lab.world.task(ref)
    assert task.due is not None
    due = task.due + timedelta(days=moved)
    created = task.created if dated else None
    lab.world.put(Facet.TASKS, ref, (replace(task, due=due, created=created),))
    put_back(lab, copy)
    ends = 12 + (moved if dated else 0)
    for when in (9.0, ends - 0.5):
        lab.once(day(when))
        (task,) = tasks_of(lab.world)
        assert not task.completed, when
        assert task.due == due
    lab.once(day(ends + 0.5))
    (task,) = tasks_of(lab.world)
    assert task.completed


def test_a_state_is_older_only_when_it_is(tmp_path: Path) -> None:
    """A crash between the two numbers, a new state and an ordinary one are no older copies; a state
    whose neighbour is gone may be one."""
    lab = Lab(tmp_path, rules=RULES)
    lab.world.put_event(coffee(day(0.1), BEN))
    lab.once(day(0))
    database = lab.open()
    try:
        assert not was_restored(database)
    finally:
        database.close()
    lab.once(day(1))
    lock = tmp_path / "syncd.db.lock"
    process, number = lock.read_text().split()
    for content, expected in (
        (f"{process}\n{number}\n", False),
        (f"{process}\n{int(number) - 1}\n", False),
        (f"{process}\n{int(number) + 1}\n", True),
        (f"{process}\n", True),
    ):
        lock.write_text(content)
        database = lab.open()
        try:
            assert was_restored(database) is expected, content
        finally:
            database.close()


def test_a_twin_that_says_the_same_goes_although_our_day_is_forgotten(tmp_path: Path) -> None:
    """The older state decides it anew while the list is down, for a later day. The list has it
    twice, written long ago: of two that say the same one is enough."""
    rules = RULES.replace("due: 10d", "due: 2d, expires: 40d")
    lab = Lab(tmp_path, rules=rules, creates_once=False)
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(0))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.once(day(1))
    (ref,) = lab.world.alive(Facet.TASKS)
    lab.world.put(Facet.TASKS, f"{ref}-late", (lab.world.task(ref),))
    put_back(lab, copy)
    lab.world.fail_next(Unavailable("no answer"), times=4)
    lab.once(day(7))
    lab.once(day(8))
    assert list(lab.world.alive(Facet.TASKS)) == [ref]


@pytest.mark.parametrize("how", ["moved", "written", "landed"])
def test_a_day_that_we_wrote_since_moves_no_end(tmp_path: Path, how: str) -> None:
    """The list has a day that the older state never wrote: since the copy was made the task moved,
    or it was written and is decided anew while the list is down, or it lands only then. It ends
    when it would have."""
    lab = Lab(tmp_path, rules=RULES.replace("due: 10d", "due: 2d, expires: 12d"))
    lab.world.put_event(coffee(day(0.1)))
    copy, last = tmp_path / "copy", 0.1
    for when, copied in ((0, how != "moved"), (1, how == "moved")):
        lab.once(day(when))
        if copied:
            shutil.copy(tmp_path / "syncd.db", copy)
    (ref,) = lab.world.alive(Facet.TASKS)
    if how == "moved":
        last = 1.5
        lab.world.put_event(coffee(day(last)))
        lab.once(day(2))
    put_back(lab, copy)
    if how == "written":
        lab.world.fail_next(Unavailable("no answer"), times=4)
        lab.once(day(7))
    elif how == "landed":
        late = lab.world.items[Facet.TASKS].pop(ref).observations
        lab.world.time_out_next_write(happened=False)
        lab.once(day(7))
        lab.world.put(Facet.TASKS, ref, late)
    for then, over in ((8.0, False), (last + 11.9, False), (last + 12.1, True)):
        lab.once(day(then))
        (task,) = tasks_of(lab.world)
        assert task.completed is over, then


@pytest.mark.parametrize("away", [1.5, 10.0], ids=["away for a while", "away for good"])
def test_a_task_that_another_list_may_hold_waits(tmp_path: Path, away: float) -> None:
    """Evidence that came by two accounts opens a task in either list. The older state hears of it
    by the one while the other, which has the task, is down: nothing is created before that was
    read, as long as it comes back within a week."""
    worlds = {"home": World(), "work": World()}
    lab = Both(tmp_path, worlds, rules=RULES.replace("due: 10d", "due: 20d"))
    lab.once(day(0))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(1))
    (task,) = tasks_of(lab.world)
    lab.worlds["work"].put_event(coffee(day(0.1)))
    put_back(lab, copy)
    when = 1.1
    while when < away:
        lab.world.fail_next(Unavailable("no answer"), times=9)
        lab.once(day(when))
        assert when > 8 or tasks_of(lab.worlds["work"]) == []
        assert waiting(lab, day(when)) == (when < 8)
        when += 1
    lab.world._failures.clear()
    lab.once(day(when))
    lab.once(day(when + 1))
    assert not waiting(lab, day(when + 1))
    there = tasks_of(lab.worlds["work"])
    assert [one.key for one in there] == ([task.key] if away > 8 else [])
    assert tasks_of(lab.world) == [task]
    known = [(one["key"], one["status"]) for one in lab.tasks(day(when + 1))]
    assert known == [(task.key, "open")]
    if away < 8:
        lab.world.delete(Facet.TASKS, *lab.world.alive(Facet.TASKS))
        lab.once(day(when + 2))
        assert lab.tasks(day(when + 2)) == []
