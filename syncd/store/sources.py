"""How far each source has been read, what it has listed, and how its account fares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, func, select, update

from syncd.people.forgotten import Forgotten, is_sealed
from syncd.store.database import Database
from syncd.store.query import Query, owned
from syncd.store.schema import cursor, item
from syncd.store.statements import insert_or
from syncd.store.times import maybe_int, maybe_moment


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source (account, facet, scope) as last read."""

    account: str
    facet: str
    scope: str
    cursor: str | None = None
    done_at: datetime | None = None  # when its back-fill was first complete
    ok_at: datetime | None = None
    error: str = ""
    error_kind: str = ""
    error_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredItems:
    """The `Known` of the connector contract, answered from the committed items. Refs that were
    sealed, because they show somebody forgotten, are answered as their source lists them."""

    database: Database
    account: str
    facet: str
    forgotten: Forgotten = field(default=Forgotten())

    def under(self, prefix: str) -> Mapping[str, str]:
        query = select(item.c.ref, item.c.stamp).where(
            item.c.owner == self.database.owner,
            item.c.account == self.account,
            item.c.facet == self.facet,
        )
        if prefix:
            if self.database.engine.dialect.name == "sqlite":
                # A range uses the index; here texts compare by their bytes.
                query = query.where(item.c.ref >= prefix, item.c.ref < prefix + "\U0010ffff")
            else:
                query = query.where(item.c.ref.startswith(prefix, autoescape=True))
        with self.database.read() as connection:
            # The driver's own rows: there may be half a million.
            rows = cast("Iterator[tuple[str, str]]", connection.execute(query).cursor)
            found = dict(rows)
            if self.forgotten:
                found |= self._sealed(connection, prefix)
        if prefix and not is_sealed(prefix):
            return found
        return {ref: stamp for ref, stamp in found.items() if not is_sealed(ref)}

    def _sealed(self, connection: Connection, prefix: str) -> dict[str, str]:
        query = select(item.c.ref, item.c.stamp).where(
            item.c.owner == self.database.owner,
            item.c.account == self.account,
            item.c.facet == self.facet,
            item.c.ref.startswith("sealed:"),
        )
        opened = {self.forgotten.opened(row.ref): row.stamp for row in connection.execute(query)}
        return {ref: stamp for ref, stamp in opened.items() if ref.startswith(prefix)}


def load(connection: Connection, owner: str) -> list[SourceRow]:
    return [_row(row) for row in _ALL(connection, owner=owner)]


_ALL = Query(
    lambda _: (
        select(cursor)
        .where(owned(cursor))
        .order_by(cursor.c.account, cursor.c.facet, cursor.c.scope)
    )
)


def failed_by(connection: Connection, owner: str, facet: str, error_kind: str) -> set[str]:
    """The accounts whose source of this facet failed like that when it was read last."""
    found = _FAILED(connection, owner=owner, facet=facet, error_kind=error_kind)
    return {account for (account,) in found}


_FAILED = Query(
    lambda _: select(cursor.c.account).where(
        owned(cursor),
        cursor.c.facet == bindparam("facet"),
        cursor.c.error_kind == bindparam("error_kind"),
    )
)


def get(connection: Connection, owner: str, account: str, facet: str, scope: str) -> SourceRow:
    """The source's row; a blank one if it was never read."""
    query = select(cursor).where(
        cursor.c.owner == owner,
        cursor.c.account == account,
        cursor.c.facet == facet,
        cursor.c.scope == scope,
    )
    row = connection.execute(query).first()
    return SourceRow(account, facet, scope) if row is None else _row(row)


def put(connection: Connection, owner: str, row: SourceRow) -> None:
    values = {
        "owner": owner,
        "account": row.account,
        "facet": row.facet,
        "scope": row.scope,
        "cursor": row.cursor,
        "done_at": maybe_int(row.done_at),
        "ok_at": maybe_int(row.ok_at),
        "error": row.error,
        "error_kind": row.error_kind,
        "error_at": maybe_int(row.error_at),
    }
    keys = ("owner", "account", "facet", "scope")
    connection.execute(insert_or(connection, cursor, keys, replace=True), values)


def _row(row: Sequence[Any]) -> SourceRow:
    """A row, its values in the order of the table's columns."""
    _, account, facet, scope, at, done_at, ok_at, error, error_kind, error_at = row
    return SourceRow(
        account=account,
        facet=facet,
        scope=scope,
        cursor=at,
        done_at=maybe_moment(done_at),
        ok_at=maybe_moment(ok_at),
        error=error or "",
        error_kind=error_kind or "",
        error_at=maybe_moment(error_at),
    )


def counts(connection: Connection, owner: str) -> dict[tuple[str, str, str], int]:
    """How many items each (account, facet) has in each state (ok, bad, ignored)."""
    query = (
        select(item.c.account, item.c.facet, item.c.state, func.count())
        .where(item.c.owner == owner)
        .group_by(item.c.account, item.c.facet, item.c.state)
    )
    return {(account, facet, state): n for account, facet, state, n in connection.execute(query)}


def read_by(connection: Connection, owner: str, row: SourceRow) -> int:
    """How many items one source has that could be read: refs begin with its scope."""
    query = select(func.count()).where(
        item.c.owner == owner,
        item.c.account == row.account,
        item.c.facet == row.facet,
        item.c.state != "bad",
        item.c.ref.startswith(row.scope + "//", autoescape=True),
    )
    return int(connection.execute(query).scalar() or 0)


def set_aside(connection: Connection, owner: str) -> Sequence[tuple[str, str, str, str]]:
    """(account, facet, ref, reason) of every item that could not be read, or not all of it."""
    query = (
        select(item.c.account, item.c.facet, item.c.ref, item.c.reason)
        .where(item.c.owner == owner, item.c.reason != "")
        .order_by(item.c.account, item.c.facet, item.c.ref)
    )
    return [(a, f, ref, reason) for a, f, ref, reason in connection.execute(query)]


def forget_ignored(connection: Connection, owner: str) -> None:
    """Let items of which anything was ignored be listed again: what is ignored has changed."""
    connection.execute(delete(item).where(item.c.owner == owner, item.c.state == "ignored"))
    connection.execute(update(cursor).where(cursor.c.owner == owner).values(cursor=None))


def start_over(connection: Connection, owner: str) -> None:
    """Let all mail and all calendars be listed and read again; what is stored stays."""
    dated = ("mail", "calendar")
    connection.execute(delete(item).where(item.c.owner == owner, item.c.facet.in_(dated)))
    ours = (cursor.c.owner == owner, cursor.c.facet.in_(dated))
    connection.execute(update(cursor).where(*ours).values(cursor=None))


def count(connection: Connection, owner: str, account: str, facet: str) -> int:
    """How many items are known of this facet."""
    query = select(func.count()).where(
        item.c.owner == owner, item.c.account == account, item.c.facet == facet
    )
    return int(connection.execute(query).scalar() or 0)


def acknowledge(
    connection: Connection, owner: str, account: str, facet: str, ref: str, stamp: str
) -> None:
    """Note one item as known, as it is now."""
    values = {"owner": owner, "account": account, "facet": facet, "ref": ref, "stamp": stamp}
    statement = insert_or(connection, item, ("owner", "account", "facet", "ref"), replace=True)
    connection.execute(statement, [values | {"state": "ok", "reason": ""}])
