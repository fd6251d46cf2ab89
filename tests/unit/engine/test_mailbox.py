"""One thread works; the others post, wait, and are told when nothing is done any more."""

from __future__ import annotations

from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

import pytest

from syncd.engine.guard import Turns
from syncd.engine.mailbox import Leaving, Mailbox

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 10, tzinfo=UTC)
PATIENCE = 30.0


def posting(mailbox: Mailbox, job: Any) -> tuple[Thread, SimpleQueue[Any]]:
    """A thread that has a job done, and what it got: a result or an error."""
    got: SimpleQueue[Any] = SimpleQueue()

    def post() -> None:
        try:
            got.put(mailbox.do("read", job, NOW))
        except BaseException as error:  # noqa: BLE001  # looked at by the test
            got.put(error)

    thread = Thread(target=post, daemon=True)
    thread.start()
    return thread, got


def test_a_job_is_done_at_the_workers_moment() -> None:
    """Its sender waits, and gets its result; the moment is that of the thread that works."""
    mailbox = Mailbox()
    _, got = posting(mailbox, lambda now: now)
    letter = mailbox.take(PATIENCE)
    assert letter is not None
    assert letter.kind == "read"
    mailbox.open(letter, LATER)
    assert got.get(timeout=PATIENCE) == LATER
    assert mailbox.do("read", lambda now: now, NOW) == NOW  # its own jobs are done at once


def test_an_error_is_its_senders() -> None:
    """A job that breaks breaks for whoever posted it."""
    mailbox = Mailbox()
    _, got = posting(mailbox, lambda _: 1 // 0)
    letter = mailbox.take(PATIENCE)
    assert letter is not None
    with pytest.raises(ZeroDivisionError):
        mailbox.open(letter, NOW)
    assert isinstance(got.get(timeout=PATIENCE), ZeroDivisionError)


def test_nobody_waits_for_a_closed_one() -> None:
    """Whoever waits, and whoever comes later, is told to leave."""
    mailbox = Mailbox()
    _, waiting = posting(mailbox, lambda now: now)
    letter = mailbox.take(PATIENCE)
    assert letter is not None
    mailbox._queue.put(letter)  # it is there, and nobody opens it
    mailbox.close()
    assert isinstance(waiting.get(timeout=PATIENCE), Leaving)
    _, late = posting(mailbox, lambda now: now)
    assert isinstance(late.get(timeout=PATIENCE), Leaving)


def test_turns_are_handed_on_in_order() -> None:
    """A thread that takes its turn again and again does not overtake those that wait."""
    turns, order = Turns(), SimpleQueue[int]()
    asked = [Event() for _ in range(3)]

    def wait(number: int) -> None:
        asked[number].set()
        with turns:
            order.put(number)

    with turns:
        for number in range(3):
            Thread(target=wait, args=(number,), daemon=True).start()
            assert asked[number].wait(PATIENCE)
            while len(turns._waiting) <= number:
                pass  # it is about to ask
    with turns:
        order.put(99)
    assert [order.get(timeout=PATIENCE) for _ in range(4)] == [0, 1, 2, 99]
