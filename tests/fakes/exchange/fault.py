"""A support module: one thing that goes wrong on purpose, and what holds calls up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from fakes.exchange.call import Reply, SoapFault, Trouble

# Nobody waits for ever for a test that failed before it opened a gate.
_PATIENCE = 60.0

Instead = Reply | SoapFault | Trouble | None


class Gate:
    """Holds calls up until a test lets them through."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    def release(self) -> None:
        """Let whoever waits, or comes, through."""
        self._open.set()

    def wait(self, most: float = _PATIENCE) -> None:
        """Until released, or for `most` seconds."""
        self.reached.set()
        self._open.wait(most)


@dataclass
class Fault:
    """One thing that goes wrong, `times` times (None: until cleared), after `skip` good calls.

    before: instead of the call, which then does not happen: a Trouble becomes the response message
    of everything it asked for. after: to the answer of one that did. late: it happens when `land`
    is called, and the connection ends at once.
    """

    operation: str
    before: Callable[[], Instead] = lambda: None
    after: Callable[[Reply], Reply] = lambda reply: reply
    times: int | None = 1
    skip: int = 0
    when: Callable[[], bool] = lambda: True
    hits: int = 0
    late: bool = False
    postponed: list[Callable[[], Reply]] = field(default_factory=list)

    def land(self) -> list[int]:
        """What was postponed happens now: the status of each answer, which nobody hears."""
        calls, self.postponed = self.postponed, []
        return [one().status for one in calls]
