"""What the owner does in Google Tasks comes back; what it says wins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from fakes.google.call import Refused, invalid
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from google_desk import api_of
from google_tasks_desk import ANA, FOOTER, KEY, LIST, Desk, drafted, gone, own_id, told

from connectors.errors import BadItem, Conflict, Paused, Unavailable
from connectors.errors import Refused as NotDone
from connectors.google.quota import Limit
from connectors.google.tasks_lists import KEEP, Lists
from connectors.records import Gone

__all__ = ["clock", "google"]


@pytest.fixture
def desk(google: FakeGoogle) -> Iterator[Desk]:
    desk = Desk(google)
    with closing(desk.tasks):
        yield desk


def test_the_owner_ticks_edits_and_deletes(desk: Desk, clock: Clock) -> None:
    """Each is told once, by the next reading: also what Google hides in the same moment, and what
    is cleared away later, which is no deletion."""
    remote = desk.create()
    task = own_id(remote)
    assert [one.key for one in told(desk.read())] == [KEY]
    clock.advance(hours=1)
    desk.lists.edit(task, due=date(2026, 12, 9), notes=f"{desk.alive()[0].body['notes']}\nAsk her")
    (edited,) = told(desk.read())
    assert (edited.key, edited.due) == (KEY, date(2026, 12, 9))
    assert edited.notes == f"You met.\n\n{FOOTER}\nAsk her"
    clock.advance(hours=1)
    desk.lists.tick(task)
    (ticked,) = told(desk.read())
    assert (ticked.completed, ticked.completed_at) == (True, clock())
    desk.lists.hide(task)
    assert gone(desk.read()) == set()
    desk.lists.untick(task)
    (opened,) = told(desk.read())
    assert (opened.completed, opened.completed_at) == (False, None)
    desk.lists.delete(task)
    assert desk.read() == [Gone(remote.ref)]
    assert desk.read() == []
    assert [one.deleted for one in desk.tasks.find(KEY)] == [True]


def test_an_etag_that_stays(desk: Desk, clock: Clock) -> None:
    """What the owner changed is seen by when it was changed, and nothing is written over it."""
    remote = desk.create()
    desk.read()
    clock.advance(hours=1)
    desk.lists.keeps_etags = True
    desk.lists.edit(own_id(remote), title="Ring Ben")
    with pytest.raises(Conflict):
        desk.tasks.complete(remote, clock())
    (edited,) = told(desk.read())
    assert edited.title == "Ring Ben"
    assert desk.read() == []
    (found,) = desk.tasks.find(KEY)
    assert desk.tasks.complete(found, clock()).task.completed


def test_a_reading_costs_two_calls(desk: Desk, clock: Clock) -> None:
    """However many tasks are done; and it writes nothing, as long as nothing changes."""
    made = desk.lists.add_list(LIST)
    for _ in range(250):
        desk.lists.write(made, title="Mine", status="completed")
    clock.advance(hours=1)
    desk.lists.write(made, title="Mine as well")
    desk.read()
    cursor, before = desk.ledger.cursor, len(desk.google.log)
    assert desk.read() == []
    assert (desk.ledger.cursor, len(desk.google.log) - before) == (cursor, 2)


def test_a_list_that_was_renamed_is_known(desk: Desk) -> None:
    """By its id, which the cursor has, or by what it holds; not by its name, which another may
    have now."""
    remote = desk.create()
    desk.read()
    desk.lists.rename_list(_list(desk), "People")
    desk.lists.add_list(LIST)
    desk.lists.tick(own_id(remote))
    desk.restart()
    assert [task.completed for task in told(desk.read())] == [True]
    desk.ledger.cursor = None
    desk.restart()
    assert [task.key for task in told(desk.read())] == [KEY]
    assert desk.create("syncd-" + "1" * 24).ref.rpartition("/")[0] == remote.ref.rpartition("/")[0]
    assert len(desk.alive("People")) == 2


def test_a_footer_that_was_deleted_is_remembered(desk: Desk) -> None:
    """The task is still ours: what its owner does with it comes back, and it is found."""
    remote = desk.create()
    desk.read()
    desk.lists.edit(own_id(remote), notes="Only my words")
    (task,) = told(desk.read())
    assert (task.key, task.notes) == (KEY, "Only my words")
    desk.restart()
    desk.lists.tick(own_id(remote))
    assert [(task.key, task.completed) for task in told(desk.read())] == [(KEY, True)]
    (found,) = desk.tasks.find(KEY)
    assert found.stamp == desk.ledger.stamps[remote.ref]
    opened = desk.tasks.update(found, completed=False)
    assert (opened.task.notes, opened.task.key) == ("Only my words", KEY)


@pytest.mark.parametrize("anew", [False, True], ids=["with its id", "anew"])
def test_a_task_moved_to_another_list_is_followed(desk: Desk, clock: Clock, anew: bool) -> None:
    """It is not deleted: it is told of where it is, and what happens to it there as well; other
    tasks there are nobody's business."""
    remote = desk.create()
    clock.advance(hours=1)
    desk.read()
    clock.advance(hours=1)
    other = desk.lists.add_list("Work")
    desk.lists.write(other, title="Hers")
    moved = desk.lists.move_to(own_id(remote), other, anew=anew)
    items = desk.read()
    assert gone(items) == {remote.ref}
    assert [task.key for task in told(items)] == [KEY]
    (ref,) = desk.ledger.stamps
    assert ref == f"{LIST}//{other}/{moved}"
    assert desk.read() == []
    desk.restart()
    clock.advance(days=3)
    desk.lists.tick(moved)
    assert [task.completed for task in told(desk.read())] == [True]
    assert [one.ref for one in desk.tasks.find(KEY) if not one.deleted] == [ref]
    with pytest.raises(Conflict):
        desk.tasks.update(remote, title="Where it was")
    assert {one.ref for one in desk.tasks.census()} == {ref}
    desk.lists.delete_list(other)
    assert gone(desk.read()) == {ref}


def test_a_moved_task_that_is_put_back_is_seen(desk: Desk, clock: Clock) -> None:
    """Its owner deletes it where they moved it, and undoes that: nothing else there was known."""
    moved = desk.lists.move_to(own_id(desk.create()), desk.lists.default.id)
    clock.advance(hours=1)
    desk.read()
    desk.lists.delete(moved)
    clock.advance(hours=1)
    assert len(gone(desk.read())) == 1
    desk.restart()
    clock.advance(hours=1)
    assert desk.read() == []
    desk.lists.edit(moved, deleted=None)
    assert [task.key for task in told(desk.read())] == [KEY]


def test_a_task_is_looked_for_in_all_lists(desk: Desk) -> None:
    """Before it was read once where it went, it may be anywhere: the look finds it."""
    remote = desk.create()
    moved = desk.lists.move_to(own_id(remote), desk.lists.default.id)
    found = desk.tasks.find(KEY)
    assert [one.ref for one in found] == [f"{LIST}//{desk.lists.default.id}/{moved}"]
    assert desk.tasks.complete(found[0], datetime(2026, 11, 3, tzinfo=UTC)).task.completed


@pytest.mark.parametrize("tick", [False, True], ids=["open", "done"])
def test_what_goes_without_a_trace_is_missed(desk: Desk, clock: Clock, tick: bool) -> None:
    """An open task at once; one that is done by the daily comparison."""
    remote = desk.create()
    desk.lists.write(_list(desk), title="Hers")
    if tick:
        desk.lists.tick(own_id(remote))
    desk.read()
    clock.advance(hours=1)
    desk.lists.purge(own_id(remote))
    assert gone(desk.read()) == (set() if tick else {remote.ref})
    clock.advance(days=1)
    assert gone(desk.read()) == ({remote.ref} if tick else set())


def test_a_page_that_passes_over_a_task_loses_nothing(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that a listing left out, because others moved meanwhile, is asked for by itself."""
    remote = desk.create()
    clock.advance(hours=1)
    desk.lists.tick(desk.lists.write(_list(desk), title="Hers"))
    desk.read()
    monkeypatch.setattr(Lists, "open", lambda self, list_id: iter(()))
    assert desk.read() == []
    assert desk.google.count("tasks.tasks.get") == 1
    assert remote.ref in desk.ledger.stamps


def test_a_change_that_shows_late_is_told(desk: Desk, clock: Clock) -> None:
    """Google may show a change after others that came later: readings overlap."""
    remote = desk.create()
    early = clock()
    clock.advance(minutes=5)
    desk.lists.write(_list(desk), title="Hers")
    desk.read()
    desk.lists.edit(own_id(remote), title="Ring Bob")
    _, task = desk.lists.find(own_id(remote))
    task.updated = early
    assert [task.title for task in told(desk.read())] == ["Ring Bob"]


def test_what_google_does_not_take_is_set_aside(desk: Desk) -> None:
    """A task, and no list: the others are written."""
    desk.create()
    desk.google.faults.refuse("tasks.tasks.insert", _invalid)
    with pytest.raises(BadItem):
        desk.create("syncd-" + "1" * 24)
    desk.google.faults.refuse("tasks.tasks.patch", _invalid)
    with pytest.raises(BadItem):
        desk.tasks.update(desk.tasks.find(KEY)[0], title="x")
    assert len(desk.alive()) == 1


def test_pages_that_end_midway_are_read_later(desk: Desk) -> None:
    """Google no longer knows the page after a change: that is no fault of the list's."""
    made = desk.lists.add_list(LIST)
    for _ in range(101):
        desk.lists.write(made, title="Hers")
    desk.google.faults.refuse("tasks.tasks.list", _invalid, skip=1)
    with pytest.raises(Unavailable, match="changed"):
        desk.read()
    desk.google.faults.refuse("tasks.tasks.list", _invalid)
    with pytest.raises(NotDone):
        desk.read()
    assert len(told(desk.read())) == 101


def test_somebody_faster_is_a_conflict_whenever(desk: Desk) -> None:
    """Between our look and our write as well: the etag is sent along."""
    remote = desk.create()
    task = own_id(remote)
    for act in ("patch", "delete"):
        (found,) = desk.tasks.find(KEY)
        desk.google.faults.meanwhile(
            f"tasks.tasks.{act}", lambda: desk.lists.edit(task, title="Hers")
        )
        with pytest.raises(Conflict):
            desk.tasks.remove(found) if act == "delete" else desk.tasks.update(found, title="Ours")
    with pytest.raises(Conflict):
        desk.tasks.remove(remote)
    assert [one.body["title"] for one in desk.alive()] == ["Hers"]


def test_readings_leave_something_of_the_day_to_writes(google: FakeGoogle) -> None:
    """Where few of a day's calls are left, nothing is read, and tasks are still closed."""
    desk = Desk(google, api_of(google, ANA, limits={"tasks": Limit(KEEP + 7, 86_400.0)}))
    remote = desk.create()
    desk.read()
    desk.read()
    with pytest.raises(Paused) as paused:
        desk.read()
    assert 86_000 < paused.value.wait <= 86_400
    assert desk.tasks.complete(remote, google.now()).task.completed


def test_a_day_that_is_used_up_ends_at_midnight_of_the_pacific(desk: Desk) -> None:
    """When Google counts anew, by its own clock (09:00 UTC is 01:00 there)."""
    desk.create()
    desk.google.faults.used_up("tasks.tasks.*", times=2)
    for act in (desk.read, lambda: desk.create("syncd-" + "1" * 24)):
        with pytest.raises(Unavailable) as trouble:
            act()
        assert trouble.value.wait == 23 * 3600
    assert len(desk.alive()) == 1


def test_the_time_is_googles(desk: Desk, clock: Clock) -> None:
    """It is asked for."""
    assert desk.tasks.server_time() == clock()
    assert list(desk.tasks.dated(["x"])) == []
    assert list(desk.tasks.census()) == []
    assert drafted(KEY).key == KEY


def _invalid() -> Refused:
    return invalid("Request contains an invalid argument.", reason="badRequest")


def _list(desk: Desk) -> str:
    return next(one.id for one in desk.lists.all.values() if one.title in (LIST, "People"))
