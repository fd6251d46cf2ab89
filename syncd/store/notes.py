"""Lines that the owner wrote about people: `needs: …`, `offers: …`, `about: …`, or plain ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from syncd.store.schema import note
from syncd.store.statements import chunked, insert_or
from syncd.store.times import to_int


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
    for some in chunked(sorted(frozenset().union(*groups))):
        query = select(note.c.addr, note.c.at, note.c.line).where(
            note.c.owner == owner, note.c.addr.in_(some)
        )
        for addr, at, line in connection.execute(query):
            lines[addr].append((at, line))
    return {
        group: tuple(
            dict.fromkeys(line for _, line in sorted(entry for a in group for entry in lines[a]))
        )
        for group in groups
    }
