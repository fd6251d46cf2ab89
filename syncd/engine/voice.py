"""What a daemon says of itself: to the service manager, and to whoever counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from syncd.engine.line import line_of
from syncd.engine.loop import Loop
from syncd.engine.mailbox import Mailbox
from syncd.notify import Notifier
from syncd.telemetry import Pulse, Telemetry


@dataclass(slots=True)
class Voice:
    """`count` opens the telemetry, once the state is held. `refused`: the configuration on the disk
    is wrong, and an older one in use."""

    notifier: Notifier = field(default_factory=Notifier)
    pulse: Pulse = field(default_factory=Pulse)
    count: Callable[[], Telemetry | None] = lambda: None
    refused: bool = False
    _telemetry: Telemetry | None = None
    _line: str = "checking the state"
    _about: object = None

    def open(self, mailbox: Mailbox) -> None:
        """The state is held: that is all a manager waits for."""
        self.pulse.queue = mailbox.__len__
        self._telemetry = self.count()
        self.notifier.status(self._line)
        self.notifier.ready()

    def alive(self) -> None:
        """Something was done. Said by whoever did it, never by a timer."""
        self.pulse.beat()
        self.notifier.watchdog()

    def patience(self, most: float) -> float:
        """For how many seconds nothing need be said."""
        wanted = [most, self.notifier.watchdog_interval or most]
        if self._telemetry is not None and self._telemetry.patience is not None:
            wanted.append(self._telemetry.patience)
        return min(wanted)

    def tell(self, loop: Loop, now: datetime) -> None:
        """What a person wants to know, where it is another thing than before."""
        if self._telemetry is not None:
            self._telemetry.tick()
        about = (loop.changes, loop.blocked, loop.next, self.refused)
        if about == self._about or not self.notifier.address:
            return
        self._about = about
        line = loop.blocked or line_of(loop.engine.shop, loop.next, now)
        if self.refused:
            line = f"configuration refused, the old one stays in use (`syncd check`); {line}"
        if self._telemetry is not None and self._telemetry.problem:
            line = f"{line}; {self._telemetry.problem}"
        if line != self._line:
            self._line = line
            self.notifier.status(line)

    @contextmanager
    def reloading(self) -> Iterator[Voice]:
        """The configuration is read anew."""
        self.notifier.reloading()
        try:
            yield self
        finally:
            self.notifier.ready()

    def accounts(self, names: list[str]) -> None:
        """These are configured from now on."""
        if self._telemetry is not None:
            self._telemetry.accounts = names

    def leave(self) -> None:
        self.notifier.stopping()

    def close(self) -> None:
        if self._telemetry is not None:
            self._telemetry.close()
