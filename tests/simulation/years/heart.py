"""The daemon's own loop, beat by beat, on a machine whose clock is wrong for a while. Its threads
are not there: what they would do is done here, where the loop lets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from simulation.years.broken import must
from simulation.years.drive import Driver
from simulation.years.process import Process
from simulation.years.tasks import listed

from rules.verdict import State
from syncd.engine.engine import Engine
from syncd.engine.loop import Loop
from syncd.engine.mailbox import Mailbox
from syncd.engine.timekeeper import Timekeeper
from syncd.engine.worker import Desk
from syncd.store import ledger
from syncd.telemetry import Pulse


class Heart:
    """One daemon on a machine that says it is `wall`."""

    def __init__(self, engine: Engine, wall: datetime) -> None:
        self.wall, self.seconds = wall, 1000.0
        pulse = Pulse(clock=self._steady)
        self.loop = Loop(engine, Mailbox(), self._wall, pulse, lambda: None, steady=self._steady)
        desk = Desk(engine, self._wall, lambda: self.loop.blocked)
        self.keeper = Timekeeper(desk, self._told)
        self._heard = False
        self.loop.timekeeper = self.keeper
        self.loop.doubt_clock()
        self._looks()

    def is_set_to(self, wall: datetime, at_work: Callable[[datetime], object]) -> bool:
        """The clock says something else from now on. Everybody goes to work who may; whether
        somebody may."""
        self.wall = wall
        self._beats(at_work)
        self._looks()
        return self._beats(at_work)

    def close(self) -> None:
        self.loop.close()

    def _beats(self, at_work: Callable[[datetime], object]) -> bool:
        """Some beats; whether anybody was allowed to work."""
        for _ in range(3):
            self.loop.beat(0.0)
            self.loop.begin()
        if self.loop.blocked or self.loop.stale:
            return False
        at_work(self.wall)
        return True

    def _looks(self) -> None:
        """Whoever looks at the clock does so, and tells what it came to; one that was rung
        meanwhile looks once more."""
        self._heard = False
        while not self._heard:
            self.keeper.turn()

    def _told(self, words: str) -> None:
        self._heard = True
        self.loop.clock_is(words)
        self.keeper.ring()  # it need not sleep here

    def _wall(self) -> datetime:
        return self.wall

    def _steady(self) -> float:
        return self.seconds


def is_wrong(process: Process, driver: Driver, right: datetime, wrong: datetime) -> None:
    """8. A clock that is days off, for a moment, stops reading, deciding and writing, and closes
    nothing; be it the daemon's, where one runs, or that of a whole pass."""
    if driver.engine is None:
        before = _state(process)
        report = process.once(wrong, real=True)
        must(report.clock, f"8: nobody noticed that it is not {wrong}")
        must(_state(process) == before, "8: with a wrong clock something was done")
        return
    heart = Heart(driver.engine, right)
    try:
        must(heart.is_set_to(right, _nothing), f"8: nobody works, although it is {right}")
        before = _state(process)
        worked = heart.is_set_to(wrong, driver.drive)
        must(not worked, f"8: nobody noticed that it is not {wrong}")
        must(_state(process) == before, "8: with a wrong clock something was done")
        must(heart.is_set_to(right, _nothing), f"8: nobody works, although it is {right} again")
    finally:
        heart.close()


def _nothing(_: datetime) -> None:
    """The next drive is at this very moment."""


def _state(process: Process) -> object:
    """What is written, read and decided."""
    database = process.database
    with database.read() as connection:
        rows = ledger.in_state(connection, database.owner, tuple(State))
    return listed(process.stage), process.known(), rows
