"""The connections of a source end with the last thread that uses it, and not before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread, get_ident
from typing import Any, cast

import pytest

from syncd.engine.deliverer import Deliverer
from syncd.engine.holds import Holds
from syncd.engine.mailbox import Leaving
from syncd.engine.seat import Seat
from syncd.engine.watcher import Watcher
from syncd.engine.worker import Desk, Worker

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PATIENCE = 30.0


class Line:
    """Has a connection while it is used."""

    facet, scope = "tasks", "line"

    def __init__(self) -> None:
        self.closed_by: list[int] = []

    def close(self) -> None:
        self.closed_by.append(get_ident())


class Stubborn(Line):
    def close(self) -> None:
        super().close()
        raise OSError("it was closed already")


class Engine:
    """Whoever works with it does as it is told, once."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def read(self, *_: Any) -> None:
        self._act()

    def next_delivery(self, *_: Any) -> None:
        self._act()


def desk(act: Callable[[], None], holds: Holds | None = None) -> Desk:
    return Desk(cast("Any", Engine(act)), lambda: NOON, holds=holds or Holds())


def ended(worker: Worker) -> None:
    worker.join(PATIENCE)
    assert not worker.is_alive()


def leave() -> None:
    raise Leaving


@pytest.mark.parametrize("make", [Line, Stubborn])
def test_the_thread_that_reads_hangs_up(make: Callable[[], Line]) -> None:
    """As its last act, whatever comes of that."""
    source = make()
    worker = Watcher(desk(leave), "home", cast("Any", source), 60.0)
    worker.start()
    ended(worker)
    assert source.closed_by == [worker.ident]


def test_who_reads_a_list_and_who_writes_to_it() -> None:
    """The one that leaves first takes nothing away from the other."""
    source, holds = Line(), Holds()
    begun, go = Event(), Event()

    def wait() -> None:
        begun.set()
        assert go.wait(PATIENCE)
        raise Leaving

    reads = Watcher(desk(leave, holds), "home", cast("Any", source), 60.0)
    writes = Deliverer(desk(wait, holds), "home", tasks=cast("Any", source))
    writes.start()
    assert begun.wait(PATIENCE)
    reads.start()
    ended(reads)
    assert source.closed_by == []
    go.set()
    ended(writes)
    assert source.closed_by == [writes.ident]


def test_one_that_dies_hangs_up_before_another_takes_its_seat() -> None:
    """What it held would be nobody's."""
    source, holds = Line(), Holds()

    class Mortal(Watcher):
        def _guarded(self) -> None:
            raise MemoryError

    seat = Seat(lambda: Mortal(desk(leave, holds), "home", cast("Any", source), 60.0))
    seat.start()
    first = seat.worker
    ended(first)
    assert (first.ended_by, source.closed_by) == ("MemoryError", [first.ident])


def test_who_comes_while_another_hangs_up_waits_for_it() -> None:
    """Nobody is given a connection that is about to be closed, and nobody's is closed behind them:
    the next one to leave closes what they have opened."""
    holds, hanging_up, go, arrived = Holds(), Event(), Event(), Event()
    done: list[str] = []

    class Slow(Line):
        def close(self) -> None:
            super().close()
            if not done:
                hanging_up.set()
                assert go.wait(PATIENCE)
            done.append("closed")

    source = Slow()

    def use(name: str) -> None:
        with holds.using(source):
            done.append(name)

    def come() -> None:
        arrived.set()
        use("second")

    def first() -> None:
        with holds.using(source):
            pass

    threads = [Thread(target=first), Thread(target=come)]
    threads[0].start()
    assert hanging_up.wait(PATIENCE)
    threads[1].start()
    assert arrived.wait(PATIENCE)
    go.set()
    for one in threads:
        one.join(PATIENCE)
        assert not one.is_alive()
    assert done == ["closed", "second", "closed"]
    assert len(source.closed_by) == 2
