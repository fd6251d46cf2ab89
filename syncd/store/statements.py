"""What every query here needs: bounded lists of values, and inserts that meet what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

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
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    if not replace:
        return statement.on_conflict_do_nothing(index_elements=list(on_conflict))
    others = {
        c.name: statement.excluded[c.name] for c in table.columns if c.name not in on_conflict
    }
    return statement.on_conflict_do_update(index_elements=list(on_conflict), set_=others)
