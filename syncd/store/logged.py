"""What the owner logged, in and out: their own word beside what sources saw.

Each entry is an observation of kind `log` that nothing sighted, with its people involved in it, so
that it reaches whoever holds an address as a mail does.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from syncd.inference.model import Direction, Logged, Mode
from syncd.store.observations import mark
from syncd.store.schema import involved, observation
from syncd.store.schema_words import logged
from syncd.store.statements import chunked, insert_or
from syncd.store.times import from_int, to_int

LOG = "log"  # the kind of the observation, and the role of its people


@dataclass(frozen=True, slots=True)
class Entry:
    """One log as it is stored. `people` are (address, name) pairs; the name may be empty."""

    at: datetime
    kind: str  # meeting | call | message
    mode: Mode
    direction: Direction
    title: str
    place: str
    people: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """The same words about the same people are the same log, however often they are said."""
        addrs = sorted(addr for addr, _ in self.people)
        said = (to_int(self.at), self.kind, str(self.mode), str(self.direction), self.title)
        return "log:" + hashlib.sha256(repr((said, addrs)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Stored:
    """A log in the list. Its `number` is its own as long as it stands."""

    number: int
    id: int
    log: Logged
    kind: str


def add(connection: Connection, owner: str, entry: Entry, seen_at: datetime) -> bool:
    """Keep a log and mark its people; False where the very same was logged before."""
    moment = to_int(entry.at)
    there = select(observation.c.id).where(
        observation.c.owner == owner, observation.c.key == entry.key
    )
    if connection.execute(there).scalar() is not None:
        return False
    blank = {"author": "", "parent": "", "topic": ""}
    row = {"owner": owner, "kind": LOG, "key": entry.key, "at": moment, "until": moment} | blank
    connection.execute(observation.insert(), [row])
    number = connection.execute(there).scalar_one()
    connection.execute(
        logged.insert().values(
            observation=number,
            owner=owner,
            number=_next_number(connection, owner),
            kind=entry.kind,
            mode=str(entry.mode),
            direction=str(entry.direction),
            title=entry.title,
            place=entry.place,
            size=len(entry.people),
            seen_at=to_int(seen_at),
        )
    )
    people = [
        {"owner": owner, "addr": addr, "observation": number, "role": LOG, "name": name}
        for addr, name in entry.people
    ]
    keys = ("owner", "addr", "observation")
    connection.execute(insert_or(connection, involved, keys, replace=True), people)
    mark(connection, owner, (addr for addr, _ in entry.people))
    return True


def remove(connection: Connection, owner: str, number: int) -> None:
    """Take back the log whose observation has this id; its people are judged anew."""
    theirs = select(involved.c.addr).where(involved.c.observation == number)
    mark(connection, owner, list(connection.execute(theirs).scalars()))
    for table in (involved, logged):
        connection.execute(delete(table).where(table.c.observation == number))
    connection.execute(
        delete(observation).where(observation.c.owner == owner, observation.c.id == number)
    )


def listed(connection: Connection, owner: str) -> list[Stored]:
    """Every log, in the order in which they were logged."""
    rows = list(connection.execute(_joined(owner).order_by(logged.c.number)))
    whose = _people(connection, [row.observation for row in rows])
    return [Stored(row.number, row.observation, _logged(row, whose), row.kind) for row in rows]


def _next_number(connection: Connection, owner: str) -> int:
    query = select(func.max(logged.c.number)).where(logged.c.owner == owner)
    return int(connection.execute(query).scalar() or 0) + 1


def of(connection: Connection, owner: str, numbers: Collection[int]) -> Mapping[int, Logged]:
    """The logs behind these observations."""
    found: dict[int, Logged] = {}
    for wanted in chunked(sorted(numbers)):
        rows = list(connection.execute(_joined(owner).where(logged.c.observation.in_(wanted))))
        whose = _people(connection, wanted)
        found |= {row.observation: _logged(row, whose) for row in rows}
    return found


def _joined(owner: str) -> Any:
    return (
        select(logged, observation.c.key, observation.c.at)
        .join(observation, observation.c.id == logged.c.observation)
        .where(logged.c.owner == owner)
    )


def _people(connection: Connection, numbers: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for some in chunked(numbers):
        query = select(involved.c.observation, involved.c.addr).where(
            involved.c.observation.in_(some)
        )
        for number, addr in connection.execute(query):
            found[number].add(addr)
    return found


def _logged(row: Any, whose: Mapping[int, set[str]]) -> Logged:
    return Logged(
        key=row.key,
        at=from_int(row.at),
        mode=Mode(row.mode),
        direction=Direction(row.direction),
        size=row.size,
        title=row.title,
        place=row.place,
        seen_at=from_int(row.seen_at),
        addrs=frozenset(whose.get(row.observation, ())),
    )
