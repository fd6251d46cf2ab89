"""Titles and places that lost a name, and who quotes them: tasks of whoever else took part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from connectors import wire
from connectors.records import Meeting, Message
from syncd.relationships.words import quoted
from syncd.store import people
from syncd.store.schema import involved, named, observation, sighting
from syncd.store.statements import chunked

Texts = dict[tuple[int, str, str], tuple[str, ...]]  # by observation, account, ref
Pairs = frozenset[tuple[str, str]]  # what stood there before, what stands there now


def said(connection: Connection, numbers: Collection[int]) -> Texts:
    """The titles and places of these observations, by sighting."""
    found: Texts = {}
    for some in chunked(sorted(numbers)):
        query = (
            select(sighting, observation.c.kind)
            .join(observation, observation.c.id == sighting.c.observation)
            .where(sighting.c.observation.in_(some))
        )
        for row in connection.execute(query):
            record = wire.unpack(row.kind, row.record)
            if isinstance(record, Message):
                texts: tuple[str, ...] = (record.subject,)
            elif isinstance(record, Meeting):
                texts = (record.title, record.place)
            else:
                continue
            found[row.observation, row.account, row.ref] = texts
    return found


def changed(before: Texts, now: Texts) -> Mapping[int, Pairs]:
    """By observation, what changed; as tasks quote it, on one line."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for where, texts in before.items():
        for old, new in zip(texts, now.get(where, texts), strict=True):
            if old != new and old.strip():
                found[where[0]].update(zip(quoted(old), quoted(new), strict=True))
    return {number: frozenset(pairs) for number, pairs in found.items()}


def by_person(
    connection: Connection, owner: str, quoted: Mapping[int, Pairs]
) -> Mapping[str, Pairs]:
    """By id of the person who took part."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for some in chunked(sorted(quoted)):
        touched = select(involved.c.addr, involved.c.observation).where(
            involved.c.owner == owner, involved.c.observation.in_(some)
        )
        rows = [(addr, number) for addr, number in connection.execute(touched)]
        whose = people.owners_of(connection, owner, {addr for addr, _ in rows})
        for addr, number in rows:
            found[whose.get(addr, "")] |= quoted[number]
        meant = select(named.c.person, named.c.observation).where(
            named.c.owner == owner, named.c.observation.in_(some)
        )
        for person, number in connection.execute(meant):
            found[person] |= quoted[number]
    return {person: frozenset(pairs) for person, pairs in found.items()}
