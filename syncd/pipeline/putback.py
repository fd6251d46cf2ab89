"""What merges that were taken back had done to tasks is undone, once people are settled."""

from __future__ import annotations

from datetime import datetime

from syncd.store import people, putback, said
from syncd.store.database import Database


def put_back(database: Database, now: datetime) -> None:
    """Put back what is due, the latest merge first, and have its people followed at `now`."""
    owner = database.owner
    with database.read() as connection:
        if not said.due(connection, owner):
            return
    with database.begin() as connection:
        persons: set[str] = set()
        for one in said.due(connection, owner):
            persons |= putback.put_back(connection, owner, one.before)
            said.drop(connection, owner, one.number)
        people.set_next(connection, owner, dict.fromkeys(sorted(persons), now))
