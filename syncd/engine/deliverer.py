"""A thread for each task list: it writes what is queued, as soon as it may be tried."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from connectors.contract import TaskList
from syncd.engine.worker import Desk, Worker


class Deliverer(Worker):
    """Writes to the list of one account, `tasks`. It is not read meanwhile: `alone`."""

    writes = True

    def __init__(
        self,
        desk: Desk,
        account: str,
        alone: AbstractContextManager[object] | None = None,
        tasks: TaskList | None = None,
    ) -> None:
        super().__init__(f"deliver {account}", desk, tasks)
        self._account = account
        self._alone = alone or nullcontext()

    def turn(self) -> None:
        moment = self.engine.next_delivery(self._account, self.desk.clock())
        if moment is None:
            self.sleep(None)
        elif moment > self.desk.clock():
            self.sleep_until(moment)
        else:
            with self._alone:
                self.leave_if_dismissed()
                self.engine.deliver(self._account, self.desk.clock())
