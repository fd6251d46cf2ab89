"""A support module: a daemon that lives in this process, with a clock that a test sets."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from acceptance_world import Home, at

from syncd import wiring
from syncd.daemon import Daemon, Refused
from syncd.engine.voice import Voice
from syncd.pipeline import Workshop
from syncd.store.database import Database
from syncd.store.poke import poke

PATIENCE = 30.0  # seconds


def until(wanted: Callable[[], Any], within: float = PATIENCE) -> Any:
    """What is wanted, once it is there."""
    end = time.monotonic() + within
    pause = Event()
    while not (found := wanted()):
        assert time.monotonic() < end, wanted
        pause.wait(0.01)
    return found


class Clock:
    """Goes on like any other, and can be set."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def __call__(self) -> datetime:
        return self._moment + timedelta(seconds=time.monotonic() - self._since)

    def set(self, moment: datetime) -> None:
        self._moment, self._since = moment, time.monotonic()


class Inside:
    """A daemon over `shop` in the main thread; another does `meanwhile` and then ends it."""

    def __init__(self, shop: Workshop, clock: Clock) -> None:
        self.shop = shop
        self.clock = clock
        self.code: int | None = None
        self.left_at = 0.0  # by the steady clock
        self.seconds = 0.0  # from the signal to its end
        self._daemon: Daemon | None = None

    @classmethod
    def of(cls, home: Home) -> Inside:
        """A daemon over real files, at the moment of that home."""
        assembly = wiring.assemble(home.config)
        shop = wiring.open_workshop(assembly, wiring.open_state(assembly))
        return cls(shop, Clock(at(home.now)))

    @property
    def database(self) -> Database:
        return self.shop.database

    @property
    def blocked(self) -> str:
        return "" if self._daemon is None else self._daemon._loop.blocked

    @property
    def has_left(self) -> bool:
        """It takes nothing any more."""
        return self._daemon is not None and self._daemon._mailbox._closed

    def settled(self) -> bool:
        """It has read everything once, lists as well."""
        engine = None if self._daemon is None else self._daemon._engine
        lists = () if engine is None else engine.shop.lists
        return engine is not None and engine.has_read_all() and {*engine._lists._read} >= {*lists}

    def set_clock(self, moment: datetime, wanted: Callable[[], Any]) -> None:
        """The machine's clock is set; the daemon, which looks up now and then, does so at once."""
        self.clock.set(moment)
        until(lambda: poke(self.database) and wanted())

    def live(
        self, meanwhile: Callable[[], None], *, real: bool = False, reload: Any = None
    ) -> None:
        def refuse() -> Workshop:
            raise Refused(["there is no other one"])

        trouble: list[BaseException] = []
        ended: list[float] = []

        def act() -> None:
            try:
                until(self.settled)
                meanwhile()
            except BaseException as error:  # noqa: BLE001  # raised below, in the main thread
                trouble.append(error)
            ended.append(time.monotonic())
            if not daemon._mailbox._closed:
                os.kill(os.getpid(), signal.SIGTERM)

        daemon = self._daemon = Daemon(self.shop, self.clock, reload or refuse, Voice(), real=real)
        thread = Thread(target=act, daemon=True)
        thread.start()
        try:
            self.code = daemon.run()
            self.left_at = time.monotonic()
        finally:
            thread.join(PATIENCE)
            self.database.close()
        self.seconds = self.left_at - ended[0]
        if trouble:
            raise trouble[0]
