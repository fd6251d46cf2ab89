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
from syncd.pipeline.observe import Outcome
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
        self.rests = 0.0  # seconds that each reading ends with
        self._time, self._end = time, end

    def read(self, account: str, source: Any, now: datetime) -> Outcome:
        self.reads.append(self._time.seconds)
        if self._time.seconds > self._end:
            raise Leaving
        place = Place(account, source.facet, source.scope)
        if self.fails:
            self.retries.failed(place, ValueError(), now)
        elif self.rests:
            self.retries.of(place).put_off(now + timedelta(seconds=self.rests))
        else:
            self.retries.ok(place)
        return Outcome(account, source.facet, paused="enough" if self.rests else "")

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


class Hasty(Quiet):
    """Is never heard, and always says that it may be tried again `wait` seconds from now."""

    def __init__(self, time: Time, wait: float) -> None:
        super().__init__(time)
        self._wait = wait
        self.tries = 0

    def wait(self, timeout: float) -> bool:
        self.tries += bool(timeout)
        assert self.tries < 1_000, "listened to without a pause"
        if timeout:
            raise Unavailable("not now", self._wait)
        return False


class Talking(Quiet):
    """Has news at these moments."""

    def __init__(self, time: Time, *moments: float) -> None:
        super().__init__(time)
        self._moments = [*moments]

    def wait(self, timeout: float) -> bool:
        if timeout and self._moments and self._moments[0] <= self._time.seconds + timeout:
            self._time.seconds = max(self._time.seconds, self._moments.pop(0))
            return True
        return super().wait(timeout)


class Chattering(Quiet):
    """Has news whenever it is listened to."""

    def __init__(self, time: Time) -> None:
        super().__init__(time)
        self.listened = 0

    def wait(self, timeout: float) -> bool:
        self.listened += 1
        assert self.listened < 10_000, "listened to without a pause"
        return bool(timeout)


def watch(
    ring_every: float,
    end: float,
    source: Callable[[Time], Any],
    *,
    fails: bool = False,
    rests: float = 0.0,
) -> Engine:
    time = Time(ring_every)
    engine = Engine(time, end)
    engine.fails, engine.rests = fails, rests
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


@pytest.mark.parametrize("wait", [0.0, -5.0, 1.0])
@pytest.mark.parametrize("rests", [0.0, 60.0])
def test_who_may_always_be_tried_at_once_is_tried_later_each_time(
    wait: float, rests: float
) -> None:
    """It is neither listened to nor asked over and over."""
    sources: list[Hasty] = []

    def hasty(time: Time) -> Hasty:
        sources.append(Hasty(time, wait))
        return sources[0]

    reads = watch(1e9, 3_600.0, hasty, rests=rests).reads
    assert sources[0].tries < 25
    assert 0 < max(between(reads)) <= POLL * 1.1 + 1
    assert len(reads) < 90


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


@pytest.mark.parametrize("source", [lambda _: Polled(), Quiet, Deaf, lambda time: Lost(time, 0)])
@pytest.mark.parametrize("ring_every", [1.0, 1e9])
def test_who_rests_is_asked_when_it_may_be(
    source: Callable[[Time], Any], ring_every: float
) -> None:
    """At the end of its rest and not before, however often it is rung."""
    reads = watch(ring_every, 600.0, source, rests=60.0).reads
    assert set(between(reads)[1:]) == {60.0}
    assert reads[1] in (60.0, 2.0)  # it has a new connection, and may have missed something


def test_who_rests_is_heard_all_the_same() -> None:
    """What it says while it rests is asked for at once, or in a moment where it was just asked."""
    reads = watch(1e9, 250.0, lambda time: Talking(time, 20, 21, 22.5, 100), rests=60.0).reads
    assert reads[:8] == [0.0, 20.0, 22.0, 24.0, 84.0, 100.0, 160.0, 220.0]


def test_who_never_stops_talking_is_asked_now_and_then() -> None:
    """There is a moment between two readings that end with a rest."""
    gaps = between(watch(1e9, 600.0, Chattering, rests=60.0).reads)
    assert set(gaps) == {2.0}


@pytest.mark.parametrize("ring_every", [1.0, 1e9])
def test_who_rests_and_loses_its_connections(ring_every: float) -> None:
    """It is not asked any sooner than a new connection says something; those are made later each
    time."""
    sources: list[Lost] = []

    def lost(time: Time) -> Lost:
        sources.append(Lost(time, math.inf))
        return sources[0]

    reads = watch(ring_every, 3_600.0, lost, rests=60.0).reads
    gaps = between(sources[0].connections)
    assert all(later > one * 1.1 for one, later in pairwise(gaps[:8]))
    assert len(gaps) < 15
    assert max(between(reads)) < 60.1
    assert len(reads) <= 3_600 / 60 + len(gaps) + 2
