"""Small values by name: versions, first start, fingerprints of the configuration."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, select

from syncd.store.query import Query, owned
from syncd.store.schema import fact
from syncd.store.statements import put_rows


def get(connection: Connection, owner: str, name: str) -> str | None:
    value: str | None = next(iter(_GET.column(connection, owner=owner, name=name)), None)
    return value


def several(connection: Connection, owner: str, names: Collection[str]) -> dict[str, str]:
    """Those of these values that there are, by name."""
    return dict(_SEVERAL(connection, owner=owner, names=list(names))) if names else {}


def put(connection: Connection, owner: str, name: str, value: str) -> None:
    put_rows(connection, fact, [(owner, name, value)], ("owner", "name"), replace=True)


_GET = Query(lambda _: select(fact.c.value).where(owned(fact), fact.c.name == bindparam("name")))
_SEVERAL = Query(
    lambda many: select(fact.c.name, fact.c.value).where(
        owned(fact), fact.c.name.in_(many("names"))
    )
)


def drop(connection: Connection, owner: str, name: str) -> None:
    _DROP.do(connection, owner=owner, name=name)


_DROP = Query(lambda _: delete(fact).where(owned(fact), fact.c.name == bindparam("name")))
