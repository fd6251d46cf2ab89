"""Observations in and out: items acknowledged, sightings merged, the touched addresses marked.

`apply` is one half of the promise that nothing is lost or doubled: it runs in the transaction
that also moves the cursor, and it may be replayed. What it marks as dirty is inferred anew by the
pipeline, in that transaction or, after a crash, in a later one: the mark is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors import wire
from connectors.records import Bad, Card, Gone, Item, Meeting, Message
from syncd.intake import Row
from syncd.store.schema import dirty, involved, item, observation, sighting, title_token
from syncd.store.times import to_int

# SQLite takes 32,766 bound values in one statement; stay far below it.
CHUNK = 500
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR

Record = Message | Meeting | Card


@dataclass(frozen=True, slots=True)
class Where:
    """Whose rows, and which facet of which account they come from."""

    owner: str
    account: str
    facet: str


@dataclass(frozen=True, slots=True)
class Taken:
    """One item as it shall be stored: its records under their keys, or why there are none."""

    item: Item
    records: tuple[tuple[str, Record], ...] = ()
    state: str = "ok"  # ok | bad | ignored


@dataclass(frozen=True, slots=True)
class Indexer:
    """How records become rows; handed in, because deciding is not the store's business."""

    row: Callable[[Record, str, bool], Row]  # record, key, whether every sighting is gone
    merge: Callable[[Sequence[tuple[Record, bool]]], Record]


def chunked(values: Iterable[Any]) -> Iterable[list[Any]]:
    everything = list(values)
    for start in range(0, len(everything), CHUNK):
        yield everything[start : start + CHUNK]


def insert_or(
    connection: Connection, table: Table, on_conflict: Sequence[str], *, replace: bool
) -> Any:
    """An INSERT that, where `on_conflict` is taken, replaces the other columns or does nothing."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    if not replace:
        return statement.on_conflict_do_nothing(index_elements=list(on_conflict))
    others = {
        c.name: statement.excluded[c.name] for c in table.columns if c.name not in on_conflict
    }
    return statement.on_conflict_do_update(index_elements=list(on_conflict), set_=others)


def apply(
    connection: Connection,
    where: Where,
    taken: Sequence[Taken],
    indexer: Indexer,
    seen_at: datetime,
) -> int:
    """Store a batch; returns how many observations are new or changed."""
    latest = {one.item.ref: one for one in taken}  # an item listed twice: the last word counts
    taken = list(latest.values())
    moment = to_int(seen_at)
    acknowledge(connection, where, taken)
    touched = _withdraw(connection, where, taken, moment)
    ids = _ensure(connection, where, taken)
    touched |= _sight(connection, where, taken, ids, moment)
    if touched:
        _index(connection, where.owner, touched, indexer)
    return len(touched)


def acknowledge(connection: Connection, where: Where, taken: Sequence[Taken]) -> None:
    base = {"owner": where.owner, "account": where.account, "facet": where.facet}
    kept, gone = [], []
    for one in taken:
        if isinstance(one.item, Gone):
            gone.append(one.item.ref)
            continue
        reason = one.item.reason if isinstance(one.item, Bad) else one.item.broken
        entry = {"ref": one.item.ref, "stamp": one.item.stamp, "state": one.state, "reason": reason}
        kept.append(base | entry)
    if kept:
        keys = ("owner", "account", "facet", "ref")
        connection.execute(insert_or(connection, item, keys, replace=True), kept)
    for refs in chunked(gone):
        connection.execute(
            delete(item).where(
                item.c.owner == where.owner,
                item.c.account == where.account,
                item.c.facet == where.facet,
                item.c.ref.in_(refs),
            )
        )


def _withdraw(
    connection: Connection, where: Where, taken: Sequence[Taken], moment: int
) -> set[int]:
    """Mark sightings gone whose item vanished or no longer holds them. A bad item says nothing."""
    holds = {
        one.item.ref: {key for key, _ in one.records}
        for one in taken
        if not isinstance(one.item, Bad)
    }
    lost: list[tuple[int, str]] = []
    for refs in chunked(holds):
        query = (
            select(sighting.c.observation, sighting.c.ref, observation.c.key)
            .join(observation, observation.c.id == sighting.c.observation)
            .where(
                sighting.c.owner == where.owner,
                sighting.c.account == where.account,
                sighting.c.ref.in_(refs),
                sighting.c.gone_at.is_(None),
            )
        )
        lost += [(i, ref) for i, ref, key in connection.execute(query) if key not in holds[ref]]
    for number, ref in lost:
        connection.execute(
            update(sighting)
            .where(
                sighting.c.observation == number,
                sighting.c.account == where.account,
                sighting.c.ref == ref,
            )
            .values(gone_at=moment)
        )
    return {number for number, _ in lost}


_KINDS: Mapping[type, str] = {Message: "message", Meeting: "meeting", Card: "card"}


def _ensure(connection: Connection, where: Where, taken: Sequence[Taken]) -> dict[str, int]:
    """The id of every observation named in the batch, made where it is new."""
    kinds = {key: _KINDS[type(record)] for one in taken for key, record in one.records}
    if not kinds:
        return {}
    blank = {"at": 0, "until": 0, "author": "", "parent": "", "topic": ""}
    rows = [{"owner": where.owner, "kind": kind, "key": key} | blank for key, kind in kinds.items()]
    statement = insert_or(connection, observation, ("owner", "key"), replace=False)
    connection.execute(statement, rows)
    ids: dict[str, int] = {}
    for keys in chunked(kinds):
        query = select(observation.c.key, observation.c.id).where(
            observation.c.owner == where.owner, observation.c.key.in_(keys)
        )
        ids.update((row.key, row.id) for row in connection.execute(query))
    return ids


def _sight(
    connection: Connection,
    where: Where,
    taken: Sequence[Taken],
    ids: Mapping[str, int],
    moment: int,
) -> set[int]:
    """Write what was seen; returns the observations for which that says anything new."""
    fresh = {
        (ids[key], one.item.ref): wire.pack(record) for one in taken for key, record in one.records
    }
    there: dict[tuple[int, str], tuple[str, int, int | None]] = {}
    for numbers in chunked({number for number, _ in fresh}):
        query = select(sighting).where(
            sighting.c.observation.in_(numbers), sighting.c.account == where.account
        )
        for row in connection.execute(query):
            there[row.observation, row.ref] = (row.record, row.seen_at, row.gone_at)
    rows = []
    for (number, ref), record in fresh.items():
        before = there.get((number, ref))
        if before is not None and before[0] == record and before[2] is None:
            continue
        rows.append(
            {
                "observation": number,
                "account": where.account,
                "ref": ref,
                "owner": where.owner,
                "record": record,
                "seen_at": moment if before is None else before[1],
                "gone_at": None,
            }
        )
    if rows:
        keys = ("observation", "account", "ref")
        connection.execute(insert_or(connection, sighting, keys, replace=True), rows)
    return {row["observation"] for row in rows}  # type: ignore[misc]  # mixed-value dict


def reindex(connection: Connection, owner: str, indexer: Indexer) -> int:
    """Compute every row again from its records; returns how many observations there are."""
    numbers = connection.execute(
        select(observation.c.id).where(observation.c.owner == owner)
    ).scalars()
    everything = set(numbers)
    _index(connection, owner, everything, indexer)
    return len(everything)


def _index(connection: Connection, owner: str, numbers: set[int], indexer: Indexer) -> None:
    """Compute the index of these observations from all sightings, and mark what it touches."""
    marks: set[str] = set()
    rows: dict[int, Row] = {}
    for some in chunked(numbers):
        marks |= involved_in(connection, some)
        query = (
            select(observation.c.kind, observation.c.key, sighting)
            .join(observation, observation.c.id == sighting.c.observation)
            .where(sighting.c.observation.in_(some))
        )
        seen: dict[int, list[tuple[Record, bool]]] = {}
        keys: dict[int, str] = {}
        for found in connection.execute(query):
            record = wire.unpack(found.kind, found.record)
            seen.setdefault(found.observation, []).append((record, found.gone_at is not None))  # type: ignore[arg-type]  # never a task
            keys[found.observation] = found.key
        for number, records in seen.items():
            one = records[0][0] if len(records) == 1 else indexer.merge(records)
            rows[number] = indexer.row(one, keys[number], all(gone for _, gone in records))
    marks |= _write_index(connection, owner, rows)
    marks |= {who.addr for row in rows.values() for who in row.involved}
    marks |= _neighbours(connection, owner, rows)
    mark(connection, owner, marks)


def entry_mark(number: int) -> str:
    """The mark of a calendar entry whose title has to be read anew; no address looks like it."""
    return f"entry:{number}"


def _write_index(connection: Connection, owner: str, rows: Mapping[int, Row]) -> set[str]:
    """Replace the index of these observations; returns the marks of entries named by title."""
    titled = {number for number, row in rows.items() if row.title_tokens}
    for some in chunked(rows):
        before = select(title_token.c.observation).where(title_token.c.observation.in_(some))
        titled |= set(connection.execute(before).scalars())
        connection.execute(delete(involved).where(involved.c.observation.in_(some)))
        connection.execute(delete(title_token).where(title_token.c.observation.in_(some)))
    main = [
        {
            "b_id": number,
            "at": to_int(row.at),
            "until": to_int(row.until),
            "author": row.author,
            "parent": row.parent,
            "topic": row.topic,
        }
        for number, row in rows.items()
    ]
    if main:
        connection.execute(update(observation).where(observation.c.id == bindparam("b_id")), main)
    people = [
        {"owner": owner, "addr": who.addr, "observation": n, "role": who.role, "name": who.name}
        for n, row in rows.items()
        for who in row.involved
    ]
    if people:
        keys = ("owner", "addr", "observation")
        connection.execute(insert_or(connection, involved, keys, replace=True), people)
    words = [
        {"owner": owner, "token": token, "observation": number}
        for number, row in rows.items()
        for token in row.title_tokens
    ]
    if words:
        connection.execute(title_token.insert(), words)
    return {entry_mark(number) for number in titled}


def involved_in(connection: Connection, numbers: Sequence[int]) -> set[str]:
    """The addresses that these (few) observations touch."""
    query = select(involved.c.addr).where(involved.c.observation.in_(numbers)).distinct()
    return set(connection.execute(query).scalars())


def _neighbours(connection: Connection, owner: str, rows: Mapping[int, Row]) -> set[str]:
    """Addresses of *other* observations about which these decide: answers to them, copies of the
    same letter, meetings at the same time."""
    others: set[int] = set()
    keys = [row.key for row in rows.values() if row.kind == "message"]
    for some in chunked(keys):
        query = select(observation.c.id).where(
            observation.c.owner == owner, observation.c.parent.in_(some)
        )
        others |= set(connection.execute(query).scalars())
    others |= _copies(connection, owner, rows)
    others |= _at_the_same_time(connection, owner, rows)
    others |= _traffic_of_new_lists(connection, owner, rows)
    found: set[str] = set()
    for some in chunked(others - set(rows)):
        found |= involved_in(connection, some)
    return found


def _copies(connection: Connection, owner: str, rows: Mapping[int, Row]) -> set[int]:
    """Own letters with the same topic, sent within an hour of one of these."""
    sent: dict[str, list[int]] = {}
    for row in rows.values():
        if row.topic:
            sent.setdefault(row.topic, []).append(to_int(row.at))
    found: set[int] = set()
    for some in chunked(sent):
        query = select(observation.c.id, observation.c.topic, observation.c.at).where(
            observation.c.owner == owner, observation.c.topic.in_(some)
        )
        for number, topic, at in connection.execute(query):
            if any(abs(at - other) <= _HOUR for other in sent[topic]):
                found.add(number)
    return found


def _at_the_same_time(connection: Connection, owner: str, rows: Mapping[int, Row]) -> set[int]:
    """Meetings that overlap one of these."""
    found: set[int] = set()
    for row in rows.values():
        if row.kind != "meeting":
            continue
        at, until = to_int(row.at), to_int(row.until)
        # Nearly everything is shorter than a day; what is longer has to be looked for.
        soon = observation.c.at.between(at - _DAY, until)
        long = observation.c.until - observation.c.at > _DAY
        query = select(observation.c.id).where(
            observation.c.owner == owner,
            observation.c.kind == "meeting",
            observation.c.until > at,
            or_(soon, long & (observation.c.at < until)),
        )
        found |= set(connection.execute(query).scalars())
    return found


def _traffic_of_new_lists(connection: Connection, owner: str, rows: Mapping[int, Row]) -> set[int]:
    """Everything an address took part in, when these are the first to show that it is a list."""
    lists = {who.addr for row in rows.values() for who in row.involved if who.role == "list"}
    found: set[int] = set()
    for addr in lists:
        all_of = select(involved.c.observation, involved.c.role).where(
            involved.c.owner == owner, involved.c.addr == addr
        )
        elsewhere = all_of.where(
            involved.c.role == "list", involved.c.observation.not_in(list(rows)[:CHUNK])
        )
        if connection.execute(elsewhere.limit(1)).first() is None:
            found |= {number for number, _ in connection.execute(all_of)}
    return found


def mark(connection: Connection, owner: str, addrs: Iterable[str]) -> None:
    """Remember that whoever owns these addresses has to be inferred anew."""
    rows = [{"owner": owner, "addr": addr} for addr in sorted(set(addrs))]
    if rows:
        connection.execute(insert_or(connection, dirty, ("owner", "addr"), replace=False), rows)
