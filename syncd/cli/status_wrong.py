"""What `status` can still tell where the configuration on the disk is wrong: how the daemon fares
that runs with an older one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from syncd.assembly import glimpse
from syncd.cli.call import Call, default_config
from syncd.config import ConfigErrors
from syncd.store import ailments, health, lock, refused, trouble
from syncd.store.errors import StoreError
from syncd.views.health import health_of


def lines_beside(call: Call, lines_of: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    """Who runs, and what `lines_of` says of it; nothing where nobody does, or where the state
    cannot be found by what the file says."""
    with suppress(StoreError, ConfigErrors):
        database = glimpse(call.config or default_config())
        if database is None:
            return []
        try:
            beside = lock.path_of(database.engine.url)
            pid = None if beside is None else lock.holder(beside)
            if pid is None:
                return []
            with database.read() as connection:
                owner = database.owner
                names = {row.place.account for row in health.load(connection, owner)}
                told = {
                    "trouble": list(map(_plain, trouble.standing(connection, owner))),
                    "ailments": list(map(_plain, ailments.standing(connection, owner))),
                    "health": health_of(connection, owner, names),
                }
                wrong = refused.standing(connection, owner)
        finally:
            database.close()
        since = "" if wrong is None else f" of before {wrong['at']:%Y-%m-%d %H:%M} UTC"
        return [
            f"A syncd runs (process {pid}) and goes on with the configuration{since} that it has:",
            *lines_of(told),
        ]
    return []


def _plain(one: Any) -> dict[str, Any]:
    return {"kind": one.kind, "since": one.since, "words": one.words}
