"""Waking a running daemon: a byte through a named pipe (`syncd.db.poke`, fifo(7)) beside the state.

A pipe that nobody reads refuses writers, so the answer to a poke also says whether a daemon runs.
The byte says nothing: what is to be done stands in the state. A poke that is lost costs time only.
"""

from __future__ import annotations

import contextlib
import os
import select
import stat
from pathlib import Path

from syncd.store import disk
from syncd.store.database import Database
from syncd.store.folder import is_in_memory
from syncd.store.tombstones import key_path


def path_of(database: Database) -> Path | None:
    """Where the pipe lies; None for a state in memory, beside which nobody can act."""
    if is_in_memory(database.engine.url):
        return None
    return Path(f"{str(key_path(database)).removesuffix('.key')}.poke")


def poke(database: Database) -> bool:
    """Wake the daemon that runs on this state; False where none does. Never fails."""
    path = path_of(database)
    if path is None:
        return False
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # ENXIO: nobody reads; ENOENT: nobody ever did
        return False
    try:
        if not stat.S_ISFIFO(os.fstat(pipe).st_mode):
            return False
        with contextlib.suppress(BlockingIOError):  # full of pokes: it will wake
            os.write(pipe, b".")
    except OSError:
        return False
    finally:
        os.close(pipe)
    return True


class Ear:
    """The daemon's end of the pipe; a context manager. Raises `OSError` where it cannot be made. A
    state in memory has none."""

    def __init__(self, database: Database) -> None:
        path = path_of(database)
        self._pipe = self._keeper = -1
        if path is None:
            return
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISFIFO(path.lstat().st_mode):
                path.unlink()
        with contextlib.suppress(FileExistsError):
            path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            os.mkfifo(path, 0o600)
            disk.give(path, path.parent)
        self._pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        # A pipe without any writer is always ready to be read: its end.
        self._keeper = os.open(path, os.O_WRONLY | os.O_NONBLOCK)

    def __enter__(self) -> Ear:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def bell(self) -> int:
        """Whatever is written to this descriptor, which never blocks, is a poke; -1: nothing is."""
        return self._keeper

    def listen(self, timeout: float | None = None) -> bool:
        """Wait up to `timeout` seconds (None: for ever); True when somebody poked. Raises `OSError`
        or `ValueError` once it is closed."""
        if self._pipe < 0:
            raise OSError("nobody can poke this state, or not any more")
        if not select.select([self._pipe], [], [], timeout)[0]:
            return False
        with contextlib.suppress(BlockingIOError):
            os.read(self._pipe, 4096)
        return True

    def close(self) -> None:
        for pipe in (self._pipe, self._keeper):
            if pipe >= 0:
                os.close(pipe)
        self._pipe = self._keeper = -1
