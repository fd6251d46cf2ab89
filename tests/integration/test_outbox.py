"""Delivering: exactly once, with the owner's hand winning, and one trouble stopping no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from unit.planner.desk import day, held, on, task_of

from connectors.contract import Draft
from connectors.errors import BadItem, ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.memory.tasks import MemoryTasks
from connectors.memory.world import World
from connectors.records import Facet, Task
from rules.verdict import State
from syncd import outbox, twins
from syncd.outbox import Summary
from syncd.planner import Complete, Followed, Status, TaskState, Update
from syncd.store import ledger, ledger_hand, ledger_outbox, ledger_tasks
from syncd.store.database import Database, open_database
from syncd.writer import seen_in

OWNER = "owner@example.org"
WHY = "Closed by syncd: a call on 2026-03-05."


class Desk:
    """A store with one list, and what a pipeline would do with them."""

    def __init__(self, database: Database, *, once: bool = True) -> None:
        self.database = database
        self.world = World()
        self.list = MemoryTasks(self.world, creates_once=once)

    def decide(self, evidence: str = "meeting:m1", account: str = "home") -> str:
        """A verdict is drawn: its task is decided and waits in the outbox. Returns its key."""
        row = held(evidence, rule=f"rule-{evidence}")
        draft = Draft(row.key, "Call Ana", "You met.", on(30), day(0))
        with self.database.begin() as connection:
            ledger.save(connection, OWNER, Followed(rows=(row,)))
            ledger_tasks.decide(connection, OWNER, row.key, account, draft, "call", day(0))
        return row.key

    def crash_after_writing(self, key: str) -> None:
        """The list has the task, and the process ended before it could note so."""
        (entry,) = self.pending(key)
        assert isinstance(entry.work, Draft)
        with self.database.begin() as connection:
            ledger_outbox.mark(connection, OWNER, entry, ledger_outbox.DOUBT, tries=1)
        self.list.create(entry.work)

    def close(self, key: str) -> None:
        """The rule is satisfied: the task is closed here, and shall be there."""
        with self.database.begin() as connection:
            row = ledger.by_key(connection, OWNER, [key])[key]
            state = replace(task_of(row), status=Status.CLOSED, closed_why=WHY, closed_at=day(3))
            closed = replace(row, state=State.SATISFIED, task=state)
            intent = Complete(key, "home", day(3), WHY)
            ledger.save(connection, OWNER, Followed(rows=(closed,), intents=(intent,)))

    def reopen(self, key: str) -> None:
        """What satisfied it was undone."""
        with self.database.begin() as connection:
            row = ledger.by_key(connection, OWNER, [key])[key]
            state = replace(task_of(row), status=Status.OPEN, closed_why="", closed_at=None)
            opened = replace(row, state=State.OPEN, task=state)
            intent = Update(key, "home", reopen=True, unsay=WHY)
            ledger.save(connection, OWNER, Followed(rows=(opened,), intents=(intent,)))

    def update(self, key: str, **values: Any) -> None:
        with self.database.begin() as connection:
            ledger_outbox.enqueue(connection, OWNER, replace(Update(key, "home"), **values))

    def deliver(self, now: float = 0, **options: Any) -> Summary:
        return outbox.deliver(self.database, OWNER, {"home": self.list}, day(now), **options)

    def remote(self) -> list[Task]:
        """What the owner sees in the list."""
        refs = self.world.alive(Facet.TASKS)
        return [self.world.task(ref) for ref in sorted(refs)]

    def ref(self) -> str:
        (ref,) = self.world.alive(Facet.TASKS)
        return ref

    def state(self, key: str) -> TaskState:
        with self.database.read() as connection:
            return task_of(ledger.by_key(connection, OWNER, [key])[key])

    def pending(self, key: str) -> list[ledger_outbox.Entry]:
        with self.database.read() as connection:
            return ledger_outbox.of_key(connection, OWNER, key)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/state.db", OWNER)
    yield opened
    opened.close()


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture(params=[True, False], ids=["creates once", "creates again"])
def either(request: pytest.FixtureRequest, database: Database) -> Desk:
    """Lists with and without a creation key: what the owner sees is the same."""
    return Desk(database, once=request.param)


class Watched(MemoryTasks):
    """A list that counts the looks for a key."""

    looks = 0

    def find(self, key: str) -> Any:
        self.looks += 1
        return super().find(key)


def test_a_decided_task_is_written_and_confirmed(either: Desk) -> None:
    """Once, with its key, its text and its due date."""
    key = either.decide()
    assert either.deliver().created == 1
    assert either.deliver() == Summary()
    (task,) = either.remote()
    assert (task.key, task.title, task.notes, task.due) == (key, "Call Ana", "You met.", on(30))
    state = either.state(key)
    assert (state.delivered_at, state.touched, either.pending(key)) == (day(0), False, [])


@pytest.mark.parametrize("happened", [True, False])
def test_after_an_ambiguous_failure_it_looks_before_writing_again(
    either: Desk, happened: bool
) -> None:
    """Whether or not the write took place, there is one task in the end."""
    key = either.decide()
    either.world.time_out_next_write(happened=happened)
    first = either.deliver()
    assert (first.created, first.doubtful) == ((1, 0) if happened else (0, 1))
    either.deliver(1)
    assert len(either.remote()) == 1
    assert either.state(key).delivered_at is not None


def test_without_doubt_it_does_not_look(database: Database) -> None:
    """Reading a whole list for nothing costs a provider's quota."""
    desk = Desk(database, once=False)
    desk.list = watched = Watched(desk.world, creates_once=False)
    desk.decide()
    desk.deliver()
    assert watched.looks == 0
    desk.decide("meeting:m2")
    desk.deliver(restored=True)
    assert watched.looks == 1


def test_a_restored_state_finds_what_was_written_after_its_backup(either: Desk) -> None:
    """With what the owner did to it since."""
    key = either.decide()
    either.world.add_task(Task(key, "Call Ana", "You met. Mine.", on(30), True), key)
    either.deliver(restored=True)
    assert len(either.remote()) == 1
    assert (either.state(key).status, either.state(key).touched_notes) == (Status.DONE, True)


def test_an_owner_who_deleted_it_before_we_knew_it_was_written_has_answered(
    database: Database,
) -> None:
    """It is not written a second time."""
    desk = Desk(database, once=False)
    key = desk.decide()
    desk.crash_after_writing(key)
    desk.world.delete_task(desk.ref())
    desk.deliver(2)
    assert desk.remote() == []
    assert desk.state(key).status is Status.DISMISSED


@pytest.mark.parametrize(
    "error", [SignInNeeded("sign in"), Refused("read-only"), Unavailable("busy", wait=60)]
)
def test_trouble_with_the_account_keeps_the_write_and_is_reported(
    either: Desk, error: ConnectorError
) -> None:
    """The task is written when the trouble is over."""
    either.decide()
    either.world.fail_next(error)
    assert either.deliver().failed == {"home": error}
    assert either.remote() == []
    assert either.deliver(0.001).failed == {}
    assert len(either.remote()) == 1


def test_unavailable_is_not_tried_again_before_its_time(desk: Desk) -> None:
    """Unless somebody asks for it."""
    desk.decide()
    desk.world.fail_next(Unavailable("busy", wait=3600))
    desk.deliver()
    assert desk.deliver(0.01) == Summary()
    with desk.database.read() as connection:
        soonest = ledger_outbox.next_try(connection, OWNER, "home")
    assert soonest == day(1 / 24)
    assert desk.deliver(0.01, eager=True).created == 1


def test_one_failing_list_does_not_stop_another(database: Database) -> None:
    """The trouble of one provider is not the other's."""
    home, work = Desk(database), Desk(database)
    home.decide()
    work.decide("meeting:m2", account="work")
    home.world.fail_next(SignInNeeded("sign in"))
    lists = {"home": home.list, "work": work.list}
    summary = outbox.deliver(database, OWNER, lists, day(0))
    assert (list(summary.failed), summary.created, len(work.remote())) == (["home"], 1, 1)


def test_a_bad_item_is_set_aside_with_its_reason(desk: Desk) -> None:
    """And the next one is written."""
    bad, good = desk.decide(), desk.decide("meeting:m2")
    desk.world.fail_next(BadItem("", "the title is too long"))
    summary = desk.deliver()
    assert (summary.aside, summary.created, summary.failed) == (1, 1, {})
    assert [task.key for task in desk.remote()] == [good]
    (entry,) = desk.pending(bad)
    assert (entry.state, entry.error) == ("aside", "the title is too long")
    assert desk.deliver(1) == Summary()
    with desk.database.read() as connection:
        assert [one.key for one in ledger_outbox.troubles(connection, OWNER)] == [bad]


def test_closing_completes_it_with_the_reason_in_untouched_notes(either: Desk) -> None:
    """The owner reads in the list why it is done."""
    key = either.decide()
    either.deliver()
    either.close(key)
    assert either.deliver(3).completed == 1
    (task,) = either.remote()
    assert (task.completed, task.notes) == (True, f"You met.\n\n{WHY}")
    assert not either.state(key).touched


def test_a_title_that_the_owner_edited_is_never_overwritten(either: Desk) -> None:
    """Found out by the conflict, even where the list was not read in between."""
    key = either.decide()
    either.deliver()
    either.world.edit_task(either.ref(), title="Ring Ana")
    either.update(key, title="Meet Ana", due=on(40))
    assert either.deliver(1).updated == 1
    (task,) = either.remote()
    assert (task.title, task.due) == ("Ring Ana", on(40))


def test_notes_that_the_owner_edited_get_no_reason(either: Desk) -> None:
    """It is completed, and nothing else."""
    key = either.decide()
    either.deliver()
    either.world.edit_task(either.ref(), notes="mine")
    either.close(key)
    either.deliver(3)
    (task,) = either.remote()
    assert (task.completed, task.notes) == (True, "mine")


def test_a_tick_before_our_update_is_seen_and_left(either: Desk) -> None:
    """The owner was faster: there is nothing to change any more."""
    key = either.decide()
    either.deliver()
    either.world.tick(either.ref(), day(1))
    either.update(key, due=on(40))
    assert either.deliver(2).updated == 0
    assert (either.remote()[0].due, either.state(key).status) == (on(30), Status.DONE)


def test_a_task_that_was_removed_needs_no_update(either: Desk) -> None:
    """Whether that was an answer is said when the list is read."""
    key = either.decide()
    either.deliver()
    either.world.delete_task(either.ref())
    either.update(key, due=on(40))
    assert either.deliver(1) == Summary()
    assert (either.pending(key), either.state(key).status) == ([], Status.OPEN)


def test_what_is_closed_before_it_was_written_is_never_written(either: Desk) -> None:
    """A task that appears completed would only puzzle."""
    key = either.decide()
    either.world.fail_next(SignInNeeded("sign in"))
    either.deliver()
    either.close(key)
    assert either.deliver(3) == Summary()
    assert (either.remote(), either.pending(key)) == ([], [])


def test_what_was_never_written_and_opens_again_is_written(either: Desk) -> None:
    """A meeting was moved ahead before its task was written, and takes place after all."""
    key = either.decide()
    either.close(key)
    either.deliver(3)
    either.reopen(key)
    assert either.deliver(4).created == 1
    (task,) = either.remote()
    assert (task.key, task.title, task.completed) == (key, "Call Ana", False)
    assert either.deliver(5) == Summary()


def test_what_was_written_without_an_answer_is_closed_all_the_same(either: Desk) -> None:
    """In doubt it looks first, finds it, and completes it."""
    key = either.decide()
    either.crash_after_writing(key)
    either.close(key)
    either.deliver(3)
    (task,) = either.remote()
    assert task.completed


def test_no_pause_keeps_open_what_a_reading_has_found(desk: Desk) -> None:
    """Its creation is in doubt no more, so its closing need not wait for it."""
    key = desk.decide()
    desk.crash_after_writing(key)
    (found,) = desk.list.find(key)
    with desk.database.begin() as connection:
        row = ledger.by_key(connection, OWNER, [key])[key]
        ledger_hand.observe(connection, OWNER, row, seen_in(found), day(1))
    desk.close(key)
    desk.deliver(3, creating=False)
    assert [task.completed for task in desk.remote()] == [True]


def test_reopening_takes_back_completion_and_reason(either: Desk) -> None:
    """The same task, as it was."""
    key = either.decide()
    either.deliver()
    either.close(key)
    either.deliver(3)
    either.reopen(key)
    assert either.deliver(4).updated == 1
    (task,) = either.remote()
    assert (task.completed, task.completed_at, task.notes) == (False, None, "You met.")


def test_an_ambiguous_update_that_landed_is_not_taken_for_the_owners_hand(either: Desk) -> None:
    """The due date that we wrote ourselves is still untouched."""
    key = either.decide()
    either.deliver()
    either.update(key, due=on(40))
    either.world.time_out_next_write()
    either.deliver(1)
    assert (either.state(key).touched_due, either.pending(key)) == (False, [])
    either.update(key, due=on(50))
    either.deliver(2)
    assert either.remote()[0].due == on(50)


def test_twins_the_oldest_stays_and_untouched_ones_go(database: Database) -> None:
    """What the owner wrote into a twin is not thrown away."""
    desk = Desk(database, once=False)
    key = desk.decide()
    desk.deliver()
    kept = desk.ref()
    desk.world.add_task(Task(key, "Call Ana", "You met.", on(30), created=day(1)), "twin")
    desk.world.add_task(Task(key, "Ring Ana", "You met.", on(30), created=day(2)), "edited")
    removed = twins.settle_twins(database, OWNER, "home", desk.list, [key], day(2))
    assert removed == 1
    assert set(desk.world.alive(Facet.TASKS)) == {kept, "edited"}


def test_the_oldest_twin_becomes_the_task(database: Database) -> None:
    """A delayed create may be older than the one that we know."""
    desk = Desk(database, once=False)
    key = desk.decide()
    desk.deliver()
    desk.world.add_task(Task(key, "Call Ana", "You met.", on(30), created=day(-1)), "older")
    twins.settle_twins(database, OWNER, "home", desk.list, [key], day(2))
    assert (list(desk.world.alive(Facet.TASKS)), desk.state(key).ref) == (
        ["older"],
        "memory//older",
    )
    desk.close(key)
    desk.deliver(3)
    assert desk.remote()[0].completed


def test_a_title_that_the_list_shortens_counts_as_ours(database: Database) -> None:
    """What came back from our own create is nobody's edit."""

    class Short(MemoryTasks):
        def create(self, draft: Draft) -> Any:
            return super().create(replace(draft, title=draft.title[:4]))

    desk = Desk(database)
    desk.list = Short(desk.world)
    key = desk.decide()
    desk.deliver()
    assert (desk.state(key).theirs.title, desk.state(key).touched) == ("Call", False)
