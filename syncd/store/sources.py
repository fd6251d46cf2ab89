"""How far each source has been read, what it has listed, and how its account fares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, func, select, update

from rules.values import value
from syncd.people.forgotten import Forgotten, is_sealed
from syncd.store.database import Database
from syncd.store.query import Query, driver_of, owned
from syncd.store.schema import cursor, item
from syncd.store.statements import put_rows
from syncd.store.times import maybe_int, maybe_moment


@value
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
        places = {"owner": self.database.owner, "account": self.account, "facet": self.facet}
        with self.database.read() as connection:
            found = dict(self._listed(connection, prefix, places))
            if self.forgotten:
                found |= self._sealed(connection, prefix)
        if prefix and not is_sealed(prefix):
            return found
        return {ref: stamp for ref, stamp in found.items() if not is_sealed(ref)}

    def _listed(
        self, connection: Connection, prefix: str, places: Mapping[str, str]
    ) -> Iterable[tuple[str, str]]:
        """Rows as the driver gives them: there may be half a million."""
        if not prefix:
            sql, bound = _ITEMS.bound(connection, **places)
        elif connection.dialect.name == "sqlite":
            # A range uses the index; here texts compare by their bytes.
            end = prefix + "\U0010ffff"
            sql, bound = _RANGE.bound(connection, **places, prefix=prefix, end=end)
        else:
            pattern = re.sub(r"([\\%_])", r"\\\1", prefix) + "%"
            sql, bound = _BELOW.bound(connection, **places, pattern=pattern)
        return cast("Iterable[tuple[str, str]]", driver_of(connection).execute(sql, bound))

    def _sealed(self, connection: Connection, prefix: str) -> dict[str, str]:
        query = select(item.c.ref, item.c.stamp).where(
            item.c.owner == self.database.owner,
            item.c.account == self.account,
            item.c.facet == self.facet,
            item.c.ref.startswith("sealed:"),
        )
        opened = {self.forgotten.opened(row.ref): row.stamp for row in connection.execute(query)}
        return {ref: stamp for ref, stamp in opened.items() if ref.startswith(prefix)}


def _items() -> Any:
    return select(item.c.ref, item.c.stamp).where(
        owned(item), item.c.account == bindparam("account"), item.c.facet == bindparam("facet")
    )


_ITEMS = Query(lambda _: _items())
_RANGE = Query(
    lambda _: _items().where(item.c.ref >= bindparam("prefix"), item.c.ref < bindparam("end"))
)
_BELOW = Query(lambda _: _items().where(item.c.ref.like(bindparam("pattern"), escape="\\")))


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
    rows = _ONE(connection, owner=owner, account=account, facet=facet, scope=scope)
    return _row(rows[0]) if rows else SourceRow(account, facet, scope)


_ONE = Query(
    lambda _: select(cursor).where(
        owned(cursor),
        cursor.c.account == bindparam("account"),
        cursor.c.facet == bindparam("facet"),
        cursor.c.scope == bindparam("scope"),
    )
)


def put(connection: Connection, owner: str, row: SourceRow) -> None:
    values = (
        owner,
        row.account,
        row.facet,
        row.scope,
        row.cursor,
        maybe_int(row.done_at),
        maybe_int(row.ok_at),
        row.error,
        row.error_kind,
        maybe_int(row.error_at),
    )
    keys = ("owner", "account", "facet", "scope")
    put_rows(connection, cursor, [values], keys, replace=True)


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
    found = _COUNT.column(connection, owner=owner, account=account, facet=facet)
    return int(found[0])


_COUNT = Query(
    lambda _: select(func.count()).where(
        owned(item), item.c.account == bindparam("account"), item.c.facet == bindparam("facet")
    )
)


def acknowledge(
    connection: Connection, owner: str, account: str, facet: str, ref: str, stamp: str
) -> None:
    """Note one item as known, as it is now."""
    values = (owner, account, facet, ref, stamp, "ok", "")
    put_rows(connection, item, [values], ("owner", "account", "facet", "ref"), replace=True)
