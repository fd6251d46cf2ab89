"""When something that failed is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from connectors.errors import ConnectorError, CursorExpired, Refused, SignInNeeded, Unavailable
from syncd.retry import FIRST, MOST, PAUSE, Backoff, Retries
from syncd.store.health import Place

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIL, CALENDAR = Place("work", "mail", "INBOX"), Place("work", "calendar", "main")


def waits(backoff: Backoff, error: Exception, times: int) -> list[float]:
    """The seconds after each of several failures in a row."""
    found, now = [], NOW
    for _ in range(times):
        until = backoff.failed(error, now)
        found.append((until - now).total_seconds())
        now = until
    return found


def test_waits_grow_exponentially_up_to_a_cap() -> None:
    """Each wait is about twice the last one, from a few seconds to a quarter of an hour."""
    found = waits(Backoff(Random(7)), Unavailable("the server is restarting"), 14)
    assert FIRST <= found[0] <= 1.25 * FIRST
    assert all(1.5 < after / before < 2.6 for before, after in pairwise(found[:8]))
    assert found[-1] == MOST
    assert max(found) == MOST


def test_jitter_spreads_accounts_and_is_the_same_for_the_same_seed() -> None:
    """Two accounts that fail together come back apart; a seed repeats its waits."""
    error = Unavailable("the server is restarting")
    assert waits(Backoff(Random(1)), error, 5) == waits(Backoff(Random(1)), error, 5)
    assert waits(Backoff(Random(1)), error, 5) != waits(Backoff(Random(2)), error, 5)


@pytest.mark.parametrize("seconds", [0.0, 1.5, 61.0, 7200.0])
def test_a_wait_that_was_asked_for_is_kept_exactly(seconds: float) -> None:
    """Retry-After is neither shortened, nor lengthened, nor capped at our own longest wait."""
    backoff = Backoff(Random(7))
    waits(backoff, Unavailable("the server is restarting"), 5)
    assert waits(backoff, Unavailable("slow down", wait=seconds), 3) == [seconds] * 3


def test_an_absurd_wait_is_no_end() -> None:
    """A Retry-After of a century becomes a week."""
    assert waits(Backoff(), Unavailable("slow down", wait=3e9), 1) == [7 * 86_400.0]


@pytest.mark.parametrize("error", [SignInNeeded("sign in again"), Refused("over quota")])
def test_what_only_the_owner_can_mend_is_hardly_tried(error: ConnectorError) -> None:
    """No growing waits: an hour each time, because only the owner can help."""
    assert waits(Backoff(), error, 3) == [PAUSE] * 3


def test_success_opens_again() -> None:
    """After a success it may be tried at once, and the next failure counts as the first."""
    backoff = Backoff(Random(7))
    waits(backoff, Unavailable("the server is restarting"), 9)
    assert not backoff.open(NOW)
    backoff.ok()
    assert backoff.open(NOW)
    assert waits(backoff, Unavailable("the server is restarting"), 1)[0] <= 1.25 * FIRST


def test_it_is_closed_until_its_moment() -> None:
    """Not a second before the moment it named, and from that moment on."""
    backoff = Backoff(Random(7))
    until = backoff.failed(Unavailable("slow down", wait=60), NOW)
    assert until == NOW + timedelta(minutes=1)
    assert not backoff.open(until - timedelta(microseconds=1))
    assert backoff.open(until)


@pytest.mark.parametrize("error", [ValueError("boom"), CursorExpired("it starts over")])
def test_any_other_trouble_is_tried_again_later_each_time(error: Exception) -> None:
    """A fault nobody foresaw is waited for like a server that does not answer."""
    first, second = waits(Backoff(Random(7)), error, 2)
    assert FIRST <= first < second


def test_each_place_has_a_back_off_of_its_own() -> None:
    """One facet that fails closes no other; a new configuration opens all."""
    retries = Retries(Random(7))
    until = retries.failed(MAIL, SignInNeeded("sign in again"), NOW)
    assert retries.until(MAIL) == until
    assert not retries.open(MAIL, NOW)
    assert retries.open(CALENDAR, NOW)
    assert retries.until(CALENDAR) is None
    retries.forget()
    assert retries.open(MAIL, NOW)


def test_nothing_is_told_to_anybody(capsys: pytest.CaptureFixture[str]) -> None:
    """A retry is no line in a log: stamina's own would quote the error."""
    waits(Backoff(), Unavailable("/home/ana/Maildir does not exist"), 3)
    assert capsys.readouterr() == ("", "")
