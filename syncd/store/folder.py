"""Where a state lies."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL

from syncd.store.errors import StoreWrong


def state_file(url: URL) -> Path | None:
    """The file of a state; None for one in memory, or on a server."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def is_in_memory(url: URL) -> bool:
    """Whether nothing of a state outlives the process."""
    return url.get_backend_name() == "sqlite" and state_file(url) is None


def state_folder() -> Path:
    """Where a state lies that nobody gave a place: what the service manager set aside
    ($STATE_DIRECTORY), else ~/.local/state/syncd.

    Raises `StoreWrong` for a user without either.
    """
    given = os.environ.get("STATE_DIRECTORY")
    if given:
        return Path(given)
    home = os.environ.get("XDG_STATE_HOME")
    try:
        # Not asked for before: a passing user of systemd has no home.
        return Path(home or Path.home() / ".local" / "state") / "syncd"
    except RuntimeError as error:
        raise StoreWrong("there is no home folder here: say where with `state:`") from error
