"""A daemon that is started on a full disk: it waits for room, and says so."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy import make_url

from syncd import log
from syncd.notify import Notifier
from syncd.store import disk, trouble
from syncd.store.database import Database
from syncd.store.errors import StoreUnwritable
from syncd.store.lock import exclusive, path_of

AGAIN: Final = 30.0  # seconds
_LEAVE: Final = frozenset((signal.SIGTERM, signal.SIGINT))
_TRY_NOW: Final = signal.SIGHUP
_WORDS: Final = "the disk takes nothing"

# Waits for so many seconds, or for a signal that ends it; returns whether to leave.
Wait = Callable[[float], bool]


def opened(
    open_: Callable[[], Database], url: str, notifier: Notifier, now: datetime, wait: Wait
) -> Database | None:
    """The state at `url`, once it can be written; None where we were told to leave before. Raises
    `StoreUnwritable` where it is not the disk that is in the way."""
    file = path_of(make_url(url))
    told = False
    while True:
        database, wrong = _tried(open_)
        if database is not None and wrong is None:
            _note(database, told=told)
            return database
        if wrong is None or file is None or disk.now(file) is None:
            if database is not None:
                database.close()
            assert wrong is not None
            raise wrong
        if not told:
            told = True
            _tell(database, now)
            notifier.status(_WORDS)
            notifier.ready()
        if database is not None:
            database.close()
        notifier.watchdog()
        if wait(min(AGAIN, notifier.watchdog_interval or AGAIN)):
            notifier.stopping()
            return None


def _tried(open_: Callable[[], Database]) -> tuple[Database | None, StoreUnwritable | None]:
    try:
        database = open_()
    except StoreUnwritable as error:
        return None, error
    if database.trouble is not None:
        return database, database.trouble
    # It may have been opened on the last bytes that there were.
    if _is_noted(database) and not trouble.room(database):
        return database, disk.full(str(database.engine.url.database))
    return database, None


def _is_noted(database: Database) -> bool:
    """Whether the last that was heard of the disk is that it takes nothing."""
    with database.read() as connection:
        standing = trouble.standing(connection, database.owner)
    return any(one.kind == trouble.DISK for one in standing)


def _tell(database: Database | None, now: datetime) -> None:
    if database is None:
        log.event("disk.failed")
        return
    with exclusive(database):
        trouble.note_disk(database, now)


def _note(database: Database, *, told: bool) -> None:
    """It can be written again: whoever noted that it could not need not have been this process."""
    with exclusive(database):
        cleared = trouble.clear_disk(database)
    if told and not cleared:
        log.event("disk.recovered")


@contextmanager
def waiting() -> Iterator[Wait]:
    """How the main thread waits before there is a daemon. From the first wait on no signal is lost:
    one that comes in between ends the next wait. SIGHUP: try now."""
    wanted = {*_LEAVE, _TRY_NOW}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())

    def wait(seconds: float) -> bool:
        signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
        found = signal.sigtimedwait(wanted, seconds)
        return found is not None and found.si_signo in _LEAVE

    try:
        yield wait
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
