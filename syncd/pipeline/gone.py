"""What a reading finds gone from a task list: what of it may be an answer, and when nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection

from connectors.records import Gone, Item, Seen, Task
from syncd.planner import MANY_DELETIONS
from syncd.store import ledger, ledger_outbox, ledger_tasks, strays
from syncd.store.ledger_outbox import DOUBT


def gone_in(items: Sequence[Item]) -> set[str]:
    """The refs that this reading says are gone."""
    return {item.ref for item in items if isinstance(item, Gone)}


def keys_in(items: Sequence[Item]) -> set[str]:
    """The keys of the tasks that it says are there."""
    return {
        one.key
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Task)
    }


def ours_among(connection: Connection, owner: str, account: str, items: Sequence[Item]) -> bool:
    """Whether a task that was written to the account's list is there: a key alone may be that of
    another syncd, which writes there as well."""
    rows = ledger.by_key(connection, owner, keys_in(items)).values()
    return any(row.task is not None and row.task.account == account for row in rows)


def lost_in(
    connection: Connection, owner: str, account: str, items: Sequence[Item], *, again: bool
) -> set[str]:
    """The refs that are gone for good, where that may be an answer: while tasks of ours are open
    in the list, or may be. Other people's count as well, as the list may be about to vanish.
    `again`: the state may be older than the list."""
    gone = gone_in(items)
    if not gone:
        return gone
    is_open = bool(ledger_tasks.open_tasks(connection, owner, account))
    if not is_open and not _may_hold_more(connection, owner, account, again=again):
        return set()
    there = ledger.by_key(connection, owner, keys_in(items)).values()
    renamed = (row.task for row in there if row.task is not None and row.task.account == account)
    return gone - {task.ref for task in renamed}


def is_emptied(
    connection: Connection,
    owner: str,
    account: str,
    items: Sequence[Item],
    before: AbstractSet[str],
    *,
    again: bool,
) -> bool:
    """Whether all that a list held `before` is gone, and with it perhaps open tasks of ours, none
    of which is known to have been there: of one that is, `deletions` says the same."""
    gone = gone_in(items)
    if len(before) < MANY_DELETIONS or not before <= gone:
        return False
    there = keys_in(items)
    if ours_among(connection, owner, account, items) or not there.isdisjoint(
        key for key, one in strays.load(connection, owner).items() if one.account == account
    ):
        return False
    for row in ledger_tasks.open_tasks(connection, owner, account):
        if row.task is not None and row.task.ref in gone:
            return False
    return _may_hold_more(connection, owner, account, again=again)


def _may_hold_more(connection: Connection, owner: str, account: str, *, again: bool) -> bool:
    """Whether a list may hold open tasks of ours that are not known to be there: written since the
    copy was made that is the state now, of somebody nobody knows yet, or without an answer."""
    if again:
        return True
    for stray in strays.load(connection, owner).values():
        if stray.account == account and not stray.gone and not stray.found.task.completed:
            return True
    for row in ledger_tasks.open_tasks(connection, owner, account):
        if row.task is not None and row.task.ref is None:
            pending = ledger_outbox.of_key(connection, owner, row.key)
            if any(entry.state == DOUBT for entry in pending):
                return True
    return False
