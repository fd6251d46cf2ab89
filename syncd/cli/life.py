"""The daemon itself: loaded when the state is held, and whoever waits for that was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from syncd import daemon, log, wiring
from syncd.cli.call import Call
from syncd.config import ConfigErrors
from syncd.engine.voice import Voice
from syncd.notify import Notifier
from syncd.pipeline import Workshop
from syncd.store.database import Database
from syncd.store.lock import Hold
from syncd.telemetry import Pulse


def live(
    config: Configuration,
    notifier: Notifier,
    hold: Hold,
    *,
    real: bool,
) -> int:
    """Until a signal ends it; returns the exit code. `real`: its clock is the machine's own."""
    database, clock, pulse = config.database, config.clock, Pulse()
    voice = Voice(
        notifier,
        pulse,
        lambda before: wiring.open_telemetry(config.used, database, pulse, clock, before),
    )
    shop = wiring.open_workshop(config.used, database, now=clock)
    return daemon.Daemon(shop, clock, config.reread, voice, real=real).run(hold)


@dataclass(slots=True)
class Configuration:
    """The configuration in use, and how it becomes another one. The state stays `database`, and
    `clock` the one that the daemon goes by."""

    call: Call
    used: wiring.Assembly
    database: Database
    clock: Callable[[], datetime]

    def reread(self) -> Workshop:
        """Configuration and rules as they are now. Raises `daemon.Refused` and `StoreError`."""
        try:
            assembly = self.call.assembly()
            if wiring.state_url(assembly) != wiring.state_url(self.used):
                raise daemon.Refused(["`state:` is another one: start syncd anew to use it"])
            if self.database.owner not in assembly.settings.addresses:
                raise daemon.Refused(
                    ["the state belongs to another owner: start syncd anew with another `state:`"]
                )
            shop = wiring.open_workshop(assembly, self.database, now=self.clock)
        except ConfigErrors as error:
            raise daemon.Refused([str(mistake) for mistake in error.mistakes]) from None
        settings = assembly.settings.log
        log.listen("debug" if self.call.verbose else settings.level, settings.format)
        self.used = assembly
        return shop
