"""One writer at a time: whoever runs the pipeline on a state holds its lock until the end.

Two runs at once would not break the database, but one could fold people from what the other has
just replaced. The lock goes with the process, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from syncd.store.database import Database
from syncd.store.errors import StoreError


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
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            raise StoreError(
                f"another syncd (process {holder}) is at work on this state: let it finish"
            ) from None
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)
