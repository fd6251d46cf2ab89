"""Small values by name: versions, first start, fingerprints of the configuration."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from syncd.store.schema import fact


def get(connection: Connection, owner: str, name: str) -> str | None:
    query = select(fact.c.value).where(fact.c.owner == owner, fact.c.name == name)
    value: str | None = connection.execute(query).scalar()
    return value


def put(connection: Connection, owner: str, name: str, value: str) -> None:
    connection.execute(delete(fact).where(fact.c.owner == owner, fact.c.name == name))
    connection.execute(fact.insert().values(owner=owner, name=name, value=value))
