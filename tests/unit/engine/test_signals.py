"""What signals come to, in the thread that hears them."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from syncd.engine.mailbox import Mailbox
from syncd.engine.signals import Signals


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def signals(mailbox: Mailbox) -> Iterator[Signals]:
    found = Signals(mailbox)
    with found.heard():
        yield found


def test_hangups_that_pile_up_are_one(mailbox: Mailbox, signals: Signals) -> None:
    """However many wait to be answered; one that comes while it is answered is answered after."""
    for _ in range(100):
        signal.raise_signal(signal.SIGHUP)
    assert len(mailbox) == 1
    letter = mailbox.take(0)
    assert letter is not None
    assert letter.kind == "reload"
    signals.reread_begins()
    for _ in range(100):
        signal.raise_signal(signal.SIGHUP)
    assert len(mailbox) == 1


def test_told_to_leave(mailbox: Mailbox, signals: Signals) -> None:
    """SIGTERM is what a service is there for; Ctrl-C is told to the shell as always."""
    signal.raise_signal(signal.SIGTERM)
    assert signals.code == 0
    signal.raise_signal(signal.SIGINT)
    assert signals.code == 128 + signal.SIGINT
    assert len(mailbox) == 2
    signals.quiet()
    signal.raise_signal(signal.SIGTERM)
    assert len(mailbox) == 2
