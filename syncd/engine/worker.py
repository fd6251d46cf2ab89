"""A thread that talks to the outside, and can be rung out of its sleep and dismissed.

It may hang in the network for as long as it likes: it holds nothing that others need, and whatever
it brings when it was dismissed is not taken.
"""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread

from syncd import log
from syncd.engine.engine import Engine
from syncd.engine.faults import Faults
from syncd.engine.holds import Holds
from syncd.engine.mailbox import Job, Leaving, Mailbox, leave_if_dismissed
from syncd.engine.signals import leave_to_main
from syncd.store.ailments import WORKER, Ailment
from syncd.store.errors import StoreError, StoreUnwritable

_STORE_AGAIN = 5.0  # seconds after which a state that could not be written is tried again
_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Desk:
    """What every worker works with."""

    engine: Engine
    clock: Callable[[], datetime]
    blocked: Callable[[], str] = lambda: ""  # why nothing may be read or written now
    no_room: Callable[[], None] = lambda: None  # told that the disk takes nothing
    steady: Callable[[], float] = time.monotonic  # seconds, by a clock that nobody sets
    holds: Holds = field(default_factory=Holds)  # by whom the sources are used


class Worker(Thread, ABC):
    """Does one `turn` after the other until it is dismissed."""

    writes = False  # whether it adds to an account, and waits for its answer

    def __init__(self, name: str, desk: Desk, uses: object = None) -> None:
        super().__init__(name=name, daemon=True)
        self.desk = desk
        self._uses = uses  # the source that it asks, waits for or writes to, if any
        self.dismissed = False
        self.faults = Faults()
        self.ended_by = ""  # the kind of what ended the thread, where nobody had dismissed it
        self.over = Event()  # it does nothing more
        self._bell = Event()

    @property
    def engine(self) -> Engine:
        return self.desk.engine

    @property
    def ailment(self) -> Ailment | None:
        """What it came upon that nobody foresaw; None while it is well."""
        kind = self.faults.kind
        if not kind:
            return None
        words = (
            f"the thread {self.name!r} came upon a fault in syncd ({kind}): it is tried again, "
            "later each time; please report it"
        )
        return Ailment(WORKER, self.faults.since, words)

    @abstractmethod
    def turn(self) -> None:
        """Ask or write once, then wait until it is time to do so again."""

    def run(self) -> None:
        leave_to_main()
        with self.desk.holds.using(self._uses):
            self._until_dismissed()

    def _until_dismissed(self) -> None:
        try:
            while True:
                self._guarded()
        except Leaving:
            return
        except BaseException as error:  # noqa: BLE001  # whoever looks after the threads tells it
            self.ended_by = type(error).__name__
        finally:
            self.over.set()  # what is left is to hang up, for which nobody waits

    def _guarded(self) -> None:
        try:
            if self.desk.blocked():
                self.sleep(_STORE_AGAIN)
                return
            self.turn()
            self.faults.well()
        except Leaving:
            raise
        except StoreUnwritable:
            self.desk.no_room()
            self.sleep(_STORE_AGAIN)
        except StoreError:
            # The thread that writes meets the same trouble, and sees to it.
            self.sleep(_STORE_AGAIN)
        except BaseException as error:  # noqa: BLE001  # nobody would notice that it is gone
            self.leave_if_dismissed()
            self.faults.met(type(error).__name__, self.desk.clock(), self.desk.steady())
            tries = self.faults.tries
            log.event("worker.failed", worker=type(self).__name__, tries=tries, error=error)
            self._recover()

    def _recover(self) -> None:
        """Do nothing until it may be tried again, whoever rings."""
        while (seconds := self.faults.left(self.desk.steady())) > 0:
            self.sleep_at_most(seconds)

    def ring(self) -> None:
        """Something may have changed."""
        self._bell.set()

    def dismiss(self) -> None:
        """Do nothing any more."""
        self.dismissed = True
        self.ring()

    def sleep(self, seconds: float | None) -> bool:
        """Sleep, with some jitter; True when it was rung. Raises `Leaving`."""
        return self._bell_within(None if seconds is None else jittered(seconds))

    def sleep_until(self, moment: datetime) -> bool:
        """Sleep to the moment; True when it was rung before. Whoever sees the clock jump rings."""
        return self.sleep_at_most((moment - self.desk.clock()).total_seconds())

    def sleep_at_most(self, seconds: float) -> bool:
        """Sleep for so many seconds exactly; True when it was rung before they were over."""
        return seconds > 0 and self._bell_within(seconds)

    def leave_if_dismissed(self) -> None:
        if self.dismissed:
            raise Leaving

    def _bell_within(self, seconds: float | None) -> bool:
        rung = self._bell.wait(seconds)
        self.leave_if_dismissed()
        self._bell.clear()
        return rung


def jittered(seconds: float) -> float:
    """A bit more, so that not all come at once."""
    return seconds * (1 + _JITTER * random.random())  # noqa: S311  # spreads load, keeps no secret


def run_in(mailbox: Mailbox) -> Callable[[str, Job, datetime], object]:
    """How an engine has its jobs done by the thread of `mailbox`: not those of workers that were
    dismissed."""

    def run(kind: str, job: Job, now: datetime) -> object:
        leave_if_dismissed()
        return mailbox.do(kind, job, now)

    return run
