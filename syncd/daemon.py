"""The life of the daemon, on one page.

    hold the state --> READY --> hire those who watch and deliver --> beat, beat, beat --> leave

The main thread writes; every other one only asks, waits and delivers, and may hang: none of them
is waited for. SIGTERM and SIGINT end it; SIGHUP reads configuration and rules anew, and keeps the
old ones if they are wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime

from syncd import log
from syncd.engine.checkup import Checkup
from syncd.engine.crew import Crew
from syncd.engine.engine import Engine
from syncd.engine.listener import Listener
from syncd.engine.loop import LOOK_UP, Loop
from syncd.engine.mailbox import Leaving, Mailbox
from syncd.engine.reread import Refused, Reread
from syncd.engine.seat import Seat
from syncd.engine.signals import Signals
from syncd.engine.timekeeper import Timekeeper
from syncd.engine.trim import one_arena, settle_down
from syncd.engine.voice import Voice
from syncd.engine.worker import Desk, run_in
from syncd.pipeline.lull import QUIET
from syncd.pipeline.workshop import Workshop
from syncd.store import ailments
from syncd.store.errors import StoreError
from syncd.store.lock import Hold, exclusive
from syncd.store.poke import Ear

_LAST_WORDS = 0.2  # seconds for a task list to answer what was written to it
NOBODY_SIGNED_IN = 77

__all__ = ["Daemon", "EngineDied", "Refused"]


class EngineDied(RuntimeError):
    """Whoever started us has to start us anew."""


class Daemon:
    """One owner's syncd. `reload` reads configuration and rules anew, or raises `Refused`;
    `real` says that `clock` is the machine's own."""

    def __init__(
        self,
        shop: Workshop,
        clock: Callable[[], datetime],
        reload: Callable[[], Workshop],
        voice: Voice,
        *,
        real: bool = True,
    ) -> None:
        self._clock = clock
        self._voice = voice
        self._real = real
        self._strained = False  # by long work since it settled down last
        self._mailbox = Mailbox()
        self._signals = Signals(self._mailbox)
        self._engine = Engine(shop, run=run_in(self._mailbox), show=self, quiet=QUIET)
        self._loop = Loop(self._engine, self._mailbox, clock, voice.pulse, voice.alive)
        self._config = Reread(self._loop, voice, reload, clock)
        self._beside: list[Seat] = []
        self._checkup = Checkup(self._loop, voice, clock, self._beside)
        self._desk = Desk(
            self._engine, clock, lambda: self._loop.blocked, lambda: self._mailbox.post("room")
        )

    def run(self, held: Hold | None = None) -> int:
        """Until a signal ends it; returns the exit code. The state is `held` already, or is now.
        Raises `StoreError` where another syncd holds it, and what broke the engine."""
        one_arena()
        database = self._engine.shop.database
        holding = exclusive(database) if held is None else nullcontext(held)
        with holding as hold, Ear(database) as ear, self._signals.heard(ear.bell):
            self._loop.hold = hold
            with self._signals.left_to_main():
                self._voice.open(self._mailbox)
                self._listen(ear)
            try:
                try:
                    self._live()
                finally:
                    self._signals.quiet()
            except Leaving:
                pass
            except SystemExit as error:
                # A library may not end the process, least of all as if all were well.
                raise EngineDied("the engine was ended by SystemExit") from error
            finally:
                self._leave()
        code = self._signals.code or 0
        log.event("daemon.stopped", code=code)
        return code

    def _live(self) -> None:
        log.event("daemon.started", accounts=len(self._engine.shop.accounts))
        self._config.note([])
        if self._real:
            clock = Seat(lambda: Timekeeper(self._desk, self._loop.clock_is))
            self._loop.timekeeper = self._sit(clock)
            self._loop.doubt_clock()
        settled: Crew | None = None  # of whom every source was asked
        while self._signals.code is None:
            if self._loop.begin():
                self._set_to_work()
            self._checkup.look()
            self._voice.tell(self._loop, self._clock())
            kind = self._loop.beat(self._patience())
            if kind == "reload" or self._config.is_due():
                self._signals.reread_begins()
                self._config.reread()
            elif not kind and self._strained:
                self._settle_down()
            crew = self._loop.crew
            if crew is not None and crew is not settled and self._engine.has_read_all():
                settled = crew
                self._settle_down()
                crew.ring_hands()
                log.event("daemon.settled")
                with suppress(StoreError):  # it is asked for again with the next configuration
                    if self._real and self._engine.nobody_signed_in():
                        self._signals.code = NOBODY_SIGNED_IN

    def _patience(self) -> float:
        """For how many seconds the engine may sleep."""
        most = self._voice.patience(LOOK_UP)
        return self._config.patience(self._checkup.patience(most))

    def _settle_down(self) -> None:
        """Long work is over: what it needed is given back."""
        settle_down(self._engine.shop.database.engine)
        self._strained = False

    def _set_to_work(self) -> None:
        """What a pass does first is done: everybody goes to work, or goes on with it."""
        if self._loop.crew is None:
            self._loop.crew = Crew(self._desk, self._engine.shop, self._loop.locks)
            self._loop.crew.start()
        else:
            self._loop.crew.ask()

    def _listen(self, ear: Ear) -> None:
        database, pulse = self._loop.database, self._voice.pulse

        def late(since: datetime | None) -> None:
            log.event("engine.stuck" if since is not None else "engine.went_on")
            ailments.note_late(database, since)

        self._sit(Seat(lambda: Listener(self._desk, ear, pulse, self._loop.poke, late)))

    def _sit(self, seat: Seat) -> Seat:
        """Somebody who does not come and go with a configuration."""
        self._beside.append(seat)
        seat.start()
        return seat

    def _leave(self) -> None:
        """Everything is stored, and nothing more is: whoever hangs in a transaction of theirs, or
        a server that is away, would be waited for. Who hangs in the network ends with the process.

        What was noted of this daemon is nobody's any more once it does not hold the state.
        """
        self._signals.quiet()
        self._voice.leave()
        for seat in self._beside:
            seat.worker.dismiss()
        self._mailbox.close()
        if self._loop.crew is not None:
            self._loop.crew.dismiss()
            self._loop.crew.wait(_LAST_WORDS)
        self._loop.close()
        self._voice.close()

    def step(self, _name: str) -> None:
        """Part of a long act begins (see `syncd.pipeline.report.Progress`)."""
        self.advance(0)

    def advance(self, _count: int) -> None:
        """A transaction of a long act is committed."""
        self._strained = True
        self._signals.leave_if_told()
        self._voice.alive()
