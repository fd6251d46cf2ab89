"""A state on PostgreSQL: an owner's writers in turn, and whoever holds it told from whoever did.

On SQLite there is one writer at a time, and a reader sees one moment. Everything above relies on
it, so it is the same here:

    write    one transaction of an owner after the other (an advisory lock to its end)
    read     one view to the end (REPEATABLE READ)
    open     a schema is made or changed by one process, the others wait
    hold     an advisory lock of a session of its own, and a token in the state

A session ends without a word when the server starts anew, or somebody ends it; the lock goes with
it. So whoever takes the state writes a token of their own into it, and each transaction of a holder
looks for it first: who was replaced writes nothing any more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from syncd.store.errors import StoreHeld, StoreTaken

_HOLDER: Final = "holder"  # a fact: a token, the process and its machine
_PATIENCE: Final = 10  # seconds for a server to answer
_NUMBER: Final = "hashtextextended(%(what)s, 0)"


def engine_of(url: str) -> Engine:
    """Its connections are tried before they are used: those from before the server's restart are
    made anew."""
    # An error must not carry subjects and names out of here.
    given = make_url(url).query
    more = {} if "connect_timeout" in given else {"connect_timeout": _PATIENCE}
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=more)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        from psycopg import IsolationLevel

        reading = connection.get_execution_options().get("syncd_read")
        level = IsolationLevel.REPEATABLE_READ if reading else IsolationLevel.READ_COMMITTED
        _driver(connection).isolation_level = level

    return engine


def take_turns(engine: Engine, owner: str) -> None:
    """From now on each of the owner's transactions that write waits for the one before."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if _writes(connection):
            _wait(_driver(connection), f"syncd writes {owner}")


@contextmanager
def opening(engine: Engine) -> Iterator[None]:
    """Nobody else looks for the schema or makes it meanwhile."""
    with engine.connect() as connection, connection.begin():
        _wait(_driver(connection), "syncd opens")
        yield


def _wait(driver: Any, what: str) -> None:
    driver.execute(f"SELECT pg_advisory_xact_lock({_NUMBER})", {"what": what})


def _writes(connection: Connection) -> bool:
    """Whether it is one of `Database.begin`."""
    return "syncd_repeatable" in connection.get_execution_options()


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


class Hold:
    """The right to write an owner's state, until it is closed. A context manager; raises
    `StoreHeld` where another process has it. `translated` turns a driver's trouble into a sentence
    (`store/database.py`)."""

    def __init__(self, engine: Engine, owner: str, translated: Callable[[Engine], Any]) -> None:
        self._engine = engine
        self._owner = owner
        self._translated = translated
        self._token = f"{os.urandom(8).hex()} {os.getpid()} {os.uname().nodename}"
        self._session: Any = None
        self._one = Lock()

    def __enter__(self) -> Hold:
        with self._translated(self._engine):
            if not self._take():
                raise self._held()
            try:
                self._sign()
            except BaseException:
                self._end()
                raise
        event.listen(self._engine, "begin", self._confirm)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "begin", self._confirm)
        self._end()

    def check(self) -> None:
        """Take the state again where our session has ended and nobody else has it. Raises
        `StoreTaken` where somebody has, or had, and `StoreError` while the server is away."""
        with self._one, self._translated(self._engine):
            if self._is_there():
                return
            self._end()
            if not self._take():
                raise StoreTaken
            try:
                with self._engine.connect() as connection:
                    self._compare(_driver(connection))
            except BaseException:
                self._end()  # for those who have it
                raise

    def _take(self) -> bool:
        # No pool's: it ends when we say so, and nobody else is given it.
        pooled = self._engine.raw_connection()
        pooled.detach()
        session: Any = pooled.dbapi_connection
        try:
            session.autocommit = True
            sql = f"SELECT pg_try_advisory_lock({_NUMBER})"
            found = session.execute(sql, {"what": f"syncd holds {self._owner}"}).fetchone()
        except BaseException:
            session.close()
            raise
        if not found[0]:
            session.close()
            return False
        self._session = session
        return True

    def _is_there(self) -> bool:
        from psycopg import OperationalError

        if self._session is None:
            return False
        try:
            self._session.execute("SELECT 1")
        except OperationalError:
            return False
        return True

    def _held(self) -> StoreHeld:
        """By whom, as far as they have said so."""
        with self._engine.connect() as connection:
            rows = _driver(connection).execute(_GET, {"owner": self._owner}).fetchall()
        _, pid, host = (*(rows[0][0].split() if rows else ()), "", "", "")[:3]
        return StoreHeld(
            int(pid) if pid.isdecimal() else None, "" if host == os.uname().nodename else host
        )

    def _end(self) -> None:
        if self._session is not None:
            with suppress(Exception):  # it may have ended by itself
                self._session.close()
        self._session = None

    def _sign(self) -> None:
        """Behind the last transaction of whoever held it before."""
        with self._engine.connect() as connection:
            connection.execution_options(syncd_repeatable=True)
            with connection.begin():
                connection.execute(text(_PUT), {"owner": self._owner, "token": self._token})

    def _confirm(self, connection: Connection) -> None:
        if _writes(connection):
            self._compare(_driver(connection))

    def _compare(self, driver: Any) -> None:
        rows = driver.execute(_GET, {"owner": self._owner}).fetchall()
        if [token for (token,) in rows] != [self._token]:
            raise StoreTaken


_GET: Final = f"SELECT value FROM fact WHERE owner = %(owner)s AND name = '{_HOLDER}'"  # noqa: S608
_PUT: Final = (
    f"INSERT INTO fact (owner, name, value) VALUES (:owner, '{_HOLDER}', :token) "  # noqa: S608
    "ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value"
)
