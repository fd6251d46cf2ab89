"""One writer at a time: whoever runs the pipeline on a state holds its lock until the end.

Two runs at once would not break the database, but one could fold people from what the other has
just replaced. The lock goes with the process, however it ends.

The file beside an SQLite state also holds the state's generation, a number that every writing to
task lists raises. A state with a lower one than the file's is an older copy that was put back.

    pid \n generation \n trouble \n       `_SIZE` bytes, padded; the last two may be missing

It is written in place, always as long as before: on a full disk that needs no room.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, text

from syncd.store import disk, facts
from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreHeld

GENERATION: Final = "generation"
_SIZE: Final = 64


@dataclass(frozen=True, slots=True)
class Beside:
    """What a lock file says. `generation` is None where none was ever written, `trouble` "" where
    the last run could write."""

    pid: int | None = None
    generation: int | None = None
    trouble: str = ""

    @classmethod
    def of(cls, content: bytes) -> Beside:
        lines = [line.strip() for line in content.decode(errors="replace").split("\n")]
        pid, generation, trouble = (*lines, "", "", "")[:3]
        return cls(
            int(pid) if pid.isdecimal() else None,
            int(generation) if generation.isdecimal() else None,
            trouble,
        )

    def content(self) -> bytes:
        generation = "" if self.generation is None else self.generation
        return f"{self.pid or ''}\n{generation}\n{self.trouble}\n".ljust(_SIZE).encode()[:_SIZE]


@contextmanager
def exclusive(database: Database) -> Iterator[None]:
    """Hold the state. Raises `StoreError` when another process does."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        path = path_of(url)
        with nullcontext() if path is None else held(path):
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
def held(path: Path) -> Iterator[None]:
    """Hold the state whose lock file this is, opened or not. Raises `StoreError` when another
    process does, and `StoreUnwritable` where the file cannot be written."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        disk.give(path, path.parent)
    except OSError as error:
        raise disk.trouble_of(path, error) or StoreError(
            f"{path} cannot be written ({error.strerror})"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = Beside.of(os.pread(descriptor, _SIZE, 0)).pid
            raise StoreHeld(pid) from None
        _rewrite(path, descriptor, replace(Beside.of(_content(descriptor)), pid=os.getpid()))
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
    beside = Beside.of(path.read_bytes()).generation
    return mine > 0 if beside is None else mine < beside


def raise_generation(database: Database) -> None:
    """From now on an older copy of the state can be told from this one. Under the lock."""
    path = _path(database)
    if path is None:
        return
    beside = Beside.of(path.read_bytes()).generation or 0
    # A power cut may undo it; then the file is ahead, or both are as they were when it is made
    # again. The next intent that is committed takes it along to the disk.
    with database.begin(repeatable=True) as connection:
        number = max(_stored(connection, database.owner), beside) + 1
        facts.put(connection, database.owner, GENERATION, str(number))
    # Behind the commit: a state that is ahead of the file is no older copy.
    note(path, generation=number)


def note(path: Path, *, generation: int | None = None, trouble: str | None = None) -> None:
    """Write the generation, or the trouble, into a lock file. Under the lock."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        beside = Beside.of(_content(descriptor))
        if generation is not None:
            beside = replace(beside, generation=generation)
        if trouble is not None:
            beside = replace(beside, trouble=trouble)
        _rewrite(path, descriptor, beside)
    finally:
        os.close(descriptor)


def read(url: URL) -> Beside | None:
    """What stands beside a state; None where nothing does."""
    path = path_of(url)
    try:
        return None if path is None else Beside.of(path.read_bytes())
    except OSError:
        return None


def holder(path: Path) -> int | None:
    """The process that holds a state; None where none does. Asks the kernel (proc_locks(5)), since
    trying the lock could refuse a daemon that starts at this moment."""
    try:
        inode = path.stat().st_ino
        pid = Beside.of(path.read_bytes()).pid
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    # Not by the device: Btrfs tells stat(2) another one.
    rows = (line.split() for line in locks.splitlines() if "FLOCK" in line)
    is_held = any(row[5].endswith(f":{inode}") for row in rows if len(row) > 5)
    return pid if is_held else None


def path_of(url: URL) -> Path | None:
    """The lock file of a state; None for one that is no file."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(f"{url.database}.lock")


def _stored(connection: Connection, owner: str) -> int:
    return int(facts.get(connection, owner, GENERATION) or 0)


def _path(database: Database) -> Path | None:
    path = path_of(database.engine.url)
    return path if path is not None and path.exists() else None


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, _SIZE, 0)


def _rewrite(path: Path, descriptor: int, beside: Beside) -> None:
    try:
        os.pwrite(descriptor, beside.content(), 0)
    except OSError as error:
        raise disk.trouble_of(path, error) or StoreError(
            f"{path} cannot be written ({error.strerror})"
        ) from error
