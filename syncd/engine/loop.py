"""The thread that writes: one job after the other, and what time itself brings.

    do what was posted --> whoever's moment has come --> tell those whom it concerns --> sleep

It sleeps until the earliest moment at which anything changes. That moment is one of the wall clock,
which may jump while a machine is suspended or set right, so it looks up now and then; what another
process has stored without saying so is seen then as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from syncd import log
from syncd.engine.crew import Crew
from syncd.engine.engine import Engine
from syncd.engine.judge import Stale
from syncd.engine.mailbox import Leaving, Letter, Mailbox
from syncd.pipeline.clock import LIMIT
from syncd.pipeline.workshop import Workshop
from syncd.store import errands, ledger_outbox, readings, trouble
from syncd.store.agenda import Agenda
from syncd.store.ailments import Ailment
from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreTaken, StoreUnwritable
from syncd.store.folder import state_file
from syncd.store.lock import Hold
from syncd.telemetry import Pulse

# Seconds. With whoever sees whether this thread hangs, that is two wake-ups a minute.
LOOK_UP: Final = 40.0
_JUMP: Final = 5.0  # seconds by which the two clocks may drift apart while it sleeps
_STORE_AGAIN: Final = timedelta(seconds=30)
_UNSURE: Final = 10.0  # seconds for somebody to say what time it is
_AT_LEAST: Final = timedelta(seconds=1)  # between two wakings that had nothing to do


class Rung(Protocol):
    """Whoever looks at the clock when it is rung."""

    def ring(self) -> None: ...


class Loop:
    """Beats until it is told to leave. `alive` is called whenever something was done."""

    def __init__(
        self,
        engine: Engine,
        mailbox: Mailbox,
        clock: Callable[[], datetime],
        pulse: Pulse,
        alive: Callable[[], None],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine = engine
        self.hold: Hold | None = None  # of the state
        self.crew: Crew | None = None  # None: nothing has begun yet
        self.locks: dict[str, Lock] = {}  # the task lists' by account; they outlive a crew
        self.timekeeper: Rung | None = None
        self.stale = True  # what is stored has to be brought up to the clock before anything else
        self._wrong = ""  # what is wrong with the clock
        self._unsure_until: float | None = None  # it was not looked at since it jumped
        self._full = False  # the disk takes nothing
        self.next: datetime | None = None
        self.changes = 0  # how often anything in the state was seen to have changed
        self._mailbox = mailbox
        self._clock = clock
        self._pulse = pulse
        self._alive = alive
        self._steady = steady
        self._agenda = Agenda(engine.shop.database)
        self._file = _file_of(engine.shop.database)
        self._poked = False
        self._wanted: tuple[int, str] = (0, "")  # texts, as they were told of last
        self._gathering: tuple[tuple[str, str], ...] = ()  # for cards and drafts, likewise
        self._blocked_until: datetime | None = None
        self._went_back = False  # the clock, and what it had put off is not hastened yet
        self._begin_at = 0.0  # by the steady clock: not before, for the state could not be had
        self._version = -1
        self._apart = self._drift()

    @property
    def blocked(self) -> str:
        """Why nothing is decided or written."""
        if self._unsure_until is not None and self._steady() < self._unsure_until:
            return "the clock is being looked at"
        return self._wrong or ("the disk takes nothing" if self._full else "")

    def troubles(self) -> Iterator[Ailment]:
        """What stops everything now."""
        if self._wrong:
            yield Ailment(trouble.CLOCK, None, self._wrong)
        if self._full:
            yield Ailment(trouble.DISK, None, "the disk takes nothing")

    @property
    def database(self) -> Database:
        """The state, for what does not depend on what the owner said meanwhile."""
        mine = self.engine.shop.database
        return Database(mine.engine, mine.owner)

    def clock_is(self, words: str) -> None:
        """What is wrong with the clock, "" for nothing: it was looked at."""
        self._wrong, self._unsure_until = words, None
        self._mailbox.post("time")

    def doubt_clock(self) -> None:
        """Do nothing before the clock was looked at; but who is asked about it may not answer."""
        if self.timekeeper is not None:
            self._unsure_until = self._steady() + _UNSURE
            self.timekeeper.ring()

    # --- one beat ---

    def beat(self, most: float) -> str:
        """Sleep for at most so many seconds, then do what is to be done; returns the kind of the
        letter that came, "" for none."""
        letter = self._mailbox.take(self._rest(most))
        self._still_there()
        now = self._clock()
        kind = "" if letter is None else letter.kind
        if kind == "poke":
            self._poked = False
        if kind == "room":
            self.no_room(now)
        self._look_at_clock(now)
        if letter is not None and letter.job is not None:
            self._do(letter, now)
        try:
            if self.hold is not None and self.hold.check():
                self.begin_anew(self.engine.shop)
            self._look_around(now)
            if self._is_due(now):
                self._wake(now)
        except StoreUnwritable:
            self.no_room(now)
        except StoreError as error:
            if error.exit_code != 1 or isinstance(error, StoreTaken):
                raise
            log.event("state.busy", error=error)
            self._version, self.next = -1, now + _STORE_AGAIN
        self._alive()
        return kind

    def begin_anew(self, shop: Workshop) -> None:
        """Go on with that workshop as though nothing were known: whoever still asks for what was
        before is dismissed, and nobody is hired before what is stored is brought up to it."""
        if self.crew is not None:
            self.crew.dismiss()
        self.crew = None
        self.stale = True
        self.engine.shop = shop

    def begin(self) -> bool:
        """Bring what is stored up to this configuration and moment, where that is wanted and can
        be; whether it was done."""
        if self.blocked:
            self.stale = True
        if self.blocked or not self.stale or self._steady() < self._begin_at:
            return False
        now = self._clock()
        self._look_at_clock(now)
        if self.blocked:
            return False
        try:
            with self._pulse.step("start"):
                if self._went_back:
                    self.engine.clock_went_back(now)
                    self._went_back = False
                self.engine.start(now)
        except StoreUnwritable:
            self.no_room(now)
        except StoreError as error:
            if error.exit_code != 1:
                raise
            log.event("state.busy", error=error)
            self._begin_at = self._steady() + _STORE_AGAIN.total_seconds()
        else:
            self.stale = False
        return not self.stale

    def poke(self) -> None:
        """Another process has stored something. From any thread; many pokes are as good as one."""
        if not self._poked:
            self._poked = True
            self._mailbox.post("poke")

    def close(self) -> None:
        self._agenda.close()

    def _rest(self, most: float) -> float:
        """For how many seconds there is nothing to do."""
        seconds, steady = min(most, LOOK_UP), self._steady()
        if self._unsure_until is not None and steady < self._unsure_until:
            seconds = min(seconds, self._unsure_until - steady)
        moment = self._blocked_until or (None if self.blocked or self.stale else self.next)
        if moment is not None:
            seconds = min(seconds, (moment - self._clock()).total_seconds())
        elif self.stale and not self.blocked:
            seconds = min(seconds, self._begin_at - steady)
        if seconds <= 0 or len(self._mailbox):
            return 0.0
        self._pulse.rest(seconds)
        return seconds

    # --- doing ---

    def _do(self, letter: Letter, now: datetime) -> None:
        """A job of a worker's. Its errors are the worker's to bear."""
        if self.blocked:
            letter.job = self._refuse
        try:
            with self._pulse.step(letter.kind):
                self._mailbox.open(letter, now)
        except StoreUnwritable:
            self.no_room(now)
        except (StoreError, Stale):
            return  # its sender starts over, or is not wanted any more
        except Leaving:
            raise
        except BaseException as error:  # noqa: BLE001  # whoever posted it knows what to do about it
            log.event("job.failed", kind=letter.kind, error=error)

    def _refuse(self, _: datetime) -> None:
        raise StoreError(self.blocked)

    def _is_due(self, now: datetime) -> bool:
        if self._blocked_until is not None:
            if now < self._blocked_until:
                return False
            self._try_again(now)
        if self.blocked or self.stale:
            return False
        return self.next is not None and self.next <= now

    def _wake(self, now: datetime) -> None:
        """A fault here is the engine's own: it ends the process, and whoever runs it starts it
        anew."""
        said = self.engine.is_news()
        with self._pulse.step("wake"):
            self.engine.wake(now)
        if said and self.crew is not None:
            self.crew.ring_deliverers()
        if self.engine.is_asked_again() and self.crew is not None:
            self.crew.ask()
        self._look_around(now)
        if self.next is not None and self.next <= now:
            self.next = now + _AT_LEAST

    # --- what others have to know ---

    def _look_around(self, now: datetime) -> None:
        """What has changed in the state, by whomever: when to wake, and whom to ring."""
        self._look_at_clock(now)
        version = self._agenda.version()
        if version == self._version:
            return
        self._version = version
        self.changes += 1
        self._ring()
        self.next = self.engine.next_judgement(now)

    def _look_at_clock(self, now: datetime) -> None:
        """Before anything is done at a moment: it may not be what the clock says."""
        jumped = self._jump()
        if jumped:
            self._clock_jumped(jumped, now)
            self._version = -1

    def _clock_jumped(self, by: float, now: datetime) -> None:
        """It was set, or the machine slept: what is waited for may be over, or far away again."""
        log.event("clock.jumped", seconds=round(by))
        if abs(by) > LIMIT.total_seconds():
            self.doubt_clock()
        elif self.timekeeper is not None:
            self.timekeeper.ring()
        if by < 0:
            self.stale = self._went_back = True
            # Moments of a clock that was ahead may be days away.
            self._blocked_until = now if self._blocked_until is not None else None
        if self.crew is not None:
            self.crew.ask()

    def _ring(self) -> None:
        """Those for whom there is something to write, or to read once more."""
        if self.crew is None:
            return
        database = self.engine.shop.database
        with database.read() as connection:
            to_write = ledger_outbox.is_pending(connection, database.owner)
            wanted = readings.tally(connection, database.owner)
            gathering = errands.to_gather(connection, database.owner)
        if to_write:
            self.crew.ring_deliverers()
        if wanted != self._wanted:
            self._wanted = wanted
            self.crew.ring_readers()
        elif gathering != self._gathering:
            self.crew.ring_readers()
        self._gathering = gathering
        self.crew.ring_clerks()

    def _jump(self) -> float:
        """By how many seconds the wall clock was set, or went on while we stood still."""
        drift = self._drift()
        by = drift - self._apart
        if abs(by) < _JUMP:
            return 0.0
        self._apart = drift
        return by

    def _drift(self) -> float:
        """How far the wall clock is from the one that never jumps."""
        return self._clock().timestamp() - self._steady()

    # --- trouble that stops everything ---

    def _still_there(self) -> None:
        """Raises `StoreError` when the state was removed or replaced under us: what is stored now
        is stored nowhere, and another syncd may be at work on what is there."""
        if self._file is not None and _file_of(self.engine.shop.database) != self._file:
            log.event("state.lost")
            raise StoreError(
                "the state was removed or replaced while syncd ran on it: what it stored since is "
                "lost; put the state back, or start anew"
            )

    def no_room(self, now: datetime) -> None:
        """The disk takes nothing: try again now and then."""
        trouble.note_disk(self.database, now)
        self._full = True
        self._blocked_until = now + _STORE_AGAIN

    def _try_again(self, now: datetime) -> None:
        if not trouble.room(self.database):
            self._blocked_until = now + _STORE_AGAIN
            return
        trouble.clear_disk(self.database)
        self._full, self._blocked_until, self._version = False, None, -1


def _file_of(database: Database) -> tuple[int, int] | None:
    """Which file the state is in; None where it is in none, or not there."""
    path = state_file(database.engine.url)
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
