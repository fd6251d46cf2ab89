"""What was written about those who are forgotten, taken back: the second half of `outbox.py`.

What is to be done was committed with the erasure; each step is confirmed in a transaction of its
own, and looking by key makes it harmless to do one twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.contract import ContactBook, Remote, TaskList
from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from syncd.people.forgotten import Forgotten
from syncd.planner import Copy
from syncd.store import ledger, removals, sources
from syncd.store.removals import Removal
from syncd.writer import Transactions


def finish_forgetting(
    transactions: Transactions,
    owner: str,
    lists: Mapping[str, TaskList],
    forgotten: Forgotten,
) -> dict[str, ConnectorError]:
    """Delete the tasks of those who were forgotten, and take their names out of the others.

    Found by key, so hidden and completed ones go too. What a list does not confirm stays pending;
    the trouble is returned by account.
    """
    failed: dict[str, ConnectorError] = {}
    for account, tasks in lists.items():
        with transactions.begin() as connection:
            left = removals.of_lists(connection, owner, account)
        for one in left:
            try:
                _finish_one(transactions, owner, tasks, one, forgotten)
            except ConnectorError as error:
                failed[account] = error
                with transactions.begin() as connection:
                    removals.failed(connection, owner, one, str(error))
                if isinstance(error, SignInNeeded | Unavailable | Refused):
                    break  # the others would fare no better now
    return failed


def take_cards_back(
    transactions: Transactions, owner: str, books: Mapping[str, ContactBook]
) -> dict[str, ConnectorError]:
    """Delete the cards of those who were forgotten. What a book does not confirm stays pending; the
    trouble is returned by account."""
    failed: dict[str, ConnectorError] = {}
    with transactions.begin() as connection:
        left = [o for o in removals.pending(connection, owner) if o.op == removals.CARD]
    for one in left:
        if one.account in failed:
            continue  # the others would fare no better now
        book = books.get(one.account)
        try:
            if book is None:
                raise Refused(
                    "no cards are added there any more: switch `cards:` on again, so that it can "
                    "be deleted"
                )
            book.remove_card(one.key, one.ref)
        except ConnectorError as error:
            failed[one.account] = error
            with transactions.begin() as connection:
                removals.failed(connection, owner, one, str(error))
        else:
            with transactions.begin() as connection:
                removals.done(connection, owner, one)
    return failed


def _finish_one(
    transactions: Transactions,
    owner: str,
    tasks: TaskList,
    one: Removal,
    forgotten: Forgotten,
) -> None:
    found = [remote for remote in tasks.find(one.key) if not remote.deleted]
    if one.op == removals.REMOVE:
        for remote in found:
            tasks.remove(remote)
        with transactions.begin() as connection:
            removals.done(connection, owner, one, [remote.ref for remote in found])
        return
    _reword(transactions, owner, tasks, one, forgotten, found)


def _reword(
    transactions: Transactions,
    owner: str,
    tasks: TaskList,
    one: Removal,
    forgotten: Forgotten,
    found: Sequence[Remote],
) -> None:
    """Write the texts that the ledger has by now; where the owner was at the task since it was
    last read, only the names go."""
    with transactions.begin() as connection:
        row = ledger.by_key(connection, owner, [one.key]).get(one.key)
    known = row.task if row is not None else None
    written = []
    for remote in found:
        title, notes = forgotten.text(remote.task.title), forgotten.text(remote.task.notes)
        if known is not None and (known.ref, known.stamp) == (remote.ref, remote.stamp):
            title, notes = known.ours.title, known.ours.notes
        if (title, notes) != (remote.task.title, remote.task.notes):
            remote = tasks.update(remote, title=title, notes=notes)
        written.append(remote)
    with transactions.begin() as connection:
        row = ledger.by_key(connection, owner, [one.key]).get(one.key)
        for remote in written:
            if row is not None and row.task is not None and row.task.ref == remote.ref:
                copy = _copy(remote)
                ours = replace(row.task.ours, title=copy.title, notes=copy.notes)
                task = replace(row.task, ours=ours, theirs=copy, stamp=remote.stamp)
                ledger.put_task(connection, owner, row, task)
            sources.acknowledge(connection, owner, one.account, "tasks", remote.ref, remote.stamp)
        removals.done(connection, owner, one)


def _copy(remote: Remote) -> Copy:
    task = remote.task
    return Copy(task.title, task.notes, task.due, task.completed)
