"""A backup: the whole state as one SQLite file, made while others write, and looked through.

`VACUUM INTO` copies what is stored at one moment. In a write-ahead log a reader keeps no writer
waiting, and only rows are copied: what free pages and the gaps in pages still hold of deleted rows,
of forgotten people above all, stays behind.

The file is a state with one table more, `backup`:

    made_at   when, UTC microseconds
    key       the key of the tombstones, hexadecimal, unless it is left out

so that a backup alone brings everything back after a lost disk. The key is worth as much as the
backup: both are for the owner's eyes (0600).
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from syncd.store import disk
from syncd.store.database import APPLICATION_ID, HEAD
from syncd.store.errors import StoreError, StoreWrong
from syncd.store.times import from_int, to_int

TABLE: Final = "backup"
_SAID: Final = f"SELECT name, value FROM {TABLE}"  # noqa: S608  # a name of ours
_COUNTED: Final = ("observation", "person", "task", "note")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds. `made_at` is None for a plain copy of a state."""

    schema: str
    owner: str
    made_at: datetime | None
    key: bytes | None = field(repr=False)
    forgotten: int  # tombstones
    rows: dict[str, int]


def connect(path: Path, mode: str = "rw") -> Any:
    """A driver's connection in autocommit to a file that has to exist. `mode`: ro | rw."""
    from pysqlite3 import dbapi2

    name = quote(str(path.absolute()))
    connection = dbapi2.connect(f"file:{name}?mode={mode}", uri=True, isolation_level=None)
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


@contextmanager
def explained(what: str, path: Path) -> Iterator[None]:
    """Turn a driver's or the system's trouble with a file into a sentence. `what`: "the backup"."""
    from pysqlite3 import dbapi2

    try:
        yield
    except dbapi2.OperationalError as error:
        words = str(error).lower()
        if "locked" in words or "busy" in words:
            raise StoreError(
                f"{path} is in use by another syncd: let it finish, then try again"
            ) from error
        raise disk.trouble(str(path), words) or StoreError(f"{path}: {error}") from error
    except dbapi2.DatabaseError as error:
        raise StoreWrong(f"{what} {path} is damaged or no database ({error})") from error
    except OSError as error:
        raise disk.trouble_of(path, error) or StoreError(
            f"{path} cannot be used ({error.strerror}): check its folder and permissions"
        ) from error


def make(
    state: Path, file: Path, owners: Collection[str], now: datetime, key: bytes | None
) -> Contents:
    """Copy a state into `file`, which is replaced when all of it is written and found right.

    Raises `StoreWrong` for a state that is damaged or not the owners', and `StoreError`.
    """
    with explained("the state", state), closing(connect(state)) as connection:
        return write(connection, file, owners, now, key)


def write(
    connection: Any, file: Path, owners: Collection[str], now: datetime, key: bytes | None
) -> Contents:
    """The same through an open connection."""
    with explained("the folder of", file):
        tidy(file.parent)
        # 0600, and empty, as VACUUM INTO wants it.
        descriptor, name = tempfile.mkstemp(prefix=".syncd-", suffix=".partial", dir=file.parent)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    temporary = Path(name)
    try:
        with explained("the backup", file):
            connection.execute("VACUUM INTO ?", (name,))
            _sign(temporary, now, key)
            found = look(temporary, owners)
            disk.sync(temporary)
            temporary.replace(file)
            disk.sync(file.parent)
    finally:
        temporary.unlink(missing_ok=True)
        os.close(descriptor)
    return found


def tidy(folder: Path) -> None:
    """Remove what a backup that was killed left there; one that is under way holds its file."""
    for left in folder.glob(".syncd-*.partial"):
        try:
            descriptor = os.open(left, os.O_RDWR)
        except OSError:
            continue  # another user's, or gone
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            left.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _sign(path: Path, now: datetime, key: bytes | None) -> None:
    with closing(connect(path)) as connection:
        # What is replaced by a backup of a restored backup is the other one's.
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        connection.execute("BEGIN")
        connection.execute(f"CREATE TABLE {TABLE} (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        rows = [("made_at", str(to_int(now)))] + ([("key", key.hex())] if key else [])
        connection.executemany(f"INSERT INTO {TABLE} VALUES (?, ?)", rows)  # noqa: S608  # ours
        connection.execute("COMMIT")


def look(path: Path, owners: Collection[str]) -> Contents:
    """Look a backup through: every page, every index, whose it is. Raises `StoreWrong`."""
    with explained("the backup", path), closing(connect(path, "ro")) as connection:
        schema, owner = identity(connection, path, owners)
        wrong = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
        if wrong != ["ok"]:
            raise StoreWrong(f"{path} is damaged ({wrong[0]}): use another backup")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise StoreWrong(f"{path} is damaged (rows are missing): use another backup")
        names = _tables(connection)
        said = dict(connection.execute(_SAID)) if TABLE in names else {}
        made_at, key = said.get("made_at"), said.get("key")
        return Contents(
            schema,
            owner,
            from_int(int(made_at)) if made_at else None,
            bytes.fromhex(key) if key else None,
            _count(connection, "tombstone") if "tombstone" in names else 0,
            {name: _count(connection, name) for name in _COUNTED},
        )


def identity(connection: Any, path: Path, owners: Collection[str]) -> tuple[str, str]:
    """The schema and the owner of an open state. Raises `StoreWrong` for one that is not ours."""
    signed = connection.execute("PRAGMA application_id").fetchone()[0]
    names = _tables(connection)
    if signed != APPLICATION_ID or not {"alembic_version", "fact"} <= names:
        raise StoreWrong(f"{path} is no state of syncd, nor a backup of one: name another file")
    schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    if schema != HEAD:
        from syncd.store import migrate

        if schema not in migrate.revisions():
            raise StoreWrong(
                f"{path} was written by a newer syncd (schema {schema}, this one knows {HEAD}): "
                "update syncd first"
            )
    rows = connection.execute("SELECT owner FROM fact WHERE name = 'owner'").fetchall()
    kept = [owner for (owner,) in rows if owner in owners]
    if not kept:
        raise StoreWrong(
            f"{path} belongs to another owner: name another file, or add the address it was made "
            "for to `owner.addresses`"
        )
    return str(schema), str(kept[0])


def _tables(connection: Any) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


def _count(connection: Any, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # a name of ours
    return int(found.fetchone()[0])
