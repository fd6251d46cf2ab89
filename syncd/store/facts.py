"""Small values by name: versions, first start, fingerprints of the configuration."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    delete,
    exists,
    literal_column,
    select,
    union_all,
)

from syncd.store.query import EMPTY, Query, owned
from syncd.store.schema import dirty, fact
from syncd.store.schema_mutes import mute
from syncd.store.statements import put_rows


def get(connection: Connection, owner: str, name: str) -> str | None:
    value: str | None = next(iter(_GET.column(connection, owner=owner, name=name)), None)
    return value


def several(connection: Connection, owner: str, names: Collection[str]) -> dict[str, str]:
    """Those of these values that there are, by name."""
    return dict(_SEVERAL(connection, owner=owner, names=list(names))) if names else {}


class AtHand(NamedTuple):
    """What a small step asks before anything else."""

    said: dict[str, str]  # values by name
    marked: bool = True  # whether anybody may be marked
    muted: bool = True  # whether there may be words about mutes


def at_hand(connection: Connection, owner: str, names: Collection[str]) -> AtHand:
    """Those of these values that there are, and what else there is; in one statement."""
    said = dict(_AT_HAND(connection, owner=owner, names=list(names)))
    return AtHand(said, said.pop(_MARKED, None) is not None, said.pop(_MUTES, None) is not None)


def put(connection: Connection, owner: str, name: str, value: str) -> None:
    put_rows(connection, fact, [(owner, name, value)], ("owner", "name"), replace=True)


_GET = Query(lambda _: select(fact.c.value).where(owned(fact), fact.c.name == bindparam("name")))
_SEVERAL = Query(
    lambda many: select(fact.c.name, fact.c.value).where(
        owned(fact), fact.c.name.in_(many("names"))
    )
)


# No name of a value is like these.
_MARKED, _MUTES = "?marked", "?mutes"


def _is_any(name: str, table: Table) -> Any:
    one: Any = select(literal_column("1")).select_from(table).where(owned(table))
    return select(literal_column(f"'{name}'"), EMPTY).where(exists(one))


_AT_HAND = Query(
    lambda many: union_all(
        select(fact.c.name, fact.c.value).where(owned(fact), fact.c.name.in_(many("names"))),
        _is_any(_MARKED, dirty),
        _is_any(_MUTES, mute),
    )
)


def drop(connection: Connection, owner: str, name: str) -> None:
    _DROP.do(connection, owner=owner, name=name)


_DROP = Query(lambda _: delete(fact).where(owned(fact), fact.c.name == bindparam("name")))
