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
    by = lock.who(connection, owner)
    noted = {"at": to_int(now), "mistakes": mistakes, "by": by}
    facts.put(connection, owner, _FACT, json.dumps(noted))


def clear(connection: Connection, owner: str) -> None:
    """The configuration in use is the one on the disk."""
    if facts.get(connection, owner, _FACT) is not None:
        facts.drop(connection, owner, _FACT)


def standing(connection: Connection, owner: str) -> dict[str, Any] | None:
    """`{at, mistakes}` while a running daemon uses an older configuration."""
    value = facts.get(connection, owner, _FACT)
    noted: dict[str, Any] = {} if value is None else json.loads(value)
    if not noted.get("by") or noted["by"] != lock.who(connection, owner):
        return None  # nobody uses an older one: whoever starts next reads what there is
    return {"at": from_int(noted["at"]), "mistakes": noted["mistakes"]}
