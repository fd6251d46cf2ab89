"""A backup: the whole state as one SQLite file, made while others write, and looked through.

`VACUUM INTO` copies what is stored at one moment. In a write-ahead log a reader keeps no writer
waiting, and only rows are copied: what free pages and the gaps in pages still hold of deleted rows,
of forgotten people above all, stays behind.

The file is a state with one table more, `backup`, which says when it was `made_at` (UTC
microseconds). The key of the tombstones lies beside it (`FILE.key`), as it does beside the state:
whoever has the database alone cannot even try whether somebody was forgotten.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

from syncd.store import disk
from syncd.store.database import APPLICATION_ID, HEAD
from syncd.store.errors import StoreError, StoreUnwritable, StoreWrong
from syncd.store.times import from_int, to_int

T = TypeVar("T")
Step = Callable[[], None]

TABLE: Final = "backup"
_SAID: Final = f"SELECT name, value FROM {TABLE}"  # noqa: S608  # a name of ours
_STEPS: Final = 10_000  # of SQLite's machine, between two looks around
_COUNTED: Final = ("observation", "person", "task", "note")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds. `made_at` is None for a plain copy of a state."""

    schema: str
    owner: str
    made_at: datetime | None
    key: bytes | None = field(repr=False)  # an older version put it into the file
    forgotten: int  # tombstones
    rows: dict[str, int]


def _uri(path: Path) -> str:
    """A name as SQLite takes it (https://sqlite.org/uri.html): a file's need not be text."""
    return f"file:{quote(os.fsencode(path.absolute()))}"


def connect(path: Path, mode: str = "rw") -> Any:
    """A driver's connection in autocommit to a file that has to exist. `mode`: ro | rw."""
    from pysqlite3 import dbapi2

    connection = dbapi2.connect(f"{_uri(path)}?mode={mode}", uri=True, isolation_level=None)
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
        remedy = "use another one" if what == "the backup" else "`syncd doctor` says more"
        raise StoreWrong(f"{what} {path} is damaged or no database ({error}): {remedy}") from error
    except OSError as error:
        raise disk.trouble_of(path, error) or StoreError(
            f"{path} cannot be used ({error.strerror}): check its folder and permissions"
        ) from error


def telling(connection: Any, step: Step, act: Callable[[], T]) -> T:
    """Do something long on a connection, and call `step` all the while, which may end it by what it
    raises."""
    raised: list[BaseException] = []

    def tell() -> int:
        try:
            step()
        except BaseException as error:  # noqa: BLE001  # SQLite's C code would lose it
            raised.append(error)
        return len(raised)

    connection.set_progress_handler(tell, _STEPS)
    try:
        return act()
    except Exception as error:
        if not raised and "interrupted" in str(error):
            raised.append(KeyboardInterrupt())  # a signal's, raised before `tell` could catch it
        if raised:
            raise raised[0] from None
        raise
    finally:
        connection.set_progress_handler(None, 0)


def nothing() -> None:
    """A `step` for those whom nobody waits for."""


def make(
    state: Path, file: Path, owners: Collection[str], now: datetime, step: Step = nothing
) -> Contents:
    """Copy a state into `file`, which is replaced when all of it is written and found right. `step`
    is called all the while, and may end it by what it raises: then nothing was written.

    Raises `StoreWrong` for a state that is damaged or not the owners', and `StoreError`.
    """
    with explained("the state", state), closing(connect(state)) as connection:
        identity(connection, state, owners)
        return write(connection, file, owners, now, step)


def write(
    connection: Any, file: Path, owners: Collection[str], now: datetime, step: Step = nothing
) -> Contents:
    """The same through an open connection."""
    with _roomy(file), partial(file) as temporary, explained("the backup", file):
        copy_into(connection, temporary, step)
        _sign(temporary, now)
        found = look(temporary, owners, step)
        disk.sync(temporary)
        temporary.replace(file)
        disk.sync(file.parent)
    return found


@contextmanager
def _roomy(file: Path) -> Iterator[None]:
    """The disk of a backup is not the state's: when it is full, nothing but the backup stops."""
    try:
        yield
    except StoreUnwritable as error:
        raise StoreError(
            f"the disk of {file} is full, failing or read-only, and no backup was written: make "
            "room there, or name a file on another disk"
        ) from error


@contextmanager
def partial(file: Path) -> Iterator[Path]:
    """An empty file beside `file`, 0600, for what is written before it is all there; it is gone at
    the end."""
    with explained("the folder of", file):
        tidy(file.parent)
        descriptor, temporary = _held(file.parent)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
        os.close(descriptor)


def _held(folder: Path) -> tuple[int, Path]:
    """A new file that others can see is in use."""
    while True:
        descriptor, name = tempfile.mkstemp(prefix=".syncd-", suffix=".partial", dir=folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        os.close(descriptor)  # somebody tidied up before it was held


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


def _sign(path: Path, now: datetime) -> None:
    with closing(connect(path)) as connection:
        # What is replaced by a backup of a restored backup is the other one's.
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        connection.execute("BEGIN")
        connection.execute(f"CREATE TABLE {TABLE} (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        row = ("made_at", str(to_int(now)))
        connection.execute(f"INSERT INTO {TABLE} VALUES (?, ?)", row)  # noqa: S608  # ours
        connection.execute("COMMIT")


def copy_into(connection: Any, path: Path, step: Step) -> None:
    """Copy the rows there are into an empty file."""
    telling(connection, step, lambda: connection.execute("VACUUM INTO ?", (_uri(path),)))


def look(path: Path, owners: Collection[str], step: Step = nothing) -> Contents:
    """Look a backup through: every page, every index, whose it is. Raises `StoreWrong`."""
    with explained("the backup", path), closing(connect(path, "ro")) as connection:
        schema, owner = identity(connection, path, owners)
        wrong = telling(connection, step, lambda: checked(connection, 5))
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


def checked(connection: Any, most: int) -> list[str]:
    """Every page and index; the first few that are wrong, or "ok"."""
    return [row[0] for row in connection.execute(f"PRAGMA integrity_check({most})")]


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
