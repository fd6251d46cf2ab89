"""An SQLite file: made for its owner alone, opened through `pysqlite3`, readable on a full disk.

SQLite 3.7.0-3.51.2 can corrupt a write-ahead log that two connections write at once, and the
system's library is usually one of those. The file is 0600 and its folder, when we make it, 0700: it
holds subjects, names and places.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from syncd.store import disk
from syncd.store.errors import StoreError, StoreWrong


def prepare(path: Path) -> None:
    try:
        if not path.parent.exists():
            path.parent.mkdir(parents=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            disk.give(path, path.parent)
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
        raise disk.trouble_of(path, error) or StoreError(
            f"{path} cannot be opened ({error.strerror}): check `state:` and its folder"
        ) from error


def engine_of(url: str, *, immutable: bool = False) -> Engine:
    from pysqlite3 import dbapi2

    more: dict[str, Any] = {}
    if immutable:
        name = quote(str(Path(str(make_url(url).database)).absolute()))
        more["creator"] = lambda: dbapi2.connect(
            f"file:{name}?immutable=1", uri=True, check_same_thread=False
        )
    # An error must not carry subjects and names out of here.
    engine = create_engine(url, module=dbapi2, hide_parameters=True, **more)

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
        known = connection.info  # as long as the driver's connection lives
        if known.get("syncd_synchronous") != sync:
            driver.execute(f"PRAGMA synchronous = {sync}")
            known["syncd_synchronous"] = sync
        # A writer takes the lock at once; taking it half-way fails instead of waiting.
        driver.execute("BEGIN IMMEDIATE")

    return engine


def write_ahead(engine: Engine) -> None:
    """Let readers and a writer not wait for each other. The file remembers it, but a copy that was
    put back, or a restore that was killed, may have left it otherwise."""
    raw = engine.raw_connection()
    try:
        mode = raw.cursor().execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal":
            raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


def is_still(path: Path) -> bool:
    """Whether the file alone is the whole state: nothing is in its log."""
    log = path.with_name(path.name + "-wal")
    try:
        return path.stat().st_size > 0 and (not log.exists() or log.stat().st_size == 0)
    except OSError:
        return False
