"""What there is beside an equal name, looked up for the few pairs of addresses that share one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from syncd.inference.identity import Pair
from syncd.store.schema import involved, observation
from syncd.store.schema_identity import hint
from syncd.store.statements import chunked


def reply_to(connection: Connection, owner: str, pairs: Collection[Pair]) -> frozenset[Pair]:
    """Of these pairs, in either order, those where one's mail asks to be answered to the other."""
    addrs = {addr for pair in pairs for addr in pair}
    found: set[Pair] = set()
    for some in chunked(sorted(addrs)):
        query = (
            select(hint.c.addr, hint.c.other)
            .where(hint.c.owner == owner, hint.c.kind == "reply-to", hint.c.addr.in_(some))
            .distinct()
        )
        found |= {(addr, other) for addr, other in connection.execute(query)}
    return frozenset(found & {*pairs, *((b, a) for a, b in pairs)})


def answered(
    connection: Connection, owner: str, pairs: Collection[Pair], own: Collection[str]
) -> frozenset[Pair]:
    """Of these pairs, in either order, those where the second answered a mail that the owner had
    sent to the first alone. `own` are the owner's addresses."""
    addrs = {addr for pair in pairs for addr in pair}
    wanted = {*pairs, *((b, a) for a, b in pairs)}
    question, asked = observation.alias(), involved.alias()
    rows: set[tuple[str, str, int]] = set()
    for some in chunked(sorted(addrs)):
        query = (
            select(asked.c.addr, involved.c.addr, question.c.id)
            .select_from(involved)
            .join(observation, observation.c.id == involved.c.observation)
            .join(
                question,
                (question.c.owner == observation.c.owner)
                & (question.c.key == observation.c.parent),
            )
            .join(asked, asked.c.observation == question.c.id)
            .where(
                involved.c.owner == owner,
                involved.c.addr.in_(some),
                involved.c.role == "from",
                observation.c.parent != "",
                question.c.author.in_(sorted(own)),
                asked.c.addr != involved.c.addr,
            )
        )
        rows |= {row for row in map(tuple, connection.execute(query)) if row[:2] in wanted}
    alone = _alone(connection, {number for _, _, number in rows})
    return frozenset((to, by) for to, by, number in rows if number in alone)


def _alone(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Observations that touch one address only."""
    found: set[int] = set()
    for some in chunked(sorted(numbers)):
        query = (
            select(involved.c.observation)
            .where(involved.c.observation.in_(some))
            .group_by(involved.c.observation)
            .having(func.count() == 1)
        )
        found |= set(connection.execute(query).scalars())
    return found


def written_to(
    connection: Connection, owner: str, addrs: Collection[str], own: Collection[str]
) -> frozenset[str]:
    """Of these addresses, those to which the owner (with the addresses `own`) ever wrote."""
    found: set[str] = set()
    for addr in sorted(addrs):
        query = (
            select(involved.c.addr)
            .join(observation, observation.c.id == involved.c.observation)
            .where(
                involved.c.owner == owner,
                involved.c.addr == addr,
                involved.c.role == "to",
                observation.c.author.in_(sorted(own)),
            )
            .limit(1)
        )
        found |= set(connection.execute(query).scalars())
    return frozenset(found)


_PART = ("from", "to", "organizer", "attendee")


def together(
    connection: Connection, owner: str, pairs: Collection[Pair]
) -> frozenset[frozenset[str]]:
    """Of these pairs, those that took part in one message or meeting."""
    found = set()
    here, there = involved.alias(), involved.alias()
    for one, other in sorted(pairs):
        query = (
            select(here.c.observation)
            .join(there, there.c.observation == here.c.observation)
            .where(
                here.c.owner == owner,
                there.c.owner == owner,
                here.c.addr == one,
                there.c.addr == other,
                here.c.role.in_(_PART),
                there.c.role.in_(_PART),
            )
            .limit(1)
        )
        if connection.execute(query).first() is not None:
            found.add(frozenset((one, other)))
    return frozenset(found)


def addressed(
    connection: Connection, owner: str, pairs: Collection[Pair]
) -> frozenset[frozenset[str]]:
    """Of these pairs, those where one wrote to the other."""
    found = set()
    author, reader = involved.alias(), involved.alias()
    for one, other in sorted(pairs):
        for by, to in ((one, other), (other, one)):
            query = (
                select(author.c.observation)
                .join(reader, reader.c.observation == author.c.observation)
                .where(
                    author.c.owner == owner,
                    reader.c.owner == owner,
                    author.c.addr == by,
                    author.c.role == "from",
                    reader.c.addr == to,
                    reader.c.role == "to",
                )
                .limit(1)
            )
            if connection.execute(query).first() is not None:
                found.add(frozenset((one, other)))
    return frozenset(found)


def own_names(connection: Connection, owner: str, addrs: Collection[str]) -> dict[str, int]:
    """When each of the names that these addresses call themselves was used last."""
    found: dict[str, int] = {}
    for some in chunked(sorted(addrs)):
        query = (
            select(involved.c.name, func.max(observation.c.at).label("last"))
            .join(observation, observation.c.id == involved.c.observation)
            .where(
                involved.c.owner == owner,
                involved.c.addr.in_(some),
                involved.c.role == "from",
                involved.c.name != "",
            )
            .group_by(involved.c.name)
        )
        for name, last in connection.execute(query):
            found[name] = max(last, found.get(name, last))
    return found
