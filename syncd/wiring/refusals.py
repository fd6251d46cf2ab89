"""That a secret was refused is remembered in the state: no process shows it again within the hour.

Nothing depends on it: where the state cannot be read or written, each process knows its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from syncd.retry import PAUSE
from syncd.store import signins
from syncd.store.database import Database
from syncd.store.errors import StoreError

_HOUR: Final = timedelta(seconds=PAUSE)


class Standing(NamedTuple):
    """What is said of a secret that was refused, and for how many more seconds it holds."""

    words: str
    left: float


@dataclass(frozen=True, slots=True)
class Refusals:
    """Those of the secret `name` of one account. `place` says as whom it signs in, and where: a
    password may be good for somebody else. `now` is the clock that commands go by."""

    database: Database
    account: str
    name: str
    place: str
    now: Callable[[], datetime]

    def of(self, secret: str) -> Standing | None:
        """Whether it is not to be shown, and why."""
        with suppress(StoreError):
            found = signins.standing(self.database, self.name, self._shown(secret))
            if found is None:
                return None
            left = found.at + _HOUR - self.now()
            if timedelta() < left <= _HOUR:  # else the clock was ahead when it was noted
                return Standing(self._words(found), left.total_seconds())
            signins.drop(self.database, self.name)
        return None

    def note(self, secret: str, words: str) -> None:
        """A server refused it just now."""
        with suppress(StoreError):
            signins.note(self.database, self.name, self._shown(secret), words, self.now())

    def drop(self) -> None:
        """The owner wants it tried again."""
        with suppress(StoreError):
            signins.drop(self.database, self.name)

    def _shown(self, secret: str) -> str:
        return f"{self.place}\0{secret}"

    def _words(self, found: signins.Refusal) -> str:
        return (
            f"{found.words}; it was refused at {found.at:%H:%M} UTC and is not tried again before "
            f"{found.at + _HOUR:%H:%M}, unless it changes or you say `syncd retry {self.account}`"
        )
