"""How syncd is driven: by whole passes, and by the engine's small acts in any order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from simulation.years.broken import Broken, must
from simulation.years.process import Process
from simulation.years.stage import LISTS

from connectors.contract import Source
from connectors.records import Facet
from syncd.engine.engine import Engine
from syncd.pipeline.lull import QUIET
from syncd.pipeline.observe import Outcome
from syncd.retry import Retries

_AGAIN: Final = 50  # deliveries to one list in a row
_SOON: Final = timedelta(minutes=5)  # what is left open is tried again within the same drive
_PAUSE: Final = timedelta(seconds=61)  # after which a quota of a minute is free again
_VAIN: Final = 3  # times that a service puts off all that it is asked for
_BETWEEN: Final = timedelta(seconds=4)  # two deletions of a program that empties a list
Act = Callable[[], bool]  # whether nothing stood in the way


class Driver:
    """Drives one process; which way, and in which order, is up to chance. `now` goes on within a
    drive, as a daemon waits before it believes that a task was deleted."""

    def __init__(self, rng: random.Random, process: Process, start: datetime) -> None:
        self.rng, self.process, self.now = rng, process, start
        self.restarts()

    def restarts(self) -> None:
        """The process is another one now."""
        self.engine: Engine | None = None
        self._last: datetime | None = None
        self._configured: object = None
        self._told: dict[tuple[str, Facet], tuple[int, int]] = {}  # how far each place was read

    def drive(self, now: datetime) -> bool:
        """Everything that is to be done from `now` on; whether nothing stood in the way."""
        self.now, stage = now, self.process.stage
        if self.engine is None:
            stage.all_goes()
            if self.rng.random() < 0.3:
                return not self.process.once(now).failed
        done = self._acts()
        stage.all_goes()  # where the list could not be read
        if self.rng.random() < 0.2:
            self.restarts()  # it was stopped in peace
        return done

    def _acts(self) -> bool:
        engine, rng = self._started(), self.rng
        order = [
            self._reading(engine, account.name, source)
            for account in engine.shop.accounts
            for source in account.readable
            if self._news(account.name, source.facet)
        ]
        names = self.process.stage.at_first(*LISTS)
        lists = [one for one in names if self._news(one, Facet.TASKS)]
        emptied = {one for one, _ in self.process.stage.going}
        order += [self._hand(engine, one) for one in lists if one not in emptied]
        order += rng.choices(
            [
                self._waking(engine),
                lambda: engine.texts(self.now) >= 0,
                *(self._delivery(engine, name) for name in names),
            ],
            k=rng.randrange(3),
        )
        rng.shuffle(order)
        # Emptying a list takes its time; whatever is read is read at the drive's own moment.
        order += [self._hand(engine, one) for one in lists if one in emptied]
        fine = _all(order)
        self._texts(engine)
        for name in names:
            if engine.wants_hand(name):
                fine &= self._hand(engine, name)()
            fine &= self._believed(engine, name)
        engine.wake(self.now)
        return _all(self._deliveries(engine, one) for one in rng.sample(names, len(names))) and fine

    def _started(self) -> Engine:
        settings, now = self.process.settings, self.now
        configured = (settings.rules, settings.ignore, settings.version)
        engine = self.engine
        if engine is None:
            retries = Retries(self.rng)
            engine = self.engine = Engine(self.process.shop, retries=retries, quiet=QUIET)
            engine.start(now)
        else:
            back = self._last is not None and now < self._last
            if configured != self._configured:
                engine.shop = self.process.shop
            if back:
                engine.clock_went_back(now)
            if back or configured != self._configured:
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

    def _reading(self, engine: Engine, account: str, source: Source) -> Act:
        def read() -> bool:
            at = self._at(account, source.facet)
            outcome = self._to_the_end(lambda: engine.read(account, source, self.now))
            fine = not outcome.error and not outcome.paused
            self._noted(account, source.facet, at, fine=fine)
            return fine

        return read

    def _to_the_end(self, read: Callable[[], Outcome]) -> Outcome:
        """Where a quota is used up its minute passes, and it is read on."""
        outcome = read()
        for _ in range(_AGAIN):
            if not outcome.paused:
                break
            self.process.stage.passes(_PAUSE)
            outcome = read()
        return outcome

    def _texts(self, engine: Engine) -> None:
        """All that can be had; where a quota is used up its minute passes."""
        vain = _VAIN if self.process.wires else 1
        for _ in range(_AGAIN):
            if not vain or not engine.wants_texts():
                return
            self.process.stage.passes(_PAUSE)
            vain -= not engine.texts(self.now)

    def _hand(self, engine: Engine, account: str) -> Act:
        def hand() -> bool:
            at = self._at(account, Facet.TASKS)
            outcome = self._to_the_end(lambda: engine.hand(account, self.now))
            fine = not outcome.error and not outcome.paused
            self._noted(account, Facet.TASKS, at, fine=fine)
            while self.process.stage.goes_on(account):
                self._later(_BETWEEN)
                fine = not engine.hand(account, self.now).error
            return fine

        return hand

    def _believed(self, engine: Engine, account: str) -> bool:
        """What is gone is believed once the list has lost nothing more for a while."""
        moment, fine = engine.next_hand(account), True
        if moment is not None:
            self._later(moment - self.now)
            fine = not engine.hand(account, self.now).error
        must(engine.next_hand(account) is None, f"4: what is gone in {account} is not believed")
        return fine

    def _later(self, by: timedelta) -> None:
        self.now += max(by, timedelta())
        self.process.stage.passes(max(by, timedelta()))
        self._last = self.now

    def _noted(self, account: str, facet: Facet, at: tuple[int, int], *, fine: bool) -> None:
        self._told.pop((account, facet), None)
        if fine:
            self._told[account, facet] = at

    def _waking(self, engine: Engine) -> Act:
        def wake() -> bool:
            engine.wake(self.now)
            return True

        return wake

    def _deliveries(self, engine: Engine, account: str) -> Act:
        """What a deliverer does: write for as long as there is something to write by now."""

        def deliver() -> bool:
            fine = True
            for _ in range(_AGAIN):
                due = engine.next_delivery(account, self.now)
                if due is None or due > self.now + _SOON:
                    return fine
                if due > self.now:
                    if self.rng.random() < 0.5:
                        return fine  # the list is read before that
                    self._later(due - self.now)
                fine &= not engine.deliver(account, self.now).failed
            raise Broken(f"8: {account} is written to for ever")

        return deliver

    def _delivery(self, engine: Engine, account: str) -> Act:
        return lambda: not engine.deliver(account, self.now).failed


def _all(acts: Iterable[Act]) -> bool:
    """Do all of them; whether nothing stood in the way of any."""
    fine = True
    for act in acts:
        fine &= act()
    return fine
