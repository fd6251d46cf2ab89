"""What `syncd doctor` looks at in the state: file, disk, content, key, and who holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from syncd.pipeline import clock
from syncd.pipeline.workshop import Workshop
from syncd.store import ailments, backup, disk, lock, refused, tombstones, trouble
from syncd.store.database import HEAD, Database
from syncd.store.errors import StoreError
from syncd.store.restore import kept_copies
from syncd.views.doctor import Finding, invariants, ok, warning, wrong

_SAFE: Final = (3, 51, 3)
_PLENTY: Final = 100 << 20
_MB: Final = 1_000_000
_BACKUP: Final = "restore a backup (`syncd restore FILE`)"


def library() -> Finding:
    """SQLite 3.7.0-3.51.2 can corrupt a log that two connections write at once."""
    from pysqlite3 import dbapi2

    version = dbapi2.sqlite_version
    if dbapi2.sqlite_version_info < _SAFE:
        return wrong(
            "sqlite", f"SQLite {version} can damage the state", "pip install -U pysqlite3", code=78
        )
    return ok("sqlite", f"SQLite {version}")


def file(state: Path) -> Iterator[Finding]:
    """The file and its disk, without opening it."""
    if not state.exists():
        yield warning("state", f"{state} is not there yet", "run `syncd once`")
        if not state.parent.exists():
            return
    else:
        status = state.stat()
        yield ok("state", f"{state}, {status.st_size / _MB:,.1f} MB")
        yield from _rights(state)
    yield _disk(state)
    copies = kept_copies(state)
    if copies:
        yield warning(
            "copies",
            f"{len(copies)} replaced by a restore lie beside the state, with all that was in them",
            f"delete what you need no more: {copies[0].name}",
        )


def _rights(state: Path) -> Iterator[Finding]:
    beside = [
        state.with_name(state.name + end)
        for end in ("", "-wal", ".lock", ".key", ".forgotten", ".signin")
    ]
    open_ = [one for one in beside if one.exists() and one.stat().st_mode & 0o077]
    mine = state.stat().st_uid in (os.geteuid(), 0) or os.geteuid() == 0
    if open_:
        yield wrong(
            "permissions",
            f"others may read {', '.join(one.name for one in open_)}",
            f"chmod 600 {' '.join(map(str, open_))}",
        )
    elif state.parent.stat().st_mode & 0o002 and not state.parent.stat().st_mode & 0o1000:
        yield wrong(
            "permissions", f"others may replace files in {state.parent}",
            f"chmod o-w {state.parent}",
        )  # fmt: skip
    elif not mine:
        yield warning(
            "permissions",
            f"{state} belongs to another user, whose syncd cannot share it with yours",
            "run syncd as that user",
        )
    else:
        yield ok("permissions", "the state is for its owner alone")


def _disk(state: Path) -> Finding:
    now = disk.now(state)
    if now is not None:
        return wrong("disk", str(now))
    left = disk.free(state)
    if left is None:
        return ok("disk", "how much is free cannot be told here")
    size = state.stat().st_size if state.exists() else 0
    # Overwriting what was forgotten, and a restore, write the file anew beside itself.
    if left < max(_PLENTY, 2 * size):
        return warning("disk", f"{left / _MB:,.0f} MB free", "make room before it is full")
    return ok("disk", f"{left / _MB:,.0f} MB free")


def integrity(state: Path, owners: frozenset[str], *, full: bool) -> Iterator[Finding]:
    """Whose state it is, its schema, its pages; ends with what is wrong."""
    try:
        with backup.explained("the state", state), closing(backup.connect(state)) as connection:
            schema, _ = backup.identity(connection, state, owners)
            if schema == HEAD:
                yield ok("schema", f"{schema}, the newest")
            else:
                yield ok("schema", f"{schema}; the next command brings it to {HEAD}")
            pragma = "integrity_check" if full else "quick_check"
            words = [row[0] for row in connection.execute(f"PRAGMA {pragma}(5)")]
            if words != ["ok"]:
                yield wrong("integrity", f"damaged: {words[0]}", _BACKUP, code=78)
                return
            if full and connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                yield wrong("integrity", "rows point at rows that are gone", _BACKUP, code=78)
                return
            yield ok("integrity", f"{pragma} finds nothing wrong")
    except StoreError as error:
        do = _BACKUP if "damaged" in str(error) else ""
        yield wrong("integrity", str(error), do, code=error.exit_code)


def content(shop: Workshop, *, full: bool) -> Iterator[Finding]:
    """What an open state says of itself."""
    database = shop.database
    if not database.engine.url.database:  # it was to be looked at, and not to be made
        yield warning("state", "it is not there yet", "run `syncd once`")
    with database.read() as connection:
        if database.engine.dialect.name != "sqlite":
            yield _served(lock.who(connection, database.owner))
        for one in trouble.standing(connection, database.owner):
            yield wrong(one.kind, one.words)
        if refused.standing(connection, database.owner) is not None:
            yield wrong(
                "daemon", "it uses the configuration of before: the new one was refused",
                "`syncd check`, then tell it to read it again (SIGHUP)",
            )  # fmt: skip
        for ailment in ailments.standing(connection, database.owner):
            if ailment.kind == ailments.METRICS:
                continue  # said where the port itself is looked at
            what, do = f"daemon/{ailment.kind}", "see `syncd status`, and the log"
            if ailment.kind in ailments.MILD:
                yield warning(what, ailment.words, do)
            else:
                yield wrong(what, ailment.words, do)
        if full:
            yield from invariants(connection, database.owner)
    yield _forgotten(database, shop)


def _forgotten(database: Database, shop: Workshop) -> Finding:
    """Opening the workshop has proven the key, where one is needed."""
    if not shop.ignore.forgotten:
        return ok("forgotten", "nobody is kept out")
    where = "a credential" if tombstones.given_key() else str(tombstones.key_path(database))
    return ok("forgotten", f"the key that keeps the forgotten out is right ({where})")


def holder(url: URL) -> Finding:
    """Whether a daemon, or a `once`, is at work on a file."""
    path = lock.path_of(url)
    pid = lock.holder(path) if path is not None else None
    return ok("daemon", f"running, process {pid}" if pid else "not running")


def _served(who: str | None) -> Finding:
    """The same on a server; it may run on another machine."""
    if who is None:
        return ok("daemon", "not running")
    _, pid, machine = (*who.split(), "", "", "")[:3]
    where = "" if machine in ("", os.uname().nodename) else f" on {machine}"
    return ok("daemon", f"running, process {pid or 'unknown'}{where}")


def time(shop: Workshop, now: datetime, *, real: bool) -> Finding:
    """Whether the clock agrees with the servers."""
    if not real:
        return ok("clock", "not judged: you named the moment")
    found = clock.off(shop, now)
    if found is not None:
        return wrong("clock", found.words)
    return ok("clock", f"{now:%Y-%m-%d %H:%M} UTC, and nothing speaks against it")
