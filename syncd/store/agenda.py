"""The question that is asked most: when does anything change by itself?"""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Any

from syncd.store import people
from syncd.store.database import Database
from syncd.store.times import maybe_moment


class Agenda:
    """A statement that is kept ready on a connection of its own; a context manager.

    Each answer comes from the index and is as new as the last commit, whoever made it: some
    microseconds, where opening a transaction takes fifty.
    """

    def __init__(self, database: Database) -> None:
        self._connection = database.engine.connect()
        if database.engine.dialect.name != "sqlite":
            # On SQLite a statement outside of any transaction is one by itself.
            self._connection = self._connection.execution_options(isolation_level="AUTOCOMMIT")
        self._sql, self._values = people.NEXT.bound(self._connection, owner=database.owner)
        driver: Any = self._connection.connection.dbapi_connection
        self._cursor = driver.cursor()
        self._asked = 0

    def __enter__(self) -> Agenda:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def next_moment(self) -> datetime | None:
        """The earliest moment at which anything changes by itself; None: never."""
        rows = self._cursor.execute(self._sql, self._values).fetchall()
        return maybe_moment(rows[0][0])

    def is_due(self, now: datetime) -> bool:
        """Whether anything has changed by itself by `now`."""
        moment = self.next_moment()
        return moment is not None and moment <= now

    def version(self) -> int:
        """Another number after each commit of anybody else; where that cannot be told, after each
        time it is asked."""
        if self._connection.dialect.name != "sqlite":
            self._asked += 1
            return self._asked
        return int(self._cursor.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        self._cursor.close()
        self._connection.close()
