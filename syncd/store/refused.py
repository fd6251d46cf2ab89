"""A configuration that was to be read anew and is wrong: the one from before stays in use."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from syncd.store import facts, lock
from syncd.store.times import from_int, to_int

_FACT = "config:refused"


def note(connection: Connection, owner: str, mistakes: list[str], now: datetime) -> None:
    """Note what is wrong with it, for `status`."""
    facts.put(connection, owner, _FACT, json.dumps({"at": to_int(now), "mistakes": mistakes}))


def clear(connection: Connection, owner: str) -> None:
    """The configuration in use is the one on the disk."""
    if facts.get(connection, owner, _FACT) is not None:
        facts.drop(connection, owner, _FACT)


def standing(connection: Connection, owner: str) -> dict[str, Any] | None:
    """`{at, mistakes}` while a running daemon uses an older configuration."""
    value = facts.get(connection, owner, _FACT)
    path = lock.path_of(connection.engine.url)
    if value is None or (path is not None and lock.holder(path) is None):
        return None  # nobody uses an older one: whoever starts next reads what there is
    found: dict[str, Any] = json.loads(value)
    return found | {"at": from_int(found["at"])}
