"""The past of a Gmail mailbox by IMAP, and everything else by the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from gmail_two_ways import TwoWays
from gmail_world import GET, HISTORY
from servers.fake_imap import FakeImap

from connectors.errors import Unavailable
from connectors.imap import reading
from connectors.records import Message, Seen

__all__ = ["clock", "google"]


@pytest.fixture
def box(google: FakeGoogle, clock: Clock) -> Iterator[TwoWays]:
    """Ana's mailbox with five mails: one sent, one a draft, one an advertisement."""
    with FakeImap("X-GM-EXT-1 SPECIAL-USE") as imap:
        found = TwoWays(google, clock, imap)
        with closing(found.source):
            found.add(2)
            found.add(labels=["INBOX", "CATEGORY_PROMOTIONS"])
            found.add(labels=["SENT"])
            found.mailbox.save_draft(b"From: ana@example.com\nSubject: Plan\n\nHello\n")
            found.show()
            yield found
            found.source.close()


def test_the_past_costs_no_units(box: TwoWays) -> None:
    """All of it comes by IMAP under the refs of the API, which lists once what may be lacking."""
    items = box.read_all()
    assert box.known == {one for one, letter in box.mailbox.letters.items()
                         if "DRAFT" not in letter.labels}  # fmt: skip
    assert len(items) == 4
    assert box.google.count(GET) == 0
    assert box.google.quota.units.total() < 40  # what it lists, by label as well
    assert {one.ref for one in items} == {one.ref for one in box.source.census()}


def test_what_imap_tells_is_what_the_api_tells(box: TwoWays) -> None:
    """The same observations, and the same stamps."""
    by_imap = {one.ref: one for one in box.read_all()}
    box.restart()
    box.ledger.cursor = None
    by_api = {one.ref: one for one in box.read_all()}
    assert by_imap == by_api
    stamps = [one.stamp for one in by_api.values() if isinstance(one, Seen)]
    assert stamps == ["SENT", "CATEGORY_PROMOTIONS", "", ""]


def test_news_and_texts_come_by_the_api(box: TwoWays) -> None:
    """IMAP is asked no more when all of the past was told."""
    items = box.read_all()
    asked = len(box.imap.log)
    (fresh,) = box.add()
    box.mailbox.trash(items[0].ref.removeprefix("gmail//"))
    assert {one.ref for one in box.read_all()} == {items[0].ref, f"gmail//{fresh}"}
    (text,) = box.source.read_text([items[1].ref])
    assert text.plain == "Shall we meet?"
    assert len(box.imap.log) == asked


def test_what_imap_does_not_show_is_fetched(box: TwoWays) -> None:
    """A mail without an id there, or one that it does not show, is none that is lost."""
    everything = box.imap.boxes["[Gmail]/All Mail"]
    everything.ids.pop(1)
    everything.mails.pop(2)
    box.read_all()
    assert len(box.known) == 4
    assert box.asked() == 2


def test_it_goes_on_where_it_was(box: TwoWays, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the connection breaks, or the process, the next reading goes on; news comes first."""
    monkeypatch.setattr(reading, "BATCH", 2)
    batches = box.source.changes(None, box.ledger, box.clock())
    box.ledger.commit(next(batches))
    box.ledger.commit(next(batches))
    batches.close()  # type: ignore[attr-defined]  # a generator
    told = set(box.known)
    assert 0 < len(told) < 4
    (fresh,) = box.add()
    box.imap.says("LOGIN", "!")
    box.imap.says("AUTHENTICATE", "!")
    box.restart(past=box.past())
    items = box.read()
    assert isinstance(box.trouble, Unavailable)
    assert [one.ref for one in items] == [f"gmail//{fresh}"]
    items = box.read_all()
    assert told.isdisjoint(one.ref.removeprefix("gmail//") for one in items)
    assert len(box.known) == 5


def test_what_went_while_nobody_looked(box: TwoWays) -> None:
    """A history that expired meanwhile, and a reading from the beginning: both compare."""
    first = next(iter(box.mailbox.letters))
    for batch in box.source.changes(None, box.ledger, box.clock()):
        box.ledger.commit(batch)
        if box.known:
            break
    box.mailbox.delete(first)
    box.mailbox.forget_history()
    box.read_all()
    assert len(box.known) == 3
    second = next(iter(box.mailbox.letters))
    box.mailbox.delete(second)
    box.show()
    box.ledger.cursor = None
    box.asked(HISTORY)
    box.read_all()
    assert len(box.known) == 2
    assert box.asked() == 0


def test_the_other_way_was_given_up(box: TwoWays, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `backfill: api` again the API reads the rest."""
    monkeypatch.setattr(reading, "BATCH", 2)
    for batch in box.source.changes(None, box.ledger, box.clock()):
        box.ledger.commit(batch)
        if box.known:
            break
    told = len(box.known)
    box.restart()
    box.read_all()
    assert len(box.known) == 4
    assert box.asked() == 4 - told


def test_messages_hold_what_they_should(box: TwoWays) -> None:
    """Labels are those that count, as the API names them."""
    box.read_all()
    traits = [
        message.trait("x-gm-labels")
        for found in box.ledger.observations.values()
        for message in found
        if isinstance(message, Message)
    ]
    assert sorted(traits, key=str) == ["CATEGORY_PROMOTIONS", None, None, "SENT"]
