"""The question that is asked most: when does anything change by itself?"""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Any

from sqlalchemy import Connection

from syncd.store import people
from syncd.store.database import Database, translated
from syncd.store.times import maybe_moment


class Agenda:
    """A statement that is kept ready on a connection of its own; a context manager.

    Each answer comes from the index and is as new as the last commit, whoever made it: some
    microseconds, where opening a transaction takes fifty.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sqlite = database.engine.dialect.name == "sqlite"
        self._connection: Connection | None = None
        self._cursor: Any = None
        self._asked = 0
        if self._sqlite:  # a server's connection is for whoever asks more than the version
            self._open()

    def __enter__(self) -> Agenda:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> None:
        """Raises `StoreError`."""
        with translated(self._database.engine):
            connection = self._database.engine.connect()
            if not self._sqlite:
                # On SQLite a statement outside of any transaction is one by itself.
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            found = people.NEXT.bound(connection, owner=self._database.owner)
            self._sql, self._values = found
            driver: Any = connection.connection.dbapi_connection
            self._connection, self._cursor = connection, driver.cursor()

    def next_moment(self) -> datetime | None:
        """The earliest moment at which anything changes by itself; None: never."""
        if self._cursor is None:
            self._open()
        rows = self._cursor.execute(self._sql, self._values).fetchall()
        return maybe_moment(rows[0][0])

    def is_due(self, now: datetime) -> bool:
        """Whether anything has changed by itself by `now`."""
        moment = self.next_moment()
        return moment is not None and moment <= now

    def version(self) -> int:
        """Another number after each commit of anybody else; where that cannot be told, after each
        time it is asked."""
        if not self._sqlite:
            self._asked += 1
            return self._asked
        return int(self._cursor.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        if self._connection is not None:
            self._cursor.close()
            self._connection.close()
