"""What `syncd init` has to mend in a state that an earlier configuration left."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from syncd import wiring
from syncd.store import switches


def preview_again(assembly: wiring.Assembly) -> bool:
    """Take an earlier `enable` back, so that a new configuration in preview is one; whether there
    was any. No state is made for it."""
    if assembly.settings.mode != "preview" or not _is_there(wiring.state_url(assembly)):
        return False
    database = wiring.open_state(assembly)
    try:
        with database.read() as connection:
            enabled = switches.enabled_at(connection, database.owner) is not None
        if enabled:
            # The next run sees the other mode, and judges anew what waits.
            with database.begin() as connection:
                switches.disable(connection, database.owner)
        return enabled
    finally:
        database.close()


def _is_there(url: str) -> bool:
    """Whether a state is there already; one that lies on a server may be."""
    try:
        parsed = make_url(url)
    except (ValueError, ArgumentError):
        return True  # opening it says what is wrong
    return parsed.get_backend_name() != "sqlite" or Path(str(parsed.database)).exists()
