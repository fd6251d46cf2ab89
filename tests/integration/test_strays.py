"""Tasks that only a list knows, because the state is older than it: each is taken in when what it
is about is known, whenever that is, and none is written a second time."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.errors import Unavailable
from connectors.memory.world import World
from connectors.records import Facet, Task
from syncd.pipeline.forget import finish, forget, read_hand
from syncd.pipeline.hand import HandReader
from syncd.store import people, strays
from syncd.store.target import Target

from worlds import ANA, BEN, CLEO, Lab, coffee, day, mail

RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], due: 10d, expires: 40d,
     task: {title: "Write to {{ name }}"}}
  - {id: echo, since: task_done, due: 5d, expires: 40d, task: {title: "And, {{ name }}?"}}
"""


def tasks_of(world: World) -> list[Task]:
    return [world.task(ref) for ref in sorted(world.alive(Facet.TASKS))]


def put_back(lab: Lab, copy: Path) -> None:
    for end in ("-wal", "-shm"):
        (lab.folder / f"syncd.db{end}").unlink(missing_ok=True)
    shutil.copy(copy, lab.folder / "syncd.db")


def is_down(world: World) -> None:
    """The account does not answer in the next pass."""
    world.fail_next(Unavailable("no answer"), times=4)


def awaited(lab: Lab) -> set[str]:
    database = lab.open()
    try:
        with database.read() as connection:
            return set(strays.load(connection, database.owner))
    finally:
        database.close()


def older(tmp_path: Path) -> Lab:
    """A coffee that only the calendar at work knows, a task about it, and a state without either,
    put back while the account at work is down."""
    worlds = {"home": World(), "work": World()}
    lab = Lab(tmp_path, worlds, rules=RULES, creates_once=False)
    lab.world.deliver(mail(BEN, ANA, day(-1)))
    lab.once(day(0))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    worlds["work"].put_event(coffee(day(0.1)))
    lab.once(day(1))
    assert len(tasks_of(lab.world)) == 1
    put_back(lab, copy)
    is_down(worlds["work"])
    return lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """An older state that has read the list."""
    lab = older(tmp_path)
    before = tasks_of(lab.world)
    lab.once(day(1.1))
    assert tasks_of(lab.world) == before
    assert awaited(lab) == {one.key for one in before}
    return lab


def test_what_it_is_about_is_known_later(lab: Lab) -> None:
    """It is not written again, and closed when its time has come."""
    (task,) = tasks_of(lab.world)
    lab.once(day(2))
    assert tasks_of(lab.world) == [task]
    assert not awaited(lab)
    lab.world.deliver(mail(ANA, BEN, day(3)))
    lab.once(day(4))
    (closed,) = tasks_of(lab.world)
    assert closed.completed
    assert (closed.key, closed.due) == (task.key, task.due)


def test_it_was_over_before_that_was_known(lab: Lab) -> None:
    """What closes it is seen together with what it is about: no verdict ever opens for it."""
    lab.worlds["work"].deliver(mail(ANA, BEN, day(1.2)))
    lab.once(day(2))
    (closed,) = tasks_of(lab.world)
    assert closed.completed


def test_what_its_owner_did_meanwhile_counts(lab: Lab) -> None:
    """It is taken in as it is then, not as it was first found."""
    (ref,) = lab.world.alive(Facet.TASKS)
    lab.world.edit_task(ref, title="My own words")
    is_down(lab.worlds["work"])
    lab.once(day(1.5))
    lab.once(day(2))
    (task,) = lab.tasks(day(2))
    assert task["title"] == "My own words"


def test_deleted_before_anybody_knew_it(lab: Lab) -> None:
    """That is a no as well."""
    (ref,) = lab.world.alive(Facet.TASKS)
    lab.world.delete_task(ref)
    is_down(lab.worlds["work"])
    lab.once(day(1.5))
    for when in (2, 3):
        lab.once(day(when))
        assert tasks_of(lab.world) == []
    (task,) = lab.tasks(day(3), "dismissed")
    assert task["rule"] == "met"


def test_deleted_before_the_older_state_had_read_the_list(tmp_path: Path) -> None:
    """What it does not know of may lie in the list's bin: it looks there before it writes."""
    lab = older(tmp_path)
    (ref,) = lab.world.alive(Facet.TASKS)
    lab.world.delete_task(ref)
    for when in (1.1, 2, 3):
        lab.once(day(when))
        assert tasks_of(lab.world) == []
    (task,) = lab.tasks(day(3), "dismissed")
    assert task["rule"] == "met"


def test_its_text_is_forgotten_with_whom_it_names(lab: Lab) -> None:
    """Nothing of somebody forgotten stays, not even in what nobody could place."""
    database = lab.open()
    try:
        with database.read() as connection:
            before = str(strays.load(connection, database.owner))
        assert BEN.name in before
        assert BEN.addr in before
        with database.read() as connection:
            who = people.owners_of(connection, database.owner, [BEN.addr])[BEN.addr]
        forget(lab.shop(database), day(2), Target(frozenset({BEN.addr}), who, BEN.name))
        with database.read() as connection:
            after = str(strays.load(connection, database.owner))
    finally:
        database.close()
    assert BEN.name not in after
    assert BEN.addr not in after


def test_it_goes_with_whom_it_is_about(tmp_path: Path) -> None:
    """Whoever is forgotten leaves no task behind that a copy of the state knew nothing of."""
    lab = Lab(tmp_path, rules=RULES, creates_once=False)
    lab.world.deliver(mail(BEN, ANA, day(-1)))
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(0))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.once(day(1))
    assert len(tasks_of(lab.world)) == 1
    put_back(lab, copy)
    database = lab.open()
    try:
        shop = lab.shop(database)
        read_hand(shop, day(2))
        with database.read() as connection:
            who = people.owners_of(connection, database.owner, [BEN.addr])[BEN.addr]
        shop, _ = forget(shop, day(2), Target(frozenset({BEN.addr}), who, BEN.name))
        assert finish(shop, day(2)) == {}
    finally:
        database.close()
    assert tasks_of(lab.world) == []


def test_the_process_dies_before_it_is_placed(tmp_path: Path) -> None:
    """What a reading of the list found is in the state: nobody has to read it again."""
    lab = Lab(tmp_path, rules=RULES, creates_once=False)
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(1))
    (task,) = tasks_of(lab.world)
    for end in ("", "-wal", "-shm", ".lock"):
        (tmp_path / f"syncd.db{end}").unlink(missing_ok=True)
    database = lab.open()
    try:
        shop = lab.shop(database)
        HandReader(database, day(1.1)).observe("home", shop.lists["home"])
        HandReader(database, day(1.2)).observe("home", shop.lists["home"])  # it has no news
    finally:
        database.close()
    assert awaited(lab) == {task.key}
    lab.once(day(1.3))
    assert tasks_of(lab.world) == [task]
    (open_,) = lab.tasks(day(1.3))
    assert open_["key"] == task.key


def test_a_task_about_a_task_that_was_unknown_as_well(tmp_path: Path) -> None:
    """The tick that began the second is found on the first: one is placed after the other."""
    lab = Lab(tmp_path, rules=RULES, creates_once=False)
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(0))
    copy = Path(shutil.copy(tmp_path / "syncd.db", tmp_path / "copy"))
    lab.once(day(1))
    (ref,) = lab.world.alive(Facet.TASKS)
    lab.world.tick(ref, day(1.1))
    lab.once(day(2))
    before = tasks_of(lab.world)
    assert [one.completed for one in before].count(True) == 1
    assert len(before) == 2
    put_back(lab, copy)
    for when in (2.1, 3, 9):
        lab.once(day(when))
        assert [replace(one, due=None) for one in tasks_of(lab.world)] == [
            replace(one, due=None) for one in before
        ]
    assert not awaited(lab)
    assert {one["rule"] for one in lab.tasks(day(9))} == {"echo"}


def test_it_is_taken_out_of_the_list_with_whom_it_is_about(lab: Lab) -> None:
    """Nobody here can place it yet; its footer says who it is about. It is gone for good, also
    where the list is read again before it is deleted there."""
    database = lab.open()
    try:
        with database.read() as connection:
            who = people.owners_of(connection, database.owner, [BEN.addr])[BEN.addr]
        shop = lab.shop(database)
        shop, _ = forget(shop, day(2), Target(frozenset({BEN.addr}), who, BEN.name))
        (ref,) = lab.world.alive(Facet.TASKS)
        lab.world.edit_task(ref, due=day(20).date())
        HandReader(database, day(2), forgotten=shop.ignore.forgotten).observe(
            "home", shop.lists["home"]
        )
        assert finish(shop, day(2)) == {}
    finally:
        database.close()
    assert tasks_of(lab.world) == []
    assert not awaited(lab)


def test_it_names_somebody_who_is_forgotten(lab: Lab) -> None:
    """It is about somebody else, whose task it stays; the name goes."""
    (ref,) = lab.world.alive(Facet.TASKS)
    database = lab.open()
    try:
        lab.world.edit_task(ref, title=f"Write to {CLEO.name}")
        shop = lab.shop(database)
        HandReader(database, day(1.5)).observe("home", shop.lists["home"])
        shop, _ = forget(shop, day(2), Target(frozenset({CLEO.addr}), "p", CLEO.name))
        assert finish(shop, day(2)) == {}
    finally:
        database.close()
    (task,) = tasks_of(lab.world)
    assert CLEO.name not in task.title
    assert BEN.addr in task.notes
    assert awaited(lab) == {task.key}
