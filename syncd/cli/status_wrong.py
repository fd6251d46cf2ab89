"""What `status` can still tell where the configuration on the disk is wrong: how the daemon fares
that runs with an older one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from syncd.assembly import glimpse
from syncd.cli.call import Call, default_config
from syncd.config import ConfigErrors
from syncd.store import ailments, health, lock, refused, trouble
from syncd.store.errors import StoreError
from syncd.views.health import health_of


def beside(call: Call) -> dict[str, Any] | None:
    """Who runs, and how it fares; None where nobody does, or where the state cannot be found by
    what the file says."""
    with suppress(StoreError, ConfigErrors):
        database = glimpse(call.config or default_config())
        if database is None:
            return None
        try:
            path = lock.path_of(database.engine.url)
            pid = None if path is None else lock.holder(path)
            if pid is None:
                return None
            with database.read() as connection:
                owner = database.owner
                names = {row.place.account for row in health.load(connection, owner)}
                return {
                    "process": pid,
                    "configuration_refused": refused.standing(connection, owner),
                    "trouble": list(map(_plain, trouble.standing(connection, owner))),
                    "ailments": list(map(_plain, ailments.standing(connection, owner))),
                    "health": health_of(connection, owner, names),
                }
        finally:
            database.close()
    return None


def who_runs(told: dict[str, Any]) -> str:
    """Who runs, in a line."""
    wrong = told["configuration_refused"]
    since = "" if wrong is None else f" of before {wrong['at']:%Y-%m-%d %H:%M} UTC"
    return (
        f"A syncd runs (process {told['process']}) and goes on with the configuration{since} that "
        "it has:"
    )


def _plain(one: Any) -> dict[str, Any]:
    return {"kind": one.kind, "since": one.since, "words": one.words}
