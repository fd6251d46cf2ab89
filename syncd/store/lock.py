"""One writer at a time: whoever runs the pipeline on a state holds its lock until the end.

Two runs at once would not break the database, but one could fold people from what the other has
just replaced. The lock goes with the process, however it ends.

The file beside an SQLite state also holds the state's generation, a number that every writing to
task lists raises. A state with a lower one than the file's is an older copy that was put back.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from syncd.store import facts
from syncd.store.database import Database
from syncd.store.errors import StoreError

_GENERATION = "generation"


@contextmanager
def exclusive(database: Database) -> Iterator[None]:
    """Hold the state. Raises `StoreError` when another process does."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            yield
            return
        with _held_file(Path(f"{url.database}.lock")):
            yield
        return
    with database.engine.connect() as connection:
        # Held by this session until it ends; the number is the owner's.
        got = connection.execute(
            text("SELECT pg_try_advisory_lock(hashtext(:owner))"), {"owner": database.owner}
        ).scalar()
        connection.rollback()
        if not got:
            raise StoreError("another syncd is at work for this owner: let it finish")
        yield


@contextmanager
def _held_file(path: Path) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror})") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 20).decode(errors="replace").split("\n")[0] or "unknown"
            raise StoreError(
                f"another syncd (process {holder}) is at work on this state: let it finish"
            ) from None
        _rewrite(descriptor, _generation(os.pread(descriptor, 64, 0)))
        yield
    finally:
        os.close(descriptor)


def was_restored(database: Database) -> bool:
    """Whether the state may be older than the task lists. Asked under the lock."""
    path = _path(database)
    if path is None:
        return False
    with database.read() as connection:
        mine = _stored(connection, database.owner)
    beside = _generation(path.read_bytes())
    return mine > 0 if beside is None else mine < beside


def raise_generation(database: Database) -> None:
    """From now on an older copy of the state can be told from this one. Under the lock."""
    path = _path(database)
    if path is None:
        return
    beside = _generation(path.read_bytes()) or 0
    with database.begin() as connection:
        number = max(_stored(connection, database.owner), beside) + 1
        facts.put(connection, database.owner, _GENERATION, str(number))
    # Behind the commit: a state that is ahead of the file is no older copy.
    descriptor = os.open(path, os.O_RDWR)
    try:
        _rewrite(descriptor, number)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _stored(connection: Connection, owner: str) -> int:
    return int(facts.get(connection, owner, _GENERATION) or 0)


def _path(database: Database) -> Path | None:
    url = database.engine.url
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    path = Path(f"{url.database}.lock")
    return path if path.exists() else None


def _generation(content: bytes) -> int | None:
    """The second line of the file; None where it was never written."""
    lines = content.split()
    return int(lines[1]) if len(lines) > 1 and lines[1].isdigit() else None


def _rewrite(descriptor: int, generation: int | None) -> None:
    lines = f"{os.getpid()}\n" + ("" if generation is None else f"{generation}\n")
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, lines.encode(), 0)
