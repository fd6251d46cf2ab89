"""When a source is asked: by news, or by the time, which nothing that rings puts off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event
from typing import Any, cast

import pytest

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
