"""The one place that tries again: when, by the kind of trouble. Nothing here sleeps.

    Unavailable     after its `wait` seconds exactly, where it names them (Retry-After), else later
                    each time: exponential with jitter, up to a quarter of an hour
    SignInNeeded,   after an hour: only the owner can help, and a configuration that is read again
    Refused         begins anew
    anything else   a fault of ours or of theirs: as if it were unavailable
    what fails      an item, or one person's evidence, while the rest goes well: some times within
    by itself       hours, then not before the owner asks for it

stamina decides and counts. It would sleep by itself; whoever waits here has to be woken by news and
by a signal, so its waits are taken from it and handed to the caller as a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from connectors.errors import Refused, SignInNeeded, Unavailable
from syncd.store.health import Place

if TYPE_CHECKING:
    from stamina import Attempt

TRIES: Final = 5  # until what fails by itself is set aside
_SPACES: Final = (60.0, 600.0, 3600.0, 6 * 3600.0)  # seconds between them
FIRST: Final = 2.0  # seconds
MOST: Final = 900.0
PAUSE: Final = 3600.0  # before trying again what only the owner can mend
_UNCOUNTED: Final = 60.0
_JITTER: Final = 0.25  # of the wait, so that accounts of one provider do not come all at once
_LONGEST: Final = 7 * 86_400.0  # no Retry-After is believed beyond that


class Backoff:
    """Until when one place is left alone. `chance` makes the jitter; seeded, always the same."""

    def __init__(self, chance: Random | None = None) -> None:
        self._chance = chance or Random()  # noqa: S311  # spreads load, keeps no secret
        self._tries: Iterator[Attempt] | None = None
        self._attempt: Attempt | None = None
        self.until: datetime | None = None
        self.tries = 0  # that failed, in a row

    def open(self, now: datetime) -> bool:
        """Whether it may be tried at `now`."""
        return self.until is None or now >= self.until

    def ok(self) -> None:
        """It went well: the next failure is the first one."""
        self._tries = self._attempt = self.until = None
        self.tries = 0

    def failed(self, error: Exception, now: datetime) -> datetime:
        """It failed with `error`; returns (and keeps) the moment of the next try."""
        self.tries += 1
        wait = self._wait(error)
        self.until = now + timedelta(seconds=wait)
        return self.until

    def put_off(self, until: datetime | None) -> None:
        """Leave it alone until then: what was known before a restart."""
        self.until = until

    def _wait(self, error: Exception) -> float:
        if self._tries is None:
            try:
                self._tries = _tries()
            except OSError:
                return _UNCOUNTED  # too many files are open to load what counts
            self._attempt = next(self._tries)
        attempt = self._attempt
        assert attempt is not None
        planned = attempt.next_wait
        try:
            with attempt:
                raise error
            self._attempt = next(self._tries)
        except (SignInNeeded, Refused):  # stamina was told not to go on
            self._tries = self._attempt = None
            return PAUSE
        asked = asked_for(error)
        if asked is not None:
            return asked
        return min(MOST, planned * (1 + _JITTER * self._chance.random()))


def asked_for(error: Exception) -> float | None:
    """The seconds that the other side asked us to wait (Retry-After), where it did."""
    if not isinstance(error, Unavailable) or not error.asked:
        return None
    return min(max(error.wait, 0.0), _LONGEST)


def _tries() -> Iterator[Attempt]:
    """stamina's attempts, without end; the waits between them are empty."""
    import stamina
    from stamina.instrumentation import set_on_retry_hooks

    # They would log and count each retry, with the error's text: an outage is one line.
    set_on_retry_hooks(())
    tries = stamina.retry_context(
        on=_again,
        attempts=None,
        timeout=None,
        wait_initial=FIRST,
        wait_max=MOST,
        wait_jitter=0,
    )
    return iter(tries)


def _again(error: Exception) -> bool | float:
    """Whether stamina shall go on, and after how many seconds: our caller waits."""
    return False if isinstance(error, SignInNeeded | Refused) else 0.0


def next_trial(tries: int, now: datetime) -> datetime | None:
    """When something that failed by itself is tried again after so many tries; None: no more."""
    return now + timedelta(seconds=_SPACES[tries - 1]) if tries < TRIES else None


@dataclass(slots=True)
class Retries:
    """The `Backoff` of every place."""

    chance: Random | None = None
    _by_place: dict[Place, Backoff] = field(default_factory=dict)

    def of(self, place: Place) -> Backoff:
        found = self._by_place.get(place)
        if found is None:
            found = self._by_place[place] = Backoff(self.chance)
        return found

    def open(self, place: Place, now: datetime) -> bool:
        """Whether the place may be tried at `now`."""
        return place not in self._by_place or self._by_place[place].open(now)

    def until(self, place: Place) -> datetime | None:
        """When a place that failed is tried again."""
        return self._by_place[place].until if place in self._by_place else None

    def ok(self, place: Place) -> None:
        self._by_place.pop(place, None)

    def failed(self, place: Place, error: Exception, now: datetime) -> datetime:
        return self.of(place).failed(error, now)

    def forget(self, account: str | None = None) -> None:
        """The configuration was read again: everything may be tried at once; or of one account,
        which has something new to sign in with."""
        for place in list(self._by_place):
            if account in (None, place.account):
                self._by_place.pop(place, None)
