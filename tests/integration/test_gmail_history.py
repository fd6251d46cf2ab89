"""What changes in a mailbox at Gmail, as its history tells it or as it is found without one."""

from __future__ import annotations

from collections.abc import Iterable

from fakes.google.fixtures import clock, google
from gmail_world import GET, HISTORY, LIST, Box, box

from connectors.errors import Unavailable
from connectors.records import Gone, Message, Seen

__all__ = ["box", "clock", "google"]


def gone(items: Iterable[object]) -> set[str]:
    """Ids of what is gone."""
    return {one.ref.removeprefix("gmail//") for one in items if isinstance(one, Gone)}


def seen(items: Iterable[object]) -> list[str]:
    """Ids of what was seen, in its order."""
    return [one.ref.removeprefix("gmail//") for one in items if isinstance(one, Seen)]


def test_the_past_comes_newest_first(box: Box) -> None:
    """Whoever is met today is known after the first mails."""
    ids = box.add(7)
    assert seen(box.read_all()) == ids[::-1]
    assert box.asked() == 7


def test_a_quiet_look_costs_two_units(box: Box) -> None:
    """One call of history.list, and nothing else."""
    box.add(3)
    box.read_all()
    before = box.google.quota.units.total()
    assert box.read_all() == []
    assert box.google.quota.units.total() == before + 2


def test_a_page_with_nothing_on_it_is_no_end(box: Box) -> None:
    """What the next page tells is read."""
    box.add(2)
    box.read_all()
    box.mailbox.hollow = True
    ids = box.add(3)
    assert sorted(seen(box.read_all())) == sorted(ids)
    assert box.read_all() == []


def test_reading_and_sorting_mail_costs_nothing_more(box: Box) -> None:
    """Labels that say nothing of who wrote to whom lead to no call but the look itself."""
    first, second = box.add(2)
    box.read_all()
    box.mailbox.read(first)
    box.mailbox.archive(first)
    box.mailbox.relabel(second, ["STARRED", box.mailbox.make_label("Clients")])
    box.asked()
    assert box.read_all() == []
    assert box.asked() == 0


def test_another_category_is_told(box: Box) -> None:
    """A mail that is moved to another tab is told once more, under the same ref."""
    (one,) = box.add()
    box.read_all()
    box.mailbox.relabel(one, ["CATEGORY_PROMOTIONS"], ["CATEGORY_PERSONAL"])
    (item,) = box.read_all()
    assert isinstance(item, Seen)
    assert item.stamp == "CATEGORY_PROMOTIONS"
    (message,) = item.observations
    assert isinstance(message, Message)
    assert message.trait("x-gm-labels") == "CATEGORY_PROMOTIONS"
    assert box.read_all() == []


def test_drafts_and_chats_are_no_mail(box: Box) -> None:
    """They are neither listed nor fetched; a draft that is sent is a mail."""
    raw = b"From: ana@example.com\nTo: bob@example.org\nSubject: Plan\n\nHello\n"
    box.mailbox.deliver(raw, ["CHAT"])
    old = box.mailbox.save_draft(raw)
    assert box.read_all() == []
    box.mailbox.deliver(raw, ["CHAT"])
    box.mailbox.save_draft(raw)
    assert box.read_all() == []
    assert box.google.count(GET) == 0
    sent = box.mailbox.send_draft(old)
    (item,) = box.read_all()
    assert isinstance(item, Seen)
    assert (item.ref, item.stamp) == (f"gmail//{sent}", "SENT")


def test_spam_that_was_none(box: Box) -> None:
    """What was never told is told when it is taken out of spam."""
    (one,) = box.add(labels=["SPAM"])
    assert box.read_all() == []
    box.mailbox.relabel(one, ["INBOX"], ["SPAM"])
    assert seen(box.read_all()) == [one]


def test_came_and_went_between_two_looks(box: Box) -> None:
    """A mail that was deleted before it was read is not asked for."""
    box.add(2)
    box.read_all()
    (one,) = box.add()
    box.mailbox.delete(one)
    box.asked()
    assert box.read_all() == []
    assert box.asked() == 0


def test_a_week_of_history_in_pages(box: Box) -> None:
    """More changes than a page holds are told, each mail fetched once."""
    box.add(2)
    box.read_all()
    ids = box.add(30)
    for each in ids * 20:
        box.mailbox.relabel(each, ["STARRED"])
        box.mailbox.relabel(each, (), ["STARRED"])
    box.asked(), box.asked(HISTORY)
    assert seen(box.read_all()) == ids
    assert (box.asked(), box.asked(HISTORY)) == (30, 3)


def test_history_that_has_expired(box: Box) -> None:
    """What went meanwhile is gone, what came or was sorted elsewhere is fetched, nothing else."""
    ids = box.add(12)
    box.read_all()
    box.mailbox.delete(ids[3])
    box.mailbox.trash(ids[5])
    box.mailbox.relabel(ids[7], ["CATEGORY_SOCIAL"], ["CATEGORY_PERSONAL"])
    fresh = box.add(2)
    box.mailbox.forget_history()
    box.asked()
    items = box.read_all()
    assert gone(items) == {ids[3], ids[5]}
    assert seen(items) == [ids[7], *fresh[::-1]]
    assert box.ledger.stamps[f"gmail//{ids[7]}"] == "CATEGORY_SOCIAL"
    assert box.asked() == 3
    assert box.read_all() == []


def test_history_that_expires_during_the_back_fill(box: Box) -> None:
    """The back-fill looks through everything once more, and fetches what is unknown."""
    ids = box.add(8)
    box.source._fetcher.portion = 3
    for batch in box.source.changes(None, box.ledger, box.clock()):
        box.ledger.commit(batch)
        break
    assert box.known == set(ids[5:])
    box.mailbox.delete(ids[6])
    fresh = box.add()
    box.mailbox.forget_history()
    box.asked()
    box.read_all()
    assert box.known == {*ids, *fresh} - {ids[6]}
    assert box.asked() == 6


def test_another_mailbox_under_the_cursor(box: Box) -> None:
    """A history that is younger than the cursor is none of this mailbox: it is compared."""
    box.add(3)
    box.read_all()
    box.google.accounts.clear()
    box.google.account("ana@example.com").mailbox.history = 50
    ids = box.add(2)
    items = box.read_all()
    assert box.known == set(ids)
    assert len(gone(items)) + len(ids) >= 3


def test_a_full_mailbox_that_is_suddenly_empty(box: Box) -> None:
    """Nobody empties a mailbox by hand: nothing is gone for that."""
    box.add(21)
    box.read_all()
    for each in list(box.mailbox.letters):
        box.mailbox.delete(each)
    box.mailbox.forget_history()
    assert box.read() == []
    assert isinstance(box.trouble, Unavailable)
    assert len(box.known) == 21


def test_more_of_the_past_is_wanted(box: Box) -> None:
    """A longer `history:` leads to what was left out, and to nothing else."""
    old = box.add(2)
    box.clock.advance(days=100)
    new = box.add(2)
    box.restart(history=box.clock().date().replace(day=1))
    assert seen(box.read_all()) == new[::-1]
    box.restart()
    assert seen(box.read_all()) == old[::-1]
    assert box.asked(LIST) == 2
    assert box.read_all() == []


def test_a_page_that_google_forgot(box: Box) -> None:
    """Where the token of a page is no use any more the listing begins anew; what is known is not
    fetched again."""
    ids = box.add(8)
    box.source._fetcher.portion = 3
    for batch in box.source.changes(None, box.ledger, box.clock()):
        box.ledger.commit(batch)
        break
    assert box.ledger.cursor
    box.ledger.cursor = box.ledger.cursor.replace('"last"', '"page":"forgotten","last"')
    box.asked()
    box.read_all()
    assert box.known == set(ids)
    assert box.asked() == 5
