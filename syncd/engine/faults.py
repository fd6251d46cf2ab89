"""What a thread of the daemon came upon that nobody foresaw, and when it may go on."""

from __future__ import annotations

from datetime import datetime
from threading import Lock
from typing import Final

from syncd.retry import Backoff

PROVEN: Final = 60.0
"""Seconds at work without another fault, after which it is taken for well."""


class _Unforeseen(Exception):
    """Stands for whatever it was."""


class Faults:
    """Of one thread, and of whoever takes its place: `kind` is the last one's, "" while it is well;
    `since` when they began, `tries` how many in a row. Seconds are by the steady clock."""

    def __init__(self) -> None:
        self.kind = ""
        self.since: datetime | None = None
        self._backoff = Backoff()
        self._resume = 0.0
        self._alone = Lock()  # one thread has them, another looks after it

    @property
    def tries(self) -> int:
        return self._backoff.tries

    def met(self, kind: str, now: datetime, steady: float) -> None:
        """One more; it is left alone a while longer each time."""
        with self._alone:
            until = self._backoff.failed(_Unforeseen(), now)
            self._resume = steady + (until - now).total_seconds()
            self.kind = kind
            self.since = self.since or now

    def left(self, steady: float) -> float:
        """For how many seconds it is left alone yet."""
        return max(0.0, self._resume - steady)

    def hasten(self, steady: float) -> None:
        """It may go on at once; it is not well for that."""
        with self._alone:
            self._resume = min(self._resume, steady)

    def look(self, steady: float) -> None:
        """It is at work: well again, if that lasts."""
        if self.kind and steady >= self._resume + PROVEN:
            self.well()

    def well(self) -> None:
        """It did all that it had to do."""
        if self.kind:
            with self._alone:
                self.kind, self.since = "", None
                self._backoff.ok()
