"""Putting a backup in the place of a state, in one step.

    stage    the backup is copied beside the state, brought up to date and prepared there
    still    the state is closed to everybody else, its log folded into it
    keep     what is there is kept under another name, as a backup of its own
    swap     one rename

A crash before the rename leaves the old state, whole, and after it the new one; what lies beside it
then is cleared away by the next restore. A state must never meet another one's log, so it is made
to have none before it is replaced (sqlite.org/howtocorrupt.html, 1.4).
"""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from syncd.store import backup, disk, tombstones
from syncd.store.backup import Step, connect, explained, nothing
from syncd.store.database import REPLACED_ID
from syncd.store.errors import StoreError, StoreWrong

_LOGS: Final = ("-wal", "-shm", "-journal")


def staged(state: Path) -> Path:
    """Where a backup becomes a state."""
    return state.with_name(state.name + ".restoring")


def stage(file: Path, state: Path, step: Step = nothing) -> Path:
    """Copy a backup to where it becomes a state; the table that made it a backup stays behind."""
    clear(state)
    path = staged(state)
    with explained("the folder of", state):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with explained("the backup", file), closing(connect(file, "ro")) as connection:
        backup.copy_into(connection, path, step)
    with explained("the copy", path), closing(connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"DROP TABLE IF EXISTS {backup.TABLE}")
    return path


def clear(state: Path) -> None:
    """Remove what a restore that was killed left beside a state."""
    path = staged(state)
    with explained("the folder of", state):
        for end in ("", *_LOGS, ".key", ".forgotten", ".lock"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        backup.tidy(state.parent)


def kept_name(state: Path, now: datetime) -> Path:
    """Under which name a state is kept when it is replaced at `now`."""
    first = state.with_name(f"{state.name}.before-restore-{now:%Y%m%dT%H%M%S}")
    names = [first, *(first.with_name(f"{first.name}-{n}") for n in range(2, 1000))]
    return next(name for name in names if not name.exists())


def kept_copies(state: Path) -> list[Path]:
    """The states that were replaced and still lie there, oldest first."""
    found = state.parent.glob(f"{glob.escape(state.name)}.before-restore-*")
    return sorted(one for one in found if not one.name.endswith(_LOGS))


def swap(
    state: Path, kept: Path, owners: Collection[str], now: datetime, step: Step = nothing
) -> Path | None:
    """Replace the state by the staged one; returns where the old one is kept, if there was any.
    Under the lock. Raises `StoreWrong` where the state is another
    program's or another owner's, and `StoreError` where somebody else has it open."""
    new = staged(state)
    with explained("the copy", new):
        disk.sync(new)
    with ExitStack() as stack:
        old = None
        if state.exists() and state.stat().st_size:
            try:
                old = stack.enter_context(_stilled(state, owners, step))
                backup.write(old, kept, owners, now, step)
            except _Damaged:
                old = None
                _keep_damaged(state, kept)
        with explained("the folder of", state):
            for end in _LOGS:
                state.with_name(state.name + end).unlink(missing_ok=True)
            there = state.exists() and state.stat().st_size > 0
            new.replace(state)
            disk.sync(state.parent)
        if old is not None:
            _retire(old)
    return kept if there else None


class KeyLost(StoreWrong):
    """Nobody can say who is forgotten."""


class _Damaged(Exception):
    """The old state cannot be read: its files are kept as they are."""


@contextmanager
def _stilled(state: Path, owners: Collection[str], step: Step) -> Iterator[Any]:
    """The state in our hands alone, without a log, until the end."""
    from pysqlite3 import dbapi2

    with ExitStack() as stack:
        with explained("the state", state):
            try:
                connection = stack.enter_context(closing(connect(state)))
                backup.identity(connection, state, owners)
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
                found = backup.telling(connection, step, lambda: backup.checked(connection, 1))
            except dbapi2.OperationalError:
                raise
            except dbapi2.DatabaseError as error:
                raise _Damaged from error
        if mode != "delete":
            raise StoreError(f"{state} is in use by another syncd: let it finish, then try again")
        if found != ["ok"]:
            raise _Damaged
        yield connection


def _keep_damaged(state: Path, kept: Path) -> None:
    """Keep the files of a state that nobody can read. It had ceased to be one, so that a crash
    between two of these steps takes nothing that was still of use."""
    with explained("the folder of", state):
        for end in ("-wal", ""):
            source = state.with_name(state.name + end)
            if source.exists():
                target = kept.with_name(kept.name + end)
                shutil.copyfile(source, target)
                target.chmod(0o600)
                disk.sync(target)


def _retire(connection: Any) -> None:
    """Whoever opened the old file before it was replaced must not write a log beside the new one:
    nothing but a mark is left of it."""
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute(f"PRAGMA application_id = {REPLACED_ID}")


def settle_key(
    state: Path, file: Path, found: backup.Contents, out: Collection[tuple[str, str]]
) -> tuple[bytes | None, bytes | None]:
    """(the key beside the state, the key for it once the backup `file` is restored); `out` are the
    tombstones of the state that is replaced. Raises `KeyLost` where there is none that is needed,
    and `StoreWrong` where they have different ones."""
    mine = tombstones.read_key(key_path(state))
    theirs = found.key or tombstones.read_key(key_path(file))
    needed = bool(found.forgotten or out)
    if needed and mine is None and theirs is None and tombstones.given_key() is None:
        raise KeyLost(
            f"people are kept out of this backup, and their key is neither {key_path(file)} nor "
            f"{key_path(state)}: put it there from a copy first, or let them in again with "
            "--without-key"
        )
    if mine is None or theirs is None or mine == theirs:
        return mine, mine or theirs
    if not found.forgotten:
        return mine, mine
    if not out:
        return mine, theirs
    raise StoreWrong(
        f"people are kept out of this state and of the backup with different keys ({state}.key is "
        "not the backup's): move the state and the files beside it away to restore all the same; "
        "whom only that state forgot would come back"
    )


def key_path(state: Path) -> Path:
    """Where the key of a state lies, or that of a backup."""
    return state.with_name(state.name + ".key")


def beside_path(state: Path) -> Path:
    return state.with_name(state.name + ".forgotten")


def old_tombstones(state: Path) -> set[tuple[str, str]]:
    """Whom the state that is to be replaced keeps out, as far as it can be read."""
    from pysqlite3 import dbapi2

    found = tombstones.read_beside(beside_path(state))
    if not state.exists() or not state.stat().st_size:
        return found
    try:
        with closing(connect(state, "ro")) as connection:
            found |= set(connection.execute("SELECT whose, digest FROM tombstone"))
    except dbapi2.DatabaseError:
        pass  # damaged, or from before there were any: the file beside it knows them
    return found
