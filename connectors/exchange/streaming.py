"""Waiting for mail: a subscription to the folders that are read, and a connection of its own on
which the server tells of them (learn.microsoft.com/exchange/client-developer/exchange-web-services/
notification-subscriptions-mailbox-events-and-ews-in-exchange).

A stream is read in a thread of its own, because whoever waits has to be woken by more than that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Condition
from typing import Final, NamedTuple

from connectors.errors import ConnectorError, Refused
from connectors.exchange.errors import NotThere
from connectors.exchange.session import Exchange
from connectors.exchange.stream import Puller

_ANYWAY: Final = 25 * 60.0  # seconds after which a look is taken whatever was said
_AGAIN: Final = 3_600.0  # seconds after which a server that tells nothing is asked again
_SHORT: Final = 60.0  # a stream that ends this soon is not made again at once
_TRIES: Final = 3


class Heard(NamedTuple):
    """What was heard since the last look: the ids of the folders that news came from, and whether
    that is all there is: everything was listened to since all of them were looked at."""

    folders: frozenset[str]
    all: bool


class Listener:
    """See above. `folders` gives the ids of those to listen to; `poll`: seconds after which a look
    is taken where the server tells nothing. `clock` is in seconds; only `wake` may be called from
    other threads."""

    def __init__(
        self,
        exchange: Exchange,
        folders: Callable[[], Sequence[str]],
        poll: float,
        clock: Callable[[], float],
    ) -> None:
        self.hindrance = ""
        self._exchange = exchange
        self._folders = folders
        self._poll = poll
        self._clock = clock
        self._changed = Condition()
        self._puller: Puller | None = None
        self._rung: set[str] = set()  # the folders that news came from, until they are looked at
        self._missed = False  # something may have happened that nobody said
        self._woken = False
        self._covered = False  # all was looked at since the stream began, and nothing missed
        self._covering = False  # as soon as the look that is taken is over
        self._looked_at = clock()
        self._opened_at = clock()
        self._failed = 0
        self._again_at = 0.0

    def take(self) -> Heard:
        """What was heard; a look is taken now, at all folders unless that is all. Until it is
        `looked`, whatever may have happened is looked for everywhere."""
        now = self._clock()
        with self._changed:
            self._covering = self._puller is not None and self._puller.trouble is None
            covered = self._covering and self._covered and not self._missed
            covered &= now < self._looked_at + _ANYWAY
            rung, self._rung = self._rung, set()
            self._missed = self._covered = False
            if not covered:
                self._looked_at = now
            return Heard(frozenset(rung), covered)

    def looked(self) -> None:
        """The look that was taken is over, and nothing was left out of it."""
        with self._changed:
            self._covered = self._covering and not self._missed

    def wait(self, timeout: float, *, always: bool = False) -> bool:
        """See `connectors.contract.Waiting`. `always`: the end of `timeout` means a look."""
        end = self._clock() + timeout
        if not self._woken:
            self._attend()
        late = self._looked_at + (self._poll if self.hindrance else _ANYWAY)
        with self._changed:
            self._changed.wait_for(self._is_over, max(0.0, min(end, late) - self._clock()))
            woken, self._woken = self._woken, False
            news = bool(self._rung) or self._missed
        if news:
            return True
        if self._puller is not None and self._puller.trouble is not None:
            self._attend()
            return True  # who knows what it would have said
        if woken:
            return False
        now = self._clock()
        return now >= late or (now >= end and (always or bool(self.hindrance)))

    def wake(self) -> None:
        """See `connectors.contract.Waiting`."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Stop listening."""
        if self._puller is not None:
            self._puller.stop()
            self._puller = None
        self._covered = self._covering = False

    def _is_over(self) -> bool:
        gone = self._puller is not None and self._puller.trouble is not None
        return self._woken or self._missed or gone or bool(self._rung)

    def _attend(self) -> None:
        """See to it that everything is said from now on. Raises the errors of the contract."""
        puller = self._puller
        if puller is not None and puller.trouble is not None:
            self._puller = None
            self._covered = self._covering = False
            self._ended(puller.trouble)
        if self.hindrance and self._clock() < self._again_at:
            return
        folders = tuple(sorted(self._folders()))
        if self._puller is not None and self._puller.folders != folders:
            self.close()  # others are read now
        if self._puller is None and folders:
            self._listen(folders)

    def _listen(self, folders: tuple[str, ...]) -> None:
        self._opened_at = self._clock()
        puller = Puller(self._exchange.another(), folders, self._tell, self._told_off)
        try:
            puller.subscribe()
        except ConnectorError as error:
            self._ended(error)
            return
        self.hindrance = ""
        with self._changed:
            self._missed = True
        self._puller = puller
        puller.start()

    def _ended(self, trouble: ConnectorError) -> None:
        """A stream has ended in trouble. Raises it where it may pass."""
        lasted = self._clock() - self._opened_at
        if lasted >= _SHORT:
            self._failed = 0
            return
        self._failed += 1
        if isinstance(trouble, NotThere) and self._failed < _TRIES:
            with self._changed:
                self._missed = True  # a folder has gone: a look finds out which are left
            return
        if isinstance(trouble, Refused) or self._failed >= _TRIES:
            self._failed = 0
            self.hindrance = (
                f"{self._exchange.host} does not tell of new mail by itself ({trouble}): it is "
                "asked from time to time, as often as `poll:` says"
            )
            self._again_at = self._clock() + _AGAIN
            return
        raise trouble

    def _tell(self, folders: Sequence[str], *, missed: bool) -> None:
        """From the puller's thread: there is news of these, or it cannot be known of which."""
        with self._changed:
            self._rung.update(folders)
            self._missed |= missed
            self._changed.notify_all()

    def _told_off(self) -> None:
        with self._changed:
            self._changed.notify_all()
