"""What is wrong with a daemon, one plain sentence each: for whoever looks after the machine.

No sentence names a folder, an address or anybody: `syncd status` tells the owner more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from syncd.log import called
from syncd.store import health
from syncd.store.ailments import CONFIGURATION, WORKER
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.trouble import CLOCK, DISK
from syncd.telemetry.pulse import Pulse

_PLAIN: Final = {
    DISK: "the state's disk takes nothing, so nothing is decided or written: make room",
    CLOCK: "the clock of this machine is wrong, so nothing is decided or written: set it",
    CONFIGURATION: "the configuration is wrong, so the one from before is in use: `syncd check` "
    "says where",
    WORKER: "a thread of the daemon fails, and is started again and again: `syncd status` says "
    "which, the log says where",
}


def troubles(pulse: Pulse, database: Database, accounts: Collection[str]) -> Iterator[str]:
    """Asked by any thread. What ails it mildly is no trouble."""
    late = pulse.late()
    if late is not None:
        yield (
            f"the engine should have made progress {late:.0f} seconds ago: the log says what "
            "it did last; restart the service if it does not come back"
        )
    kinds = [one.kind for one in pulse.ailing]
    yield from (words for kind, words in _PLAIN.items() if kind in kinds)
    try:
        with database.read() as connection:
            rows = health.load(connection, database.owner)
    except StoreError:
        yield "the state cannot be read: `syncd doctor` says why"
        return
    down = {row.place.account for row in rows if row.state == health.DOWN}
    for account in accounts:
        if account in down:
            yield f"account {called(account)} is down: `syncd status` says why, and what to do"
