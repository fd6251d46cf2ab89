"""What `syncd init` does to the state: it mends what an earlier configuration left, and remembers
what a server refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from syncd import wiring
from syncd.cli.init_login import Signed
from syncd.config import ConfigErrors
from syncd.store import switches
from syncd.store.errors import StoreError


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


def remember(assembly: wiring.Assembly, servers: Sequence[Signed], moment: datetime) -> None:
    """What servers refused at `moment` is shown by no command within the hour. Where the state
    cannot be had, the next command says why."""
    refused = {one.draft.name: one.refused for one in servers if one.refused is not None}
    if not refused:
        return
    with suppress(StoreError, ConfigErrors):
        database = wiring.open_state(assembly)
        try:
            for entry in assembly.settings.accounts:
                if (typed := refused.get(entry.name)) is None:
                    continue
                key = wiring.key_of(entry, assembly.base, database, lambda: moment)
                if key is not None:
                    key.refused(typed.secret, typed.refusal)
        finally:
            database.close()
