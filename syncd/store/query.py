"""Statements that are asked all day: built and compiled once, then run on the driver's own cursor.

SQLAlchemy's Core says what a statement is, and keeps it the same on SQLite and PostgreSQL. What it
does anew for each run (building the statement, its cache key, contexts and result objects) takes
thirty times as long as SQLite takes to answer. A `Query` does all of it once.

    _OWNERS = Query(
        lambda many: select(address.c.addr, address.c.person).where(
            address.c.owner == bindparam("owner"), address.c.addr.in_(many("addrs"))
        )
    )
    _OWNERS(connection, owner=owner, addrs=["ben@example.net"])     [(addr, person), …]

Values come as the driver gives them: SQLite has no booleans, they are 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Dialect,
    Text,
    bindparam,
    func,
    literal_column,
    select,
)

EMPTY: Final[Any] = literal_column("''")
"""An empty text that stands in the statement, where SQLite looks for what an index leaves out."""

Many = Callable[[str], Any]
"""A sub-query for `column.in_(…)` that yields as many values as are given under this name. Names
that begin with `numbers` are of integers, all others of texts."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    # From all values those in the order of the statement's places; None: they are told by name.
    pick: Callable[[dict[str, Any]], Any] | None
    given: dict[str, Any]  # values that stand in the statement itself
    names: tuple[str, ...]


_encode = json.JSONEncoder(ensure_ascii=False).encode


class Query:
    """One statement. Call it for its rows, or `do` it for how many rows it changed."""

    def __init__(self, build: Callable[[Many], Any]) -> None:
        self._build = build
        self._compiled: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    def __call__(self, connection: Connection, **values: Any) -> list[Any]:
        """The rows, as tuples in the order of the statement's columns."""
        sql, bound = self._bound(connection, values)
        rows: list[Any] = driver_of(connection).execute(sql, bound).fetchall()
        return rows

    def column(self, connection: Connection, **values: Any) -> list[Any]:
        """The first column of the rows."""
        return [row[0] for row in self(connection, **values)]

    def each(
        self, connection: Connection, name: str, values: Iterable[Any], **same: Any
    ) -> list[Any]:
        """The rows for each of the values that are given under `name`, one run each. SQLite, which
        knows nothing of what is stored, takes a list for long and may rather look at everything
        that the owner has; of one value it takes the index."""
        return [row for value in values for row in self(connection, **{name: value}, **same)]

    def do(self, connection: Connection, **values: Any) -> int:
        """Run it; returns how many rows it changed."""
        sql, bound = self._bound(connection, values)
        changed: int = driver_of(connection).execute(sql, bound).rowcount
        return changed

    def do_each(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Run it once for each of these sets of values, which may be changed."""
        if not rows:
            return
        bound = [self._bound(connection, values) for values in rows]
        driver_of(connection).cursor().executemany(bound[0][0], [values for _, values in bound])

    def bound(self, connection: Connection, **values: Any) -> tuple[str, Any]:
        """The statement as the driver takes it, and its values."""
        return self._bound(connection, values)

    def _bound(self, connection: Connection, values: dict[str, Any]) -> tuple[str, Any]:
        """See `bound`; the values may be changed."""
        dialect, lists = connection.dialect, self.lists
        # Of a single value SQLite finds what it finds of a list in a third of the time.
        one = tuple([name for name in lists if len(values[name]) == 1]) if lists else ()
        made = self._compiled.get((dialect.name, one)) or self._compile(dialect, one)
        for name in lists:
            several = list(values[name])
            if name in one:
                values[name] = several[0]
            else:
                values[name] = several if made.pick is None else _encode(several)
        if made.given:
            values = {**made.given, **values}
        return made.sql, values if made.pick is None else made.pick(values)

    def text(self, dialect: Dialect, one: tuple[str, ...] = ()) -> str:
        """The statement itself, for a single value under each of the names in `one`."""
        return self._compile(dialect, one).sql

    def names(self, connection: Connection) -> tuple[str, ...]:
        """What it has to be given."""
        made = self._compile(connection.dialect, ())
        return tuple(name for name in made.names if name not in made.given)

    def _compile(self, dialect: Dialect, one: tuple[str, ...]) -> _Compiled:
        sqlite = dialect.name == "sqlite"

        def many(name: str) -> Any:
            if name in one:
                return [bindparam(name)]
            if sqlite:  # one bound value, where a list is one for each
                return select(func.json_each(bindparam(name)).table_valued("value").c.value)
            kind = ARRAY(BigInteger if name.startswith("numbers") else Text)
            return select(func.unnest(bindparam(name, type_=kind)))

        compiled = self._build(many).compile(dialect=dialect)
        pick = _picker(tuple(compiled.positiontup)) if compiled.positional else None
        given = {name: value for name, value in compiled.params.items() if value is not None}
        made = _Compiled(str(compiled), pick, given, tuple(compiled.params))
        self._compiled[dialect.name, one] = made
        return made

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The names under which it takes lists. Found out when it is first asked: most commands
        run few of all statements."""
        found: dict[str, None] = {}

        def many(name: str) -> Any:
            found[name] = None
            return [bindparam(name)]

        self._build(many)
        return tuple(found)


def _picker(order: tuple[str, ...]) -> Callable[[dict[str, Any]], Any]:
    if len(order) > 1:
        return itemgetter(*order)
    return lambda values: [values[name] for name in order]


def driver_of(connection: Connection) -> Any:
    """The driver's connection, within a transaction: one that was not begun is begun now, as any
    statement of SQLAlchemy's would."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.dbapi_connection


def owned(table: Any) -> Any:
    """Of the owner that is given under the name `owner`."""
    return table.c.owner == bindparam("owner")
