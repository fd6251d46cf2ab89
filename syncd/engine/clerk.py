"""A thread for each account that takes cards or drafts: it adds what is decided, once each."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from syncd.engine.worker import Desk, Worker

_ANYWAY: Final = 900.0  # seconds after which it looks though nobody rang: a pause may be over
_AT_LEAST: Final = timedelta(seconds=5)  # between two looks that nobody asked for


class Clerk(Worker):
    """Adds to one account."""

    writes = True

    def __init__(self, desk: Desk, account: str) -> None:
        super().__init__(f"errands {account}", desk)
        self._account = account

    def turn(self) -> None:
        now = self.desk.clock()
        self.engine.run_errands(self._account, now)
        moment = self.engine.next_errand(self._account)
        if moment is None:
            self.sleep(_ANYWAY)
        else:
            until = max(moment, now + _AT_LEAST) - self.desk.clock()
            self.sleep_at_most(min(until.total_seconds(), _ANYWAY))
