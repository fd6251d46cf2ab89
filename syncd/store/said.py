"""The owner's word on who is one person: what each `merge` and `split` said, and what a merge
found before it. Functions take a connection and never commit."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from syncd.inference.identity import Pair
from syncd.store.schema_identity import said, undo
from syncd.store.statements import chunked
from syncd.store.times import to_int

BEGUN, KEPT, DUE = "begun", "kept", "due"


def say(connection: Connection, owner: str, same: Iterable[Pair], other: Iterable[Pair]) -> int:
    """Keep what one command says of these pairs; returns its number."""
    numbers = [
        connection.execute(select(func.max(table.c.number)).where(table.c.owner == owner)).scalar()
        for table in (said, undo)
    ]
    number = max((one for one in numbers if one is not None), default=0) + 1
    rows = [
        {"owner": owner, "number": number, "one": min(pair), "other": max(pair), "same": alike}
        for pairs, alike in ((same, True), (other, False))
        for pair in sorted(pairs)
    ]
    connection.execute(said.insert(), rows)
    return number


def take_back(connection: Connection, owner: str, number: int) -> None:
    """Let that command never have been said."""
    connection.execute(delete(said).where(said.c.owner == owner, said.c.number == number))


def merges(connection: Connection, owner: str, addrs: Collection[str]) -> list[int]:
    """The merges within these addresses that nothing said later replaced, newest first."""
    last: dict[Pair, tuple[int, bool]] = {}
    for some in chunked(sorted(addrs)):
        query = select(said).where(said.c.owner == owner, said.c.one.in_(some))
        for row in connection.execute(query.order_by(said.c.number)):
            pair = (row.one, row.other)
            if row.other in addrs and last.get(pair, (0, True))[0] < row.number:
                last[pair] = (row.number, row.same)
    return sorted({number for number, same in last.values() if same}, reverse=True)


def pairs_of(connection: Connection, owner: str, number: int) -> list[Pair]:
    """The pairs of addresses of which one command spoke."""
    query = select(said.c.one, said.c.other).where(said.c.owner == owner, said.c.number == number)
    return [(one, other) for one, other in connection.execute(query)]


# --- what there was before a merge --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Undo:
    """What a merge found, and whether it is to be put back."""

    number: int
    state: str
    before: dict[str, Any]


def keep(
    connection: Connection,
    owner: str,
    number: int,
    before: dict[str, Any],
    at: datetime,
    state: str = KEPT,
) -> None:
    """Keep, or replace, what the merge of that number found before it. It is `BEGUN` until it is
    known what came of it as well."""
    ours = (undo.c.owner == owner, undo.c.number == number)
    connection.execute(delete(undo).where(*ours))
    connection.execute(
        undo.insert().values(
            owner=owner,
            number=number,
            at=to_int(at),
            state=state,
            before=json.dumps(before, ensure_ascii=False, sort_keys=True),
        )
    )


def put_back_later(connection: Connection, owner: str, number: int) -> None:
    """Note that what this merge found is to be put back once people are settled."""
    ours = (undo.c.owner == owner, undo.c.number == number)
    connection.execute(update(undo).where(*ours).values(state=DUE))


def due(connection: Connection, owner: str) -> list[Undo]:
    """What is to be put back, the newest first."""
    return _undos(connection, owner, DUE)


def begun(connection: Connection, owner: str) -> list[Undo]:
    """The merges of which it is not known yet what came of them."""
    return _undos(connection, owner, BEGUN)


def _undos(connection: Connection, owner: str, state: str) -> list[Undo]:
    query = select(undo).where(undo.c.owner == owner, undo.c.state == state)
    rows = connection.execute(query.order_by(undo.c.number.desc()))
    return [Undo(row.number, row.state, json.loads(row.before)) for row in rows]


def drop(connection: Connection, owner: str, number: int) -> None:
    """What that merge found is put back, or of no use any more."""
    connection.execute(delete(undo).where(undo.c.owner == owner, undo.c.number == number))


def erase(connection: Connection, owner: str, addrs: Collection[str]) -> None:
    """Forget every word about these addresses, and what merges that spoke of them found."""
    for some in chunked(sorted(addrs)):
        about = (said.c.owner == owner, or_(said.c.one.in_(some), said.c.other.in_(some)))
        numbers = list(connection.execute(select(said.c.number).where(*about)).scalars())
        connection.execute(delete(said).where(*about))
        connection.execute(delete(undo).where(undo.c.owner == owner, undo.c.number.in_(numbers)))
