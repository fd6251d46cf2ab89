"""After an erasure: nothing of it is left in the bytes of the database either.

Deleting a row leaves its bytes in the file, and the log holds pages as they were before. So the
file is written anew from the rows there are, and the log is emptied:

    copy     the rows into a file of its own (`VACUUM INTO`), while others go on writing
    back     its pages over those of the state, as one transaction; if somebody has written
             meanwhile, all over
    log      truncated, as soon as nobody looks at an old view

The steps are small: after each of them whoever waits is told, and may leave. What is left undone is
done by the next run. It takes no more memory for a large state (VACUUM would take all of its size),
but room on the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, text

from syncd.store import backup, disk, facts, tables
from syncd.store.database import Database, translated
from syncd.store.folder import state_file

DUE: Final = "shred"
_WRITTEN: Final = "shred:written"  # the file is written anew, the log is left
_PAGES: Final = 256  # copied back in one step: 1 MB
_BUSY: Final = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
_PATIENCE: Final = 1_000  # milliseconds, for those who look at an old view
_TIMES: Final = 3  # that somebody may write in between


class _Changed(Exception):
    """Somebody wrote, or writes, so that the copy is not what is stored."""


def due(database: Database) -> bool:
    """Whether an erasure was committed whose bytes may still be there."""
    with database.read() as connection:
        return facts.get(connection, database.owner, DUE) == "yes"


def lacks(database: Database) -> int:
    """The bytes that are missing on the disk for it; 0 where there is room."""
    path = file_of(database)
    left = None if path is None else disk.free(path)
    if path is None or left is None:
        return 0
    return max(0, 2 * path.stat().st_size + disk.ROOM - left)


def shred(
    database: Database,
    step: Callable[[], None] = backup.nothing,
    turn: AbstractContextManager[object] | None = None,
) -> bool:
    """Write the file anew if that is due; False where another process or the lack of room keeps it
    from being done, and the next run has to try again. `step` is called now and then, and may raise
    what ends it there; `turn` keeps other threads from writing."""
    if not due(database):
        return True
    if database.engine.dialect.name != "sqlite":
        _on_server(database, step)
    elif (path := file_of(database)) is not None:
        with database.read() as connection:
            written = facts.get(connection, database.owner, _WRITTEN) == "yes"
        if not written:
            with turn or nullcontext():
                written = _write_anew(database, path, step)
            if not written:
                return False
            with database.begin() as connection:
                facts.put(connection, database.owner, _WRITTEN, "yes")
        if not _empty_log(database, path):
            return False
    with database.begin() as connection:
        facts.put(connection, database.owner, DUE, "no")
    return True


def order(connection: Connection, owner: str) -> None:
    """Note, in the transaction that erases, that this is to be done."""
    facts.put(connection, owner, DUE, "yes")
    facts.drop(connection, owner, _WRITTEN)


def file_of(database: Database) -> Path | None:
    """The state's file; None for a state that is in none of ours."""
    return state_file(database.engine.url)


def _write_anew(database: Database, path: Path, step: Callable[[], None]) -> bool:
    if lacks(database):
        return False
    database.engine.dispose()  # no other connection of ours may hold an old view
    with translated(database.engine), backup.partial(path) as copy:
        for _ in range(_TIMES):
            try:
                _copy_and_back(path, copy, step)
            except _Changed:
                with copy.open("r+b") as file:
                    file.truncate()  # VACUUM INTO wants it empty
                continue
            return True
    return False


def _copy_and_back(path: Path, copy: Path, step: Callable[[], None]) -> None:
    with closing(backup.connect(path)) as state, closing(backup.connect(path)) as watching:
        before = _version(watching)
        backup.copy_into(state, copy, step)
        with closing(backup.connect(copy, "ro")) as source:
            pages = int(source.execute("PRAGMA page_count").fetchone()[0])
            locked = False

            def progress(status: int, _left: int, _total: int) -> None:
                nonlocal locked
                # The first step has taken the writer's lock: from now on nobody else writes.
                if status in _BUSY or (not locked and _version(watching) != before):
                    raise _Changed
                locked = True
                step()

            # Two steps at least: behind the last one all is committed already.
            source.backup(state, pages=max(1, min(_PAGES, pages // 2)), progress=progress, sleep=0)


def _version(connection: Any) -> int:
    """Another number after each commit of anybody else."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _empty_log(database: Database, path: Path) -> bool:
    with translated(database.engine), closing(backup.connect(path)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def _on_server(database: Database, step: Callable[[], None]) -> None:
    """Old row versions go; what of them is in the server's files until they are overwritten, and in
    its log, is the server's to keep. It looks at the pages that have changed since it was done last
    (the visibility map), so neighbours cost nothing: 1 ms beside a million rows of theirs."""
    with translated(database.engine), database.engine.connect() as connection:
        vacuum = connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in tables.metadata.sorted_tables:
            vacuum.execute(text(f'VACUUM "{table.name}"'))
            step()
