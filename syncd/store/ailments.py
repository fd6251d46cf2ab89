"""What ails the daemon that runs on a state, noted for whoever asks beside it.

What stops everything is in `trouble`, how accounts fare in `health`, a configuration that is wrong
in `refused`. Here is the rest: threads that fail, changes that are noticed late, metrics that are
not served. An engine that hangs can note nothing, and may hold the database: that is noted by
another thread, in the lock file.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from syncd.store import facts, lock
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.times import from_int, maybe_int, maybe_moment, to_int

ENGINE, WORKER, WATCHING, METRICS = "engine", "worker", "watching", "metrics"
CONFIGURATION: Final = "configuration"
MILD: Final = frozenset((WATCHING, METRICS))
"""Kinds with which all work is done."""

_FACT: Final = "ailments"
_LATE: Final = "ailments:late"
_HANGS: Final = (
    "the engine makes no progress: the log says what it did last; restart syncd if it does not "
    "come back"
)


@dataclass(frozen=True, slots=True)
class Ailment:
    """`words` are a sentence for the owner, with what to do; they may name accounts and paths."""

    kind: str
    since: datetime | None
    words: str


def note(connection: Connection, owner: str, found: Sequence[Ailment]) -> None:
    """All of it, in place of what was noted before."""
    if found:
        rows = [{"kind": a.kind, "since": maybe_int(a.since), "words": a.words} for a in found]
        facts.put(connection, owner, _FACT, json.dumps(rows))
    else:
        facts.drop(connection, owner, _FACT)


def noted(connection: Connection, owner: str) -> list[Ailment]:
    """What was noted last, by whatever daemon."""
    rows = json.loads(facts.get(connection, owner, _FACT) or "[]")
    return [Ailment(row["kind"], maybe_moment(row["since"]), row["words"]) for row in rows]


def standing(connection: Connection, owner: str) -> list[Ailment]:
    """What ails the daemon that runs; nothing where none does."""
    url = connection.engine.url
    path = lock.path_of(url)
    if path is not None and lock.holder(path) is None:
        return []
    beside = lock.read(url)
    late = facts.get(connection, owner, _LATE) if path is None else None
    since = int(late) if late is not None else None if beside is None else beside.late
    hangs = [] if since is None else [Ailment(ENGINE, from_int(since), _HANGS)]
    return hangs + noted(connection, owner)


def note_late(database: Database, since: datetime | None) -> None:
    """Since when the engine makes no progress; None: it does. Under the lock, by any thread."""
    path = lock.path_of(database.engine.url)
    with contextlib.suppress(OSError, StoreError):
        if path is not None:
            lock.note(path, late=0 if since is None else to_int(since))
            return
        with database.begin() as connection:
            if since is None:
                facts.drop(connection, database.owner, _LATE)
            else:
                facts.put(connection, database.owner, _LATE, str(to_int(since)))
