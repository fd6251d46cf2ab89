"""What the owner does in Microsoft To Do comes back; what it says wins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from contract.ledger import Ledger
from fakes.google.world import Clock, letter
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_todo_desk import ANA, FOOTER, KEY, LIST, OTHER, Desk, drafted, gone, own_id, told

from connectors.errors import BadItem, Conflict, CursorExpired, Refused, Vanished
from connectors.graph.todo_lists import list_found
from connectors.records import Gone

__all__ = ["clock", "graph"]


@pytest.fixture(params=[0, 5])
def desk(graph: FakeGraph, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Graph of a seed: how it tells days, whether a creating POST answers links, sizes, orders."""
    graph.reset(clock, request.param)
    desk = Desk(graph)
    with closing(desk.tasks):
        yield desk


@pytest.fixture
def tame(graph: FakeGraph) -> Iterator[Desk]:
    """Where how Graph tells something makes no difference."""
    desk = Desk(graph)
    with closing(desk.tasks):
        yield desk


def test_what_is_written(desk: Desk) -> None:
    """One POST: the key and the evidence in a linkedResource, the day and the morning of it, its
    importance, a category; and all of it is there when it is looked at."""
    mail = letter("bob@example.org", ANA, "Lunch", message_id="<lunch@example.org>")
    desk.ana.mailbox.deliver(mail)
    draft = drafted(KEY)
    desk.tasks.create(type(draft)(**{**_fields(draft), "link": "mid:lunch%40example.org"}))
    (task,) = desk.alive(LIST)
    assert task.body["importance"] == "normal"
    assert task.body["categories"] == ["syncd"]
    assert task.body["isReminderOn"] is True
    assert task.body["reminderDateTime"]["dateTime"].startswith("2026-12-02T09:00")
    (link,) = task.links
    assert (link["externalId"], link["applicationName"]) == (KEY, "syncd")
    assert "outlook" in link["webUrl"]
    assert desk.graph.count("tasks.create") == 1


def _fields(draft: Any) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in type(draft).__dataclass_fields__}


def test_the_owner_ticks_edits_and_deletes(desk: Desk, clock: Clock) -> None:
    """Each is told once, by the next reading. Of what was deleted nothing is left to be found."""
    remote = desk.create()
    task = own_id(remote)
    assert [one.key for one in told(desk.read())] in ([KEY], [])
    clock.advance(hours=1)
    notes = f"You met.\n\n{FOOTER}\nAsk her"
    desk.lists.edit(task, due=date(2026, 12, 9), notes=notes)
    (edited,) = told(desk.read())
    assert (edited.key, edited.due, edited.notes) == (KEY, date(2026, 12, 9), notes)
    assert edited.created == drafted(KEY).created
    clock.advance(hours=1)
    desk.lists.tick(task)
    (ticked,) = told(desk.read())
    assert (ticked.completed, ticked.completed_at) == (True, clock())
    desk.lists.untick(task)
    (opened,) = told(desk.read())
    assert (opened.completed, opened.completed_at) == (False, None)
    assert desk.read() == []
    desk.lists.delete(task)
    assert desk.read() == [Gone(remote.ref)]
    assert desk.read() == []
    assert list(desk.tasks.find(KEY)) == []


def test_a_reading_costs_one_request(tame: Desk) -> None:
    """However many tasks are done, as long as nothing changes."""
    made = tame.lists.add_list(LIST)
    for _ in range(150):
        tame.lists.write(made, title="Mine", status="completed")
    tame.read()
    before = len(tame.graph.log)
    assert tame.read() == []
    assert len(tame.graph.log) - before == 1
    assert len(tame.ledger.stamps) == 150


def test_a_list_that_was_renamed_is_known(tame: Desk) -> None:
    """By its id, which the cursor has, or by what it holds; not by its name, which another may
    have now."""
    remote = tame.create()
    tame.read()
    tame.lists.rename_list(tame.lists.named(LIST).id, "People")
    tame.lists.add_list(LIST)
    tame.lists.tick(own_id(remote))
    tame.restart()
    assert [task.completed for task in told(tame.read())] == [True]
    tame.ledger.cursor = None
    tame.restart()
    assert [task.key for task in told(tame.read())] == [KEY]
    tame.create(OTHER)
    assert len(tame.alive("People")) == 2


def test_the_default_list(tame: Desk) -> None:
    """Whatever it is called in the owner's language."""
    tame.more["name"] = "default"
    tame.restart()
    remote = tame.create()
    assert own_id(remote) in tame.lists.default.tasks
    assert list_found(tame.api, "default").endswith("is there")
    assert list_found(tame.api, "Else").endswith("is made with the first task")


def test_links_that_were_taken_away(desk: Desk) -> None:
    """The task is still ours, by its id or its footer; and it is found."""
    remote = desk.create()
    desk.read()
    desk.lists.unlink(own_id(remote))
    assert [task.key for task in told(desk.read())] == [KEY]
    desk.restart()
    desk.lists.edit(own_id(remote), notes="Only my words")
    assert [task.key for task in told(desk.read())] == [KEY]
    (found,) = desk.tasks.find(KEY)
    opened = desk.tasks.update(found, title="Write to Bob")
    assert (opened.task.notes, opened.task.key) == ("Only my words", KEY)


def test_a_task_moved_to_another_list_is_followed(desk: Desk, clock: Clock) -> None:
    """It is not deleted: it is told of where it is, by another id, and what happens to it there as
    well; other tasks there are nobody's business."""
    remote = desk.create()
    desk.read()
    other = desk.lists.add_list("Work")
    desk.lists.write(other, title="Hers")
    moved = desk.lists.move_to(own_id(remote), other)
    items = desk.read()
    assert gone(items) == {remote.ref}
    assert [task.key for task in told(items)] == [KEY]
    (ref,) = desk.ledger.stamps
    assert ref == f"{LIST}//{other}/{moved}"
    assert desk.read() == []
    desk.restart()
    clock.advance(days=3)
    desk.lists.write(other, title="Hers as well")
    desk.lists.tick(moved)
    assert [task.completed for task in told(desk.read())] == [True]
    assert [one.ref for one in desk.tasks.find(KEY)] == [ref]
    with pytest.raises(Conflict):
        desk.tasks.update(remote, title="Where it was")
    assert {one.ref for one in desk.tasks.census()} == {ref}
    back = desk.lists.move_to(moved, desk.lists.named(LIST).id)
    items = desk.read()
    assert (gone(items), [one.key for one in told(items)]) == ({ref}, [KEY])
    desk.lists.move_to(back, other)
    desk.read()
    (ref,) = desk.ledger.stamps
    desk.lists.delete_list(other)
    assert gone(desk.read()) == {ref}


def test_a_task_is_looked_for_in_all_lists(tame: Desk) -> None:
    """Before it was read once where it went, it may be anywhere: the look finds it."""
    remote = tame.create()
    moved = tame.lists.move_to(own_id(remote), tame.lists.default.id)
    found = tame.tasks.find(KEY)
    assert [one.ref for one in found] == [f"{LIST}//{tame.lists.default.id}/{moved}"]
    assert tame.tasks.complete(found[0], datetime(2026, 11, 3, tzinfo=UTC)).task.completed


def test_a_move_while_it_is_read_is_no_deletion(tame: Desk) -> None:
    """Out of a list that is read later into one that was read before."""
    remote = tame.create()
    tame.read()
    other = tame.lists.add_list("Work")
    moved = tame.lists.move_to(own_id(remote), other)
    tame.read()
    own = tame.lists.named(LIST).id
    tame.graph.faults.meanwhile("tasks.delta", lambda: tame.lists.move_to(moved, own), skip=1)
    assert [task.key for task in told(tame.read())] == [KEY]


def test_a_lost_sync_state(desk: Desk) -> None:
    """What came, changed and went meanwhile is told, and nothing else."""
    first, second = desk.create(), desk.create(OTHER)
    desk.read()
    desk.lists.delete(own_id(first))
    desk.lists.tick(own_id(second))
    desk.graph.faults.lost_state("tasks.delta")
    items = desk.read()
    assert gone(items) == {first.ref}
    assert [(task.key, task.completed) for task in told(items)] == [(OTHER, True)]
    assert desk.read() == []


def test_once_a_day_everything_is_compared(tame: Desk, clock: Clock) -> None:
    """What went without a trace is missed then, and nothing else is told."""
    remote = tame.create()
    tame.read()
    tasks = tame.lists.named(LIST)
    del tasks.tasks[own_id(remote)]
    del tasks.changes.items[own_id(remote)]
    assert tame.read() == []
    clock.advance(days=1, minutes=1)
    assert gone(tame.read()) == {remote.ref}


def test_a_reminder_moves_with_its_day(desk: Desk) -> None:
    """One that the owner set stays where it is."""
    remote = desk.create()
    moved = desk.tasks.update(remote, due=date(2026, 7, 9))
    (task,) = desk.alive(LIST)
    assert task.body["reminderDateTime"]["dateTime"].startswith("2026-07-09T08:00")
    own = {"dateTime": "2026-07-08T17:00:00", "timeZone": "GMT Standard Time"}
    desk.lists.edit(task.id, reminderDateTime=own)
    (found,) = desk.tasks.find(KEY)
    assert found.ref == moved.ref
    desk.tasks.update(found, due=date(2026, 7, 20))
    assert task.body["reminderDateTime"]["dateTime"].startswith("2026-07-08T16:00")


def test_somebody_faster_is_a_conflict_whenever(tame: Desk) -> None:
    """Between our look and our write as well: the etag is sent along."""
    remote = tame.create()
    task = own_id(remote)
    for act in ("update", "delete"):
        (found,) = tame.tasks.find(KEY)
        tame.graph.faults.meanwhile(f"tasks.{act}", lambda: tame.lists.edit(task, title="Hers"))
        with pytest.raises(Conflict):
            tame.tasks.remove(found) if act == "delete" else tame.tasks.update(found, title="Ours")
    with pytest.raises(Conflict):
        tame.tasks.remove(remote)
    assert [one.body["title"] for one in tame.alive()] == ["Hers"]


def test_what_graph_does_not_take_is_set_aside(tame: Desk) -> None:
    """A task, and no list: the others are written."""
    tame.create()
    tame.graph.faults.error(400, "invalidRequest", "tasks.create")
    with pytest.raises(BadItem):
        tame.create(OTHER)
    tame.graph.faults.error(400, "invalidRequest", "tasks.update")
    with pytest.raises(BadItem):
        tame.tasks.update(tame.tasks.find(KEY)[0], title="x")
    assert len(tame.alive()) == 1


def test_a_reading_makes_no_list(tame: Desk) -> None:
    """A list that is not there yet holds nothing; whoever may not make one says so."""
    assert tame.read() == []
    assert tame.read() == []
    tame.tasks.writable = False
    with pytest.raises(Refused, match="Follow-ups"):
        tame.create()
    assert list(tame.tasks.find(KEY)) == []
    assert len(tame.lists.all) == 2


def test_a_list_that_is_deleted_is_an_incident(tame: Desk) -> None:
    """Nothing of it is taken for deleted, nothing is written, no other is made, however often it
    is asked, and after a restart. Made anew it is another one."""
    remote = tame.create()
    tame.read()
    tame.lists.delete_list(tame.lists.named(LIST).id)
    for act in (lambda: tame.tasks.find(KEY), tame.create, tame.read):
        with pytest.raises(Vanished, match="restore"):
            act()
    tame.restart()
    for act in (tame.read, lambda: tame.tasks.find(KEY), tame.create):
        with pytest.raises(Vanished):
            act()
    assert len(tame.lists.all) == 2
    tame.lists.add_list(LIST)
    assert gone(tame.read()) == {remote.ref}
    tame.lists.delete_list(tame.lists.named(LIST).id)
    with pytest.raises(Vanished):
        tame.read()
    tame.ledger = Ledger()  # its owner accepts that
    assert tame.read() == []
    tame.create(OTHER)
    assert len(tame.alive(LIST)) == 1


def test_a_cursor_that_is_none_of_ours(tame: Desk, clock: Clock) -> None:
    """It asks for a new start; one of another server is not followed there."""
    tame.create()
    tame.read()
    there = (tame.ledger.cursor or "").replace(tame.graph.endpoint, "https://elsewhere.example")
    tame.ledger.cursor = there
    assert tame.read() == []
    tame.ledger.cursor = '[1,"L",[],null,null,false]'
    with pytest.raises(CursorExpired):
        tame.read()
    assert tame.tasks.server_time() == clock()
    assert list(tame.tasks.dated(["x"])) == []


def test_a_mail_that_is_not_there_is_no_link(tame: Desk) -> None:
    """A task is worth more than its link."""
    draft = drafted(KEY)
    for link in ("mid:away@example.org", "https://example.org/e/1"):
        tame.tasks.create(type(draft)(**{**_fields(draft), "link": link}))
    webs = [task.links[0].get("webUrl") for task in tame.alive(LIST)]
    assert webs == [None, "https://example.org/e/1"]
    assert tame.graph.now() - timedelta(days=1) < tame.graph.now()
