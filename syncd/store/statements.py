"""What every query here needs: bounded lists of values, and inserts that meet what is there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ARRAY, Connection, Dialect, Table, Text, func, literal, select

from syncd.store.query import driver_of

# SQLite takes 32,766 bound values in one statement; stay far below it.
CHUNK = 500

T = TypeVar("T")


def chunked(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in lists short enough for one statement."""
    everything = list(values)
    for start in range(0, len(everything), CHUNK):
        yield everything[start : start + CHUNK]


def insert_or(
    connection: Connection, table: Table, on_conflict: Sequence[str], *, replace: bool
) -> Any:
    """An INSERT that, where `on_conflict` is taken, replaces the other columns or does nothing."""
    return _or(_insert(connection.dialect, table), table, on_conflict, replace=replace)


def _insert(dialect: Dialect, table: Table) -> Any:
    if dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def _or(statement: Any, table: Table, on_conflict: Sequence[str], *, replace: bool) -> Any:
    if not replace:
        return statement.on_conflict_do_nothing(index_elements=list(on_conflict))
    others = {
        c.name: statement.excluded[c.name] for c in table.columns if c.name not in on_conflict
    }
    return statement.on_conflict_do_update(index_elements=list(on_conflict), set_=others)


def listed(connection: Connection, values: Iterable[str]) -> Any:
    """A sub-query that yields these texts, however many, for `column.in_(…)`: one bound value,
    where a list is one for each and a new statement for each length."""
    if connection.dialect.name == "sqlite":
        text = json.dumps(list(values), ensure_ascii=False)
        return select(func.json_each(text).table_valued("value").c.value)
    return select(func.unnest(literal(list(values), ARRAY(Text))))


def put_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[tuple[Any, ...]],
    on_conflict: tuple[str, ...] = (),
    *,
    replace: bool = False,
) -> None:
    """Insert whole rows, values in the order of the table's columns, past all that SQLAlchemy does
    for each of them. Where `on_conflict` is taken, the other columns are replaced or it is left."""
    if not rows:
        return
    sql, names = _insert_sql(connection.dialect, table, on_conflict, replace)
    values: Any = rows if names is None else [dict(zip(names, row, strict=True)) for row in rows]
    driver = driver_of(connection)
    if len(rows) == 1:
        driver.execute(sql, values[0])
    else:
        driver.cursor().executemany(sql, values)


@cache
def _insert_sql(
    dialect: Dialect, table: Table, on_conflict: tuple[str, ...], replace: bool
) -> tuple[str, tuple[str, ...] | None]:
    """The statement as the driver takes it; its names where values are not told by position."""
    statement = _insert(dialect, table)
    if on_conflict:
        statement = _or(statement, table, on_conflict, replace=replace)
    names = tuple(column.name for column in table.columns)
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    if compiled.positional:
        assert tuple(compiled.positiontup) == names
        return str(compiled), None
    return str(compiled), names
