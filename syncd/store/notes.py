"""Lines that the owner wrote about people: `needs: …`, `offers: …`, `about: …`, or plain ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from syncd.store.query import Query, owned
from syncd.store.schema import note
from syncd.store.statements import insert_or
from syncd.store.times import from_int, to_int


@dataclass(frozen=True, slots=True)
class Note:
    """A line on somebody; `number` counts from the oldest."""

    number: int
    line: str
    at: datetime


def add(connection: Connection, owner: str, lines: Iterable[tuple[str, str]], at: datetime) -> None:
    """Keep (address, line) pairs; a line that is known already stays as it was."""
    rows = [{"owner": owner, "addr": addr, "line": line, "at": to_int(at)} for addr, line in lines]
    if rows:
        statement = insert_or(connection, note, ("owner", "addr", "line"), replace=False)
        connection.execute(statement, rows)


def of(
    connection: Connection, owner: str, groups: Collection[frozenset[str]]
) -> dict[frozenset[str], tuple[str, ...]]:
    """The notes on whoever holds each group of addresses, oldest first."""
    lines: dict[str, list[tuple[int, str]]] = defaultdict(list)
    addrs = sorted(frozenset().union(*groups))
    for addr, at, line in _NOTES(connection, owner=owner, addrs=addrs) if addrs else ():
        lines[addr].append((at, line))
    return {
        group: tuple(
            dict.fromkeys(line for _, line in sorted(entry for a in group for entry in lines[a]))
        )
        for group in groups
    }


_NOTES = Query(
    lambda many: select(note.c.addr, note.c.at, note.c.line).where(
        owned(note), note.c.addr.in_(many("addrs"))
    )
)


def listed(connection: Connection, owner: str, addrs: Collection[str]) -> list[Note]:
    """The notes on whoever holds these addresses, oldest first."""
    query = (
        select(note.c.line, func.min(note.c.at).label("first"))
        .where(note.c.owner == owner, note.c.addr.in_(sorted(addrs)))
        .group_by(note.c.line)
    )
    lines = sorted((row.first, row.line) for row in connection.execute(query))
    return [Note(number, line, from_int(at)) for number, (at, line) in enumerate(lines, 1)]


def remove(connection: Connection, owner: str, addrs: Collection[str], line: str) -> None:
    """Take a line away from whoever holds these addresses."""
    ours = (note.c.owner == owner, note.c.addr.in_(sorted(addrs)), note.c.line == line)
    connection.execute(delete(note).where(*ours))
