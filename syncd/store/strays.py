"""Tasks of ours that a list holds and nobody here has, as they were when it was read last: the
state was restored, or lost. They are kept until what they are about is known, for a year at most:
by then all that could tell was read.

Each is a fact of its own; one more says that there are any, for mostly there are none, and whoever
judges is not to look through them all. A key is in one account.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from connectors.records import Task
from syncd.people.forgotten import Forgotten
from syncd.store import facts
from syncd.store.ledger_hand import Found
from syncd.store.schema import fact
from syncd.store.statements import chunked
from syncd.store.times import from_int, maybe_int, maybe_moment, to_int

FACT: Final = "strays"
KEPT: Final = timedelta(days=366)
_EACH: Final = "stray:"
_MANY = 3  # gone at once, they are an incident and no answer


@dataclass(frozen=True, slots=True)
class Stray:
    """A task with a key of ours, as the list of `account` has it; `gone` where it was deleted.
    `since`: when it was first found."""

    account: str
    found: Found
    since: datetime
    gone: bool = False


def load(connection: Connection, owner: str) -> dict[str, Stray]:
    """All strays, by key."""
    rows = connection.execute(select(fact.c.name, fact.c.value).where(_each(owner)))
    return _parsed((name, value) for name, value in rows)


def some(connection: Connection, owner: str, keys: Iterable[str]) -> dict[str, Stray]:
    """Those strays that have one of these keys."""
    found: dict[str, Stray] = {}
    for names in chunked(sorted(_EACH + key for key in keys)):
        found |= _parsed(facts.several(connection, owner, names).items())
    return found


def _parsed(rows: Iterable[tuple[str, str]]) -> dict[str, Stray]:
    keyed = ((name.removeprefix(_EACH), value) for name, value in rows)
    return {key: _unpacked(key, json.loads(value)) for key, value in keyed}


def take(
    connection: Connection,
    owner: str,
    account: str,
    found: Sequence[Found],
    now: datetime,
    lost: AbstractSet[str] = frozenset(),
) -> bool:
    """Keep what one reading of a list found of them, and note those whose refs were `lost` in a way
    that is an answer; whether that is news. Whatever was kept for too long is dropped."""
    if not found and facts.get(connection, owner, FACT) is None:
        return False
    before = load(connection, owner)
    old = {key for key, one in before.items() if now - one.since > KEPT}
    before = _store(connection, owner, before, {k: v for k, v in before.items() if k not in old})
    taken = [(before.get(one.task.key), one) for one in found]
    after = before | {
        one.task.key: Stray(account, one, now if known is None else known.since)
        for known, one in taken
    }
    gone = {
        key: replace(one, gone=True)
        for key, one in after.items()
        if one.account == account and one.found.ref in lost
    }
    if len(gone) < _MANY:
        after |= gone
    _store(connection, owner, before, after)
    return after != before


def lost(
    connection: Connection,
    owner: str,
    account: str,
    refs: AbstractSet[str],
    there: AbstractSet[str],
) -> int:
    """How many open ones this list had under these refs, and has not under another: `there` are the
    keys that were found."""
    if not refs or facts.get(connection, owner, FACT) is None:
        return 0
    return sum(
        one.account == account and one.found.ref in refs and not one.gone
        for key, one in load(connection, owner).items()
        if key not in there and not one.found.task.completed
    )


def drop(connection: Connection, owner: str, keys: Collection[str]) -> None:
    """These have been placed."""
    _store(connection, owner, some(connection, owner, keys), {})


def strip(connection: Connection, owner: str, forgotten: Forgotten) -> None:
    """Take whoever is forgotten out of their refs and texts."""
    before, after = load(connection, owner), {}
    for key, one in before.items():
        task = one.found.task
        task = replace(task, title=forgotten.text(task.title), notes=forgotten.text(task.notes))
        found = replace(one.found, ref=forgotten.ref(one.found.ref), task=task)
        after[key] = replace(one, found=found)
    _store(connection, owner, before, after)


def _store(
    connection: Connection, owner: str, before: Mapping[str, Stray], after: dict[str, Stray]
) -> dict[str, Stray]:
    """Write what is another one `after`, and returns that."""
    for key, one in sorted(after.items()):
        if before.get(key) != one:
            facts.put(connection, owner, _EACH + key, json.dumps(_packed(one), ensure_ascii=False))
    gone = sorted(before.keys() - after.keys())
    for key in gone:
        facts.drop(connection, owner, _EACH + key)
    if after and not before:
        facts.put(connection, owner, FACT, "yes")
    elif gone and not connection.execute(select(fact.c.name).where(_each(owner)).limit(1)).all():
        facts.drop(connection, owner, FACT)
    return after


def _each(owner: str) -> ColumnElement[bool]:
    return (fact.c.owner == owner) & fact.c.name.startswith(_EACH, autoescape=True)


def _packed(one: Stray) -> list[Any]:
    task = one.found.task
    due = None if task.due is None else task.due.isoformat()
    return [
        one.account, to_int(one.since), one.found.ref, one.found.stamp, one.gone,
        task.title, task.notes, due, task.completed,
        maybe_int(task.completed_at), maybe_int(task.created), task.cancelled,
    ]  # fmt: skip


def _unpacked(key: str, values: Sequence[Any]) -> Stray:
    account, since, ref, stamp, gone, title, notes, due, completed, at, created, cancelled = values
    task = Task(
        key,
        title,
        notes,
        None if due is None else date.fromisoformat(due),
        completed,
        maybe_moment(at),
        maybe_moment(created),
        cancelled,
    )
    return Stray(account, Found(ref, stamp, task), from_int(since), gone)
