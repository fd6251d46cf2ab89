"""Tasks of ours that a list holds and nobody here has, as they were when it was read last: the
state was restored, or lost. They are kept until what they are about is known.

All of them are one fact, since mostly there are none. A key is in one account.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from connectors.records import Task
from syncd.people.forgotten import Forgotten
from syncd.store import facts
from syncd.store.ledger_hand import Found
from syncd.store.times import maybe_int, maybe_moment

FACT: Final = "strays"
_MANY = 3  # gone at once, they are an incident and no answer


@dataclass(frozen=True, slots=True)
class Stray:
    """A task with a key of ours, as the list of `account` has it; `gone` where it was deleted."""

    account: str
    found: Found
    gone: bool = False


def load(connection: Connection, owner: str) -> dict[str, Stray]:
    """All strays, by key."""
    return parse(facts.get(connection, owner, FACT))


def parse(text: str | None) -> dict[str, Stray]:
    """What the value of `FACT` says."""
    return {key: _unpacked(key, values) for key, values in json.loads(text or "{}").items()}


def take(
    connection: Connection,
    owner: str,
    account: str,
    found: Sequence[Found],
    lost: AbstractSet[str] = frozenset(),
) -> bool:
    """Keep what one reading of a list found of them, and note those whose refs were `lost` in a way
    that is an answer; whether that is news."""
    before = load(connection, owner)
    after = before | {one.task.key: Stray(account, one) for one in found}
    gone = {
        key: replace(one, gone=True)
        for key, one in after.items()
        if one.account == account and one.found.ref in lost
    }
    if len(gone) < _MANY:
        after |= gone
    _store(connection, owner, before, after)
    return after != before


def drop(connection: Connection, owner: str, keys: Collection[str]) -> None:
    """These have been placed."""
    before = load(connection, owner)
    _store(connection, owner, before, {k: one for k, one in before.items() if k not in keys})


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
    connection: Connection, owner: str, before: Mapping[str, Stray], after: Mapping[str, Stray]
) -> None:
    if after and after != before:
        values = {key: _packed(one) for key, one in sorted(after.items())}
        facts.put(connection, owner, FACT, json.dumps(values, ensure_ascii=False))
    elif before and not after:
        facts.drop(connection, owner, FACT)


def _packed(one: Stray) -> list[Any]:
    task = one.found.task
    due = None if task.due is None else task.due.isoformat()
    return [
        one.account, one.found.ref, one.found.stamp, one.gone,
        task.title, task.notes, due, task.completed,
        maybe_int(task.completed_at), maybe_int(task.created), task.cancelled,
    ]  # fmt: skip


def _unpacked(key: str, values: Sequence[Any]) -> Stray:
    account, ref, stamp, gone, title, notes, due, completed, at, created, cancelled = values
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
    return Stray(account, Found(ref, stamp, task), gone)
