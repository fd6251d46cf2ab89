"""What ails the daemon, looked at now and then by the thread that writes.

It is noted in the state for `status`, felt by whoever asks the page of metrics, and an account
whose changes are not heard at once is told to the log, once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from syncd import log
from syncd.engine.loop import Loop
from syncd.engine.seat import Seat
from syncd.engine.voice import Voice
from syncd.store import ailments
from syncd.store.ailments import Ailment
from syncd.store.errors import StoreError

_APART: Final = 1.0  # seconds between two looks


class Checkup:
    """`beside` are the threads that the crew does not have."""

    def __init__(
        self, loop: Loop, voice: Voice, clock: Callable[[], datetime], beside: Sequence[Seat]
    ) -> None:
        self._loop = loop
        self._voice = voice
        self._clock = clock
        self._beside = beside
        self._next = 0.0
        self._missed = False  # a look, because there had been one just then
        self._noted: list[Ailment] | None = None  # None: nobody knows
        self._hindered: dict[str, int] = {}

    def look(self) -> None:
        """Unless there was a look just now."""
        self._missed = time.monotonic() < self._next
        if self._missed:
            return
        self._next = time.monotonic() + _APART
        for seat in self._beside:
            seat.tend()
        crew = self._loop.crew
        if crew is not None:
            crew.tend()
        found = list(self._found())
        # A disk or a clock that is wrong is noted elsewhere, as is a configuration.
        self._voice.pulse.ailing = (*self._loop.troubles(), *self._voice.refusal(), *found)
        if crew is not None:
            self._tell_hindered(crew.hindered())
            for account in self._loop.engine.signing_in_anew():
                crew.ask(account)
        if found != self._noted:
            self._note(found)

    def patience(self, most: float) -> float:
        """For how many seconds nobody need look."""
        until = max(0.0, self._next - time.monotonic())
        if self._missed:
            most = min(most, until)
        seats = [*self._beside]
        if self._loop.crew is not None:
            seats += self._loop.crew.seats
        left = [one for seat in seats if (one := seat.left()) is not None]
        # Whoever has to be replaced is, at the next look.
        return min([most, *(max(one, until) for one in left)])

    def _found(self) -> Iterator[Ailment]:
        if self._loop.crew is not None:
            yield from self._loop.crew.ailments()
        for seat in self._beside:
            if seat.worker.ailment is not None:
                yield seat.worker.ailment
        yield from self._voice.ailments(self._clock())

    def _note(self, found: list[Ailment]) -> None:
        database = self._loop.database
        try:
            with database.read() as connection:
                same = ailments.noted(connection, database.owner) == found
            if not same:
                with database.begin() as connection:
                    ailments.note(connection, database.owner, found)
        except StoreError:
            return  # tried again at the next look
        self._noted = found

    def _tell_hindered(self, now: dict[str, int]) -> None:
        before, self._hindered = self._hindered, now
        for account in sorted(now.keys() - before.keys()):
            log.event("account.hindered", account=account, sources=now[account])
        for account in sorted(before.keys() - now.keys()):
            log.event("account.unhindered", account=account)
