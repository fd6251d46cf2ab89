"""Which of many people have ticked tasks that count as contact. Few do; the others cost nothing."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from syncd.inference.model import Tick
from syncd.store import ledger_tasks
from syncd.store.schema import task
from syncd.store.statements import chunked


def by_person(connection: Connection, owner: str, ids: Collection[str]) -> dict[str, list[Tick]]:
    """The counting ticks of each of these people who has any."""
    found: dict[str, list[Tick]] = {}
    for some in chunked(ids):
        query = (
            select(task.c.person)
            .where(task.c.owner == owner, task.c.ticked_at.is_not(None), task.c.person.in_(some))
            .distinct()
        )
        for whose in list(connection.execute(query).scalars()):
            found[whose] = ledger_tasks.ticks(connection, owner, whose)
    return found
