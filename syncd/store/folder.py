"""Where a state lies that nobody gave a place."""

from __future__ import annotations

import os
from pathlib import Path

from syncd.store.errors import StoreWrong


def state_folder() -> Path:
    """What the service manager set aside ($STATE_DIRECTORY), else ~/.local/state/syncd.

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
