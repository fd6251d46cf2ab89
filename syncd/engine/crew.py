"""Everybody who watches and delivers for one configuration: hired together, dismissed together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from threading import Lock

from connectors.contract import TaskList, TextSource
from connectors.errors import ConnectorError
from syncd import log
from syncd.engine.deliverer import Deliverer
from syncd.engine.seat import Seat
from syncd.engine.watcher import HandWatcher, Watcher
from syncd.engine.worker import Desk, Worker
from syncd.pipeline.workshop import Workshop
from syncd.store.ailments import WATCHING, Ailment


class Crew:
    """The threads of one workshop. `locks` are the lists' by account: those who were dismissed may
    still be at one."""

    def __init__(self, desk: Desk, shop: Workshop, locks: dict[str, Lock]) -> None:
        self._desk = desk
        self.seats: list[Seat] = []
        for account in shop.accounts:
            for source in account.readable:
                self._hire(partial(Watcher, desk, account.name, source, account.poll))
            if account.tasks is not None:
                alone = locks.setdefault(account.name, Lock())
                self._attend(account.name, account.tasks, account.poll, alone)
            if account.book is not None or account.drafts is not None:
                from syncd.engine.clerk import Clerk  # few have one

                self._hire(partial(Clerk, desk, account.name))
        self._sit()

    def _attend(
        self, account: str, tasks: TaskList, poll: float, alone: AbstractContextManager[object]
    ) -> None:
        """Hire those who write to a list and who read it."""
        desk = self._desk
        writes = self._hire(lambda: Deliverer(desk, account, alone, tasks))
        self._hire(lambda: HandWatcher(desk, account, tasks, poll, alone, writes.ring))

    def _hire(self, make: Callable[[], Worker]) -> Seat:
        seat = Seat(make)
        self.seats.append(seat)
        return seat

    def _sit(self) -> None:
        """Who is there now, by what they do."""
        self._all = [seat.worker for seat in self.seats]
        self._watchers = [one for one in self._all if isinstance(one, Watcher)]
        # Who can fetch texts.
        self._readers = [one for one in self._watchers if isinstance(one.source, TextSource)]
        self._hands = [one for one in self._all if isinstance(one, HandWatcher)]
        self._deliverers = [one for one in self._all if one.writes]

    def start(self) -> None:
        for seat in self.seats:
            seat.start()

    # --- looked after ---

    def tend(self) -> None:
        """Whoever has died is replaced, after a while."""
        changed = [seat.tend() for seat in self.seats]
        if any(changed):
            self._sit()

    def ailments(self) -> Iterator[Ailment]:
        """Who fails, and who does not hear of everything at once."""
        for one in self._all:
            ailment = one.ailment
            if ailment is not None:
                yield ailment
        for watcher in self._watchers:
            if watcher.hindrance:
                yield Ailment(WATCHING, watcher.hindered_since, watcher.hindrance)

    def hindered(self) -> dict[str, int]:
        """How many sources of each account are polled because their changes are not all heard."""
        found: dict[str, int] = {}
        for one in self._watchers:
            if one.hindrance:
                found[one.account] = found.get(one.account, 0) + 1
        return found

    # --- rung ---

    def ask(self, account: str | None = None) -> None:
        """Ask every source once more, or those of one account, and try again what could not be
        written."""
        if account is None:
            for worker in self._all:
                worker.faults.hasten(self._desk.steady())
        _tell(one.ask for one in self._watchers if account in (None, one.account))
        self.ring_deliverers()

    def ring_readers(self) -> None:
        """Other texts are wanted."""
        _tell(one.ring for one in self._readers)

    def ring_hands(self) -> None:
        """Every source was asked: a list may have to be read once more."""
        _tell(one.ring for one in self._hands)

    def ring_deliverers(self) -> None:
        """Something may wait to be written."""
        _tell(one.ring for one in self._deliverers)

    def ring_clerks(self) -> None:
        """A card or a draft may be due."""
        _tell(one.ring for one in self._deliverers if not isinstance(one, Deliverer))

    def dismiss(self) -> None:
        """Have nothing more of them, at once; who hangs in the network ends when that does."""
        _tell(one.dismiss for one in self._all)

    def wait(self, seconds: float) -> None:
        """Give those who write to a list a moment to hear its answer."""
        for one in self._deliverers:
            if one.is_alive():
                one.over.wait(seconds / len(self._deliverers))


def _tell(acts: Iterable[Callable[[], None]]) -> None:
    """A source that cannot be woken looks up by itself; asking it says what is wrong."""
    for act in acts:
        try:
            act()
        except (ConnectorError, OSError):
            continue
        except Exception as error:  # noqa: BLE001  # one account's fault is nobody else's
            log.event("worker.failed", worker="wake", error=error)
