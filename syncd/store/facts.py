"""Small values by name: versions, first start, fingerprints of the configuration."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from syncd.store.query import Query, owned
from syncd.store.schema import fact
from syncd.store.statements import put_rows


def get(connection: Connection, owner: str, name: str) -> str | None:
    value: str | None = next(iter(_GET.column(connection, owner=owner, name=name)), None)
    return value


def put(connection: Connection, owner: str, name: str, value: str) -> None:
    put_rows(connection, fact, [(owner, name, value)], ("owner", "name"), replace=True)


_GET = Query(lambda _: select(fact.c.value).where(owned(fact), fact.c.name == bindparam("name")))


def drop(connection: Connection, owner: str, name: str) -> None:
    connection.execute(delete(fact).where(fact.c.owner == owner, fact.c.name == name))
