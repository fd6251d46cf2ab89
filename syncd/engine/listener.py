"""A thread beside the one that writes: it hears pokes, and sees when that one hangs."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from syncd.engine.worker import Desk, Worker
from syncd.store.poke import Ear
from syncd.telemetry import Pulse

# Whoever pokes many times in a row is answered so often. One poke is answered at once.
_APART: Final = 0.05
_AGAIN: Final = 5.0  # while it hangs


class Listener(Worker):
    """`poked` and `late` are called in this thread: `late` with the moment since which the engine
    makes no progress, or None when it goes on."""

    def __init__(
        self,
        desk: Desk,
        ear: Ear,
        pulse: Pulse,
        poked: Callable[[], None],
        late: Callable[[datetime | None], None],
    ) -> None:
        super().__init__("ear", Desk(desk.engine, desk.clock))
        self._ear = ear
        self._pulse = pulse
        self._poked = poked
        self._late = late
        self._hangs = False

    def turn(self) -> None:
        if self._hears():
            self._poked()
            self.sleep_at_most(_APART)
        late = self._pulse.late()
        if (late is not None) != self._hangs:
            self._hangs = late is not None
            self._late(None if late is None else self.desk.clock() - timedelta(seconds=late))

    def _hears(self) -> bool:
        seconds = self._patience()
        try:
            return self._ear.listen(seconds)
        except (OSError, ValueError):
            # Nobody can poke this state, or not any more: we leave.
            self._bell_within(seconds)
            return False

    def _patience(self) -> float | None:
        """For how many seconds the engine cannot be late."""
        if self._hangs:
            return _AGAIN
        seconds = self._pulse.left()
        return None if seconds == math.inf else max(1.0, seconds)
