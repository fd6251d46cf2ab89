"""What texts were found to do. The texts themselves are never here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, select

from syncd.inference.model import Reading, Signal, SignalKind
from syncd.store.neighbours import involved_in
from syncd.store.observations import mark
from syncd.store.schema import observation, reading, sighting, wanted
from syncd.store.statements import chunked, insert_or
from syncd.store.times import from_int

# Raised when the same text may be found to do other things; applies to texts read from then on.
TEXT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Unread:
    """A message whose text is wanted, and the (account, ref) pairs where it can be found."""

    key: str
    at: datetime
    places: tuple[tuple[str, str], ...]


def want(connection: Connection, owner: str, keys: Iterable[str]) -> None:
    rows = [{"owner": owner, "key": key} for key in sorted(set(keys))]
    if rows:
        statement = insert_or(connection, wanted, ("owner", "key"), replace=False)
        connection.execute(statement, rows)


def unread(connection: Connection, owner: str, after: str, limit: int) -> list[Unread]:
    """The next wanted messages in key order; a message that is gone everywhere has no places."""
    query = (
        select(wanted.c.key, observation.c.id, observation.c.at)
        .join(
            observation,
            (observation.c.owner == wanted.c.owner) & (observation.c.key == wanted.c.key),
        )
        .where(wanted.c.owner == owner, wanted.c.key > after)
        .order_by(wanted.c.key)
        .limit(limit)
    )
    rows = list(connection.execute(query))
    places: dict[int, list[tuple[str, str]]] = {number: [] for _, number, _ in rows}
    for some in chunked(places):
        where = (
            select(sighting.c.observation, sighting.c.account, sighting.c.ref)
            .where(sighting.c.observation.in_(some), sighting.c.gone_at.is_(None))
            .order_by(sighting.c.account, sighting.c.ref)
        )
        for number, account, ref in connection.execute(where):
            places[number].append((account, ref))
    return [Unread(key, from_int(at), tuple(places[number])) for key, number, at in rows]


def load(connection: Connection, owner: str, keys: Iterable[str]) -> dict[str, Reading]:
    """The readings that exist, by observation key."""
    found: dict[str, Reading] = {}
    for some in chunked(keys):
        query = select(reading).where(reading.c.owner == owner, reading.c.key.in_(some))
        for row in connection.execute(query):
            found[row.key] = Reading(_unpack(row.signals), row.gone)
    return found


def save(connection: Connection, owner: str, readings: Mapping[str, Reading]) -> None:
    """Keep what was found, stop wanting it, and mark the people it is about."""
    rows = [
        {
            "owner": owner,
            "key": key,
            "version": TEXT_VERSION,
            "gone": one.gone,
            "signals": _pack(one.signals),
        }
        for key, one in readings.items()
    ]
    if not rows:
        return
    connection.execute(insert_or(connection, reading, ("owner", "key"), replace=True), rows)
    for some in chunked(readings):
        mine = observation.c.owner == owner
        numbers = connection.execute(
            select(observation.c.id).where(mine, observation.c.key.in_(some))
        ).scalars()
        mark(connection, owner, involved_in(connection, list(numbers)))
        connection.execute(delete(wanted).where(wanted.c.owner == owner, wanted.c.key.in_(some)))


def _pack(signals: Sequence[Signal]) -> str:
    return json.dumps(
        [[s.kind, s.confidence, s.due.isoformat() if s.due else None] for s in signals],
        separators=(",", ":"),
    )


def _unpack(text: str) -> tuple[Signal, ...]:
    return tuple(
        Signal(SignalKind(kind), confidence, date.fromisoformat(due) if due else None)
        for kind, confidence, due in json.loads(text)
    )
