"""Verdicts, decisions and pending writes as they were before a merge, and how to put them back.

Only what the merge itself did is undone. Whatever came to be afterwards (the owner ticked a task,
new evidence closed it) stays, and is judged anew like everything else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select, update

from syncd.planner import Update
from syncd.store import people
from syncd.store.ledger_outbox import COMPLETE, READY, enqueue
from syncd.store.schema import involved, observation, outbox, task, verdict, wanted
from syncd.store.statements import chunked

Row = dict[str, Any]

# What deciding writes of a task; the rest is what its list confirmed, and stays.
_DECIDED = ("status", "closed_at", "closed_why", "ticked_at", "evidence")


def remember(connection: Connection, owner: str, persons: Collection[str]) -> dict[str, Any]:
    """All rows of these people as they are now, as plain data."""
    verdicts: dict[str, Row] = {}
    for some in chunked(sorted(persons)):
        query = select(verdict).where(verdict.c.owner == owner, verdict.c.person.in_(some))
        verdicts |= {row["key"]: dict(row) for row in connection.execute(query).mappings()}
    theirs = people.addresses_of(connection, owner, sorted(persons))
    addrs = {addr for some in theirs.values() for addr in some}
    return {
        "verdicts": verdicts,
        "tasks": _tasks(connection, owner, verdicts),
        "outbox": _writes(connection, owner, verdicts),
        "wanted": sorted(_wanted(connection, owner, addrs)),
    }


def _tasks(connection: Connection, owner: str, keys: Collection[str]) -> dict[str, Row]:
    columns = [task.c[name] for name in ("key", *_DECIDED)]
    found: dict[str, Row] = {}
    for some in chunked(sorted(keys)):
        query = select(*columns).where(task.c.owner == owner, task.c.key.in_(some))
        found |= {row["key"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def _writes(connection: Connection, owner: str, keys: Collection[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for some in chunked(sorted(keys)):
        query = select(outbox).where(outbox.c.owner == owner, outbox.c.key.in_(some))
        for row in connection.execute(query.order_by(outbox.c.id)).mappings():
            found.setdefault(row["key"], []).append(dict(row))
    return found


def _wanted(connection: Connection, owner: str, addrs: Collection[str]) -> set[str]:
    """Messages with these addresses whose texts are still to be read."""
    found: set[str] = set()
    for some in chunked(sorted(addrs)):
        query = (
            select(wanted.c.key)
            .join(
                observation,
                (observation.c.owner == wanted.c.owner) & (observation.c.key == wanted.c.key),
            )
            .join(involved, involved.c.observation == observation.c.id)
            .where(wanted.c.owner == owner, involved.c.addr.in_(some))
        )
        found |= set(connection.execute(query).scalars())
    return found


def put_back(connection: Connection, owner: str, found: Mapping[str, Any]) -> set[str]:
    """Undo what a merge did to verdicts, tasks and writes; returns who has to be followed.

    `found` holds what `remember` said `before` and `after` it.
    """
    before, after = found["before"], found.get("after")
    if after is None:
        return set()  # it was interrupted: nothing is known of what it did
    _unwant(connection, owner, set(after["wanted"]) - set(before["wanted"]))
    keys = before["verdicts"].keys() | after["verdicts"].keys()
    verdicts, tasks = _verdicts(connection, owner, keys), _tasks(connection, owner, keys)
    writes = _writes(connection, owner, keys)
    addrs = {row["anchor_addr"] for row in before["verdicts"].values()}
    whose = people.owners_of(connection, owner, addrs)
    persons = set()
    for key, was in sorted(before["verdicts"].items()):
        now, then = verdicts.get(key), after["verdicts"].get(key)
        if (now is None) != (then is None) or not _alike(now, then, tasks, after["tasks"], key):
            continue  # something else happened to it since
        mine = writes.get(key, [])
        if not _withdraw(connection, owner, key, mine, found, tasks.get(key)):
            continue
        person = whose.get(was["anchor_addr"]) or (now or was)["person"]
        _restore(connection, was | {"person": person}, before["tasks"].get(key), now is not None)
        persons.add(person)
    return persons


def _verdicts(connection: Connection, owner: str, keys: Collection[str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for some in chunked(sorted(keys)):
        query = select(verdict).where(verdict.c.owner == owner, verdict.c.key.in_(some))
        found |= {row["key"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def _alike(
    now: Row | None,
    then: Row | None,
    tasks: Mapping[str, Row],
    were: Mapping[str, Row],
    key: str,
) -> bool:
    """Whether a row is what the merge left, whosever it is."""
    if tasks.get(key) != were.get(key):
        return False
    return now == then or (
        now is not None and then is not None and now | {"person": ""} == then | {"person": ""}
    )


def _withdraw(
    connection: Connection,
    owner: str,
    key: str,
    mine: list[Row],
    found: Mapping[str, Any],
    state: Row | None,
) -> bool:
    """Take the merge's own writes out of the outbox, put those back that it made pointless; what
    was written already is written back. False where that cannot be told."""
    before, after = found["before"]["outbox"].get(key, []), found["after"]["outbox"].get(key, [])
    ours = [row for row in after if row not in before]
    # By content: the number of a write that is done may be given to another.
    untried = [row for row in mine if row["state"] == READY and row["tries"] == 0]
    written = [row for row in ours if row not in untried]
    if any(row["op"] != COMPLETE for row in written):
        return False  # its text or its date went out: the next judgement moves them
    gone = [row["id"] for row in ours if row in untried]
    connection.execute(delete(outbox).where(outbox.c.owner == owner, outbox.c.id.in_(gone)))
    lost = [row for row in before if row not in after]
    if lost:
        connection.execute(outbox.insert(), lost)
    if written and state is not None:
        account = written[0]["account"]
        enqueue(connection, owner, Update(key, account, reopen=True, unsay=state["closed_why"]))
    return True


def _restore(connection: Connection, row: Row, state: Row | None, there: bool) -> None:
    ours = (verdict.c.owner == row["owner"], verdict.c.key == row["key"])
    if there:
        connection.execute(update(verdict).where(*ours).values(row))
    else:
        connection.execute(verdict.insert().values(row))
    if state is not None:
        values = {name: state[name] for name in _DECIDED} | {"person": row["person"]}
        mine = (task.c.owner == row["owner"], task.c.key == row["key"])
        connection.execute(update(task).where(*mine).values(values))


def _unwant(connection: Connection, owner: str, keys: Collection[str]) -> None:
    for some in chunked(sorted(keys)):
        connection.execute(delete(wanted).where(wanted.c.owner == owner, wanted.c.key.in_(some)))
