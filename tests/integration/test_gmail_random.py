"""Whatever happens to a mailbox at Gmail and between us: in the end what is known is what is there.

Seeds that once failed can be added. More of them: change `SEEDS` and `SEEDS_BY_IMAP`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

import pytest
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from gmail_two_ways import TwoWays
from gmail_world import GET, HISTORY, LIST, Box, box
from servers.fake_imap import FakeImap

from connectors.errors import Unavailable
from connectors.google import gmail_fetch, gmail_listing
from connectors.google.gmail_labels import is_mail, stamp
from connectors.google.quota import Limit
from connectors.imap import reading

__all__ = ["box", "clock", "google"]

SEEDS: Final = (12, 26, 27, 38, 66)
SEEDS_BY_IMAP: Final = (2, 65, 70)
_LABELS: Final = ("CATEGORY_SOCIAL", "CATEGORY_PROMOTIONS", "SENT", "STARRED", "UNREAD", "INBOX")
_COMING: Final = (["INBOX"], ["SENT"], ["INBOX", "CATEGORY_SOCIAL"], ["SPAM"])
_FAULTS: Final = ("broken", "rate", "too_many", "cut_before", "truncated", "html", "nonsense")
_RAW: Final = b"From: ana@example.com\nSubject: A\nDate: Mon, 2 Nov 2026 08:00:00 +0000\n\nHello\n"


class Fate:
    """What happens next, by chance."""

    def __init__(self, box: Box, seed: int) -> None:
        self.box = box
        self.chance = random.Random(seed)
        limit = self.chance.choice((400, 500, 6_000))
        box.limits["gmail"] = Limit(limit, 60.0)
        box.google.quota.a_minute["gmail"] = limit
        self.restart()
        self._acts: tuple[Callable[[], object], ...] = (
            self.come, self.come, self.go, self.sort, self.sort, self.draft, self.send,
            self.read, self.read, self.fault, self.fault, self.midway, self.restart,
            self.box.mailbox.forget_history, self.begin_anew,
        )  # fmt: skip

    def restart(self) -> None:
        """The process."""
        if isinstance(self.box, TwoWays):
            self.box.restart(past=self.box.past())
        else:
            self.box.restart()

    def act(self) -> None:
        """One thing, and some time."""
        self.chance.choice(self._acts)()
        self.box.clock.advance(seconds=self.chance.choice((0, 1, 30, 61)))

    def come(self) -> None:
        """Mail."""
        self.box.add(self.chance.randrange(1, 6), labels=self.chance.choice(_COMING))

    def go(self) -> None:
        """A mail is deleted, or put somewhere, or comes back."""
        mailbox = self.box.mailbox
        if mailbox.letters:
            one = self.chance.choice(list(mailbox.letters))
            where = self.chance.choice(("", "TRASH", "SPAM"))
            if not where:
                mailbox.delete(one)
            elif where in mailbox.letters[one].labels:
                mailbox.relabel(one, ["INBOX"], [where])
            else:
                mailbox.relabel(one, [where], ["INBOX"])

    def sort(self) -> None:
        """Labels."""
        if self.box.mailbox.letters:
            one = self.chance.choice(list(self.box.mailbox.letters))
            on, off = (self.chance.sample(_LABELS, 2) for _ in range(2))
            self.box.mailbox.relabel(one, on, off)

    def draft(self) -> None:
        """A draft, or a chat."""
        if self.chance.random() < 0.5:
            self.box.mailbox.deliver(_RAW, ["CHAT"])
        else:
            self.box.mailbox.save_draft(_RAW)

    def send(self) -> None:
        """A draft is sent."""
        if self.box.mailbox.drafts:
            self.box.mailbox.send_draft(self.chance.choice(list(self.box.mailbox.drafts)))

    def read(self) -> None:
        """A reading, perhaps abandoned."""
        most = self.chance.choice((1, 2, 100))
        if isinstance(self.box, TwoWays):
            self.box.show()
        try:
            for batch in self.box.source.changes(
                self.box.ledger.cursor, self.box.ledger, self.box.clock()
            ):
                self.box.ledger.commit(batch)
                most -= 1
                if not most:
                    return
        except Unavailable as error:
            self.box.trouble = error

    def fault(self) -> None:
        """Something goes wrong soon."""
        method = self.chance.choice((GET, LIST, HISTORY, "gmail.*"))
        fault = getattr(self.box.google.faults, self.chance.choice(_FAULTS))
        fault(method, times=self.chance.randrange(1, 4), skip=self.chance.randrange(6))

    def midway(self) -> None:
        """Something happens in the middle of a reading."""
        act = self.chance.choice((self.come, self.go, self.sort))
        method = self.chance.choice((GET, LIST, HISTORY))
        self.box.google.faults.meanwhile(method, act, skip=self.chance.randrange(3))

    def begin_anew(self) -> None:
        """The cursor is lost."""
        self.box.ledger.cursor = None


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and batches of a few."""
    monkeypatch.setattr(gmail_listing, "PAGE", 4)
    monkeypatch.setattr(gmail_fetch, "AT_ONCE", 3)
    monkeypatch.setattr(reading, "BATCH", 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_in_the_end(box: Box, seed: int) -> None:
    """The same mails with the same labels are known as are there, and a look tells nothing more."""
    comes_to_the_same(box, seed)


@pytest.mark.parametrize("seed", SEEDS_BY_IMAP)
def test_in_the_end_by_imap(google: FakeGoogle, clock: Clock, seed: int) -> None:
    """The same where the past comes by IMAP."""
    with FakeImap("X-GM-EXT-1 SPECIAL-USE") as imap:
        box = TwoWays(google, clock, imap)
        try:
            comes_to_the_same(box, seed)
        finally:
            box.source.close()


def comes_to_the_same(box: Box, seed: int) -> None:
    """Live for a while, then look."""
    fate = Fate(box, seed)
    for _ in range(40):
        fate.act()
    box.google.faults.clear()
    for _ in range(200):
        if isinstance(box, TwoWays):
            box.show()
        box.read()
        if box.trouble is None:
            break
        assert isinstance(box.trouble, Unavailable)
        box.clock.advance(seconds=max(1.0, box.trouble.wait))
    assert box.trouble is None
    there = {
        f"gmail//{one}": stamp(letter.labels)
        for one, letter in box.mailbox.letters.items()
        if is_mail(letter.labels)
    }
    assert set(box.ledger.stamps) == set(there)
    assert not {
        ref
        for ref, labels in there.items()
        if box.ledger.stamps[ref] != labels and ref not in box.ledger.reasons
    }
    assert box.read_all() == []
