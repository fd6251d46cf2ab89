"""Open the database: make it, migrate it, or refuse it clearly.

SQLite goes through `pysqlite3`, because SQLite 3.7.0-3.51.2 can corrupt a write-ahead log that two
connections write at once, and the system's library is usually one of those. The file is 0600 and
its folder, when we make it, 0700: it holds subjects, names and places.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from syncd.store import schema, statistics, tables
from syncd.store.errors import StoreError, StoreWrong

# "SYNC": SQLite keeps this number in bytes 68-71 of the file for applications to sign it.
APPLICATION_ID = 0x53594E43
# The newest revision in `migrations/versions`; a test keeps the two equal.
HEAD = "0006"


@dataclass(frozen=True, slots=True)
class Database:
    """An open database and whose rows in it are meant."""

    engine: Engine
    owner: str

    @contextmanager
    def begin(self, *, repeatable: bool = False) -> Iterator[Connection]:
        """One transaction that writes: all of it is committed at the end, or nothing.

        A `repeatable` one may be undone by a power cut, as a whole and never before an older one:
        what it stored is found again where it was.
        """
        with translated(self.engine), self.engine.connect() as connection:
            connection.execution_options(syncd_repeatable=repeatable)
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view. Never held open while anything else is waited for."""
        with translated(self.engine), self.engine.connect() as connection:
            yield connection.execution_options(syncd_read=True)

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, owner: str, aliases: frozenset[str] = frozenset()) -> Database:
    """Open `url` for `owner` (a normalised address); `aliases` are the owner's other addresses.

    Raises `StoreWrong` for a file that is not ours, a newer schema or another owner's state, and
    `StoreError` when it is locked, read-only or full.
    """
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database not in (None, "", ":memory:"):
        _prepare_file(Path(str(parsed.database)))
    engine = _sqlite(url) if sqlite else create_engine(url, hide_parameters=True)
    try:
        with translated(engine):
            _bring_up_to_date(engine, sqlite=sqlite)
            kept = _owner_of(engine, owner, owner_addresses=aliases | {owner}, sqlite=sqlite)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, kept)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn a driver's trouble into one sentence that says what to do."""
    where = engine.url.render_as_string(hide_password=True)
    driver: Any = engine.dialect.dbapi  # its own cursors raise its own errors: `store/query.py`
    try:
        yield
    except (OperationalError, driver.OperationalError) as error:
        cause = getattr(error, "orig", error)
        words = str(cause).lower()
        if "locked" in words or "busy" in words:
            message = f"{where} is in use by another syncd: let it finish, then try again"
        elif "readonly" in words or "read-only" in words or "unable to open" in words:
            message = f"{where} cannot be written: check its permissions and its folder's"
        elif "full" in words or "disk i/o" in words:
            message = f"the disk of {where} is full or failing: make room, then try again"
        else:
            message = f"{where} does not answer: {cause}"
        raise StoreError(message) from error
    except (DatabaseError, driver.DatabaseError) as error:
        cause = str(getattr(error, "orig", error))
        if "malformed" in cause or "not a database" in cause:
            message = f"{where} is damaged or no database: restore a backup or move it away"
            raise StoreWrong(message) from error
        raise


def _prepare_file(path: Path) -> None:
    try:
        if not path.parent.exists():
            path.parent.mkdir(parents=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            return
        with path.open("rb") as file:
            head = file.read(100)
        if head and not head.startswith(b"SQLite format 3\x00"):
            raise StoreWrong(f"{path} is no syncd database: choose another file for `state:`")
        if os.access(path, os.W_OK):
            # The log takes the mode the database had when it was made, and outlives a spell in
            # which that was read-only.
            for file_ in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
                if file_.exists() and file_.stat().st_mode & 0o777 != 0o600:
                    file_.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be opened ({error.strerror}): check `state:` and its folder"
        ) from error


def _sqlite(url: str) -> Engine:
    from pysqlite3 import dbapi2

    # An error must not carry subjects and names out of here.
    engine = create_engine(url, module=dbapi2, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # SQLAlchemy, not the driver, says when a transaction begins (see `begin` below).
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.execute("PRAGMA cache_size = -16000")
        cursor.execute("PRAGMA wal_autocheckpoint = 4000")  # 16 MB
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        driver: Any = connection.connection.dbapi_connection
        if options.get("syncd_read"):
            driver.execute("BEGIN")
            return
        # An intent that was committed must survive a power cut: its task may be written already.
        sync = "NORMAL" if options.get("syncd_repeatable") else "FULL"
        driver.execute(f"PRAGMA synchronous = {sync}")
        # A writer takes the lock at once; taking it half-way fails instead of waiting.
        driver.execute("BEGIN IMMEDIATE")

    return engine


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
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            raw.close()
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
    named = schema.fact.c.name == "owner"
    query = select(schema.fact.c.owner, schema.fact.c.value).where(named)
    if not sqlite:
        query = query.where(schema.fact.c.owner.in_(owner_addresses))
    with engine.connect().execution_options(syncd_read=True) as connection:
        rows = connection.execute(query).all()
    for kept, _ in rows:
        if kept in owner_addresses:
            return str(kept)
    if rows:
        raise StoreWrong(
            "this state belongs to another owner: choose another file for `state:`, or add the "
            "address it was made for to `owner.addresses`"
        )
    with engine.begin() as connection:
        connection.execute(schema.fact.insert().values(owner=owner, name="owner", value=owner))
    return owner
