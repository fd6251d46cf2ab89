"""A state on PostgreSQL: an owner's writers in turn, and whoever holds it told from whoever did.

On SQLite there is one writer at a time, and a reader sees one moment. Everything above relies on
it, so it is the same here:

    write    one transaction of an owner after the other (an advisory lock to its end)
    read     one view to the end (REPEATABLE READ)
    open     a schema is made or changed by one process, the others wait
    hold     an advisory lock of a session of its own, and a token in the state

A session ends without a word when the server starts anew, or somebody ends it; the lock goes with
it. So whoever takes the state writes a token of their own into it, and each transaction of a holder
looks for it first: who was replaced writes nothing any more. A guest, who acts for the owner and
leaves, writes theirs above the one that they found: whoever ran on the state before writes nothing
until they have the lock again, and then knows that somebody was at work.

Nobody is waited for without end: neither a process that hangs in its transaction, nor a machine
that went away in the middle of one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from syncd.store.errors import StoreError, StoreHeld, StoreTaken
from syncd.store.query import driver_of

# A fact: a token, the process and its machine; with a guest, a second line of whom they disturb.
_HOLDER: Final = "holder"
_PATIENCE: Final = 10  # seconds for a server to answer
_TURN: Final = 5_000  # ms for another writer to finish, as on SQLite
_OPENING: Final = 30_000  # ms for another process to make the schema
# What libpq is told unless the URL does: a server that is gone is known after half a minute, even
# by who sends it something (tcp_user_timeout, in ms).
_KEPT_ALIVE: Final = {
    "connect_timeout": _PATIENCE,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# What the server is told: when we are gone, or hang in a transaction, it is undone.
_UNDONE: Final = (
    "SELECT set_config('tcp_keepalives_idle', '15', false), "
    "set_config('tcp_keepalives_interval', '5', false), "
    "set_config('tcp_keepalives_count', '3', false), "
    "set_config('idle_in_transaction_session_timeout', '300s', false)"
)
_NUMBER: Final = "hashtextextended(%(what)s, 0)"


def engine_of(url: str) -> Engine:
    """Its connections are tried before they are used: those from before the server's restart are
    made anew."""
    # An error must not carry subjects and names out of here.
    given = make_url(url).query
    more = {name: value for name, value in _KEPT_ALIVE.items() if name not in given}
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=more)

    @event.listens_for(engine, "connect")
    def connect(driver: Any, _record: Any) -> None:
        driver.execute(_UNDONE)
        driver.commit()  # else the next rollback takes it back

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
            _wait(_driver(connection), f"syncd writes {owner}", _TURN)


@contextmanager
def opening(engine: Engine) -> Iterator[None]:
    """Nobody else looks for the schema or makes it meanwhile."""
    with engine.connect() as connection, connection.begin():
        _wait(_driver(connection), "syncd opens", _OPENING)
        yield


def _wait(driver: Any, what: str, patience: int) -> None:
    """Wait for a lock until the transaction's end; a driver's error after `patience` ms."""
    # One statement, hence one way to the server: the first column is evaluated first.
    sql = f"SELECT set_config('lock_timeout', %(most)s, true), pg_advisory_xact_lock({_NUMBER})"
    driver.execute(sql, {"most": f"{patience}ms", "what": what})


def holder(connection: Connection, owner: str) -> str | None:
    """Who holds a state: their token, the process and its machine; None where nobody does. Asks
    the server, since trying the lock could refuse a daemon that starts at this moment."""
    driver = driver_of(connection)
    if not driver.execute(_HELD, {"what": _hold(owner)}).fetchall():
        return None
    return (_signed(driver, owner) or [""])[0]


def _hold(owner: str) -> str:
    return f"syncd holds {owner}"


def _signed(driver: Any, owner: str) -> list[str]:
    """Who has signed the state: one line, two with a guest, none on a new state."""
    rows = driver.execute(_GET, {"owner": owner}).fetchall()
    return rows[0][0].split("\n") if rows else []


def _writes(connection: Connection) -> bool:
    """Whether it is one of `Database.begin`."""
    return "syncd_repeatable" in connection.get_execution_options()


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


class Hold:
    """The right to write an owner's state, until it is closed. A context manager; raises
    `StoreHeld` where another process has it. `translated` turns a driver's trouble into a sentence
    (`store/database.py`). A `guest` leaves the state to whoever had it before."""

    def __init__(
        self,
        engine: Engine,
        owner: str,
        translated: Callable[[Engine], Any],
        *,
        guest: bool = False,
    ) -> None:
        self._engine = engine
        self._owner = owner
        self._translated = translated
        self._guest = guest
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

    def check(self) -> bool:
        """Take the state again where our session has ended and nobody else has it; whether a guest
        was at work on it meanwhile. Raises `StoreTaken` where somebody else has come to stay, and
        `StoreError` while the server is away or a guest is at work."""
        with self._one, self._translated(self._engine):
            if self._is_there():
                return False
            self._end()
            if not self._take():
                with self._engine.connect() as connection:
                    self._compare(_driver(connection))
                raise _disturbed()  # somebody who has not signed yet
            try:
                with self._writing() as driver:
                    disturbed = len(self._compare(driver, alone=True)) > 1
                    self._put(driver, [self._token])
            except BaseException:
                self._end()  # for those who have it
                raise
            return disturbed

    def _take(self) -> bool:
        # No pool's: it ends when we say so, and nobody else is given it.
        pooled = self._engine.raw_connection()
        pooled.detach()
        session: Any = pooled.dbapi_connection
        try:
            session.autocommit = True
            sql = f"SELECT pg_try_advisory_lock({_NUMBER})"
            found = session.execute(sql, {"what": _hold(self._owner)}).fetchone()
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
            signed = _signed(_driver(connection), self._owner)
        _, pid, host = (*(signed[0].split() if signed else ()), "", "", "")[:3]
        return StoreHeld(
            int(pid) if pid.isdecimal() else None, "" if host == os.uname().nodename else host
        )

    def _end(self) -> None:
        if self._session is not None:
            with suppress(Exception):  # it may have ended by itself
                self._session.close()
        self._session = None

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """A transaction behind the last one of whoever held the state before."""
        with self._engine.connect() as connection:
            connection.execution_options(syncd_repeatable=True, syncd_signs=True)
            with connection.begin():
                yield _driver(connection)

    def _sign(self) -> None:
        with self._writing() as driver:
            disturbed = _signed(driver, self._owner)[-1:] if self._guest else []
            self._put(driver, [self._token, *disturbed])

    def _put(self, driver: Any, tokens: list[str]) -> None:
        driver.execute(_PUT, {"owner": self._owner, "signed": "\n".join(tokens)})

    def _confirm(self, connection: Connection) -> None:
        if _writes(connection) and "syncd_signs" not in connection.get_execution_options():
            self._compare(_driver(connection))

    def _compare(self, driver: Any, *, alone: bool = False) -> list[str]:
        """Who has signed, where it is still ours; `alone`: no guest can be at work."""
        signed = _signed(driver, self._owner)
        if signed[:1] == [self._token]:
            return signed[:1]
        if signed[-1:] != [self._token]:
            raise StoreTaken
        if not alone:
            raise _disturbed()
        return signed


def _disturbed() -> StoreError:
    return StoreError("a command of the owner is at work on the state: tried again in a moment")


_GET: Final = f"SELECT value FROM fact WHERE owner = %(owner)s AND name = '{_HOLDER}'"  # noqa: S608
_PUT: Final = (
    f"INSERT INTO fact (owner, name, value) VALUES (%(owner)s, '{_HOLDER}', %(signed)s) "  # noqa: S608
    "ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value"
)
_HELD: Final = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "  # noqa: S608
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    f"AND (classid::bigint << 32) | objid::bigint = {_NUMBER}"
)
