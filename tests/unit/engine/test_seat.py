"""Whoever dies in a seat is replaced, later each time, until somebody stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from syncd import log
from syncd.engine.checkup import Checkup
from syncd.engine.faults import PROVEN, Faults
from syncd.engine.seat import Seat
from syncd.engine.worker import Desk, Worker
from syncd.store.database import open_database

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PATIENCE = 30.0


class Mortal(Worker):
    """Dies as often as `Bench.deaths` says, then works until it is dismissed."""

    def __init__(self, bench: Bench) -> None:
        super().__init__("mortal", Desk(cast("Any", None), lambda: NOON, steady=bench.steady))
        self._bench = bench
        self.works = Event()

    def turn(self) -> None:
        self.works.set()
        self.sleep(None)

    def _guarded(self) -> None:
        if self._bench.deaths:
            self._bench.deaths -= 1
            raise MemoryError
        super()._guarded()

    def start(self) -> None:
        if self._bench.threads == 0:
            raise RuntimeError("can't start new thread")
        self._bench.threads -= 1
        super().start()


class Bench:
    def __init__(self) -> None:
        self.seconds = 100.0
        self.deaths = 0
        self.threads = 1_000
        self.told: list[tuple[str, str]] = []
        self.seat = Seat(lambda: Mortal(self))

    def steady(self) -> float:
        return self.seconds

    def hear(self, name: str, facts: Mapping[str, Any]) -> None:
        self.told.append((name, facts.get("kind", "")))

    def died(self) -> None:
        self.seat.worker.join(PATIENCE)
        assert not self.seat.worker.is_alive()


@pytest.fixture
def bench() -> Iterator[Bench]:
    found = Bench()
    log.hear(found.hear)
    yield found
    log.unhear(found.hear)
    found.seat.worker.dismiss()


def test_one_after_the_other(bench: Bench) -> None:
    """Each death is told with its kind; the pauses grow; whoever stays for a minute is well."""
    bench.deaths = 3
    bench.seat.start()
    pauses = []
    for _ in range(3):
        bench.died()
        before = bench.seat.worker
        assert not bench.seat.tend()
        left = bench.seat.left()
        assert left is not None
        pauses.append(left)
        assert not bench.seat.tend()
        bench.seconds += left
        assert bench.seat.tend()
        assert bench.seat.worker is not before
    assert pauses == sorted(pauses)
    assert pauses[2] > 2 * pauses[0] > 0
    assert bench.told == [("worker.died", "MemoryError")] * 3
    worker = bench.seat.worker
    assert cast("Mortal", worker).works.wait(PATIENCE)
    assert worker.ailment is not None
    assert "MemoryError" in worker.ailment.words
    bench.seconds += PROVEN / 2
    bench.seat.tend()
    assert worker.ailment is not None
    bench.seconds += PROVEN
    bench.seat.tend()
    assert worker.ailment is None
    assert bench.seat.left() is None


def test_who_looks_after_them_sleeps_until_the_next_look(bench: Bench) -> None:
    """Also when somebody's time has come: nobody is replaced before."""
    database = open_database("sqlite://", "ana@example.org")
    loop = SimpleNamespace(crew=None, troubles=tuple, database=database)
    voice = SimpleNamespace(pulse=SimpleNamespace(), refusal=tuple, ailments=lambda _: ())
    checkup = Checkup(cast("Any", loop), cast("Any", voice), lambda: NOON, [bench.seat])
    bench.deaths = 1
    bench.seat.start()
    bench.died()
    checkup.look()
    bench.seconds += bench.seat.left() or 0.0
    assert bench.seat.left() == 0
    assert 0 < checkup.patience(40.0) <= 1
    database.close()


def test_who_may_go_on_at_once_is_not_well_for_that() -> None:
    """Hastened, it has still to be at work for a while."""
    faults = Faults()
    faults.met("MemoryError", NOON, 100.0)
    assert faults.left(101.0) > 0
    faults.hasten(101.0)
    assert faults.left(101.0) == 0
    for seconds, kind in ((0.0, "MemoryError"), (PROVEN - 1, "MemoryError"), (PROVEN, "")):
        faults.look(101.0 + seconds)
        assert faults.kind == kind


def test_no_thread_can_be_had(bench: Bench) -> None:
    """It is told and tried again."""
    bench.deaths, bench.threads = 1, 1
    bench.seat.start()
    bench.died()
    bench.seat.tend()
    for _ in range(2):
        bench.seconds += bench.seat.left() or 0.0
        assert not bench.seat.tend()
    bench.threads = 1
    bench.seconds += bench.seat.left() or 0.0
    assert bench.seat.tend()
    assert cast("Mortal", bench.seat.worker).works.wait(PATIENCE)
    assert [kind for _, kind in bench.told] == ["MemoryError", "RuntimeError", "RuntimeError"]


def test_who_was_dismissed_is_not_missed(bench: Bench) -> None:
    """Neither is who has not begun."""
    assert not bench.seat.tend()
    bench.seat.start()
    assert cast("Mortal", bench.seat.worker).works.wait(PATIENCE)
    bench.seat.worker.dismiss()
    bench.died()
    assert not bench.seat.tend()
    assert bench.told == []
