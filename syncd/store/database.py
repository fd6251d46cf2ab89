"""Open the database: make it, migrate it, or refuse it clearly.

SQLite files are `store/sqlite.py`'s, PostgreSQL is `store/postgres.py`'s.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, make_url, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from syncd.store import disk, postgres, schema, statistics, tables
from syncd.store import sqlite as sqlite_file
from syncd.store.errors import StoreError, StoreUnwritable, StoreWrong
from syncd.store.folder import state_file
from syncd.store.kept import borrowed, keep

# "SYNC": SQLite keeps this number in bytes 68-71 of the file for applications to sign it.
APPLICATION_ID = 0x53594E43
# "SYNR": what a restored state has replaced. Whoever opened it before that is told to come again.
REPLACED_ID = 0x53594E52
# The newest revision in `migrations/versions`; a test keeps the two equal.
HEAD = "0010"


@dataclass(frozen=True, slots=True)
class Database:
    """An open database and whose rows in it are meant. With `trouble` it can only be read."""

    engine: Engine
    owner: str
    trouble: StoreUnwritable | None = None

    @contextmanager
    def begin(self, *, repeatable: bool = False) -> Iterator[Connection]:
        """One transaction that writes: all of it is committed at the end, or nothing.

        A `repeatable` one may be undone by a power cut, as a whole and never before an older one:
        what it stored is found again where it was.
        """
        if self.trouble is not None:
            raise self.trouble
        with (
            translated(self.engine),
            borrowed(self.engine, syncd_repeatable=repeatable) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view. Never held open while anything else is waited for."""
        with translated(self.engine), borrowed(self.engine, syncd_read=True) as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_database(
    url: str, owner: str, aliases: frozenset[str] = frozenset(), *, look: bool = False
) -> Database:
    """Open `url` for `owner` (a normalised address); `aliases` are the owner's other addresses.
    With `look` nothing is made: where there is no state yet, an empty one in memory is shown.

    Raises `StoreWrong` for a file that is not ours, a newer schema or another owner's state, and
    `StoreError` when it is locked, read-only or full. A full disk alone keeps nobody from reading.
    """
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if look and sqlite and _is_missing(parsed.database):
        url, parsed = "sqlite://", make_url("sqlite://")
    file = state_file(parsed)
    if file is not None:
        sqlite_file.prepare(file)
    owners = aliases | {owner}
    engine = sqlite_file.engine_of(url) if sqlite else postgres.engine_of(url)
    try:
        if look and not sqlite and not _is_anybody_s(engine, owners):
            engine.dispose()
            return open_database("sqlite://", owner, aliases)
        return _opened(engine, owner, owners, sqlite=sqlite)
    except StoreUnwritable as trouble:
        if file is None or not sqlite_file.is_still(file):
            raise
        # SQLite cannot even make what readers and writers share; there are no writers.
        still = sqlite_file.engine_of(url, immutable=True)
        try:
            with translated(still):
                if _revision(still, sqlite=True) != HEAD:
                    raise
                kept = _owner_of(still, owner, owner_addresses=owners, sqlite=True)
        except BaseException:
            still.dispose()
            raise
        return Database(still, kept, trouble)


def _is_missing(name: str | None) -> bool:
    """Whether there is no such file, and one could be made."""
    path = Path(name or ":memory:").absolute()
    there = next(folder for folder in path.parents if folder.exists())
    return not path.exists() and not path.is_symlink() and os.access(there, os.W_OK)


def _is_anybody_s(engine: Engine, owners: frozenset[str]) -> bool:
    """Whether a server's database holds a state of one of these addresses."""
    try:
        with translated(engine):
            return _revision(engine, sqlite=False) is not None and bool(
                _states(engine, owners, sqlite=False)
            )
    except BaseException:
        engine.dispose()
        raise


def _opened(engine: Engine, owner: str, owners: frozenset[str], *, sqlite: bool) -> Database:
    try:
        with translated(engine):
            with nullcontext() if sqlite else postgres.opening(engine):
                _bring_up_to_date(engine, sqlite=sqlite)
                kept = _owner_of(engine, owner, owner_addresses=owners, sqlite=sqlite)
            if sqlite:
                sqlite_file.write_ahead(engine)
                if state_file(engine.url) is not None:
                    keep(engine)
            else:
                postgres.take_turns(engine, kept)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, kept)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn a driver's trouble into one sentence that says what to do."""
    driver: Any = engine.dialect.dbapi  # its own cursors raise its own errors: `store/query.py`
    try:
        yield
    except (OperationalError, driver.OperationalError) as error:
        where = engine.url.render_as_string(hide_password=True)
        cause = getattr(error, "orig", error)
        words = str(cause).lower()
        if "locked" in words or "busy" in words or "lock timeout" in words:
            message = f"{where} is in use by another syncd: let it finish, then try again"
            raise StoreError(message) from error
        if "no such savepoint" in words:
            # SQLite has undone the whole transaction by itself; why, it had said before.
            words = " ".join(_chain(error)).lower()
        said = " ".join(str(cause).split())  # a server says it in several lines
        raise disk.trouble(where, words) or StoreError(
            f"{where} does not answer: {said}"
        ) from error
    except (DatabaseError, driver.DatabaseError) as error:
        cause = str(getattr(error, "orig", error))
        if "malformed" in cause or "not a database" in cause:
            where = engine.url.render_as_string(hide_password=True)
            message = f"{where} is damaged or no database: restore a backup or move it away"
            raise StoreWrong(message) from error
        raise


def _chain(error: BaseException | None) -> Iterator[str]:
    """What an error says, and those that were being dealt with when it came up."""
    while error is not None:
        yield str(getattr(error, "orig", error))
        error = error.__context__


def _bring_up_to_date(engine: Engine, *, sqlite: bool) -> None:
    found = _revision(engine, sqlite=sqlite)
    if found == HEAD:
        return
    if found is None:
        _create(engine, sqlite=sqlite)
        return
    from syncd.store import migrate

    if found not in migrate.revisions():
        raise StoreWrong(
            f"the state was written by a newer syncd (schema {found}, this one knows {HEAD}): "
            "update syncd, or choose another file for `state:`"
        )
    migrate.upgrade(engine)
    with engine.begin() as connection:
        statistics.tell(connection)


def _revision(engine: Engine, *, sqlite: bool) -> str | None:
    """The schema's revision; None for an empty database. Foreign tables are refused."""
    with engine.connect().execution_options(syncd_read=True) as connection:
        tables = set(inspect(connection).get_table_names())
        if not tables:
            return None
        if sqlite:
            signed = connection.execute(text("PRAGMA application_id")).scalar()
            if signed == REPLACED_ID:
                raise StoreError("the state was restored a moment ago: try again")
            if signed != APPLICATION_ID:
                raise StoreWrong(
                    f"{engine.url.database} belongs to another program: "
                    "choose another file for `state:`"
                )
        if "alembic_version" not in tables:
            raise StoreWrong("this database holds other tables: choose another one for `state:`")
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _create(engine: Engine, *, sqlite: bool) -> None:
    """Make all tables and sign them, in one transaction: a crash leaves an empty database."""
    if sqlite:
        sqlite_file.write_ahead(engine)
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        if sqlite:
            connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
        statistics.tell(connection)


def _owner_of(engine: Engine, owner: str, *, owner_addresses: frozenset[str], sqlite: bool) -> str:
    """The id the owner's rows carry. On SQLite one file is one owner, whichever of their
    addresses comes first in the configuration today."""
    found = _states(engine, owner_addresses, sqlite=sqlite)
    for kept in found:
        if kept in owner_addresses:
            return kept
    if found:
        raise StoreWrong(
            "this state belongs to another owner: choose another file for `state:`, or add the "
            "address it was made for to `owner.addresses`"
        )
    with engine.begin() as connection:
        connection.execute(schema.fact.insert().values(owner=owner, name="owner", value=owner))
    return owner


def _states(engine: Engine, owners: frozenset[str], *, sqlite: bool) -> list[str]:
    """Whose states there are: in a file anybody's, on a server those of `owners`."""
    query = select(schema.fact.c.owner).where(schema.fact.c.name == "owner")
    if not sqlite:
        query = query.where(schema.fact.c.owner.in_(owners))
    with engine.connect().execution_options(syncd_read=True) as connection:
        return [str(owner) for owner in connection.execute(query).scalars()]
