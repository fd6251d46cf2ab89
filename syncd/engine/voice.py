"""What a daemon says of itself: to the service manager, and to whoever counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from syncd import log
from syncd.engine.line import line_of
from syncd.engine.loop import Loop
from syncd.engine.mailbox import Mailbox
from syncd.notify import Notifier
from syncd.store.ailments import CONFIGURATION, METRICS, WORKER, Ailment
from syncd.store.errors import StoreError
from syncd.telemetry import Pulse

if TYPE_CHECKING:
    from syncd.telemetry import Telemetry


@dataclass(slots=True)
class Voice:
    """`count` opens the telemetry, once the state is held; given the one that there is, it returns
    what follows the configuration in use. `refused`: the configuration on the disk is wrong, and an
    older one in use."""

    notifier: Notifier = field(default_factory=Notifier)
    pulse: Pulse = field(default_factory=Pulse)
    count: Callable[[Telemetry | None], Telemetry | None] = lambda _: None
    refused: bool = False
    _telemetry: Telemetry | None = None
    _left_behind: str = ""  # what of `metrics:` is not in use
    _line: str = "checking the state"
    _about: object = None
    _silent_since: datetime | None = None

    def open(self, mailbox: Mailbox) -> None:
        """The state is held: that is all a manager waits for."""
        self.pulse.queue = mailbox.__len__
        self.follow()
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
        about = (loop.changes, loop.blocked, loop.next, self.refused, self.pulse.ailing)
        if about == self._about or not self.notifier.address:
            return
        try:
            line = loop.blocked or line_of(loop.engine.shop, loop.next, now)
        except StoreError:
            return  # whoever writes meets the same trouble, and sees to it
        self._about = about
        if self.refused:
            line = f"configuration refused, the old one stays in use (`syncd check`); {line}"
        if any(one.kind == WORKER for one in self.pulse.ailing):
            line = f"{line}; a part of it fails (`syncd status`)"
        if problem := self._problem():
            line = f"{line}; {problem}"
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

    def follow(self) -> None:
        """This configuration is in use now. Without metrics all work is done, so whatever is in
        their way is an ailment."""
        self._left_behind = ""
        try:
            self._telemetry = self.count(self._telemetry)
        except Exception as error:  # noqa: BLE001  # figures are no reason to stop
            log.event("metrics.left_behind", error=error)
            kind = type(error).__name__
            self._left_behind = (
                f"`metrics:` is not in use as it stands there ({kind}): `syncd doctor` looks at it"
            )

    def refusal(self) -> Iterator[Ailment]:
        """The configuration on the disk is not the one in use."""
        if self.refused:
            yield Ailment(CONFIGURATION, None, "the old configuration is in use: `syncd check`")

    def ailments(self, now: datetime) -> Iterator[Ailment]:
        """What is not told where it is wanted."""
        words = self._problem()
        if not words:
            self._silent_since = None
            return
        self._silent_since = self._silent_since or now
        yield Ailment(METRICS, self._silent_since, words)

    def _problem(self) -> str:
        if self._left_behind or self._telemetry is None:
            return self._left_behind
        return self._telemetry.problem

    def leave(self) -> None:
        self.notifier.stopping()

    def close(self) -> None:
        if self._telemetry is not None:
            self._telemetry.close()
