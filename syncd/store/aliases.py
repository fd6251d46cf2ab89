"""The owner's addresses that were found out, and the hints they rest on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection, delete, func, select

from syncd.inference.aliases import Clues, in_sent_folder
from syncd.inference.hints import Myself, speaks_for_another
from syncd.store import people
from syncd.store.schema import dirty, involved, sighting
from syncd.store.schema_identity import alias, hint
from syncd.store.statements import chunked

_CALLED = ("from", "card")  # roles in which a name is the holder's own, or the owner's word
_KINDS = ("own-card", "own-sent", "own-invited", "delivered", "misnamed", "named", "stranger")
TELLING = frozenset({*_KINDS, "own-from"})  # kinds of hints that tell of aliases


def load(connection: Connection, owner: str) -> dict[str, tuple[str, ...]]:
    """The aliases as last found, with their reasons."""
    query = select(alias.c.addr, alias.c.reasons).where(alias.c.owner == owner)
    rows = connection.execute(query.order_by(alias.c.addr))
    return {row.addr: tuple(json.loads(row.reasons)) for row in rows}


def save(connection: Connection, owner: str, found: Mapping[str, tuple[str, ...]]) -> None:
    connection.execute(delete(alias).where(alias.c.owner == owner))
    rows = [
        {"owner": owner, "addr": addr, "reasons": json.dumps(reasons)}
        for addr, reasons in sorted(found.items())
    ]
    if rows:
        connection.execute(alias.insert(), rows)


def is_news(connection: Connection, owner: str) -> bool:
    """Whether anything came in that is not settled yet."""
    waiting = select(dirty.c.addr).where(dirty.c.owner == owner).limit(1)
    return connection.execute(waiting).first() is not None


def tally(connection: Connection, owner: str) -> str:
    """What moves when there are other hints."""
    query = select(func.count(), func.max(hint.c.observation)).where(
        hint.c.owner == owner, hint.c.kind.in_(sorted(TELLING))
    )
    return "/".join(map(str, connection.execute(query).one()))


def hinted(connection: Connection, owner: str) -> frozenset[str]:
    """Every address that a hint tells of, the owner's or not."""
    query = select(hint.c.addr).where(hint.c.owner == owner, hint.c.kind.in_(sorted(TELLING)))
    return frozenset(connection.execute(query.distinct()).scalars())


def clues(
    connection: Connection, owner: str, me: Myself, shared: Collection[str]
) -> dict[str, Clues]:
    """What there is about every address that may be the owner's. What was seen only in `shared`
    accounts tells nothing: others write and receive there."""
    told: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    query = (
        select(hint.c.kind, hint.c.addr, hint.c.other)
        .join(sighting, sighting.c.observation == hint.c.observation)
        .where(
            hint.c.owner == owner,
            hint.c.kind.in_(_KINDS),
            sighting.c.account.not_in(sorted(shared)),
        )
        .distinct()
    )
    for kind, addr, other in connection.execute(query):
        told[addr][kind].add(other)
    for addr in _senders(connection, owner, shared):
        told[addr]["own-sent"].add("")
    found = {
        addr: Clues(
            card="own-card" in kinds,
            sent="own-sent" in kinds,
            invited="own-invited" in kinds,
            delivered=frozenset(kinds["delivered"]) if "delivered" in kinds else frozenset(),
            misnamed=frozenset(kinds["misnamed"]) if "misnamed" in kinds else frozenset(),
            named=frozenset(kinds["named"]) if "named" in kinds else frozenset(),
            stranger="stranger" in kinds,
        )
        for addr, kinds in told.items()
    }
    # Of an address that is not found yet, its mail tells what `stranger` hints tell of the others.
    unknown = found.keys() - me.found
    for addr, seen in people.roles(connection, owner, unknown).items():
        if any(
            role in ("list", "room") or (role in _CALLED and speaks_for_another(name, me))
            for role, name, _ in seen
        ):
            found[addr] = replace(found[addr], stranger=True)
    return found


def _senders(connection: Connection, owner: str, shared: Collection[str]) -> set[str]:
    """Who wrote, under the owner's name, mail that lies in a folder of sent mail."""
    addrs = select(hint.c.addr).where(hint.c.owner == owner, hint.c.kind == "own-from").distinct()
    found: set[str] = set()
    for addr in list(connection.execute(addrs).scalars()):
        refs = (
            select(sighting.c.ref)
            .join(hint, hint.c.observation == sighting.c.observation)
            .where(
                hint.c.owner == owner,
                hint.c.kind == "own-from",
                hint.c.addr == addr,
                sighting.c.account.not_in(sorted(shared)),
            )
        )
        if any(in_sent_folder(ref) for ref in connection.execute(refs).scalars()):
            found.add(addr)
    return found


def observations_of(connection: Connection, owner: str, addrs: Collection[str]) -> set[int]:
    """Everything in which these addresses, which are nobody's but people's yet, took part."""
    found: set[int] = set()
    for some in chunked(sorted(addrs)):
        for table in (involved, hint):
            query = select(table.c.observation).where(
                table.c.owner == owner, table.c.addr.in_(some)
            )
            found |= set(connection.execute(query).scalars())
    return found
