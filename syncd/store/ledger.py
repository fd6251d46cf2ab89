"""Verdicts and their tasks in and out. Functions take a connection and never commit.

Who writes which columns of a task: deciding writes its status, delivering writes what the list
confirmed (`syncd/store/ledger_outbox.py`), and only the owner's hand changes both. So a decision
and a delivery that overlap never undo each other.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from connectors.contract import Draft
from rules.verdict import State
from syncd.planner import Copy, Followed, Intent, Status, TaskState, Tracked, Update
from syncd.store.ledger_outbox import enqueue, enqueue_create, of_key
from syncd.store.query import Query, owned
from syncd.store.schema import outbox, task, verdict
from syncd.store.statements import put_rows
from syncd.store.times import from_int, maybe_int, maybe_moment, to_int

_CHUNK = 500  # bound values in one statement, well below what SQLite takes


def load(
    connection: Connection, owner: str, persons: Iterable[str]
) -> dict[str, tuple[Tracked, ...]]:
    """All rows of each person, by person; people without any are left out."""
    found: dict[str, list[Tracked]] = defaultdict(list)
    asked = sorted(set(persons))
    for values in _ROWS(connection, owner=owner, persons=asked) if asked else ():
        row = _tracked(values)
        found[row.person].append(row)
    return {person: tuple(rows) for person, rows in found.items()}


def by_key(connection: Connection, owner: str, keys: Iterable[str]) -> dict[str, Tracked]:
    """The rows with these keys."""
    found: dict[str, Tracked] = {}
    asked = sorted(set(keys))
    for values in _KEYS(connection, owner=owner, keys=asked) if asked else ():
        row = _tracked(values)
        found[row.key] = row
    return found


def in_state(connection: Connection, owner: str, states: Collection[State]) -> list[Tracked]:
    """Every row in one of these states, soonest due first."""
    names = [str(state) for state in states]
    query = _joined(owner).where(verdict.c.state.in_(names))
    in_order = query.order_by(None).order_by(verdict.c.due, verdict.c.key)
    return list(_fetch(connection, in_order))


def save(connection: Connection, owner: str, followed: Followed) -> None:
    """Store what became of one person's rows, together with the intents."""
    instead = dict(followed.instead)
    if vanished := [key for key in followed.vanished if key not in instead]:
        _VANISHED.do(connection, owner=owner, keys=vanished)
    values = {row.key: _values(owner, row) for row in followed.rows}
    # In the place of another two of the indexes stay as they are.
    moved = [(old, _moved(values.pop(key))) for old, key in followed.instead]
    given = [
        {"owner": owner, "old": old} | dict(zip(_MOVED, new, strict=True)) for old, new in moved
    ]
    _INSTEAD.do_each(connection, given)
    put_rows(connection, verdict, list(values.values()), ("owner", "key"), replace=True)
    for row in followed.rows:
        if row.task is not None:
            _decide(connection, owner, row, row.task)
    live = {row.key: row for row in followed.rows if row.live}
    for intent in followed.intents:
        if not _create_again(connection, owner, live.get(intent.key), intent):
            enqueue(connection, owner, intent)


def _create_again(connection: Connection, owner: str, row: Tracked | None, intent: Intent) -> bool:
    """Whether a task that opens again was closed before it was ever written: then its creation was
    dropped, and is decided anew."""
    if row is None or row.task is None or row.task.ref is not None:
        return False
    state = row.task
    if not (isinstance(intent, Update) and intent.reopen):
        return False
    if any(isinstance(one.work, Draft) for one in of_key(connection, owner, row.key)):
        return False
    draft = Draft(
        key=row.key,
        title=intent.title or state.ours.title,
        notes=intent.notes or state.ours.notes,
        due=intent.due or state.ours.due or row.due,
        created=state.created,
        priority=row.priority,
    )
    enqueue_create(connection, owner, state.account, draft)
    return True


def put(connection: Connection, owner: str, row: Tracked) -> None:
    """Store the verdict of one row, new or not."""
    put_rows(connection, verdict, [_values(owner, row)], ("owner", "key"), replace=True)


def _values(owner: str, row: Tracked) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    return (
        owner,
        row.key,
        row.person,
        row.rule,
        row.anchor,
        row.addr,
        str(row.state),
        maybe_int(row.found_at),
        to_int(row.remind),
        row.due.isoformat(),
        to_int(row.expires),
        maybe_int(row.next),
        row.priority,
        _told(row.reasons),
        row.satisfied_by,
        maybe_int(row.closed_at),
    )


@lru_cache(maxsize=1_024)
def _told(reasons: tuple[str, ...]) -> str:
    """There are few that many have."""
    return json.dumps(reasons)


def _decide(connection: Connection, owner: str, row: Tracked, state: TaskState) -> None:
    _DECIDED.do(connection, owner=owner, of=row.key, **_new(person=row.person, **_decided(state)))


def put_task(connection: Connection, owner: str, row: Tracked, state: TaskState) -> None:
    """Store all of a task: a new one, or one that its owner's hand was at."""
    values = {
        "owner": owner,
        "key": row.key,
        "person": row.person,
        "rule": row.rule,
        "account": state.account,
        "created": to_int(state.created),
        "means": state.means,
        **_decided(state),
        **delivered(state),
    }
    whole = tuple(values[column.name] for column in task.columns)
    put_rows(connection, task, [whole], ("owner", "key"), replace=True)


_DECIDING = ("person", "status", "closed_at", "closed_why", "ticked_at", "evidence")


def _new(**values: object) -> dict[str, object]:
    """Under names that are not those of columns, which statements keep for themselves."""
    return {f"new_{name}": value for name, value in values.items()}


def _decided(state: TaskState) -> dict[str, object]:
    return {
        "status": str(state.status),
        "closed_at": maybe_int(state.closed_at),
        "closed_why": state.closed_why,
        "ticked_at": maybe_int(state.ticked_at),
        "evidence": json.dumps(state.evidence),
    }


def delivered(state: TaskState) -> dict[str, object]:
    """The columns that say what the list has."""
    return {
        "ref": state.ref,
        "stamp": state.stamp,
        "delivered_at": maybe_int(state.delivered_at),
        "ours": _copy_text(state.ours),
        "theirs": _copy_text(state.theirs),
    }


def reassign(
    connection: Connection,
    owner: str,
    person_from: str,
    person_to: str,
    addrs: Collection[str] | None = None,
) -> int:
    """Move rows and tasks to another person, keys unchanged; returns how many rows.

    With `addrs` only those whose anchor is theirs: that is a split. Which of two open tasks stays
    is decided where the person is followed next, in the same transaction.
    """
    query = select(verdict.c.key).where(verdict.c.owner == owner, verdict.c.person == person_from)
    if addrs is not None:
        query = query.where(verdict.c.anchor_addr.in_(sorted(addrs)))
    keys = list(connection.execute(query).scalars())
    for some in chunks(keys):
        for table in (verdict, task):
            moved = update(table).where(table.c.owner == owner, table.c.key.in_(some))
            connection.execute(moved.values(person=person_to))
    return len(keys)


def erase(connection: Connection, owner: str, persons: Collection[str]) -> None:
    """Forget all rows, tasks and pending writes of these people; what a list has is not touched."""
    for some in chunks(sorted(persons)):
        keys = select(verdict.c.key).where(verdict.c.owner == owner, verdict.c.person.in_(some))
        for table in (outbox, task, verdict):
            gone = delete(table).where(table.c.owner == owner, table.c.key.in_(keys))
            connection.execute(gone)


_COLUMNS = [
    *verdict.columns,
    *(column.label(f"task_{column.name}") for column in task.columns),
]
_NAMES = tuple(column.name for column in _COLUMNS)
_STATES = {state.value: state for state in State}
_BOTH = verdict.outerjoin(task, (task.c.owner == verdict.c.owner) & (task.c.key == verdict.c.key))
_ROWS = Query(
    lambda many: (
        select(*_COLUMNS)
        .select_from(_BOTH)
        .where(owned(verdict), verdict.c.person.in_(many("persons")))
        .order_by(verdict.c.key)
    )
)
_KEYS = Query(
    lambda many: (
        select(*_COLUMNS)
        .select_from(_BOTH)
        .where(owned(verdict), verdict.c.key.in_(many("keys")))
        .order_by(verdict.c.key)
    )
)
_DECIDED = Query(
    lambda _: (
        update(task)
        .where(owned(task), task.c.key == bindparam("of"))
        .values({name: bindparam(f"new_{name}") for name in _DECIDING})
    )
)
_KEPT = ("owner", "person", "rule", "state")
# What is given of a row that takes the place of another, and by what names; the rest stays.
_CHANGED = [n for n, column in enumerate(verdict.columns) if column.name not in _KEPT]
_MOVED = tuple([f"new_{[*verdict.columns][n].name}" for n in _CHANGED])
_moved = itemgetter(*_CHANGED)
_INSTEAD = Query(
    lambda _: (
        update(verdict)
        .where(owned(verdict), verdict.c.key == bindparam("old"))
        .values({name[4:]: bindparam(name) for name in _MOVED})
    )
)
_VANISHED = Query(
    lambda many: delete(verdict).where(owned(verdict), verdict.c.key.in_(many("keys")))
)


def _joined(owner: str) -> Select[Any]:
    return (
        select(*_COLUMNS).select_from(_BOTH).where(verdict.c.owner == owner).order_by(verdict.c.key)
    )


def _fetch(connection: Connection, query: Select[Any]) -> Iterator[Tracked]:
    for row in connection.execute(query):
        yield _tracked(row)


def _tracked(values: Sequence[Any]) -> Tracked:
    """A row, its values in the order of `_COLUMNS`."""
    (
        _, key, person, rule, anchor, addr, state, found_at, remind, due, expires, next_at,
        priority, reasons, satisfied_by, closed_at, _, task_key, *_
    ) = values  # fmt: skip
    return Tracked(
        key=key,
        person=person,
        rule=rule,
        anchor=anchor,
        addr=addr,
        state=_STATES[state],
        found_at=maybe_moment(found_at),
        remind=from_int(remind),
        due=date.fromisoformat(due),
        expires=from_int(expires),
        next=maybe_moment(next_at),
        priority=priority,
        reasons=_reasons(reasons),
        satisfied_by=satisfied_by,
        closed_at=maybe_moment(closed_at),
        task=None if task_key is None else _task(dict(zip(_NAMES, values, strict=True))),
    )


@lru_cache(maxsize=1_024)
def _reasons(text: str) -> tuple[str, ...]:
    """What `_told` wrote."""
    return tuple(json.loads(text))


def _task(row: Mapping[str, Any]) -> TaskState:
    return TaskState(
        account=row["task_account"],
        ours=_copy(row["task_ours"]),
        theirs=_copy(row["task_theirs"]),
        created=from_int(row["task_created"]),
        status=Status(row["task_status"]),
        ref=row["task_ref"],
        stamp=row["task_stamp"],
        delivered_at=maybe_moment(row["task_delivered_at"]),
        closed_at=maybe_moment(row["task_closed_at"]),
        closed_why=row["task_closed_why"],
        means=row["task_means"],
        ticked_at=maybe_moment(row["task_ticked_at"]),
        evidence=tuple(json.loads(row["task_evidence"])),
    )


def _copy_text(copy: Copy) -> str:
    due = None if copy.due is None else copy.due.isoformat()
    values = {"title": copy.title, "notes": copy.notes, "due": due, "completed": copy.completed}
    return json.dumps(values, ensure_ascii=False)


def _copy(text: str) -> Copy:
    values = json.loads(text)
    due = values["due"]
    return Copy(
        values["title"],
        values["notes"],
        None if due is None else date.fromisoformat(due),
        values["completed"],
    )


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in lists that fit into one statement."""
    everything = list(values)
    for start in range(0, len(everything), _CHUNK):
        yield everything[start : start + _CHUNK]
