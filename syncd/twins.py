"""Of several tasks with one key, the oldest: a creation may land after somebody looked for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from connectors.contract import TaskList
from syncd.planner import Update
from syncd.store import answers, doubled, drafts, ledger, ledger_outbox, strays
from syncd.writer import Transactions, copy_of, digest, seen_in


class Store(Transactions, Protocol):
    """Also shows one consistent view, which costs nothing."""

    def read(self) -> AbstractContextManager[Connection]: ...


def settle_twins(
    store: Store,
    owner: str,
    account: str,
    tasks: TaskList,
    keys: Sequence[str],
    now: datetime,
    go_on: Callable[[], None] = lambda: None,
) -> int:
    """Of several tasks with one key keep the oldest and remove the others, unless the owner was
    at them; returns how many were removed. Raises the list's errors; `go_on`: see `deliver`."""
    removed = 0
    for key in keys:
        go_on()
        with store.read() as connection:
            row = ledger.by_key(connection, owner, [key]).get(key)
            is_stray = bool(strays.some(connection, owner, [key]))
        if row is None or row.task is None or row.task.account != account:
            if not is_stray:  # else it may be placed yet, and costs nothing until then
                with store.begin() as connection:
                    doubled.settled(connection, owner, account, key)
            continue
        found = [one for one in tasks.find(key) if not one.deleted]
        with store.begin() as connection:
            row = ledger.by_key(connection, owner, [key]).get(key)
            if not found or row is None or row.task is None:
                doubled.settled(connection, owner, account, key)
                continue
            task, drafted = row.task, drafts.get(connection, owner, key)
            ours = task.ours
            if task.ref != found[0].ref:
                first = replace(copy_of(found[0].task), completed=False)
                if first != ours and digest(first) == drafted:
                    # It says what we wanted once; what we want now is written again.
                    row = row.having(replace(task, ours=first, theirs=first))
                    anew = Update(key, account, ours.title, ours.notes, ours.due)
                    ledger_outbox.enqueue(connection, owner, anew)
                answers.meet(connection, owner, row, seen_in(found[0]), now)
        kept = digest(copy_of(found[0].task))
        for twin in found[1:]:
            copy = replace(copy_of(twin.task), completed=False)
            alike = copy.due == ours.due and not replace(task, theirs=copy).touched
            # Where it is forgotten what we wrote last, nothing is lost with what says the same.
            if (alike or digest(copy) in (drafted, kept)) and not twin.task.completed:
                tasks.remove(twin)
                removed += 1
        with store.begin() as connection:
            doubled.settled(connection, owner, account, key)
    return removed
