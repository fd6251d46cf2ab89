"""Looks at the clock of this machine now and then: on a wrong one meetings would end too early."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from syncd.engine.worker import Desk, Worker
from syncd.pipeline import clock
from syncd.store.database import Database

_EVERY = 3600.0  # seconds
_WRONG = 60.0  # while it is wrong


class Timekeeper(Worker):
    """Tells what is wrong with the clock, "" for nothing. Servers are asked, so it may hang."""

    def __init__(self, desk: Desk, tell: Callable[[str], None]) -> None:
        super().__init__("clock", Desk(desk.engine, desk.clock, holds=desk.holds))
        self._tell = tell

    def turn(self) -> None:
        shop = self.engine.shop
        # What the owner said meanwhile has nothing to do with it, and is not followed as long as it
        # is wrong.
        database = Database(shop.database.engine, shop.database.owner)
        with ExitStack() as uses:
            for account in shop.accounts:
                for source in account.sources:
                    uses.enter_context(self.desk.holds.using(source))
            words = clock.look(replace(shop, database=database), self.desk.clock())
        if not self._bell.is_set():  # else it was set meanwhile: that is asked about once more
            self._tell(words)
        self.sleep(_WRONG if words else _EVERY)
