"""What ails the daemon that runs on a state, noted for whoever asks beside it.

What stops everything is in `trouble`, how accounts fare in `health`, a configuration that is wrong
in `refused`. Here is the rest: threads that fail, changes that are noticed late, metrics that are
not served. An engine that hangs can note nothing, and may hold the database: that is noted by
another thread, in the file beside the state. Each is told only while whoever noted it holds the
state.
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
        by = lock.who(connection, owner)
        facts.put(connection, owner, _FACT, json.dumps({"by": by, "found": rows}))
    else:
        facts.drop(connection, owner, _FACT)


def noted(connection: Connection, owner: str) -> list[Ailment]:
    """What whoever holds the state has noted."""
    value = facts.get(connection, owner, _FACT)
    if value is None:
        return []
    said = json.loads(value)
    # An older syncd noted a list, and not who it was.
    if isinstance(said, list) or said["by"] != lock.who(connection, owner):
        return []
    return [Ailment(row["kind"], maybe_moment(row["since"]), row["words"]) for row in said["found"]]


def standing(connection: Connection, owner: str) -> list[Ailment]:
    """What ails the daemon that runs; nothing where none does."""
    late = lock.late_since(connection, owner)
    hangs = [] if late is None else [Ailment(ENGINE, from_int(late), _HANGS)]
    return hangs + noted(connection, owner)


def note_late(database: Database, since: datetime | None) -> None:
    """Since when the engine makes no progress; None: it does. Under the lock, by any thread; not
    in the database, where the engine may hang in the middle of a transaction."""
    with contextlib.suppress(StoreError):
        path = lock.file_of(database.engine.url, database.owner)
        if path is not None:
            lock.note(path, late=0 if since is None else to_int(since))
