"""Which of many people have ticked tasks. Few do; the others cost nothing."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from syncd.inference.model import Tick
from syncd.store import ledger_tasks
from syncd.store.query import Query, owned
from syncd.store.schema import task


def by_person(connection: Connection, owner: str, ids: Collection[str]) -> dict[str, list[Tick]]:
    """The ticks of each of these people who has any."""
    found: dict[str, list[Tick]] = {}
    for whose in _TICKED.column(connection, owner=owner, ids=sorted(ids)) if ids else ():
        found[whose] = ledger_tasks.ticks(connection, owner, whose)
    return found


_TICKED = Query(
    lambda many: (
        select(task.c.person)
        .where(owned(task), task.c.ticked_at.is_not(None), task.c.person.in_(many("ids")))
        .distinct()
    )
)
