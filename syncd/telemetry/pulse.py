"""The engine's pulse: that it goes on, what it does and how long that takes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from syncd.store.ailments import Ailment

STEPS: Final = ("start", "read", "hand", "wake", "deliver", "texts", "reload", "other")
"""What an engine does; anything else counts as `other`."""


def _empty() -> int:
    return 0


class Pulse:
    """Beaten by the loop of the engine, felt by others, from any thread.

    `grace` is how long, in seconds, the engine may go without a beat while it is at work, and
    beyond the time that it meant to sleep. `queue` answers how much waits for it.
    """

    def __init__(self, grace: float = 120.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.grace = grace
        self.queue: Callable[[], int] = _empty
        self.stepped: Callable[[str, float, bool], None] | None = None
        """Told of every step: its kind, its seconds, and whether it failed."""
        self.ailing: tuple[Ailment, ...] = ()
        """What ails the daemon besides; replaced as a whole."""
        self._clock = clock
        self._due = clock() + grace  # a float that is replaced as a whole needs no lock

    def beat(self) -> None:
        """It goes on: to be called between the parts of a long step."""
        self._due = self._clock() + self.grace

    def rest(self, seconds: float | None) -> None:
        """It has nothing to do for so long; None: until somebody calls it."""
        self._due = math.inf if seconds is None else self._clock() + seconds + self.grace

    @contextmanager
    def step(self, kind: str) -> Iterator[None]:
        """One act of the engine."""
        self.beat()
        begun = self._clock()
        failed = True
        try:
            yield
            failed = False
        finally:
            self.beat()
            if self.stepped is not None:
                known = kind if kind in STEPS else "other"
                self.stepped(known, max(0.0, self._clock() - begun), failed)

    def left(self) -> float:
        """For how many seconds from now it cannot be late, whatever happens."""
        return self._due - self._clock()

    def late(self) -> float | None:
        """For how many seconds it should have gone on; None: all is well."""
        late = self._clock() - self._due
        return late if late > 0 else None
