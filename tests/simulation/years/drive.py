"""How syncd is driven: by whole passes, and by the engine's small acts in any order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import datetime

from simulation.years.process import Process
from simulation.years.stage import LISTS

from connectors.contract import Source
from connectors.records import Facet
from syncd.engine.engine import Engine
from syncd.retry import Retries

Act = Callable[[], bool]  # whether nothing stood in the way


class Driver:
    """Drives one process; which way, and in which order, is up to chance."""

    def __init__(self, rng: random.Random, process: Process) -> None:
        self.rng, self.process = rng, process
        self.restarts()

    def restarts(self) -> None:
        """The process is another one now."""
        self._engine: Engine | None = None
        self._last: datetime | None = None
        self._configured: object = None
        self._told: dict[tuple[str, Facet], tuple[int, int]] = {}  # how far each place was read

    def drive(self, now: datetime) -> bool:
        """Everything that is to be done at `now`; whether nothing stood in the way."""
        if self._engine is None and self.rng.random() < 0.3:
            return not self.process.once(now).failed
        done = self._acts(now)
        if self.rng.random() < 0.2:
            self.restarts()  # it was stopped in peace
        return done

    def _acts(self, now: datetime) -> bool:
        engine, rng = self._started(now), self.rng
        order = [
            self._reading(engine, account.name, source, now)
            for account in engine.shop.accounts
            for source in account.readable
            if self._news(account.name, source.facet)
        ]
        order += [self._hand(engine, one, now) for one in LISTS if self._news(one, Facet.TASKS)]
        order += rng.choices(
            [
                self._waking(engine, now),
                lambda: engine.texts(now) >= 0,
                *(self._delivery(engine, name, now) for name in LISTS),
            ],
            k=rng.randrange(3),
        )
        rng.shuffle(order)
        fine = _all(order)
        if engine.wants_texts():
            engine.texts(now)
        for name in LISTS:
            if engine.wants_hand(name):
                fine &= self._hand(engine, name, now)()
        engine.wake(now)
        return _all(self._delivery(engine, one, now) for one in rng.sample(LISTS, 2)) and fine

    def _started(self, now: datetime) -> Engine:
        settings = self.process.settings
        configured = (settings.rules, settings.ignore, settings.version)
        engine = self._engine
        if engine is None:
            engine = self._engine = Engine(self.process.shop, retries=Retries(self.rng))
            engine.start(now)
        elif configured != self._configured or (self._last is not None and now < self._last):
            engine.shop = self.process.shop
            self._told.clear()
            engine.start(now)
        self._configured, self._last = configured, now
        return engine

    def _news(self, account: str, facet: Facet) -> bool:
        """Whether a watcher would ask there now; sometimes it does without any news."""
        return self._told.get((account, facet)) != self._at(account, facet) or (
            self.rng.random() < 0.1
        )

    def _at(self, account: str, facet: Facet) -> tuple[int, int]:
        world = self.process.stage.worlds[account]
        return world.epoch, world.touched.get(facet, 0)

    def _reading(self, engine: Engine, account: str, source: Source, now: datetime) -> Act:
        def read() -> bool:
            at, fine = self._at(account, source.facet), not engine.read(account, source, now).error
            self._noted(account, source.facet, at, fine=fine)
            return fine

        return read

    def _hand(self, engine: Engine, account: str, now: datetime) -> Act:
        def hand() -> bool:
            at, fine = self._at(account, Facet.TASKS), not engine.hand(account, now).error
            self._noted(account, Facet.TASKS, at, fine=fine)
            return fine

        return hand

    def _noted(self, account: str, facet: Facet, at: tuple[int, int], *, fine: bool) -> None:
        self._told.pop((account, facet), None)
        if fine:
            self._told[account, facet] = at

    def _waking(self, engine: Engine, now: datetime) -> Act:
        def wake() -> bool:
            engine.wake(now)
            return True

        return wake

    def _delivery(self, engine: Engine, account: str, now: datetime) -> Act:
        return lambda: not engine.deliver(account, now).failed


def _all(acts: Iterable[Act]) -> bool:
    """Do all of them; whether nothing stood in the way of any."""
    fine = True
    for act in acts:
        fine &= act()
    return fine
