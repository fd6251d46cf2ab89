"""What is left of earlier forgetting, done: in the task lists, and in the bytes of the state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connectors.contract import ContactBook, TaskList
from connectors.errors import ConnectorError, CursorExpired
from syncd import unwriting
from syncd.people.forgotten import Forgotten
from syncd.store import removals, shred, sources, tombstones
from syncd.store.database import Database


def finish_forgetting(
    database: Database, lists: Mapping[str, TaskList], forgotten: Forgotten
) -> dict[str, ConnectorError]:
    """Delete and reword tasks, then write the state's file anew where that is due. Returns the
    trouble by account; what is left to do is stored, and done by the next pass."""
    if not forgotten:
        return {}
    tombstones.settle(database)
    failed = unwriting.finish_forgetting(database, database.owner, lists, forgotten)
    shred.shred(database)
    return failed


def finish_cards(database: Database, books: Mapping[str, ContactBook]) -> dict[str, ConnectorError]:
    """Delete the cards of those who were forgotten; returns the trouble by account. What is left to
    do is stored, and done by the next pass."""
    return unwriting.take_cards_back(database, database.owner, books)


def unanswered(
    database: Database, lists: Mapping[str, TaskList], now: datetime
) -> dict[str, ConnectorError]:
    """The lists with something to forget that cannot be read now. A folder that is not mounted
    finds no task, which must not be taken for a task that is gone."""
    failed: dict[str, ConnectorError] = {}
    owner = database.owner
    for account, tasks in lists.items():
        with database.read() as connection:
            left = removals.of_lists(connection, owner, account)
            row = sources.get(connection, owner, account, str(tasks.facet), tasks.scope)
        if not left:
            continue
        known = sources.StoredItems(database, account, str(tasks.facet))
        try:
            for _ in tasks.changes(row.cursor, known, now):
                pass  # what it says is for the next pass to take in
        except CursorExpired:
            continue
        except ConnectorError as error:
            failed[account] = error
            with database.begin() as connection:
                for one in left:
                    removals.failed(connection, owner, one, str(error))
    return failed
