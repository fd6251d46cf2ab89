"""The life of the daemon, on one page.

    hold the state --> READY --> hire those who watch and deliver --> beat, beat, beat --> leave

The main thread writes; every other one only asks, waits and delivers, and may hang: none of them
is waited for. SIGTERM and SIGINT end it; SIGHUP reads configuration and rules anew, and keeps the
old ones if they are wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Thread

from syncd import log
from syncd.engine.crew import Crew
from syncd.engine.engine import Engine
from syncd.engine.loop import LOOK_UP, Loop
from syncd.engine.mailbox import Leaving, Mailbox
from syncd.engine.reread import Refused, Reread
from syncd.engine.signals import Signals
from syncd.engine.timekeeper import Timekeeper
from syncd.engine.trim import one_arena, settle_down
from syncd.engine.voice import Voice
from syncd.engine.worker import Desk, run_in
from syncd.pipeline.lull import QUIET
from syncd.pipeline.workshop import Workshop
from syncd.store.errors import StoreUnwritable
from syncd.store.lock import exclusive
from syncd.store.poke import Ear

_LAST_WORDS = 0.2  # seconds for a task list to answer what was written to it
NOBODY_SIGNED_IN = 77

__all__ = ["Daemon", "Refused"]


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
        self._desk = Desk(
            self._engine, clock, lambda: self._loop.blocked, lambda: self._mailbox.post("room")
        )

    def run(self) -> int:
        """Until a signal ends it; returns the exit code. Raises `StoreError` where another syncd
        holds the state, and what broke the engine."""
        one_arena()
        database = self._engine.shop.database
        with exclusive(database), Ear(database) as ear, self._signals.heard():
            with self._signals.left_to_main():
                self._voice.open(self._mailbox)
                Thread(target=self._hear, args=(ear,), name="ear", daemon=True).start()
            try:
                try:
                    self._live()
                finally:
                    self._signals.quiet()
            except Leaving:
                pass
            finally:
                self._leave()
        code = self._signals.code or 0
        log.event("daemon.stopped", code=code)
        return code

    def _live(self) -> None:
        log.event("daemon.started", accounts=len(self._engine.shop.accounts))
        self._config.note([])
        if self._real:
            self._loop.timekeeper = Timekeeper(self._desk, self._loop.clock_is)
            self._loop.timekeeper.start()
            self._loop.doubt_clock()
        settled = False
        while self._signals.code is None:
            if self._loop.blocked:
                self._loop.stale = True
            elif self._loop.stale:
                self._begin()
            self._voice.tell(self._loop, self._clock())
            kind = self._loop.beat(self._voice.patience(LOOK_UP))
            if kind == "reload":
                self._config.reread()
                settled = False
            elif not kind and self._strained:
                self._settle_down()
            if not settled and self._loop.crew is not None and self._engine.has_read_all():
                settled = True
                self._settle_down()
                self._loop.crew.ring_hands()
                log.event("daemon.settled")
                if self._real and self._engine.nobody_signed_in():
                    self._signals.code = NOBODY_SIGNED_IN

    def _settle_down(self) -> None:
        """Long work is over: what it needed is given back."""
        settle_down(self._engine.shop.database.engine)
        self._strained = False

    def _begin(self) -> None:
        """What a pass does first; then everybody goes to work, or goes on with it."""
        try:
            with self._voice.pulse.step("start"):
                self._engine.start(self._clock())
        except StoreUnwritable:
            self._loop.no_room(self._clock())
            return
        self._loop.stale = False
        if self._loop.crew is None:
            self._loop.crew = Crew(self._desk, self._engine.shop, self._loop.locks)
            self._loop.crew.start()
        else:
            self._loop.crew.ask()

    def _leave(self) -> None:
        """Everything is stored. Who hangs in the network ends with the process."""
        self._signals.quiet()
        self._voice.leave()
        self._config.note([])  # of a daemon that does not run there is nothing to say
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

    def _hear(self, ear: Ear) -> None:
        with suppress(OSError, ValueError):  # it was closed: we leave
            while True:
                if ear.listen():
                    self._loop.poke()
