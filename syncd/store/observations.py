"""Observations in and out: items acknowledged, sightings merged, the touched addresses marked.

`apply` is one half of the promise that nothing is lost or doubled: it runs in the transaction
that also moves the cursor, and it may be replayed. What it marks as dirty is inferred anew by the
pipeline, in that transaction or, after a crash, in a later one: the mark is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from connectors import wire
from syncd.intake import Row
from syncd.people.forgotten import Forgotten
from syncd.store import fresh, neighbours, seals, sightings
from syncd.store.neighbours import Trace, involved_in
from syncd.store.portions import GONE, Entry, Record, Taken
from syncd.store.schema import (
    dirty,
    involved,
    item,
    named,
    observation,
    reading,
    sighting,
    title_token,
    wanted,
)
from syncd.store.schema_identity import hint
from syncd.store.sightings import Where
from syncd.store.statements import chunked, insert_or, put_rows
from syncd.store.times import to_int

_HELD = "syncd_held_marks"


class Applied(int):
    """How many observations are new or changed. `only`: the one that is, where it is a message that
    decides about no other observation and hints at nothing; it marks the addresses in it, and
    nothing else."""

    only: First | None = None


class First(NamedTuple):
    """A message that was sighted for the first time, and where. `read`: something is known of its
    text all the same."""

    entry: Entry
    account: str
    ref: str
    read: bool


@dataclass(frozen=True, slots=True)
class Indexer:
    """How records become rows; handed in, because deciding is not the store's business."""

    row: Callable[[Record, str, bool], Row]  # record, key, whether every sighting is gone
    merge: Callable[[Sequence[tuple[Record, bool]]], Record]


def apply(
    connection: Connection,
    where: Where,
    taken: Sequence[Taken],
    indexer: Indexer,
    seen_at: datetime,
    *,
    alone: bool = False,
) -> Applied:
    """Store a portion; returns how many observations are new or changed.

    With `alone` whoever else they decide about is not marked: the caller sees to it that everybody
    is (see `syncd.pipeline.observe`).
    """
    # An item listed twice, under whichever of its refs: the last word counts.
    latest = {min(one.ref, one.twin or one.ref): one for one in taken}
    taken = list(latest.values())
    moment = to_int(seen_at)
    seals.respell(connection, where.owner, where.account, where.facet, taken)
    new, others, read = fresh.divide(connection, where.owner, where.account, taken)
    rewritten = _rewritten(connection, where, others)
    acknowledge(connection, where, taken)
    numbers = fresh.store(connection, where.owner, where.account, new, moment)
    lone, marks = False, set[str]()
    entries = [entry for one in new for entry in one.entries]
    if numbers:
        found = dict(zip(numbers, entries, strict=True))
        lone, marks = _marks_of_new(connection, where.owner, found, alone=alone)
    touched = sightings.withdraw(connection, where, others, moment)
    ids = _ensure(connection, where, others)
    touched |= sightings.sight(connection, where, others, ids, moment)
    touched |= {ids[key] for key in rewritten}
    if touched:
        _index(connection, where.owner, touched, indexer, alone=alone)
    applied = Applied(len(numbers) + len(touched))
    held = connection.get_execution_options().get(_HELD)
    if lone and not touched:
        applied.only = First(entries[0], where.account, new[0].ref, bool(read))
        if held is not None:
            held |= marks
            return applied
    mark(connection, where.owner, marks)
    return applied


def hold(connection: Connection) -> set[str]:
    """From now on the marks of a message that comes in alone (`Applied.only`) are not stored in
    this transaction, but put into the set that is returned: whoever asks for that settles them
    before the commit, or marks them."""
    held: set[str] = set()
    connection.execution_options(**{_HELD: held})
    return held


def acknowledge(connection: Connection, where: Where, taken: Sequence[Taken]) -> None:
    owner, account, facet = where.owner, where.account, where.facet
    kept = [
        (owner, account, facet, one.ref, one.stamp, one.state, one.reason)
        for one in taken
        if one.state != GONE
    ]
    put_rows(connection, item, kept, ("owner", "account", "facet", "ref"), replace=True)
    for refs in chunked(one.ref for one in taken if one.state == GONE):
        connection.execute(
            delete(item).where(
                item.c.owner == where.owner,
                item.c.account == where.account,
                item.c.facet == where.facet,
                item.c.ref.in_(refs),
            )
        )


def _rewritten(connection: Connection, where: Where, taken: Sequence[Taken]) -> set[str]:
    """The messages whose item has changed since it was read, by key. Their texts are read again;
    what they were found to do holds until then, for nothing says that it is another."""
    now = {one.ref: one for one in taken if any(e.kind == "message" for e in one.entries)}
    changed: set[str] = set()
    for refs in chunked(now):
        query = select(item.c.ref, item.c.stamp).where(
            item.c.owner == where.owner,
            item.c.account == where.account,
            item.c.facet == where.facet,
            item.c.ref.in_(refs),
        )
        for ref, stamp in connection.execute(query):
            if stamp != now[ref].stamp:
                changed |= {e.key for e in now[ref].entries if e.kind == "message"}
    for keys in chunked(sorted(changed)):
        theirs = (reading.c.owner == where.owner, reading.c.key.in_(keys))
        connection.execute(delete(reading).where(*theirs, reading.c.gone))
        read = connection.execute(select(reading.c.key).where(*theirs)).scalars()
        put_rows(connection, wanted, [(where.owner, key) for key in read], ("owner", "key"))
    return changed


def _ensure(connection: Connection, where: Where, taken: Sequence[Taken]) -> dict[str, int]:
    """The id of every observation named in the batch, made where it is new."""
    kinds = {entry.key: entry.kind for one in taken for entry in one.entries}
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


def reindex(
    connection: Connection, owner: str, indexer: Indexer, numbers: Iterable[int] | None = None
) -> int:
    """Compute every row again from its records, or those of `numbers`; returns how many."""
    query = select(observation.c.id).where(observation.c.owner == owner)
    everything = list(connection.execute(query).scalars() if numbers is None else sorted(numbers))
    for some in chunked(everything):
        _index(connection, owner, set(some), indexer)
    return len(everything)


def strip(
    connection: Connection,
    owner: str,
    indexer: Indexer,
    left: Callable[[Record], Record | None],
    only: Iterable[int] | None = None,
    forgotten: Forgotten | None = None,
) -> int:
    """Apply what is to be ignored from now on to what is stored; returns how many sightings
    changed. A sighting of which nothing is left is removed, its observation with the last one.
    With `only`, of these observations alone. With `forgotten`, refs of items of which nothing is
    left are sealed."""
    lost: set[tuple[str, str]] = set()
    touched: dict[int, bool] = {}
    everything = select(observation.c.id).where(observation.c.owner == owner)
    numbers = list(connection.execute(everything).scalars() if only is None else only)
    changed = 0
    for some in chunked(numbers):
        query = (
            select(observation.c.kind, sighting)
            .join(observation, observation.c.id == sighting.c.observation)
            .where(sighting.c.observation.in_(some))
        )
        for found in list(connection.execute(query)):
            record = wire.unpack(found.kind, found.record)
            kept = left(record)  # type: ignore[arg-type]  # never a task
            if kept is record:
                continue
            ours = (
                sighting.c.observation == found.observation,
                sighting.c.account == found.account,
                sighting.c.ref == found.ref,
            )
            if kept is None:
                connection.execute(delete(sighting).where(*ours))
                lost.add((found.account, found.ref))
            else:
                connection.execute(update(sighting).where(*ours).values(record=wire.pack(kept)))
            touched[found.observation] = True
            changed += 1
    _index(connection, owner, set(touched), indexer)
    _forget_empty(connection, touched)
    if forgotten:
        seals.seal_empty(connection, owner, forgotten, lost)
    return changed


def _forget_empty(connection: Connection, numbers: Iterable[int]) -> None:
    """Remove observations that are sighted nowhere any more."""
    for some in chunked(numbers):
        there = select(sighting.c.observation).where(sighting.c.observation.in_(some))
        empty = [n for n in some if n not in set(connection.execute(there).scalars())]
        for table in (involved, title_token, named, hint):
            connection.execute(delete(table).where(table.c.observation.in_(empty)))
        connection.execute(delete(observation).where(observation.c.id.in_(empty)))


def _marks_of_new(
    connection: Connection, owner: str, entries: Mapping[int, Entry], *, alone: bool
) -> tuple[bool, set[str]]:
    """Whether there is one of these new observations, a message, that decides about no other and
    hints at nothing; and the marks of what they touch."""
    lone = False
    marks = {addr for entry in entries.values() for addr, _, _ in entry.people}
    marks |= {entry_mark(number) for number, entry in entries.items() if entry.words}
    if not alone:
        traces = fresh.traces_of(list(entries.values()))
        others = neighbours.decided_by(connection, owner, traces) - entries.keys()
        marks |= neighbours.company_of(connection, owner, others)
        lists = {
            addr for entry in entries.values() for addr, role, _ in entry.people if role == "list"
        }
        marks |= neighbours.traffic_of_new_lists(connection, owner, lists, entries)
        lone = len(entries) == 1 and not others and not lists and _is_plain(entries)
    return lone, marks


def _is_plain(entries: Mapping[int, Entry]) -> bool:
    return all(
        one.kind == "message" and not one.words and not one.hints for one in entries.values()
    )


def _index(
    connection: Connection,
    owner: str,
    numbers: set[int],
    indexer: Indexer,
    *,
    alone: bool = False,
) -> None:
    """Compute the index of these observations from all sightings, and mark what it touches."""
    marks: set[str] = set()
    rows: dict[int, Row] = {}
    # What an observation said before decided about others as well: a meeting that is moved away
    # frees whoever it collided with.
    traces = [] if alone else neighbours.traces_of(connection, numbers)
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
    if alone:
        mark(connection, owner, marks)
        return
    traces += [
        Trace(row.kind, row.key, to_int(row.at), to_int(row.until), row.topic)
        for row in rows.values()
    ]
    marks |= neighbours.touched_by(connection, owner, traces)
    lists = {who.addr for row in rows.values() for who in row.involved if who.role == "list"}
    marks |= neighbours.traffic_of_new_lists(connection, owner, lists, rows)
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
        connection.execute(delete(hint).where(hint.c.observation.in_(some)))
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
    hints = [
        {"owner": owner, "observation": n, "kind": kind, "addr": addr, "other": other}
        for n, row in rows.items()
        for kind, addr, other in row.hints
    ]
    if hints:
        connection.execute(hint.insert(), hints)
    return {entry_mark(number) for number in titled}


def mark(connection: Connection, owner: str, addrs: Iterable[str]) -> None:
    """Remember that whoever owns these addresses has to be inferred anew."""
    put_rows(connection, dirty, [(owner, addr) for addr in sorted(set(addrs))], ("owner", "addr"))
