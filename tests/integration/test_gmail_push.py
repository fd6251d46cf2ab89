"""Waiting for mail at Gmail through Pub/Sub: what is said, what is lost, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from time import monotonic

import pytest
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from gmail_world import ANA, BOB, GET, HISTORY, LIST, ZONE, Box
from google_desk import api_of

from connectors.contract import Hindered, Waiting
from connectors.errors import Paused, SignInNeeded, Unavailable
from connectors.google.gmail_push import PushedGmail
from connectors.google.quota import Limit

__all__ = ["clock", "google"]

SOON = 10.0
WATCH = "gmail.users.watch"
PULL = "pubsub.projects.subscriptions.pull"
ACK = "pubsub.projects.subscriptions.acknowledge"


class PushedBox(Box):
    """Ana's mailbox with a topic and a subscription."""

    source: PushedGmail

    def __init__(self, google: FakeGoogle, clock: Clock) -> None:
        google.pubsub.hold = 30
        self.topic, self.subscription = google.pubsub.add()
        super().__init__(google, clock)

    def opened(self) -> PushedGmail:
        """A new source: nothing is remembered."""
        return PushedGmail(
            api_of(self.google, ANA, limits=self.limits),
            topic=self.topic,
            subscription=self.subscription,
            zone=ZONE,
            clock=lambda: self.clock().timestamp(),
        )

    def quiet(self) -> None:
        """Read until nothing is said any more."""
        self.read_all()
        while self.source.wait(0.02):
            self.read_all()

    def comes(self) -> None:
        """A mail comes."""
        with self.google.lock:
            self.add()

    def held(self) -> int:
        """Posts that nobody took."""
        return len(self.google.pubsub.held[self.subscription])


@pytest.fixture
def box(google: FakeGoogle, clock: Clock) -> Iterator[PushedBox]:
    """It is read and quiet."""
    found = PushedBox(google, clock)
    with closing(found.source):
        found.quiet()
        yield found


def later(box: PushedBox, what: Callable[[], bool]) -> None:
    """Wait until it is so."""
    assert box.google.settled(what, SOON)


def test_it_can_wait(box: PushedBox) -> None:
    """And says why, where it cannot."""
    assert isinstance(box.source, Waiting)
    assert isinstance(box.source, Hindered)
    assert box.source.hindrance == ""


def test_what_is_said_is_taken(box: PushedBox) -> None:
    """A post is acknowledged, and one look is taken for it."""
    box.comes()
    assert box.source.wait(SOON)
    assert len(box.read_all()) == 1
    later(box, lambda: box.held() == 0)
    assert not box.source.wait(0.02)


def test_what_was_read_already_is_no_news(box: PushedBox) -> None:
    """A post about changes that a reading has told ends no wait."""
    box.comes()
    box.read_all()
    later(box, lambda: box.held() == 0)
    assert not box.source.wait(0.02)


def test_the_watch_is_renewed_every_day(box: PushedBox) -> None:
    """It costs 100 units, and lasts seven days at most."""
    assert box.asked(WATCH) == 1
    box.clock.advance(hours=23)
    box.source.wait(0)
    assert box.asked(WATCH) == 0
    box.clock.advance(hours=2)
    box.source.wait(0)
    assert box.asked(WATCH) == 1


def test_a_look_is_taken_anyway(box: PushedBox) -> None:
    """Posts may be lost: four looks an hour cost eight units."""
    box.clock.advance(minutes=14)
    assert not box.source.wait(0)
    box.clock.advance(minutes=2)
    assert box.source.wait(0)
    box.read_all()
    assert not box.source.wait(0)


def test_news_while_the_back_fill_rests(google: FakeGoogle, clock: Clock) -> None:
    """They are said and read; of what is left to them nothing goes to the back-fill, and nothing is
    said twice."""
    box = PushedBox(google, clock)
    old = box.add(20)
    box.limits = {"gmail": Limit(620, 60.0)}
    box.restart()
    clock.advance(minutes=1)
    with closing(box.source):
        assert box.source.wait(0)
        assert box.read()
        assert isinstance(box.trouble, Paused)
        while box.source.wait(0.02):  # what came before it listened
            box.read()
        read, asked = box.known, len(google.log)
        for _ in range(3):
            with google.lock:
                fresh = box.mailbox.deliver(letter(BOB, ANA, at=clock()))
            assert box.source.wait(SOON)
            assert [one.ref for one in box.read()] == [f"gmail//{fresh}"]
            assert isinstance(box.trouble, Paused)
            assert not box.source.wait(0.02)
            assert read < box.known
        assert {one.method for one in google.log[asked:]} <= {HISTORY, GET, LIST, PULL, ACK}
        assert not google.quota.refused
        clock.advance(seconds=box.trouble.wait)
        box.read_all()
        assert box.known >= {*old}


def test_it_ends_a_look_that_breaks_off(box: PushedBox) -> None:
    """A pull that cannot be made is trouble of this wait; what was missed ends the next."""
    box.google.faults.broken(PULL, times=1)
    box.comes()
    with pytest.raises(Unavailable):
        until_trouble(box)
    assert box.source.wait(SOON)
    box.read_all()
    box.comes()
    assert box.source.wait(SOON)


def until_trouble(box: PushedBox) -> None:
    """Wait and read by turns."""
    while box.source.wait(SOON):
        box.read_all()


def test_a_topic_that_gmail_may_not_publish_to(google: FakeGoogle, clock: Clock) -> None:
    """It is polled, the owner is told, and it is tried again."""
    box = PushedBox(google, clock)
    google.pubsub.granted.clear()
    with closing(box.source):
        box.read_all()
        assert box.source.wait(0)
        assert box.source.wait(0.02)
        assert box.topic in box.source.hindrance
        assert google.count(WATCH) == 1
        google.pubsub.granted.add(box.topic)
        clock.advance(hours=1)
        assert box.source.wait(0)
        assert box.source.hindrance == ""
        box.quiet()
        box.comes()
        assert box.source.wait(SOON)


def test_a_subscription_that_is_gone(box: PushedBox) -> None:
    """As above."""
    with box.google.lock:
        box.google.pubsub.topics[box.topic].clear()
        gone = box.google.pubsub.held.pop(box.subscription)
    assert gone == []
    box.source.close()
    assert box.source.wait(SOON)
    assert box.source.wait(SOON)
    assert "Pub/Sub" in box.source.hindrance
    box.google.forgive()


def test_a_subscription_for_two(box: PushedBox) -> None:
    """What is said of another mailbox is left to whoever reads that, and told to the owner."""
    with box.google.lock:
        box.google.pubsub.publish(box.topic, "bob@example.org", 5)
    deadline = monotonic() + SOON
    while not box.source.wait(0.02):
        assert monotonic() < deadline
    assert box.held() == 1
    assert "subscription of its own" in box.source.hindrance


def test_a_post_that_nobody_understands(box: PushedBox) -> None:
    """It is taken for news."""
    with box.google.lock:
        box.google.pubsub.publish(box.topic, "", 5)
    assert box.source.wait(SOON)
    later(box, lambda: box.held() == 0)


def test_signed_out(box: PushedBox) -> None:
    """A sign-in that is no use any more is told by the wait as by a reading."""
    box.clock.advance(days=1)
    box.google.faults.forbidden(WATCH)
    with pytest.raises(SignInNeeded):
        box.source.wait(0)


def test_closing_ends_what_is_under_way(box: PushedBox) -> None:
    """A pull that Google holds for long is cut off; asked again, it listens again. What Google
    still says into the cut is said once more."""
    puller = box.source._puller
    assert puller is not None
    box.source.close()
    assert not puller.is_alive()
    box.quiet()
    box.comes()
    pulled = box.google.count(PULL)
    box.comes()
    later(box, lambda: box.google.count(PULL) > pulled)
    box.comes()
    assert box.source.wait(SOON)
