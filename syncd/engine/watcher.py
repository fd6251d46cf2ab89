"""A thread for each source: it asks what changed, and waits until something may have.

A source that can wait is asked when it says so, once in a while all the same (a calendar's window
moves with the time), and is well as long as it is heard of; any other is polled. One that has used
up what it may ask for in a time is listened to all the same: it keeps something for its news.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Final

from connectors.contract import Hindered, Source, TaskList, TextSource, Waiting
from connectors.errors import ConnectorError, Unavailable
from syncd.engine.faults import PROVEN
from syncd.engine.worker import Desk, Worker, jittered
from syncd.pipeline.observe import Outcome
from syncd.retry import FIRST, Backoff, asked_for
from syncd.store.health import Place

QUIET: Final = 900.0  # seconds in which a source that waits is heard of at least once
_APART: Final = 2.0  # seconds between one asking and the next of a source that rests
_ANYWAY: Final = timedelta(hours=20)  # after which it is asked although it says nothing


class Watcher(Worker):
    """Watches one source of an account. `poll` is in seconds."""

    def __init__(self, desk: Desk, account: str, source: Source, poll: float) -> None:
        super().__init__(f"watch {account} {source.facet}", desk, source)
        self.account = account
        self.source = source
        self._poll = poll
        self._place = Place(account, str(source.facet), source.scope)
        self._asked_at: datetime | None = None
        self._to_ask = False
        self._due = 0.0  # when it is asked whatever it says, where that is by polling
        self._heard_at = 0.0  # when it was heard of last
        self._rests = False  # it has used up what it may ask for, and comes again
        self._rests_at = 0.0  # when it said so last
        self._deaf = ""
        self._deaf_until = -math.inf  # when it is listened to again; long ago while all is well
        self._ears = Backoff()
        self.hindrance = ""  # why it does not hear of everything at once, and what to do
        self.hindered_since: datetime | None = None

    def ask(self) -> None:
        """Ask the source once more, whatever it says."""
        self._to_ask = True
        self.ring()

    def ring(self) -> None:
        super().ring()
        if isinstance(self.source, Waiting) and self._asked_at is not None:
            self.source.wake()

    def turn(self) -> None:
        if self._asked_at is None and isinstance(self.source, Waiting):
            self._listen(0)  # what happens from now on ends the next wait
            if not self._deaf:  # else reading it may tell more
                self._hindered()
        self._to_ask = False
        self._asked_at = self.desk.clock()
        self._heard_at = self.desk.steady()
        self._due = self._heard_at + jittered(self._poll)
        self.look(self._asked_at)
        while not self._is_time():
            self.meanwhile()

    def look(self, now: datetime) -> None:
        """Read what changed, and the texts that are wanted of it."""
        self._told(self.engine.read(self.account, self.source, now))
        self.meanwhile()

    def _told(self, outcome: Outcome) -> None:
        rests = bool(outcome.paused) or outcome.in_vain
        self._rests, self._rests_at = rests, self.desk.steady()

    def meanwhile(self) -> None:
        """What may have come to be wanted of this source without any news of its own."""
        if isinstance(self.source, TextSource) and self.engine.wants_texts():
            self.engine.texts(self.desk.clock(), self.source)
        if isinstance(self.source, TextSource) and self.engine.wants_gathering():
            self.engine.gather(self.desk.clock(), self.source)

    def _is_time(self) -> bool:
        """Wait for news; False when it was rung for something else, which puts nothing off."""
        assert self._asked_at is not None
        until = self.engine.retries.until(self._place)
        if until is not None and until > self._asked_at:
            if self._rests and isinstance(self.source, Waiting):
                return self._hears_before(until)
            self._is_hindered_by("")  # that it cannot be read says it all
            return not self.sleep_until(until) or self._to_ask
        if not isinstance(self.source, Waiting):
            return not self._sleep_until_due() or self._to_ask
        end = self._due if self._hindered() else self._heard_at + QUIET
        news = self._listen(max(0.0, min(end - self.desk.steady(), self._left())))
        self.leave_if_dismissed()
        self._bell.clear()
        now, steady = self.desk.clock(), self.desk.steady()
        if news or self._to_ask or not self._left() or abs(now - self._asked_at) > _ANYWAY:
            return True
        if steady >= self._heard_at + QUIET:
            self._heard_at = steady
            self.engine.heard(self._place, now)
        return False

    def _hears_before(self, until: datetime) -> bool:
        """As `_is_time`, of a source that rests until then: whatever it says, not in one go."""
        seconds, steady = (until - self.desk.clock()).total_seconds(), self.desk.steady()
        still = max(self._deaf_until, self._rests_at + _APART) - steady
        self._hindered()
        news = False
        if still > 0:
            self.sleep_at_most(min(seconds, still))
        elif seconds > 0:
            try:
                news = self._news_within(seconds)
            except ConnectorError as error:
                self._cannot_hear(error)
            self.leave_if_dismissed()
            self._bell.clear()
        return news or self._to_ask or self.desk.clock() >= until

    def _sleep_until_due(self) -> bool:
        return self.sleep_at_most(min(self._due - self.desk.steady(), self._left()))

    def _left(self) -> float:
        """Seconds after which it is asked although there is no news."""
        return math.inf

    def _listen(self, seconds: float) -> bool:
        steady = self.desk.steady()
        if seconds and steady < self._deaf_until:
            end = min(self._deaf_until, self._due) - steady
            return not self.sleep_at_most(min(end, self._left()))
        try:
            return self._news_within(seconds)
        except ConnectorError as error:
            # Asking it says what is wrong. It is asked soon, then later each time, and as often as
            # one that is polled at least.
            self._cannot_hear(error)
            return seconds == 0 or self._listen(seconds)

    def _news_within(self, seconds: float) -> bool:
        """Listen; not for as long where it was deaf. Raises the errors of the contract."""
        assert isinstance(self.source, Waiting)
        if self._deaf:  # that it hears again shows when this lasts
            seconds = min(seconds, self._deaf_until + PROVEN - self.desk.steady() + 1)
        news = self.source.wait(seconds)
        if self._deaf and self.desk.steady() >= self._deaf_until + PROVEN:
            self._deaf = ""
        return news

    def _cannot_hear(self, error: ConnectorError) -> None:
        now, steady = self.desk.clock(), self.desk.steady()
        if steady > self._deaf_until + PROVEN:
            self._ears.ok()
        asked = asked_for(error)
        if asked is not None and asked < FIRST:
            error = Unavailable(str(error))  # at once would be over and over: later each time
        self._deaf_until = steady + (self._ears.failed(error, now) - now).total_seconds()
        if self._ears.tries > 1:  # a connection that was lost once is made again in a moment
            self._deaf = str(error)

    def _hindered(self) -> bool:
        hindrance = self.source.hindrance if isinstance(self.source, Hindered) else ""
        self._is_hindered_by(hindrance or self._deaf)
        return bool(hindrance)

    def _is_hindered_by(self, words: str) -> None:
        if bool(words) != bool(self.hindrance):
            self.hindered_since = self.desk.clock() if words else None
        self.hindrance = words


class HandWatcher(Watcher):
    """Watches a task list. Nothing is written to it while it is read: `alone`."""

    def __init__(
        self,
        desk: Desk,
        account: str,
        tasks: TaskList,
        poll: float,
        alone: AbstractContextManager[object] | None = None,
        read: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(desk, account, tasks, poll)
        self._alone = alone or nullcontext()
        self._read = read  # told that the list was read

    def look(self, now: datetime) -> None:
        with self._alone:
            self.leave_if_dismissed()
            self._told(self.engine.hand(self.account, now))
        self._read()

    def _left(self) -> float:
        moment = self.engine.next_hand(self.account)
        if moment is None:
            return math.inf
        return max(0.0, (moment - self.desk.clock()).total_seconds())

    def meanwhile(self) -> None:
        if self.engine.wants_hand(self.account):
            self._to_ask = True
            self.look(self.desk.clock())
