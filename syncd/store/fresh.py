"""Observations that are seen for the first time: stored with the index their reader worked out.

Nearly everything is new when it comes in, and all of a back-fill is. What is new has one sighting,
so nothing has to be merged, looked up or unpacked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, literal_column, select, text, union_all

from syncd.store.neighbours import Trace
from syncd.store.portions import Entry, Taken
from syncd.store.query import Query, owned
from syncd.store.schema import involved, observation, reading, sighting, title_token
from syncd.store.schema_identity import hint
from syncd.store.statements import put_rows


def divide(
    connection: Connection, owner: str, account: str, taken: Sequence[Taken]
) -> tuple[list[Taken], list[Taken], set[str]]:
    """Items that hold nothing but new observations, those about which something is stored, and the
    keys of all these of whose text something is known."""
    wanted = Counter([entry.key for one in taken for entry in one.entries])
    refs = [one.ref for one in taken]
    there: dict[str, set[str]] = {"stored": set(), "seen": set(), "read": set()}
    for what, name in _THERE(connection, owner=owner, account=account, refs=refs, keys=[*wanted]):
        there[what].add(name)
    known, sighted = there["stored"], there["seen"]
    known |= {key for key, count in wanted.items() if count > 1}
    new: list[Taken] = []
    others: list[Taken] = []
    for one in taken:
        if one.ref in sighted or any(entry.key in known for entry in one.entries):
            others.append(one)
        elif one.entries:
            new.append(one)
    return new, others, there["read"]


_THERE = Query(
    lambda many: union_all(
        select(literal_column("'stored'"), observation.c.key).where(
            owned(observation), observation.c.key.in_(many("keys"))
        ),
        select(literal_column("'seen'"), sighting.c.ref).where(
            owned(sighting),
            sighting.c.account == bindparam("account"),
            sighting.c.ref.in_(many("refs")),
        ),
        select(literal_column("'read'"), reading.c.key).where(
            owned(reading), reading.c.key.in_(many("keys"))
        ),
    )
)
_LAST = Query(lambda _: select(func.max(observation.c.id)))


def store(
    connection: Connection, owner: str, account: str, new: Sequence[Taken], moment: int
) -> list[int]:
    """Write them; returns the number of each observation, in the order of the entries."""
    entries = [(one.ref, entry) for one in new for entry in one.entries]
    if not entries:
        return []
    numbers = _reserve(connection, len(entries))
    observations, sightings, people, words, hints = [], [], [], [], []
    for number, (ref, entry) in zip(numbers, entries, strict=True):
        key, kind, record, at, until, author, parent, topic, touched, tokens, hinted = entry
        observations.append((number, owner, kind, key, at, until, author, parent, topic))
        sightings.append((number, account, ref, owner, record, moment, None, None))
        people += [(owner, addr, number, role, name) for addr, role, name in touched]
        if tokens:
            words += [(owner, token, number) for token in tokens]
        if hinted:
            hints += [(number, what, addr, other, owner) for what, addr, other in hinted]
    people.sort()  # neighbours in the index are written together
    put_rows(connection, observation, observations)
    put_rows(connection, sighting, sightings)
    put_rows(connection, involved, people)
    put_rows(connection, title_token, words)
    put_rows(connection, hint, hints)
    return numbers


def traces_of(entries: Sequence[Entry]) -> list[Trace]:
    """What of new observations can decide about others."""
    return [Trace(one.kind, one.key, one.at, one.until, one.topic) for one in entries]


def _reserve(connection: Connection, count: int) -> list[int]:
    """Numbers for so many observations."""
    if connection.dialect.name == "sqlite":  # whoever writes is alone
        last = _LAST(connection)[0][0] or 0
        return list(range(last + 1, last + 1 + count))
    query = text(
        "SELECT nextval(pg_get_serial_sequence('observation', 'id')) FROM generate_series(1, :n)"
    )
    return list(connection.execute(query, {"n": count}).scalars())
