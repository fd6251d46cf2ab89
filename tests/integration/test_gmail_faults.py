"""What goes wrong between us and Gmail: nothing is lost, little is asked for twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from fakes.google.call import Refused as Said
from fakes.google.fixtures import clock, google
from gmail_world import GET, HISTORY, LIST, Box, box

from connectors.errors import Paused, Refused, SignInNeeded, Unavailable
from connectors.google.quota import Limit
from connectors.records import Bad, Seen

__all__ = ["box", "clock", "google"]


def test_the_quota_ends_a_reading(box: Box) -> None:
    """What was fetched is told; the rest is asked for when there are units again, none twice."""
    box.limits = {"gmail": Limit(420, 60.0)}
    box.google.quota.a_minute["gmail"] = 420
    box.restart()
    ids = box.add(11)
    assert len(box.read()) == 5  # 300 units are left to others
    assert isinstance(box.trouble, Paused)
    assert box.known == set(ids[-5:])
    rounds = 0
    while box.trouble is not None:
        assert isinstance(box.trouble, Paused)
        box.clock.advance(seconds=box.trouble.wait)
        box.read()
        rounds += 1
    assert box.known == set(ids)
    assert rounds == 2
    assert box.asked() == 11
    assert not box.google.quota.refused


def test_news_comes_through_while_the_back_fill_waits(box: Box) -> None:
    """The back-fill never takes the last units."""
    box.limits = {"gmail": Limit(420, 60.0)}
    box.restart()
    box.add(11)
    box.clock.advance(days=1)
    box.read()
    at = box.clock()
    (fresh,) = box.add()
    box.clock.at = at + timedelta(seconds=1)
    assert [one.ref for one in box.read()] == [f"gmail//{fresh}"]
    assert isinstance(box.trouble, Paused)


def test_texts_leave_half_of_the_quota_to_the_back_fill(box: Box) -> None:
    """While there is more to be read; then they may have all of it."""
    box.restart()
    refs = [f"gmail//{one}" for one in box.add(160)]
    told: list[str] = []
    box.clock.advance(minutes=1)
    with pytest.raises(Paused):
        told.extend(text.ref for text in box.source.read_text(refs))
    assert len(told) == 150
    assert len(box.read()) == 134
    box.clock.advance(minutes=1)
    box.read_all()
    box.clock.advance(minutes=1)
    assert len(list(box.source.read_text(refs))) == 160


@pytest.mark.parametrize("method", [GET, LIST])
def test_too_many_requests(box: Box, method: str) -> None:
    """429: what came is told, and it is asked again after Retry-After exactly."""
    ids = box.add(6)
    box.google.faults.too_many(method, times=3, retry_after=17)
    told = {one.ref.removeprefix("gmail//") for one in box.read()}
    assert isinstance(box.trouble, Unavailable)
    assert (box.trouble.asked, box.trouble.wait) == (True, 17)
    assert told == (set(ids[:3]) if method == GET else set())
    box.google.faults.clear()
    assert isinstance(box.read() or box.trouble, Paused)  # not before
    box.clock.advance(seconds=17)
    box.read_all()
    assert box.known == set(ids)
    assert box.asked() == 6


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded"])
def test_forbidden_because_it_is_too_fast(box: Box, reason: str) -> None:
    """403 with such a reason is no refusal, though it names no time: the rest is asked for a minute
    later, and nothing before."""
    ids = box.add(6)
    box.google.faults.rate(GET, times=2, skip=4, reason=reason)
    box.read()
    assert isinstance(box.trouble, Paused)
    assert (len(box.known), box.trouble.wait) == (4, 60.0)
    box.clock.advance(seconds=59)
    calls = len(box.google.log)
    assert isinstance(box.read() or box.trouble, Paused)
    assert len(box.google.log) == calls
    box.clock.advance(seconds=1)
    box.read_all()
    assert box.known == set(ids)
    assert box.asked() == 6


@pytest.mark.parametrize("wait", [300, None])
def test_a_limit_is_no_fault_of_a_mail(box: Box, wait: int | None) -> None:
    """However often Google refuses, whether it says when to come again or not: nothing is set aside
    for that."""
    ids = box.add(4)
    for _ in range(4):
        box.ledger.cursor = None
        box.google.faults.too_many(GET, times=1, skip=1, retry_after=wait)
        box.read()
        assert isinstance(box.trouble, Unavailable)
        assert box.trouble.wait == (wait or 60)
        box.clock.advance(seconds=box.trouble.wait)
    box.read_all()
    assert box.known == set(ids)
    assert not box.ledger.reasons


@pytest.mark.parametrize("status", [403, 429])
def test_a_restart_forgets_what_was_spent(box: Box, status: Literal[403, 429]) -> None:
    """Google does not, and refuses without a word of when: that is a pause, and no trouble."""
    box.google.quota.status = status
    ids = box.add(400)
    box.read()
    assert isinstance(box.trouble, Paused)
    for _ in range(3):
        before = len(box.known)
        box.restart()
        box.read()
        assert isinstance(box.trouble, Paused)
        assert before <= len(box.known) < 400
    assert box.google.quota.refused
    box.clock.advance(seconds=60)
    box.restart()
    box.read_all()
    assert box.known == set(ids)
    assert not box.ledger.reasons


def test_others_use_the_quota_up(box: Box) -> None:
    """Another program of the same project leaves little of it: it takes long, and no mail is set
    aside."""
    box.google.quota.a_minute["gmail"], box.google.quota.status = 150, 403
    ids = box.add(40)
    while box.known != set(ids):
        box.read()
        assert isinstance(box.trouble, Paused | None)
        box.clock.advance(seconds=13)
    assert not box.ledger.reasons
    assert sum(box.google.quota.refused.values()) < 40


def test_batches_that_are_too_large(box: Box) -> None:
    """Parts that Gmail refuses for their number are asked for in smaller batches, at once, and the
    next batches are smaller."""
    box.google.quota.at_once = 20
    ids = box.add(120)
    assert len(box.read_all()) == 120
    assert box.known == set(ids)
    assert box.asked() == 120
    assert box.source._fetcher.portion <= 20


def test_gmail_takes_none_at_once(box: Box) -> None:
    """Others ask for the same user: it is a pause, no mail's fault, and soon over."""
    box.google.quota.at_once = 0
    ids = box.add(12)
    for _ in range(5):
        assert box.read() == []
        assert isinstance(box.trouble, Paused)
        assert box.trouble.wait < 60
    assert box.source._fetcher.portion == 1
    box.google.quota.at_once = 100
    box.read_all()
    assert box.known == set(ids)
    assert not box.ledger.reasons


def test_an_account_without_gmail(box: Box) -> None:
    """Of an organisation that has not given it any: only the owner can leave it out."""
    none = Said(400, "failedPrecondition", "Mail service not enabled", name="FAILED_PRECONDITION")
    box.google.faults.refuse("gmail.*", lambda: none, None)
    for _ in range(2):
        assert box.read() == []
        assert type(box.trouble) is Refused
        assert "`mail: false`" in str(box.trouble)


def test_nothing_more_today(box: Box) -> None:
    """The daily quota ends at midnight in California."""
    box.add(2)
    box.google.faults.used_up(LIST)
    box.read()
    assert isinstance(box.trouble, Unavailable)
    assert box.trouble.wait > 3600


@pytest.mark.parametrize("status", [500, 502, 503])
def test_gmail_is_broken(box: Box, status: int) -> None:
    """5xx for everything is an outage: nothing is set aside, the cursor stays."""
    ids = box.add(6)
    box.google.faults.broken("gmail.*", times=None, status=status)
    for _ in range(6):
        assert box.read() == []
        assert isinstance(box.trouble, Unavailable)
    box.google.faults.clear()
    box.read_all()
    assert box.known == set(ids)
    assert not box.ledger.reasons


def test_one_mail_that_is_never_delivered(box: Box) -> None:
    """While others come it holds up nothing: it is set aside, and read when it can be."""
    ids = box.add(6)
    box.google.faults.broken(GET, times=1, skip=2)
    box.google.faults.broken(GET, times=1, skip=5)
    box.read()
    assert isinstance(box.trouble, Unavailable)
    assert len(box.known) == 5
    for _ in range(2):
        box.google.faults.broken(GET, times=1)
        box.read()
    (bad,) = box.known & {ref.removeprefix("gmail//") for ref in box.ledger.reasons}
    assert bad == ids[3]
    assert box.known == set(ids)
    assert box.read_all() == []
    (item,) = box.source.read_again([f"gmail//{bad}"], box.ledger.cursor or "")
    assert isinstance(item, Seen)


def test_one_new_mail_that_is_never_delivered(box: Box) -> None:
    """Nor does a single one pin the history."""
    box.add(2)
    box.read_all()
    (one,) = box.add()
    for _ in range(2):
        box.google.faults.broken(GET, times=1)
        assert box.read() == []
        assert isinstance(box.trouble, Unavailable)
    box.google.faults.broken(GET, times=1)
    (item,) = box.read_all()
    assert isinstance(item, Bad)
    assert item.for_now
    (more,) = box.add()
    assert [each.ref for each in box.read_all()] == [f"gmail//{more}"]
    assert {one, more} < box.known


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "truncated", "html", "nonsense"])
def test_a_mail_that_spoils_every_batch(box: Box, fault: str) -> None:
    """Fewer are asked for at once until it is found, and the others are told."""
    ids = box.add(9)
    getattr(box.google.faults, fault)("batch", times=2)
    for _ in range(2):
        assert box.read() == []
        assert isinstance(box.trouble, Unavailable)
    assert box.source._fetcher.portion == 1
    box.read_all()
    assert box.known == set(ids)
    assert not box.ledger.reasons


def test_deleted_between_list_and_get(box: Box) -> None:
    """404 is no error: it is left out, and gone where it was known."""
    ids = box.add(5)
    box.google.faults.meanwhile(GET, lambda: box.mailbox.delete(ids[1]))
    box.read_all()
    assert box.known == set(ids) - {ids[1]}
    box.mailbox.relabel(ids[2], ["CATEGORY_SOCIAL"])
    box.google.faults.meanwhile(GET, lambda: box.mailbox.trash(ids[2]))
    box.read_all()
    assert ids[2] not in box.known
    assert box.read_all() == []


def test_rights_that_are_missing(box: Box) -> None:
    """A sign-in without the scope for mail has to be done again."""
    box.add()
    box.google.faults.forbidden(LIST)
    box.read()
    assert isinstance(box.trouble, SignInNeeded)


def test_an_api_that_is_not_switched_on(box: Box) -> None:
    """Only the owner can mend that."""
    box.google.disabled.add("gmail")
    box.read()
    assert isinstance(box.trouble, Refused)
    assert "enable it" in str(box.trouble)


def test_a_token_that_died_half_way(box: Box) -> None:
    """A new one is asked for, and the batch goes through."""
    ids = box.add(4)
    box.google.faults.meanwhile(GET, box.google.oauth.expire_access, skip=2)
    box.read()
    while box.trouble is not None:
        assert isinstance(box.trouble, Unavailable)
        box.read()
    assert box.known == set(ids)


def test_the_history_cannot_be_had_now(box: Box) -> None:
    """503 for it is no expiry: nothing is compared."""
    box.add(3)
    box.read_all()
    box.add()
    box.google.faults.broken(HISTORY)
    box.asked(LIST)
    assert box.read() == []
    assert isinstance(box.trouble, Unavailable)
    assert len(box.read_all()) == 1
    assert box.asked(LIST) == 0
