"""That a secret was refused is remembered in the state: no process shows it again within the hour.
One that was accepted before is shown once more after some minutes, before that is believed: servers
refuse good passwords too, when what they ask is down or they have too many connections.

Nothing depends on it: where the state cannot be read or written, each process knows its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from syncd.retry import PAUSE
from syncd.store import signins
from syncd.store.database import Database
from syncd.store.errors import StoreError

_HOUR: Final = timedelta(seconds=PAUSE)
_SOON: Final = timedelta(minutes=5)


class Standing(NamedTuple):
    """What is said of a secret that was refused, and for how many more seconds it holds.
    `doubted`: that it is wrong is not sure."""

    words: str
    left: float
    doubted: bool = False


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
            age = self.now() - found.at
            if not timedelta() <= age < _HOUR:  # or the clock was ahead when it was noted
                signins.lapse(self.database, self.name)
                return None
            left = (_SOON if found.doubted else _HOUR) - age
            if left > timedelta():
                return Standing(self._words(found), left.total_seconds(), found.doubted)
        return None

    def note(self, secret: str, words: str) -> Standing:
        """A server refused it just now; what is to be thought of it."""
        found = signins.Refusal(words, self.now())
        with suppress(StoreError):
            found = self._judged(secret, found)
            signins.note(self.database, self.name, self._shown(secret), found)
        left = (_SOON if found.doubted else _HOUR) - (self.now() - found.at)
        return Standing(self._words(found), left.total_seconds(), found.doubted)

    def accepted(self, secret: str) -> None:
        """A server let somebody in by it just now."""
        with suppress(StoreError):
            signins.accepted(self.database, self.name, self._shown(secret), self.now())

    def _judged(self, secret: str, found: signins.Refusal) -> signins.Refusal:
        shown = self._shown(secret)
        if not signins.was_accepted(self.database, self.name, shown, found.at):
            return found
        before = signins.standing(self.database, self.name, shown)
        if before is None or not timedelta() <= found.at - before.at < _HOUR:
            return replace(found, doubted=True)
        if before.doubted and found.at - before.at < _SOON:
            return before  # another one came to the same moments ago
        return found

    def drop(self) -> None:
        """The owner wants it tried again."""
        with suppress(StoreError):
            signins.drop(self.database, self.name)

    def _shown(self, secret: str) -> str:
        return f"{self.place}\0{secret}"

    def _words(self, found: signins.Refusal) -> str:
        if found.doubted:
            return (
                f"its server refused a sign-in at {found.at:%H:%M} UTC that it accepted before; it "
                f"is tried once more after {found.at + _SOON:%H:%M}"
            )
        return (
            f"{found.words}; it was refused at {found.at:%H:%M} UTC and is not tried again before "
            f"{found.at + _HOUR:%H:%M}, unless it changes or you say `syncd retry {self.account}`"
        )
