"""How tasks were first drafted, as digests: a writing that nobody saw arrive may still land, long
after another one, when our own words are others. Kept while that can be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, or_, select

from syncd.planner import Status
from syncd.store import facts
from syncd.store.schema import fact, task
from syncd.store.statements import chunked
from syncd.store.times import to_int

_DRAFTED: Final = "drafted:"  # begins the fact's name; the task's key ends it
_LANDS: Final = timedelta(days=30)  # no list takes longer to take a creation in


def put(connection: Connection, owner: str, key: str, digest: str) -> None:
    """The task is about to be written for another time, and was drafted like this."""
    facts.put(connection, owner, _DRAFTED + key, digest)


def get(connection: Connection, owner: str, key: str) -> str | None:
    return facts.get(connection, owner, _DRAFTED + key)


def drop_all(connection: Connection, owner: str) -> None:
    """Whoever is forgotten may be known by one: it can be compared with a guess."""
    connection.execute(delete(fact).where(fact.c.owner == owner, _OURS))


def tidy(connection: Connection, owner: str, now: datetime) -> None:
    """Drop those of tasks that are closed, or not there any more, once nothing can land."""
    query = select(fact.c.name).where(fact.c.owner == owner, _OURS)
    names = list(connection.execute(query).scalars())
    needed: set[str] = set()
    for some in chunked(sorted(name.removeprefix(_DRAFTED) for name in names)):
        lands = or_(task.c.status == str(Status.OPEN), task.c.created >= to_int(now - _LANDS))
        wanted = select(task.c.key).where(task.c.owner == owner, task.c.key.in_(some), lands)
        needed |= set(connection.execute(wanted).scalars())
    for name in names:
        if name.removeprefix(_DRAFTED) not in needed:
            facts.drop(connection, owner, name)


_OURS: Final = fact.c.name.like(f"{_DRAFTED}%")
