"""Verdicts and tasks in the store: what goes in comes out, each owner alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from unit.planner.desk import PERSON, POLICY, day, followed, held, key, on, task_of, verdict

from connectors.contract import Draft
from connectors.records import Gone, Item, Seen, Task
from rules.verdict import State
from syncd.planner import Complete, Followed, Status, Tracked, Update
from syncd.store import ledger, ledger_hand, ledger_outbox, ledger_tasks
from syncd.store.database import Database, open_database
from syncd.store.schema import person

OWNER = "owner@example.org"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/state.db", OWNER)
    yield opened
    opened.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.begin() as opened:
        yield opened


def save(connection: Connection, *rows: Tracked, owner: str = OWNER) -> None:
    ledger.save(connection, owner, Followed(rows=rows))


def draft(name: str, due: int = 3) -> Draft:
    return Draft(name, "Call Ana", "You met.", on(due), day(0))


def write(connection: Connection, row: Tracked, now: float = 0, *, means: str = "call") -> Tracked:
    """Store a candidate, decide it and let the list confirm it."""
    save(connection, row)
    assert ledger_tasks.decide(connection, OWNER, row.key, "home", draft(row.key), means, day(now))
    for entry in ledger_outbox.of_key(connection, OWNER, row.key):
        ledger_outbox.drop(connection, OWNER, entry)
    receive(connection, seen(row.key), now=now)
    return get(connection, row.key)


def get(connection: Connection, name: str) -> Tracked:
    return ledger.by_key(connection, OWNER, [name])[name]


def seen(name: str, ref: str = "", **changes: object) -> Seen:
    task = replace(Task(name, "Call Ana", "You met.", on(3)), **changes)  # type: ignore[arg-type]  # names are checked by `replace`
    return Seen(ref or f"ref-{name}", "v1", (task,))


def receive(
    connection: Connection, *items: Item, now: float = 1, before: int = 0, after: int = 1
) -> ledger_hand.Received:
    return ledger_hand.receive(
        connection, OWNER, "home", items, day(now), listed_before=before, listed_after=after
    )


def status(connection: Connection, row: Tracked) -> Status:
    return task_of(get(connection, row.key)).status


def test_a_row_comes_out_as_it_went_in(connection: Connection) -> None:
    """Every field, with and without a task."""
    plain = held()
    save(connection, plain)
    assert ledger.load(connection, OWNER, [PERSON, "nobody"]) == {PERSON: (plain,)}
    row = write(connection, held("meeting:m2"))
    state = replace(
        task_of(row),
        status=Status.DONE,
        closed_at=day(2),
        closed_why="ticked",
        ticked_at=day(2),
        theirs=replace(task_of(row).theirs, due=None, completed=True),
    )
    done = replace(row, state=State.SATISFIED, closed_at=day(2), next=None, task=state)
    ledger.put(connection, OWNER, done)
    ledger.put_task(connection, OWNER, done, state)
    assert get(connection, row.key) == done


def test_owners_never_share_rows(connection: Connection) -> None:
    """The same key of two owners is two rows."""
    other = "other@example.net"
    save(connection, held())
    save(connection, replace(held(), reasons=("preview",)), owner=other)
    assert get(connection, key()).reasons == ("budget",)
    ledger.erase(connection, OWNER, [PERSON])
    assert ledger.load(connection, OWNER, [PERSON]) == {}
    assert ledger.by_key(connection, other, [key()])[key()].reasons == ("preview",)
    assert ledger_tasks.candidates(connection, OWNER) == []


def test_what_vanished_is_deleted(connection: Connection) -> None:
    """A row that was replaced before it was a task."""
    save(connection, held())
    ledger.save(connection, OWNER, Followed(vanished=(key(),)))
    assert ledger.load(connection, OWNER, [PERSON]) == {}


def test_a_decision_does_not_overwrite_what_was_delivered_meanwhile(
    connection: Connection,
) -> None:
    """The deliverer's columns are not the planner's."""
    row = write(connection, held())
    stale = row.having(replace(task_of(row), ref=None, stamp=None, delivered_at=None))
    save(connection, stale)
    assert task_of(get(connection, row.key)).ref == f"ref-{row.key}"


def test_candidates_are_what_the_draw_may_take(connection: Connection) -> None:
    """Held by budget or preview; what a pause or a back-fill holds is not."""
    strong = person.insert().values(
        owner=OWNER, id=PERSON, name="Ana", kind="person", reasons="[]", known=True,
        strength=0.4, last_at=0, snapshot="", folded_at=0,
    )  # fmt: skip
    connection.execute(strong)
    paused = verdict(State.HELD, "meeting:m2", reasons=("pause:scheduled",))
    rows = followed([verdict(), replace(paused, rule="r2")]).rows
    rows += followed([verdict(rule="r3", settled=False)]).rows
    rows += followed([verdict(rule="r4")], policy=replace(POLICY, preview=True)).rows
    save(connection, *rows)
    found = ledger_tasks.candidates(connection, OWNER, urgent={"r4"})
    assert {(one.key, one.strength, one.urgent) for one in found} == {
        (key(), 0.4, False),
        (key(rule="r4"), 0.4, True),
    }


def test_deciding_makes_the_row_the_task_and_the_intent(connection: Connection) -> None:
    """In one transaction, and only once."""
    row = held()
    save(connection, row)
    for expected in (True, False):
        decided = ledger_tasks.decide(
            connection, OWNER, row.key, "home", draft(row.key), "call", day(1)
        )
        assert decided is expected
    stored = get(connection, row.key)
    assert (stored.state, stored.reasons) == (State.OPEN, ())
    assert (task_of(stored).created, task_of(stored).evidence) == (day(1), (row.anchor,))
    (entry,) = ledger_outbox.of_key(connection, OWNER, row.key)
    assert entry.work == draft(row.key)
    assert ledger_tasks.delivered(connection, OWNER) == []


def test_the_day_is_counted_in_the_owners_zone_without_urgent_rules(
    connection: Connection,
) -> None:
    """Whether or not the list confirmed them already."""
    write(connection, held("meeting:m1"), now=0)
    write(connection, held("meeting:m2", rule="urgent"), now=0)
    assert ledger_tasks.counts(connection, OWNER, POLICY, day(0.3), {"urgent"})[0] == 1
    assert ledger_tasks.counts(connection, OWNER, POLICY, day(0.3))[0] == 2
    assert ledger_tasks.counts(connection, OWNER, POLICY, day(1))[0] == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 1),
        ({"due": on(7)}, 1),
        ({"due": on(8)}, 0),
        ({"due": None}, 0),
        ({"completed": True}, 0),
    ],
)
def test_the_open_limit_counts_what_is_due_within_seven_days(
    connection: Connection, changes: dict[str, Any], expected: int
) -> None:
    """By the date that the list has now."""
    row = write(connection, held())
    receive(connection, seen(row.key, **changes))
    assert ledger_tasks.counts(connection, OWNER, POLICY, day(0))[1] == expected


def test_reassigning_moves_rows_and_tasks_and_keeps_keys(connection: Connection) -> None:
    """A merge, and a split by address."""
    row = write(connection, held())
    assert ledger.reassign(connection, OWNER, PERSON, "p-new") == 1
    moved = ledger.load(connection, OWNER, ["p-new"])["p-new"]
    assert [one.key for one in moved] == [row.key]
    assert ledger.reassign(connection, OWNER, "p-new", "p-x", {"bob@example.org"}) == 0
    assert ledger.reassign(connection, OWNER, "p-new", PERSON, {row.addr}) == 1
    assert ledger_tasks.ticks(connection, OWNER, "p-new") == []


def test_ticks_count_by_what_the_rule_says_they_mean(connection: Connection) -> None:
    """What a tick means is told with it, also that it means nothing; one taken back is none."""
    row = write(connection, held())
    quiet = write(connection, held("meeting:m2", rule="quiet"), means="nothing")
    tick: dict[str, Any] = {"completed": True, "completed_at": day(2)}
    receive(connection, seen(row.key, **tick), seen(quiet.key, **tick), now=3)
    found = ledger_tasks.ticks(connection, OWNER, PERSON)
    told = {(row.key, day(2), "call"), (quiet.key, day(2), "nothing")}
    assert {(one.key, one.at, one.means) for one in found} == told
    receive(connection, seen(row.key), seen(quiet.key), now=4)
    assert ledger_tasks.ticks(connection, OWNER, PERSON) == []


def test_more_than_five_ticks_within_ten_minutes_count_for_nobody(
    connection: Connection,
) -> None:
    """The sixth takes the meaning from those before it, and says whose they were."""
    rows = []
    result = ledger_hand.Received()
    for n in range(6):
        row = replace(held(f"meeting:m{n}"), person=f"p{n}")
        rows.append(write(connection, row))
    for n, row in enumerate(rows):
        at = day(2) + timedelta(minutes=n)
        result = receive(connection, seen(row.key, completed=True, completed_at=at), now=3)
        counted = [len(ledger_tasks.ticks(connection, OWNER, f"p{m}")) for m in range(6)]
        assert counted == ([1] * (n + 1) + [0] * (5 - n) if n < 5 else [0] * 6)
    assert result.persons == {f"p{n}" for n in range(6)}
    assert all(status(connection, row) is Status.DONE for row in rows)


def test_the_list_confirms_what_was_written_without_an_answer(connection: Connection) -> None:
    """A task found in the list is delivered, whatever became of the call that made it."""
    row = held()
    save(connection, row)
    ledger_tasks.decide(connection, OWNER, row.key, "home", draft(row.key), "call", day(0))
    receive(connection, seen(row.key))
    state = task_of(get(connection, row.key))
    assert (state.ref, state.stamp, state.delivered_at) == (f"ref-{row.key}", "v1", day(1))
    assert [one.key for one in ledger_tasks.delivered(connection, OWNER)] == [row.key]


@pytest.mark.parametrize("status_", [Status.CLOSED, Status.EXPIRED])
def test_a_creation_that_lands_after_it_was_closed_is_closed_in_the_list(
    connection: Connection, status_: Status
) -> None:
    """It was given up, and its closing with it, as the list did not have it then."""
    row = held()
    save(connection, row)
    ledger_tasks.decide(connection, OWNER, row.key, "home", draft(row.key), "call", day(0))
    ledger_outbox.drop_key(connection, OWNER, row.key)
    out = get(connection, row.key)
    task = replace(task_of(out), status=status_, closed_at=day(2), closed_why="why")
    ledger.put_task(connection, OWNER, out, task)
    for _ in range(2):
        receive(connection, seen(row.key), now=3)
        assert [one.work for one in ledger_outbox.of_key(connection, OWNER, row.key)] == [
            Complete(row.key, "home", day(2), "why")
        ]


def test_the_same_items_again_change_nothing(connection: Connection) -> None:
    """Replayed batches are normal."""
    row = write(connection, held())
    items = [seen(row.key, title="Ring Ana", notes="You met.\nneeds: a van")]
    first = receive(connection, *items)
    assert first.persons == {PERSON}
    assert first.lines == ((PERSON, "needs: a van"),)
    assert receive(connection, *items) == ledger_hand.Received()


def test_one_deletion_is_an_answer(connection: Connection) -> None:
    """The task is dismissed, and whoever it was about is followed anew."""
    row = write(connection, held())
    assert receive(connection, Gone(f"ref-{row.key}"), before=4, after=3).persons == {PERSON}
    assert status(connection, row) is Status.DISMISSED


def test_three_deletions_in_one_sync_are_an_incident(connection: Connection) -> None:
    """All keep their state, and the caller is told which."""
    rows = [write(connection, held(f"meeting:m{n}", rule=f"r{n}")) for n in range(3)]
    result = receive(connection, *(Gone(f"ref-{row.key}") for row in rows), before=9, after=6)
    assert result.incident
    assert set(result.missing) == {row.key for row in rows}
    assert {status(connection, row) for row in rows} == {Status.OPEN}


def test_a_task_that_moved_within_its_account_was_not_deleted(connection: Connection) -> None:
    """Some providers give it another id: the key says that it is the same."""
    row = write(connection, held())
    receive(connection, Gone(f"ref-{row.key}"), seen(row.key, "elsewhere"))
    assert (status(connection, row), task_of(get(connection, row.key)).ref) == (
        Status.OPEN,
        "elsewhere",
    )


def test_one_that_moved_in_two_syncs_comes_back(connection: Connection) -> None:
    """Deleted here, found there."""
    row = write(connection, held())
    receive(connection, Gone(f"ref-{row.key}"))
    receive(connection, seen(row.key, "elsewhere"), now=2)
    assert status(connection, row) is Status.OPEN


def test_a_second_task_with_the_same_key_is_told_as_a_twin(connection: Connection) -> None:
    """In the same sync, or in a later one."""
    row = write(connection, held())
    assert receive(connection, seen(row.key), seen(row.key, "twin")).twins == (row.key,)
    assert receive(connection, seen(row.key, "twin", title="late")).twins == (row.key,)
    assert task_of(get(connection, row.key)).theirs.title == "Call Ana"


def test_foreign_tasks_and_keys_are_left_alone(connection: Connection) -> None:
    """The owner's own tasks, another account's copy, a key we do not know."""
    row = write(connection, held())
    foreign = Seen("x", "1", (Task("", "Milk"), Task("syncd-unknown", "?")))
    assert receive(connection, foreign) == ledger_hand.Received()
    ledger_hand.receive(connection, OWNER, "work", [seen(row.key, completed=True)], day(2))
    assert status(connection, row) is Status.OPEN


def test_a_closing_makes_pending_changes_pointless(connection: Connection) -> None:
    """And a reopening a closing that nobody tried yet."""
    row = write(connection, held())
    ledger_outbox.enqueue(connection, OWNER, Update(row.key, "home", due=on(9)))
    ledger_outbox.enqueue(connection, OWNER, Complete(row.key, "home", day(1), "why"))
    assert [one.work for one in ledger_outbox.of_key(connection, OWNER, row.key)] == [
        Complete(row.key, "home", day(1), "why")
    ]
    ledger_outbox.enqueue(connection, OWNER, Update(row.key, "home", reopen=True, unsay="why"))
    assert [one.work for one in ledger_outbox.of_key(connection, OWNER, row.key)] == [
        Update(row.key, "home", reopen=True, unsay="why")
    ]


def test_rows_are_found_by_state(connection: Connection) -> None:
    """For `tasks --all` and the report, soonest due first."""
    late = [verdict(rule="b", due=1), verdict(rule="a", due=2), verdict(rule="c", due=1.5)]
    save(connection, held(), *followed(late, now=30).rows)
    missed = ledger.in_state(connection, OWNER, [State.MISSED])
    assert [row.due for row in missed] == [on(1), on(1), on(2)]


def test_a_row_in_the_place_of_another_is_stored_like_a_new_one(connection: Connection) -> None:
    """Every column is its own, and the other one is gone."""
    old = verdict(State.WAITING, "message:m1", rule="write", remind=3, due=5, reasons=("a",))
    new = verdict(State.WAITING, "message:m2", 1, rule="write", remind=4, due=9, expires=70)
    (row,) = followed([old]).rows
    done = followed([replace(new, next=None, priority=7, reasons=("b", "ü"))], [row], now=1)
    assert done.instead
    found = []
    for owner, one in ((OWNER, done), ("other@example.org", replace(done, instead=()))):
        ledger.save(connection, owner, Followed(rows=(row,)))
        ledger.save(connection, owner, one)
        found.append(ledger.load(connection, owner, [PERSON]))
    assert found[0] == found[1] == {PERSON: done.rows}
