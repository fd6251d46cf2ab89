"""Waiting for mail on a stream of notifications."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import monotonic

import pytest
from exchange_box import Box, box_of
from fakes.exchange.fixtures import FakeExchange, clock, exchange

from connectors.errors import Unavailable
from connectors.exchange import streaming

__all__ = ["clock", "exchange"]

SOON = 10.0


@pytest.fixture
def box(exchange: FakeExchange) -> Iterator[Box]:
    with box_of(exchange) as made:
        yield made


def rest(box: Box) -> None:
    """Read and wait until nothing is told any more, and somebody listens."""
    box.read()
    while box.source.wait(0.02):
        box.read()
    assert box.exchange.streams.listening()


def test_a_stream_keeps_a_connection_of_its_own(box: Box) -> None:
    """While one is held by the server mail is read by another."""
    rest(box)
    box.mail("first")
    assert box.source.wait(SOON)
    assert box.subjects() == {"first"}
    assert box.source.hindrance == ""
    assert box.exchange.count("GetStreamingEvents") == 1


def test_only_where_it_happened_a_look_is_taken(box: Box) -> None:
    """A mailbox may have hundreds of folders: while all of them are listened to, those that news
    came from are enough. What may have been missed is looked for everywhere."""
    for name in "ABC":
        box.mailbox.make_folder(name)
    rest(box)
    assert looked_at(box) == 0
    box.mail("in B", "B")
    assert box.source.wait(SOON)
    assert looked_at(box) == 1
    assert len(box.ledger.stamps) == 1
    box.exchange.faults.cut_before("SyncFolderItems")
    box.mail("in C", "C")
    assert box.source.wait(SOON)
    with pytest.raises(Unavailable):
        box.read()
    assert looked_at(box) == 5, "a look that failed was none"
    assert len(box.ledger.stamps) == 2
    box.exchange.streams.cut()
    assert box.source.wait(SOON)
    assert looked_at(box) == 5


def looked_at(box: Box) -> int:
    """How many folders a reading asks for."""
    before = box.exchange.count("SyncFolderItems")
    box.read()
    return box.exchange.count("SyncFolderItems") - before


def test_an_end_is_no_end(box: Box) -> None:
    """Streams end after half an hour: the next goes on, and who waits takes a look."""
    rest(box)
    box.exchange.streams.end()
    assert box.source.wait(SOON)
    assert box.exchange.settled(lambda: box.exchange.count("GetStreamingEvents") == 2)
    assert box.exchange.count("Subscribe") == 1


def test_a_stream_that_breaks(box: Box) -> None:
    """What it would have said is looked for."""
    rest(box)
    box.exchange.streams.cut()
    box.mail("meanwhile")
    assert box.source.wait(SOON)
    assert box.subjects() == {"meanwhile"}


def test_a_subscription_that_is_forgotten(box: Box) -> None:
    """It is made anew, and nothing that happened in between is lost."""
    rest(box)
    box.exchange.streams.forget()
    box.mail("meanwhile")
    assert box.source.wait(SOON)
    assert box.subjects() == {"meanwhile"}
    assert box.exchange.settled(lambda: box.exchange.count("Subscribe") == 2)
    rest(box)
    box.mail("later")
    assert box.source.wait(SOON)
    assert box.subjects() == {"later"}


def test_another_folder_is_listened_to(box: Box) -> None:
    """Folders that came are listened to as soon as they are read."""
    rest(box)
    box.mailbox.make_folder("New")
    box.mail("first", "New")
    assert box.subjects() == {"first"}
    rest(box)
    box.mail("second", "New")
    assert box.source.wait(SOON)
    assert box.subjects() == {"second"}


def test_a_folder_that_has_gone_is_no_hindrance(box: Box) -> None:
    """Where one is deleted before it is listened to a look finds out, and the others are."""
    folder = box.mailbox.make_folder("Old").id
    box.read()
    box.mailbox.delete_folder(folder, hard=True)
    assert box.source.wait(0)
    rest(box)
    assert box.source.hindrance == ""


def test_a_server_that_tells_nothing_is_polled(exchange: FakeExchange) -> None:
    """It is said why, and each timeout ends in a look; later it is asked once more."""
    exchange.faults.trouble("Subscribe", "ErrorInvalidSubscriptionRequest")
    now = [1000.0]
    with box_of(exchange, clock=lambda: now[0]) as box:
        box.read()
        now[0] += 1
        assert box.source.wait(0)
        assert "does not tell of new mail" in box.source.hindrance
        box.read()
        assert exchange.count("Subscribe") == 1
        now[0] += streaming._AGAIN + 1
        assert box.source.wait(0)
        assert box.source.hindrance == ""


def test_trouble_that_stays_is_polled_around(exchange: FakeExchange) -> None:
    """A stream that breaks off again and again is told of as what it is, then given up."""
    exchange.faults.cut_before("Subscribe", None)
    with box_of(exchange) as box:
        box.read()
        for _ in range(2):
            with pytest.raises(Unavailable):
                box.source.wait(0)
        assert box.source.wait(0)
        assert "as often as `poll:` says" in box.source.hindrance
        box.mail("first")
        assert box.subjects() == {"first"}


def test_wake_and_close_do_not_wait(box: Box) -> None:
    """Both end at once, though the server holds the stream."""
    rest(box)
    started = monotonic()
    threading.Timer(0.02, box.source.wake).start()
    assert not box.source.wait(SOON)
    box.source.close()
    assert monotonic() - started < SOON
    assert not [one for one in threading.enumerate() if one.name == "stream"]
    assert box.exchange.count("Unsubscribe") == 1
    box.mail("first")
    assert box.subjects() == {"first"}
