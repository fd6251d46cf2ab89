"""One writer at a time: whoever runs the pipeline on a state holds its lock until the end.

Two runs at once would not break the database, but one could fold people from what the other has
just replaced. The lock goes with the process, however it ends.

The file beside an SQLite state also holds the state's generation, a number that every writing to
task lists raises. A state with a lower one than the file's is an older copy that was put back. With
PostgreSQL, where `store/postgres.py` holds the state, the file lies in the state folder.

    pid \n generation \n trouble \n late \n     `_SIZE` bytes, padded; the last three may be missing

It is written in place, always as long as before: on a full disk that needs no room.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

from sqlalchemy import URL, Connection

from syncd.store import disk, facts, postgres, tombstones
from syncd.store.database import Database, translated
from syncd.store.errors import StoreBeside, StoreError, StoreHeld
from syncd.store.folder import state_file

GENERATION: Final = "generation"
_SIZE: Final = 64
_NOTING: Final = Lock()


@dataclass(frozen=True, slots=True)
class Beside:
    """What a lock file says. `generation` is None where none was ever written, `trouble` "" where
    the last run could write; `late` is the moment since which its engine makes no progress."""

    pid: int | None = None
    generation: int | None = None
    trouble: str = ""
    late: int | None = None

    @classmethod
    def of(cls, content: bytes) -> Beside:
        lines = [line.strip() for line in content.decode(errors="replace").split("\n")]
        pid, generation, trouble, late = (*lines, "", "", "", "")[:4]
        return cls(
            int(pid) if pid.isdecimal() else None,
            int(generation) if generation.isdecimal() else None,
            trouble,
            int(late) if late.isdecimal() else None,
        )

    def content(self) -> bytes:
        generation = "" if self.generation is None else self.generation
        text = f"{self.pid or ''}\n{generation}\n{self.trouble}\n{self.late or ''}\n"
        return text.ljust(_SIZE).encode()[:_SIZE]


class Hold(Protocol):
    """The right to write a state."""

    def check(self) -> bool:
        """Look after it; whether somebody acted for the owner meanwhile, without whoever holds it.
        Raises `StoreTaken` where another process has it by now, and `StoreError` where nobody can
        tell."""


class _Ours:
    """The lock of a file goes with the process alone."""

    def check(self) -> bool:
        return False


@contextmanager
def exclusive(database: Database, *, guest: bool = False) -> Iterator[Hold]:
    """Hold the state. Raises `StoreHeld` when another process does. A `guest` acts for the owner
    and leaves: a daemon whose session the database server has ended goes on afterwards."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        path = path_of(url)
        with nullcontext() if path is None else held(path):
            yield _Ours()
        return
    with postgres.Hold(database.engine, database.owner, translated, guest=guest) as hold:
        if not guest:
            # Of no use to the state itself: a folder that cannot be written is told elsewhere.
            with suppress(StoreError):
                beside = file_of(database.engine.url, database.owner)
                if beside is not None:
                    note(beside, pid=os.getpid(), late=0)
        yield hold


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
        beside = Beside.of(_content(descriptor))
        _rewrite(path, descriptor, replace(beside, pid=os.getpid(), late=None))
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
    beside = _beside(path).generation
    return mine > 0 if beside is None else mine < beside


def raise_generation(database: Database) -> None:
    """From now on an older copy of the state can be told from this one. Under the lock."""
    path = _path(database)
    if path is None:
        return
    beside = _beside(path).generation or 0
    # A power cut may undo it; then the file is ahead, or both are as they were when it is made
    # again. The next intent that is committed takes it along to the disk.
    with database.begin(repeatable=True) as connection:
        number = max(_stored(connection, database.owner), beside) + 1
        facts.put(connection, database.owner, GENERATION, str(number))
    # Behind the commit: a state that is ahead of the file is no older copy.
    note(path, generation=number)


def note(
    path: Path,
    *,
    pid: int | None = None,
    generation: int | None = None,
    trouble: str | None = None,
    late: int | None = None,
) -> None:
    """Write some of these into a lock file, by any thread; 0 for `late` is never. Under the lock.
    Raises `StoreError`."""
    with _NOTING:
        _note(path, pid, generation, trouble, late)


def _note(
    path: Path, pid: int | None, generation: int | None, trouble: str | None, late: int | None
) -> None:
    with _told(path):
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        with _told(path):
            beside = Beside.of(_content(descriptor))
        if pid is not None:
            beside = replace(beside, pid=pid)
        if generation is not None:
            beside = replace(beside, generation=generation)
        if trouble is not None:
            beside = replace(beside, trouble=trouble)
        if late is not None:
            beside = replace(beside, late=late or None)
        _rewrite(path, descriptor, beside)
    finally:
        os.close(descriptor)


def read(url: URL, owner: str = "") -> Beside | None:
    """What stands beside a state; None where nothing does. One on a server needs its `owner`."""
    path = file_of(url, owner)
    try:
        return None if path is None else Beside.of(path.read_bytes())
    except OSError:
        return None


def holder(path: Path) -> int | None:
    """The process that holds a state; None where none does. Asks the kernel (proc_locks(5)), since
    trying the lock could refuse a daemon that starts at this moment."""
    try:
        file = path.stat()
        pid = Beside.of(path.read_bytes()).pid
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    device = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}"
    rows = [line.split() for line in locks.splitlines() if "FLOCK" in line]
    there = [row for row in rows if len(row) > 5 and row[5].endswith(f":{file.st_ino}")]
    # Btrfs tells stat(2) another device, and a container another number of the process.
    is_held = any(row[5].startswith(f"{device}:") or row[4] == str(pid) for row in there)
    return pid if is_held else None


def who(connection: Connection, owner: str) -> str | None:
    """Who holds a state, told from whoever held it before; None where nobody does."""
    url = connection.engine.url
    if url.get_backend_name() != "sqlite":
        return postgres.holder(connection, owner)
    path = path_of(url)
    pid = os.getpid() if path is None else holder(path)  # what is in memory is one process's
    return None if pid is None else str(pid)


def late_since(connection: Connection, owner: str) -> int | None:
    """The moment since which the engine of whoever holds the state makes no progress. Of another
    machine's nothing is known here."""
    beside, holding = read(connection.engine.url, owner), who(connection, owner)
    if beside is None or holding is None:
        return None
    machine = () if holding.isdecimal() else (os.uname().nodename,)
    is_theirs = holding.split()[-1 - len(machine) :] == [str(beside.pid), *machine]
    return beside.late if is_theirs else None


def path_of(url: URL) -> Path | None:
    """The lock file that holds a state; None for one that is no file."""
    state = state_file(url)
    return None if state is None else Path(f"{state}.lock")


def _stored(connection: Connection, owner: str) -> int:
    return int(facts.get(connection, owner, GENERATION) or 0)


def file_of(url: URL, owner: str) -> Path | None:
    """The file that says what is in `Beside`; None for a state in memory."""
    if url.get_backend_name() == "sqlite":
        return path_of(url)
    path = tombstones.key_path_of(url, owner).with_suffix(".lock")
    with _told(path):
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    return path


def _path(database: Database) -> Path | None:
    """Where the generation is kept."""
    url = database.engine.url
    path = file_of(url, database.owner)
    missing = path is None or (url.get_backend_name() == "sqlite" and not path.exists())
    return None if missing else path


def _beside(path: Path) -> Beside:
    with _told(path):
        try:
            return Beside.of(path.read_bytes())
        except FileNotFoundError:
            return Beside()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Trouble with the file as a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise StoreBeside(
                "too many files are open: raise the limit (LimitNOFILE, ulimit -n, fs.file-max)"
            ) from error
        raise disk.trouble_of(path, error) or StoreBeside(
            f"{path}, the file beside the state, cannot be opened ({error.strerror})"
        ) from error


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, _SIZE, 0)


def _rewrite(path: Path, descriptor: int, beside: Beside) -> None:
    try:
        os.pwrite(descriptor, beside.content(), 0)
    except OSError as error:
        raise disk.trouble_of(path, error) or StoreError(
            f"{path} cannot be written ({error.strerror})"
        ) from error
