"""Briefs in and out. Functions take a connection and never commit.

A brief goes with the person's row: whoever writes that row anew drops the brief in the same
transaction, or writes the one that goes with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select

from syncd.store.query import Query, owned
from syncd.store.schema_briefs import brief
from syncd.store.statements import put_rows


def load(connection: Connection, owner: str, ids: Collection[str]) -> dict[str, str]:
    """The briefs of those of these people who have one."""
    return dict(_BRIEFS(connection, owner=owner, ids=sorted(ids))) if ids else {}


def put(connection: Connection, owner: str, texts: Mapping[str, str]) -> None:
    rows = [(owner, who, text) for who, text in sorted(texts.items())]
    put_rows(connection, brief, rows, ("owner", "person"), replace=True)


def drop(connection: Connection, owner: str, ids: Collection[str]) -> None:
    if ids:
        _DROP.do(connection, owner=owner, ids=sorted(ids))


def drop_all(connection: Connection, owner: str) -> None:
    connection.execute(delete(brief).where(brief.c.owner == owner))


_BRIEFS = Query(
    lambda many: select(brief.c.person, brief.c.text).where(
        owned(brief), brief.c.person.in_(many("ids"))
    )
)
_DROP = Query(lambda many: delete(brief).where(owned(brief), brief.c.person.in_(many("ids"))))
