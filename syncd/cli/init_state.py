"""What `syncd init` has to mend in a state that an earlier configuration left."""

from __future__ import annotations

from syncd import wiring
from syncd.store import switches


def preview_again(assembly: wiring.Assembly) -> bool:
    """Take an earlier `enable` back, so that a new configuration in preview is one; whether there
    was any. No state is made for it."""
    if assembly.settings.mode != "preview":
        return False
    database = wiring.open_state(assembly, look=True)
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
