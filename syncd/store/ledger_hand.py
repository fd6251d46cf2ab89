"""What a task list says back: how the owner's hand gets in.

Everything that one sync found is handed over at once, because many deletions together are an
incident and not an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from connectors.contract import Draft
from connectors.records import Gone, Item, Seen, Task
from syncd.planner import (
    Act,
    Complete,
    Copy,
    Hand,
    Status,
    TaskState,
    Tracked,
    deletions,
    hand,
    intended,
    is_key,
    landed,
)
from syncd.store import ledger, ledger_outbox, ledger_tasks
from syncd.store.ledger_outbox import READY, Entry
from syncd.store.schema import task as task_table


@dataclass(frozen=True, slots=True)
class Found:
    """One task with a key of ours, as a list has it."""

    ref: str
    stamp: str
    task: Task


@dataclass(frozen=True, slots=True)
class Received:
    """What one sync of a task list told us."""

    persons: frozenset[str] = frozenset()  # to be inferred and followed anew
    lines: tuple[tuple[str, str], ...] = ()  # (person, line that the owner wrote into the notes)
    twins: tuple[str, ...] = ()  # keys that the list may have more than once
    missing: tuple[str, ...] = ()  # keys of an incident: found deleted, and not believed
    strays: tuple[Found, ...] = ()  # with a key like ours, and no task here has it

    @property
    def incident(self) -> bool:
        return bool(self.missing)


def receive(
    connection: Connection,
    owner: str,
    account: str,
    items: Sequence[Item],
    now: datetime,
    *,
    listed_before: int = 0,
    listed_after: int = 1,
    another: bool = False,
    doubted: bool = False,
    unknown: int = 0,
    asked: AbstractSet[str] = frozenset(),
) -> Received:
    """Take in all that one sync of `account`'s task list found.

    `listed_before` and `listed_after` count the items of the list, ours and others', before and
    after it; `another`: it is another list now, with none of ours in it; `doubted`: we may have
    written to it since what is stored was; `unknown`: see `deletions`; `asked` are keys of an
    incident: gone once more is no answer to it. The same items again change nothing more.
    """
    copies: dict[str, dict[str, Found]] = defaultdict(dict)
    for item in items:
        if isinstance(item, Seen):
            for one in item.observations:
                if isinstance(one, Task) and one.key:
                    copies[one.key][item.ref] = Found(item.ref, item.stamp, one)
    lost = {item.ref for item in items if isinstance(item, Gone)}
    rows = ledger.by_key(connection, owner, copies)
    persons: set[str] = set()
    lines: list[tuple[str, str]] = []
    twins = []
    strays = []
    for key, found in sorted(copies.items()):
        row = _moved(connection, owner, rows.get(key), account)
        if (row is None or row.task is None) and is_key(key):
            strays.append(_oldest(found.values()))
            twins += [key] if len(found) > 1 else []
        if row is None or row.task is None or row.task.account != account:
            continue
        # One that was deleted has no place in the list any more: wherever it turns up is right.
        ref = None if row.task.status is Status.DISMISSED else row.task.ref
        if ref in found:
            current = found[ref]
        elif ref is None or ref in lost:
            current = next(iter(found.values()))  # confirmed by the list, or moved within it
        else:
            twins.append(key)  # the one we know was not listed now; a look at all will tell
            continue
        if len(found) > 1:
            twins.append(key)
        seen = observe(connection, owner, row, current, now, doubted=doubted)
        persons |= affected(connection, owner, row, seen)
        lines += [(row.person, line) for line in seen.lines]
    gone = _gone(connection, owner, account, lost - {ref for one in copies.values() for ref in one})
    gone = [row for row in gone if row.key not in asked]
    missing: tuple[str, ...] = ()
    if another or deletions(gone, listed_before, listed_after, unknown):
        missing = tuple(row.key for row in gone if row.live)
    else:
        for row in gone:
            seen = dismiss(connection, owner, row, now)
            persons |= affected(connection, owner, row, seen)
    return Received(frozenset(persons), tuple(lines), tuple(twins), missing, tuple(strays))


def _moved(connection: Connection, owner: str, row: Tracked | None, account: str) -> Tracked | None:
    """A task that was to be created in another list, and stands in that of `account` already, is
    that one, as long as nobody tried."""
    if row is None or row.task is None or row.task.account == account or row.task.ref is not None:
        return row
    if any(entry.tries for entry in ledger_outbox.of_key(connection, owner, row.key)):
        return row
    ledger_outbox.drop_key(connection, owner, row.key)
    return row.having(replace(row.task, account=account))


def _oldest(found: Iterable[Found]) -> Found:
    newest = datetime.max.replace(tzinfo=UTC)
    return min(found, key=lambda one: (one.task.created or newest, one.ref))


def observe(
    connection: Connection,
    owner: str,
    row: Tracked,
    found: Found,
    now: datetime,
    *,
    doubted: bool = False,
    unwritten: int = 0,
) -> Hand:
    """Take in one task as the list has it, and store what that changes; see `receive`. `unwritten`
    is an entry that was tried and certainly not written."""
    if row.task is None:
        return Hand(row)
    task = replace(row.task, ref=found.ref, stamp=found.stamp)
    if task.delivered_at is None:
        task = replace(task, delivered_at=now)
    pending = ledger_outbox.of_key(connection, owner, row.key)
    works = [entry.work for entry in pending if not isinstance(entry.work, Draft)]
    unknown = row.task.ref is None and _is_of_another_copy(task, found.task)
    if unknown or (
        doubted and _is_dated_anew(task, found.task, [intended(task, work) for work in works])
    ):
        # Which day we wrote last is forgotten: the day it has is kept, and is not taken for a move
        # of the owner's. Following may find that it is the rule's.
        task = replace(
            task,
            ours=replace(task.ours, due=None),
            theirs=replace(task.theirs, due=found.task.due),
        )
    if not (doubted or unknown):
        # What nobody ever tried to write is not ours, although it says what we want to say.
        never = {unwritten} | {entry.id for entry in pending if entry.state == READY}
        works = [e.work for e in pending if not isinstance(e.work, Draft) and e.id not in never]
    writing: list[Copy] = [intended(task, work) for work in works]
    seen = _answered(connection, owner, row, hand(row.having(task), found.task, now, writing))
    if unknown:
        seen = replace(seen, lines=())  # our own words of then are forgotten as well
    if not any(isinstance(entry.work, Complete) for entry in pending):
        _close_again(connection, owner, seen.tracked, now)
    return seen


def _is_of_another_copy(task: TaskState, found: Task) -> bool:
    """Whether it was written before it was decided here: the state is a copy put back."""
    # Lists keep whole seconds.
    decided = task.created.replace(microsecond=0)
    return found.created is not None and found.created < decided


def _is_dated_anew(task: TaskState, found: Task, writing: Sequence[Copy]) -> bool:
    """Whether it has a day that neither we nor the owner had given it as far as is stored."""
    known = {task.ours.due, *(copy.due for copy in writing)}
    return found.due is not None and not task.touched_due and found.due not in known


def settle(connection: Connection, owner: str, row: Tracked, entry: Entry) -> None:
    """Nothing is left to write of an entry: what the list has of it already is ours."""
    task = row.task
    if task is not None and not isinstance(entry.work, Draft):
        ours = landed(task.ours, task.theirs, (intended(task, entry.work),))
        if ours != task.ours:
            ledger.put_task(connection, owner, row, replace(task, ours=ours))
    ledger_outbox.drop(connection, owner, entry)


def _close_again(connection: Connection, owner: str, row: Tracked, now: datetime) -> None:
    """Closed here, never in the list, and nothing waits to close it there any more: its creation
    landed after it was given up, or the list had lost it when it was to be closed."""
    task = row.task
    if task is None or task.status not in (Status.CLOSED, Status.EXPIRED):
        return
    if task.theirs.completed or task.ours.completed:
        return
    closing = Complete(row.key, task.account, task.closed_at or now, task.closed_why)
    ledger_outbox.enqueue(connection, owner, closing)


def take(connection: Connection, owner: str, seen: Hand) -> Tracked:
    """Store a row and its task that only a list knew until now."""
    row = seen.tracked
    ledger.put(connection, owner, row)
    if row.task is not None:
        ledger.put_task(connection, owner, row, row.task)
    return row


def dismiss(connection: Connection, owner: str, row: Tracked, now: datetime) -> Hand:
    """Take in that the owner deleted this task."""
    return _answered(connection, owner, row, hand(row, None, now))


def _answered(connection: Connection, owner: str, before: Tracked, seen: Hand) -> Hand:
    after = seen.tracked
    if after.task is not None and after != before:
        ledger.put(connection, owner, after)
        ledger.put_task(connection, owner, after, after.task)
    return seen


def affected(connection: Connection, owner: str, before: Tracked, seen: Hand) -> set[str]:
    """Whose relationship may be another now. One tick too many takes the meaning from others."""
    persons = {before.person} if seen.acts else set()
    for row in (before, seen.tracked):
        at = row.task.ticked_at if row.task is not None else None
        if at is not None and seen.acts & {Act.TICKED, Act.UNTICKED, Act.RESTORED}:
            persons |= {whose for whose, _ in ledger_tasks.ticked_near(connection, owner, at)}
    return persons


def _gone(connection: Connection, owner: str, account: str, refs: set[str]) -> list[Tracked]:
    keys: list[str] = []
    for some in ledger.chunks(sorted(refs)):
        query = select(task_table.c.key).where(
            task_table.c.owner == owner,
            task_table.c.account == account,
            task_table.c.ref.in_(some),
        )
        keys += connection.execute(query).scalars()
    return [row for _, row in sorted(ledger.by_key(connection, owner, keys).items())]
