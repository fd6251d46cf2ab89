"""Every row that is about somebody, table by table, as plain data; for `export`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import BigInteger, Connection, RowMapping, String, Table, Text, select

from connectors import wire
from syncd.people.forgotten import Forgotten, tombstones
from syncd.store import tables
from syncd.store.schema import involved, named, observation, sighting, verdict
from syncd.store.statements import chunked
from syncd.store.target import Target, look
from syncd.store.times import from_int

_NOT_PERSONAL = frozenset(("tombstone", "removal"))  # these tell nobody whom they are about
_JSON = frozenset(
    ("snapshot", "reasons", "ours", "theirs", "evidence", "payload", "signals", "before", "since")
)


def about(connection: Connection, owner: str, target: Target) -> dict[str, list[dict[str, Any]]]:
    """By table: the rows that hold an address, a full name of theirs or their id, and those that
    hang on an observation, a verdict or an item of theirs."""
    numbers, keys, places = _reach(connection, owner, target)
    # The finder of forgotten people finds anybody's address or name, however it is spelled.
    key = b"export"
    known = look(connection, owner, target)
    finder = Forgotten(key, tombstones(key, target.addrs, known.names, (), known.shared))
    found: dict[str, list[dict[str, Any]]] = {}
    for table in tables.metadata.sorted_tables:
        if table.name in _NOT_PERSONAL or "owner" not in table.c:
            continue
        query = select(table).where(table.c.owner == owner)
        for row in connection.execute(query).mappings():
            if (
                row.get("observation", row.get("id") if table is observation else None) in numbers
                or row.get("key") in keys
                or (row.get("account"), row.get("ref")) in places
                or _names(row, table, target, finder)
            ):
                found.setdefault(table.name, []).append(_readable(row, table))
    return _with_records(connection, found)


def _reach(
    connection: Connection, owner: str, target: Target
) -> tuple[set[int], set[str], set[tuple[str, str]]]:
    """Ids of observations, keys of those and of verdicts, (account, ref) of items."""
    numbers: set[int] = set()
    for some in chunked(sorted(target.addrs)):
        query = select(involved.c.observation).where(
            involved.c.owner == owner, involved.c.addr.in_(some)
        )
        numbers |= set(connection.execute(query).scalars())
    if target.person:
        meant = select(named.c.observation).where(
            named.c.owner == owner, named.c.person == target.person
        )
        numbers |= set(connection.execute(meant).scalars())
    keys: set[str] = set()
    places: set[tuple[str, str]] = set()
    for wanted in chunked(sorted(numbers)):
        keys |= set(
            connection.execute(
                select(observation.c.key).where(observation.c.id.in_(wanted))
            ).scalars()
        )
        seen = select(sighting.c.account, sighting.c.ref).where(sighting.c.observation.in_(wanted))
        places |= {(account, ref) for account, ref in connection.execute(seen)}
    if target.person:
        mine = select(verdict.c.key).where(
            verdict.c.owner == owner, verdict.c.person == target.person
        )
        keys |= set(connection.execute(mine).scalars())
    return numbers, keys, places


def _names(row: RowMapping, table: Table, target: Target, finder: Forgotten) -> bool:
    for column in table.c:
        value = row[column.name]
        if column.name == "owner" or not isinstance(value, str):
            continue
        if target.person and target.person in value:
            return True
        if "@" in value and finder.text(value) != value:
            return True
    return False


def _readable(row: RowMapping, table: Table) -> dict[str, Any]:
    """A row with moments as moments and JSON as what it says."""
    found: dict[str, Any] = {}
    for column in table.c:
        value = row[column.name]
        if column.name == "owner":
            continue
        if isinstance(value, int) and _is_moment(column.name, column.type, table):
            value = from_int(value) if value else None
        elif column.name in _JSON and isinstance(column.type, String | Text) and value:
            value = json.loads(value)
        found[column.name] = value
    return found


def _is_moment(name: str, kind: object, table: Table) -> bool:
    here = table.c[name]
    return isinstance(kind, BigInteger) and not here.foreign_keys and name != "id"


def _with_records(
    connection: Connection, found: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    kinds = {row["id"]: row["kind"] for row in found.get("observation", ())}
    for row in found.get("sighting", ()):
        kind = (
            kinds.get(row["observation"])
            or connection.execute(
                select(observation.c.kind).where(observation.c.id == row["observation"])
            ).scalar_one()
        )
        row["record"] = asdict(wire.unpack(kind, row["record"]))
    return found
