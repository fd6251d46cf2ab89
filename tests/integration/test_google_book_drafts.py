"""Cards and drafts at Google: once, whatever becomes of an answer, and beside what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from contract.book_contract import BOB
from contract.drafts_contract import letter as draft
from contract.drafts_contract import message_id
from fakes.google.account import Account
from fakes.google.call import invalid
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from google_desk import api_of

from connectors.errors import Ambiguous, BadItem, Refused, SignInNeeded, Unavailable
from connectors.google.api import Api
from connectors.google.book import GROUP, GoogleBook
from connectors.google.drafts import GoogleDrafts
from connectors.records import Card

__all__ = ["clock", "google"]

ANA = "ana@example.com"
LUNCH = "<lunch@example.org>"
LOST = ("cut_before", "cut_after", "truncated", "nonsense", "broken")


@pytest.fixture
def api(google: FakeGoogle) -> Iterator[Api]:
    with closing(api_of(google, ANA)) as api:
        yield api


@pytest.fixture
def ana(google: FakeGoogle) -> Account:
    return google.account(ANA)


def _people(ana: Account) -> list[dict[str, Any]]:
    return [one.body for one in ana.contacts.connections.all.values() if not one.deleted]


def test_a_card_is_in_a_group_of_its_own(api: Api, ana: Account) -> None:
    """Made once, where it is absent; a name in one word, and a birthday without a year, are as
    they are."""
    book = GoogleBook(api)
    first = book.add_card(BOB)
    second = book.add_card(Card("syncd-2", "Cher", birthday="--05-20", nicknames=("C",)))
    (group,) = (one for one in ana.contacts.groups.values() if not one.system)
    assert (group.name, group.members) == (
        GROUP,
        [one[len("people//") :] for one in (first, second)],
    )
    bob, cher = _people(ana)
    assert bob["names"] == [{"givenName": "Bob", "familyName": "Stone"}]
    assert cher["names"] == [{"givenName": "Cher"}]
    assert cher["birthdays"] == [{"date": {"month": 5, "day": 20}}]
    assert "organizations" not in cher


def test_whoever_is_there_is_left_alone(api: Api, ana: Account) -> None:
    """A contact with an address of the card is its owner's: nothing is added, nothing changed."""
    kept = ana.contacts.connections.add("Bobby", "BOB@example.org")
    before = dict(ana.contacts.connections.all[kept].body)
    assert GoogleBook(api).add_card(BOB) == f"people//{kept}"
    assert _people(ana) == [before]
    assert all(one.system for one in ana.contacts.groups.values())


@pytest.mark.parametrize("fault", LOST)
def test_a_card_whose_answer_was_lost_is_looked_for(
    api: Api, ana: Account, google: FakeGoogle, clock: Clock, fault: str
) -> None:
    """Also where the list of contacts shows a new one late: the group has it."""
    ana.contacts.connections.lag = timedelta(minutes=5)
    getattr(google.faults, fault)("people.people.createContact")
    book = GoogleBook(api)
    with pytest.raises(Ambiguous):
        book.add_card(BOB)
    ref = book.add_card(BOB)
    assert book.add_card(replace(BOB, name="Robert")) == ref
    clock.advance(minutes=10)
    assert book.add_card(BOB) == ref
    assert len(_people(ana)) == 1


@pytest.mark.parametrize("fault", LOST)
def test_a_group_whose_making_was_not_answered_is_looked_for(
    api: Api, ana: Account, google: FakeGoogle, fault: str
) -> None:
    """There is one of that name."""
    getattr(google.faults, fault)("people.contactGroups.create")
    book = GoogleBook(api)
    with pytest.raises(Unavailable):
        book.add_card(BOB)
    book.add_card(BOB)
    assert [one.name for one in ana.contacts.groups.values() if not one.system] == [GROUP]
    assert len(_people(ana)) == 1


def test_a_group_made_meanwhile_is_taken(api: Api, ana: Account, google: FakeGoogle) -> None:
    """Google refuses a second one of that name."""
    google.faults.meanwhile("people.contactGroups.create", lambda: ana.contacts.add_group(GROUP))
    GoogleBook(api).add_card(BOB)
    (group,) = (one for one in ana.contacts.groups.values() if not one.system)
    assert len(group.members) == 1


@pytest.mark.parametrize("fault", ["", "cut_after", "renamed"])
def test_a_card_of_ours_can_be_removed(
    api: Api, ana: Account, google: FakeGoogle, fault: str
) -> None:
    """Also where the answer to its making was lost, or Google has named it anew since; nobody
    else's is, and once it is gone there is nothing to do."""
    kept = ana.contacts.connections.add("Eve", "eve@example.org")
    book, ref = GoogleBook(api), ""
    if fault == "cut_after":
        google.faults.cut_after("people.people.createContact")
        with pytest.raises(Ambiguous):
            book.add_card(BOB)
    else:
        ref = book.add_card(BOB)
    if fault == "renamed":
        ana.contacts.connections.rename(ref.removeprefix("people//"))
    book.remove_card("another", ref)
    book.remove_card(BOB.uid, f"people//{kept}")
    assert len(_people(ana)) == 2
    for _ in range(2):
        book.remove_card(BOB.uid, ref)
        assert [one["names"][0]["givenName"] for one in _people(ana)] == ["Eve"]


def test_a_card_or_draft_that_is_not_taken_is_set_aside(api: Api, google: FakeGoogle) -> None:
    """And one for which the right is missing asks for it."""
    acts: dict[str, Callable[[], str]] = {
        "people.people.createContact": lambda: GoogleBook(api).add_card(BOB),
        "gmail.users.drafts.create": lambda: GoogleDrafts(api).add_draft(draft(1), message_id(1)),
    }
    for method, act in acts.items():
        google.faults.refuse(method, lambda: invalid("Request contains an invalid argument."))
        with pytest.raises(BadItem):
            act()
        google.faults.forbidden(method)
        with pytest.raises(SignInNeeded):
            act()


def test_an_answer_is_in_the_thread_of_its_mail(api: Api, ana: Account) -> None:
    """Where that mail is here; else it is a draft by itself."""
    mailbox = ana.mailbox
    lunch = mailbox.deliver(letter("bob@example.org", ANA, "Lunch", message_id=LUNCH))
    drafts = GoogleDrafts(api)
    ref = drafts.add_draft(draft(1, LUNCH), message_id(1))
    alone = drafts.add_draft(draft(2, "<unknown@example.org>"), message_id(2))
    odd = drafts.add_draft(draft(3, '<"a" OR b@example.org>'), message_id(3))
    threads = [mailbox.letters[one.removeprefix("gmail//")].thread for one in (ref, alone, odd)]
    assert threads[0] == mailbox.letters[lunch].thread
    assert len(set(threads)) == 3


def test_a_thread_in_which_an_answer_was_begun_gets_no_second_one(api: Api, ana: Account) -> None:
    """Whoever began it: also one that Gmail has given another Message-ID. A draft in that thread
    that answers another mail does not count."""
    mailbox = ana.mailbox
    lunch = mailbox.deliver(letter("bob@example.org", ANA, "Lunch", message_id=LUNCH))
    thread = mailbox.letters[lunch].thread
    mailbox.save_draft(letter(ANA, "eve@example.org", answers="<other@example.org>"), thread)
    drafts = GoogleDrafts(api)
    ref = drafts.add_draft(draft(1, LUNCH), message_id(1))
    assert drafts.add_draft(draft(2, LUNCH), message_id(2)) == ref
    assert len(mailbox.drafts) == 2


@pytest.mark.parametrize("fault", LOST)
def test_a_draft_whose_answer_was_lost_is_looked_for(
    api: Api, ana: Account, google: FakeGoogle, fault: str
) -> None:
    """Before it is left again."""
    getattr(google.faults, fault)("gmail.users.drafts.create")
    drafts = GoogleDrafts(api)
    with pytest.raises(Ambiguous):
        drafts.add_draft(draft(1), message_id(1))
    drafts.add_draft(draft(1), message_id(1))
    assert len(ana.mailbox.drafts) == 1


def test_a_mail_deleted_meanwhile_is_no_thread(api: Api, ana: Account, google: FakeGoogle) -> None:
    """The draft is left by itself, the next time."""
    lunch = ana.mailbox.deliver(letter("bob@example.org", ANA, "Lunch", message_id=LUNCH))
    google.faults.meanwhile("gmail.users.drafts.create", lambda: ana.mailbox.delete(lunch))
    drafts = GoogleDrafts(api)
    with pytest.raises(Unavailable):
        drafts.add_draft(draft(1, LUNCH), message_id(1))
    drafts.add_draft(draft(1, LUNCH), message_id(1))
    assert len(ana.mailbox.drafts) == 1


@pytest.mark.parametrize("odd", ["", "<>", "a b@example.org", 'a" in:sent "@b', "é@example.org"])
def test_a_draft_needs_a_plain_message_id(api: Api, google: FakeGoogle, odd: str) -> None:
    """One that can be looked for, and is nothing else to a search."""
    with pytest.raises(Refused, match="Message-ID"):
        GoogleDrafts(api).add_draft(draft(1), odd)
    assert google.log == []
