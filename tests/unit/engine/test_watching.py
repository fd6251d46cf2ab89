"""When a source is asked: by news, or by the time, which nothing that rings puts off."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event
from typing import Any, cast

import pytest

from connectors.errors import Unavailable
from syncd.engine.mailbox import Leaving
from syncd.engine.watcher import QUIET, Watcher
from syncd.engine.worker import Desk
from syncd.retry import Retries
from syncd.store.health import Place

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLL = 600.0


class Time:
    """Passes while somebody waits, and rings every now and then."""

    def __init__(self, ring_every: float) -> None:
        self.seconds = 0.0
        self._waits = 0
        self.ring_every = ring_every

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def steady(self) -> float:
        return self.seconds

    def wait(self, seconds: float | None) -> bool:
        """Whether it was rung before so many seconds were over."""
        assert seconds is not None
        self._waits += 1
        assert self._waits < 10_000, "put off for ever"
        self.seconds += min(seconds, self.ring_every)
        return self.ring_every < seconds


class Bell(Event):
    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def wait(self, timeout: float | None = None) -> bool:
        return self._time.wait(timeout)


class Engine:
    """Notes when it was asked for what; `end` after so many seconds."""

    def __init__(self, time: Time, end: float) -> None:
        self.retries = Retries()
        self.reads: list[float] = []
        self.heards: list[float] = []
        self.fails = False
        self._time, self._end = time, end

    def read(self, account: str, source: Any, now: datetime) -> None:
        self.reads.append(self._time.seconds)
        if self._time.seconds > self._end:
            raise Leaving
        place = Place(account, source.facet, source.scope)
        if self.fails:
            self.retries.failed(place, ValueError(), now)
        else:
            self.retries.ok(place)

    def heard(self, _place: Place, _now: datetime) -> None:
        self.heards.append(self._time.seconds)
        if self._time.seconds > self._end:
            raise Leaving

    def wants_texts(self) -> bool:
        return False


class Polled:
    facet, scope = "calendar", "work"


class Quiet(Polled):
    """Waits for news that never comes."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def wait(self, timeout: float) -> bool:
        if timeout:
            self._time.wait(timeout)
        return False

    def wake(self) -> None:
        """Somebody rang."""


class Deaf(Quiet):
    """Cannot hear of everything: to be polled."""

    hindrance = "no watch"

    def wait(self, timeout: float) -> bool:
        return bool(timeout) and not self._time.wait(timeout)


class Lost(Quiet):
    """Loses its connection `times`, each time as soon as it listens; it may have missed something
    when it has a new one."""

    def __init__(self, time: Time, times: float) -> None:
        super().__init__(time)
        self.left = times
        self.connected = False
        self.connections: list[float] = []

    def wait(self, timeout: float) -> bool:
        if not self.connected:
            self.connected = True
            self.connections.append(self._time.seconds)
            return True
        if timeout and self.left:
            self.left -= 1
            self.connected = False
            raise Unavailable("the connection was lost")
        return super().wait(timeout)


def watch(
    ring_every: float, end: float, source: Callable[[Time], Any], *, fails: bool = False
) -> Engine:
    time = Time(ring_every)
    engine = Engine(time, end)
    engine.fails = fails
    watcher = Watcher(
        Desk(cast("Any", engine), time.now, steady=time.steady), "home", source(time), POLL
    )
    watcher._bell = Bell(time)
    watcher.run()
    return engine


def between(moments: Sequence[float]) -> list[float]:
    return [later - one for one, later in pairwise(moments)]


@pytest.mark.parametrize("source", [lambda _: Polled(), Deaf])
@pytest.mark.parametrize("ring_every", [7.0, 1e9])
def test_who_is_rung_is_polled_all_the_same(
    source: Callable[[Time], Any], ring_every: float
) -> None:
    """A source is asked every `poll` seconds and a little, however often it is rung."""
    gaps = between(watch(ring_every, 10 * POLL, source).reads)
    assert len(gaps) > 8
    assert all(POLL <= gap <= POLL * 1.1 + 0.1 for gap in gaps)


def test_a_quiet_source_is_heard_of_once_in_a_while() -> None:
    """A ring is no word of the source: that it is well is written each quarter of an hour."""
    engine = watch(7.0, 10 * QUIET, Quiet)
    assert len(engine.reads) == 1
    assert len(engine.heards) > 8
    assert all(QUIET <= gap <= QUIET + 7 for gap in between(engine.heards))


@pytest.mark.parametrize("source", [lambda _: Polled(), Quiet])
def test_who_failed_is_asked_when_he_may_be_tried(source: Callable[[Time], Any]) -> None:
    """However it is rung, the next try is at its moment: a ring at that very moment included."""
    gaps = between(watch(1.0, 20.0, source, fails=True).reads)
    assert gaps[0] < 5
    assert all(gap < 60 for gap in gaps)


@pytest.mark.parametrize("ring_every", [1.0, 1e9])
def test_who_lost_a_connection_is_asked_in_a_moment(ring_every: float) -> None:
    """And listened to again; after that nothing is asked for without news."""
    sources: list[Lost] = []

    def lost(time: Time) -> Lost:
        sources.append(Lost(time, 1))
        return sources[0]

    reads = watch(ring_every, 3 * QUIET, lost).reads
    assert len(reads) == 3  # at first, when it was lost, with the new connection
    assert reads[-1] < 5
    assert len(sources[0].connections) == 2


@pytest.mark.parametrize("ring_every", [1.0, 1e9])
def test_who_loses_every_connection_is_polled_in_the_end(ring_every: float) -> None:
    """Connections are made later each time, and it is asked as often as `poll` says at least."""
    sources: list[Lost] = []

    def lost(time: Time) -> Lost:
        sources.append(Lost(time, math.inf))
        return sources[0]

    reads = watch(ring_every, 10 * POLL, lost).reads
    gaps = between(sources[0].connections)
    assert gaps[:2] < [5, 10]
    assert all(later > one * 1.1 for one, later in pairwise(gaps[:8]))
    assert max(between(reads)) <= POLL * 1.1 + 1
    assert len(sources[0].connections) < 25


def test_that_it_does_not_hear_is_told_until_it_does() -> None:
    """Not for a connection that was lost once; a second one is worth a line, until a new one has
    lasted for a minute."""
    time = Time(1e9)
    told: list[tuple[float, str]] = []

    class Told(Watcher):
        def _is_hindered_by(self, words: str) -> None:
            if words != self.hindrance:
                told.append((time.seconds, words))
            super()._is_hindered_by(words)

    for times in (1, 4):
        engine = Engine(time, time.seconds + 3 * QUIET)
        desk = Desk(cast("Any", engine), time.now, steady=time.steady)
        watcher = Told(desk, "home", cast("Any", Lost(time, times)), POLL)
        watcher._bell = Bell(time)
        watcher.run()
        assert [words for _, words in told] == ([] if times == 1 else [told[0][1], ""])
    (begun, words), (ended, _) = told
    assert words == "the connection was lost"
    assert 60 < ended - begun < 200
