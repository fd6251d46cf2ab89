"""What SQLite is told of the sizes of our tables, so that it takes the right index from the start.

Without statistics it supposes that an owner has ten rows of everything, and may look at all of them
where an index leads to the few that are wanted: with 100,000 people, a hundred times as slow.
Statistics that it took itself would be of an empty database, or of whatever was there at the time;
these are of none in particular, so that a plan is the same in every state
(https://sqlite.org/optoverview.html, "Manual Control Of Query Plans Using SQLITE_STAT Tables").
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_ROWS, _SOME = 1_000_000, 10_000  # in a table, and in an index of some of its rows
_FEW = {"account", "facet", "kind", "role", "rule", "scope", "state", "status"}
"""Columns of few different values: each leaves a third of the rows."""

_TABLES = text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
_INDICES = text(
    'SELECT i.name, i."unique", i.partial, '
    "EXISTS (SELECT 1 FROM sqlite_master m WHERE m.name = i.name) FROM pragma_index_list(:name) i"
)
_COLUMNS = text("SELECT name FROM pragma_index_info(:name) ORDER BY seqno")
_INSERT = text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table, :index, :stat)")


def tell(connection: Connection) -> None:
    """Write the statistics of every index there is. Nothing to do but on SQLite."""
    if connection.dialect.name != "sqlite":
        return
    connection.execute(text("ANALYZE fact"))  # makes the table that they stand in
    connection.execute(text("DELETE FROM sqlite_stat1"))
    for table in list(connection.execute(_TABLES).scalars()):
        for index, unique, partial, pages in list(connection.execute(_INDICES, {"name": table})):
            columns = list(connection.execute(_COLUMNS, {"name": index}).scalars())
            # The key of a table without row ids has no pages of its own, and the table's name.
            values = {
                "table": table,
                "index": index if pages else table,
                "stat": _stat(columns, _SOME if partial else _ROWS, unique=bool(unique)),
            }
            connection.execute(_INSERT, values)
    connection.execute(text("ANALYZE sqlite_master"))  # what is written takes effect


def _stat(columns: list[str], rows: int, *, unique: bool) -> str:
    """Rows in all, and on average for each value of the first column, of the first two, …"""
    left, numbers = rows, [rows]
    for place, column in enumerate(columns):
        last = place == len(columns) - 1
        if last and unique:
            left = 1
        elif column in _FEW:
            left = max(2, left // 3)
        elif column != "owner":
            left = 10 if left > 10 else 2
        numbers.append(left)
    return " ".join(map(str, numbers))
