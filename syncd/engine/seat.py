"""The place of one thread in a crew: who sits there now, and who comes when that one has died."""

from __future__ import annotations

from collections.abc import Callable

from syncd import log
from syncd.engine.worker import Worker


class Seat:
    """`make` hires somebody for it. Nobody ends but by `Leaving`, so whoever does is a fault of
    ours: it is told, and another one takes over after a while, later each time."""

    def __init__(self, make: Callable[[], Worker]) -> None:
        self._make = make
        self._gone = False  # who sits here has died, which was told
        self.worker = make()

    def start(self) -> None:
        self.worker.start()

    def ring(self) -> None:
        """Something may have changed for whoever sits there."""
        self.worker.ring()

    def tend(self) -> bool:
        """Look after it; whether another one sits here from now on."""
        worker, steady = self.worker, self.worker.desk.steady()
        if worker.is_alive():
            worker.faults.look(steady)
            return False
        if worker.dismissed or worker.ident is None:
            return False
        if not self._gone:
            self._gone = True
            self._fault(worker.ended_by or "unknown")
        return not worker.faults.left(steady) and self._replace()

    def left(self) -> float | None:
        """In how many seconds somebody has to take over; None: nobody has to."""
        return self.worker.faults.left(self.worker.desk.steady()) if self._gone else None

    def _replace(self) -> bool:
        successor = self._make()
        successor.faults = self.worker.faults
        try:
            successor.start()
        except RuntimeError as error:  # no thread can be had now
            self._fault(type(error).__name__)
            return False
        self.worker, self._gone = successor, False
        return True

    def _fault(self, kind: str) -> None:
        worker = self.worker
        worker.faults.met(kind, worker.desk.clock(), worker.desk.steady())
        log.event("worker.died", worker=type(worker).__name__, kind=kind, tries=worker.faults.tries)
