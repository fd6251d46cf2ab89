"""How often one mailbox may be asked: four requests at once, and none while Microsoft says so.

learn.microsoft.com/graph/throttling-limits (Outlook service limits): 4 at once and 10,000 in ten
minutes, for each application and mailbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Final

from connectors.errors import Paused, Unavailable

AT_ONCE: Final = 4
_PATIENCE: Final = 120.0  # seconds that others may take


class Gate:
    """See above; all sides of an account go through one. The clock goes in seconds, and never
    back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._places = BoundedSemaphore(AT_ONCE)
        self._turn = Lock()
        self._shut_until: dict[str, float] = {}

    @contextmanager
    def through(self, service: str, count: int = 1) -> Iterator[None]:
        """So many places among the four. Raises `Paused` while it is shut for a service."""
        self._check(service)
        taken = 0
        try:
            with self._turn:  # of two who want several, none waits for what the other has
                while taken < count:
                    if not self._places.acquire(timeout=_PATIENCE):
                        raise Unavailable(
                            "Microsoft does not answer what was asked before: it is asked again"
                        )
                    taken += 1
            self._check(service)
            yield
        finally:
            for _ in range(taken):
                self._places.release()

    def shut(self, service: str, seconds: float) -> None:
        """A service of Microsoft's wants to be left alone for so long."""
        until = self._clock() + seconds
        self._shut_until[service] = max(self._shut_until.get(service, until), until)

    def _check(self, service: str) -> None:
        if (left := self._shut_until.get(service, 0.0) - self._clock()) > 0:
            raise Paused(
                f"{service} gives so much at a time, and the rest in {max(1, round(left))} seconds",
                left,
            )
