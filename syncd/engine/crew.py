"""Everybody who watches and delivers for one configuration: hired together, dismissed together."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from threading import Lock

from connectors.contract import TextSource
from connectors.errors import ConnectorError
from syncd.engine.deliverer import Deliverer
from syncd.engine.watcher import HandWatcher, Watcher
from syncd.engine.worker import Desk, Worker
from syncd.pipeline.workshop import Workshop


class Crew:
    """The threads of one workshop. `locks` are the lists' by account: those who were dismissed may
    still be at one."""

    def __init__(self, desk: Desk, shop: Workshop, locks: dict[str, Lock]) -> None:
        self._watchers: list[Watcher] = []
        self._readers: list[Watcher] = []  # who can fetch texts
        self._hands: list[HandWatcher] = []
        self._deliverers: list[Deliverer] = []
        for account in shop.accounts:
            for source in account.readable:
                watcher = Watcher(desk, account.name, source, account.poll)
                self._watchers.append(watcher)
                if isinstance(source, TextSource):
                    self._readers.append(watcher)
            if account.tasks is not None:
                alone = locks.setdefault(account.name, Lock())
                deliverer = Deliverer(desk, account.name, alone)
                hand = HandWatcher(
                    desk, account.name, account.tasks, account.poll, alone, deliverer.ring
                )
                self._deliverers.append(deliverer)
                self._hands.append(hand)
                self._watchers.append(hand)

    @property
    def _all(self) -> list[Worker]:
        return [*self._watchers, *self._deliverers]

    def start(self) -> None:
        for one in self._all:
            one.start()

    def ask(self) -> None:
        """Ask every source once more, and try again what could not be written."""
        for one in self._watchers:
            with suppress(ConnectorError, OSError):
                one.ask()
        self.ring_deliverers()

    def ring_readers(self) -> None:
        """Other texts are wanted."""
        self._ring(self._readers)

    def ring_hands(self) -> None:
        """Every source was asked: a list may have to be read once more."""
        self._ring(self._hands)

    def ring_deliverers(self) -> None:
        """Something may wait to be written."""
        self._ring(self._deliverers)

    def _ring(self, workers: Iterable[Worker]) -> None:
        for one in workers:
            # A source that cannot be woken looks up by itself; asking it says what is wrong.
            with suppress(ConnectorError, OSError):
                one.ring()

    def dismiss(self) -> None:
        """Have nothing more of them, at once; who hangs in the network ends when that does."""
        for one in self._all:
            with suppress(ConnectorError, OSError):
                one.dismiss()

    def wait(self, seconds: float) -> None:
        """Give those who write to a list a moment to hear its answer."""
        for one in self._deliverers:
            one.join(seconds / max(1, len(self._deliverers)))
