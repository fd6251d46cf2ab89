"""Trouble that stops everything: a disk that takes nothing, and a clock that is wrong.

While there is any, nothing is decided, written or closed, and `status` shows it. A full disk cannot
be noted in the database, so it is noted in the file beside it, which needs no room for it; with
PostgreSQL that lies on another disk.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from syncd import log
from syncd.store import disk, facts, lock
from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreUnwritable
from syncd.store.times import from_int, to_int

DISK: Final = "disk"
CLOCK: Final = "clock"
_FACT: Final = "trouble:clock"
_TRIED: Final = "room"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`words` say what to do. `since` is None for what no run has met yet."""

    kind: str  # disk | clock
    since: datetime | None
    words: str


def standing(connection: Connection, owner: str) -> list[Trouble]:
    """What stops everything now. Reads only, and works on a full disk."""
    found = [one for one in (_of_disk(connection, owner),) if one is not None]
    value = facts.get(connection, owner, _FACT)
    if value is not None:
        noted = json.loads(value)
        found.append(Trouble(CLOCK, from_int(noted["since"]), noted["words"]))
    return found


def _of_disk(connection: Connection, owner: str) -> Trouble | None:
    url = connection.engine.url
    path = lock.path_of(url)
    wrong = None if path is None else disk.now(Path(str(url.database)))
    beside = lock.read(url, owner)
    noted = beside.trouble.split() if beside is not None else []
    since = from_int(int(noted[1])) if len(noted) == 2 and noted[0] == DISK else None
    if wrong is None and since is not None:
        # There is room again, or it is over quota, which nobody is told before trying.
        where = str(url.database) if path is not None else url.render_as_string(hide_password=True)
        wrong = disk.full(where)
    return None if wrong is None else Trouble(DISK, since, str(wrong))


@contextlib.contextmanager
def watched(database: Database, now: datetime) -> Iterator[None]:
    """Note a disk that takes nothing, and that it takes something again. Under the lock."""
    try:
        yield
    except StoreUnwritable:
        note_disk(database, now)
        raise
    clear_disk(database)


def note_disk(database: Database, now: datetime) -> bool:
    """The disk takes nothing since `now`; whether that is news. Under the lock."""
    url = database.engine.url
    beside, path = lock.read(url, database.owner), lock.path_of(url)
    if beside is None or beside.trouble:
        return False
    if path is not None and disk.forbidden(Path(str(url.database))) is not None:
        return False  # that shows by itself, and ends without anybody who notes it
    log.event("disk.failed")
    _note(database, f"{DISK} {to_int(now)}")
    return True


def clear_disk(database: Database) -> bool:
    """The disk takes what is written; whether that is news. Under the lock."""
    beside = lock.read(database.engine.url, database.owner)
    if beside is None or not beside.trouble:
        return False
    log.event("disk.recovered")
    _note(database, "")
    return True


def _note(database: Database, text: str) -> None:
    # A file system that is read-only takes not even this; `standing` sees that by itself.
    with contextlib.suppress(StoreError):
        path = lock.file_of(database.engine.url, database.owner)
        if path is not None:
            lock.note(path, trouble=text)


def room(database: Database) -> bool:
    """Whether the state can be written again: tries a small transaction."""
    try:
        with database.begin() as connection:
            facts.put(connection, database.owner, _TRIED, "x" * 2048)
        with database.begin() as connection:
            facts.drop(connection, database.owner, _TRIED)
    except StoreUnwritable:
        return False
    return True


def note_clock(database: Database, words: str, now: datetime) -> bool:
    """What is wrong with the clock, or "" for nothing; whether that is news."""
    owner = database.owner
    with database.read() as connection:
        value = facts.get(connection, owner, _FACT)
    if (value is None) == (not words):
        return False
    log.event("clock.failed" if words else "clock.recovered")
    with database.begin() as connection:
        if words:
            noted = {"since": to_int(now), "words": words}
            facts.put(connection, owner, _FACT, json.dumps(noted))
        else:
            facts.drop(connection, owner, _FACT)
    return True
