"""Cards and drafts at Microsoft: once, whatever becomes of an answer, and beside what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from contract.book_contract import BOB
from contract.drafts_contract import letter as draft
from contract.drafts_contract import message_id
from fakes.google.world import Clock, letter
from fakes.graph.account import Account
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.errors import Ambiguous, BadItem, Refused
from connectors.graph.api import Api
from connectors.graph.book import CATEGORY, GraphBook
from connectors.graph.contact_card import MARK
from connectors.graph.drafts import GraphDrafts
from connectors.records import Card

__all__ = ["clock", "graph"]

ANA = "ana@example.com"
LUNCH = "<lunch@example.org>"
LOST = ("cut_before", "cut_after", "truncated", "nonsense")


@pytest.fixture
def api(graph: FakeGraph) -> Iterator[Api]:
    with closing(api_of(graph, ANA)) as api:
        yield api


@pytest.fixture
def ana(graph: FakeGraph) -> Account:
    return graph.account(ANA)


def _contacts(ana: Account) -> list[dict[str, Any]]:
    return [one.body for one in ana.contacts.all.values()]


def test_a_card_has_a_category_and_our_mark(api: Api, ana: Account) -> None:
    """A name in one word, and a birthday without a year, are as they are; three addresses and a
    few telephones are all that Outlook has room for."""
    book = GraphBook(api)
    many = tuple(f"bob{number}@example.org" for number in range(5))
    phones = tuple(f"+35121000000{number}" for number in range(5))
    book.add_card(replace(BOB, addrs=many, phones=phones))
    ref = book.add_card(Card("syncd-2", "Cher", birthday="--05-20", nicknames=("C",)))
    bob, cher = _contacts(ana)
    assert (bob["givenName"], bob["surname"]) == ("Bob", "Stone")
    assert len(bob["emailAddresses"]) == 3
    assert (len(bob["businessPhones"]), bob["mobilePhone"]) == (2, phones[2])
    assert bob["categories"] == [CATEGORY]
    assert cher["birthday"].startswith("1604-05-20")
    assert cher["nickName"] == "C"
    marks = ana.contacts.all[ref.rpartition("/")[2]].extended
    assert marks == {MARK: "syncd-2"}


def test_whoever_is_there_is_left_alone(api: Api, ana: Account) -> None:
    """A contact with an address of the card is its owner's, in whatever folder: nothing is added,
    nothing changed."""
    folder = ana.contacts.make_folder("Clients")
    kept = ana.contacts.add("Bobby", "BOB@example.org", folder=folder.id)
    before = dict(ana.contacts.all[kept].body)
    assert GraphBook(api).add_card(BOB).rpartition("/")[2] == kept
    assert _contacts(ana) == [before]


@pytest.mark.parametrize("fault", LOST)
def test_a_card_whose_answer_was_lost_is_looked_for(
    api: Api, ana: Account, graph: FakeGraph, fault: str
) -> None:
    """Before it is added again."""
    getattr(graph.faults, fault)("contacts.create")
    book = GraphBook(api)
    with pytest.raises(Ambiguous):
        book.add_card(BOB)
    ref = book.add_card(BOB)
    assert book.add_card(replace(BOB, name="Robert")) == ref
    assert len(_contacts(ana)) == 1


@pytest.mark.parametrize("lost", [False, True])
def test_a_card_of_ours_can_be_removed(
    api: Api, ana: Account, graph: FakeGraph, lost: bool
) -> None:
    """Also where the answer to its making was lost, or it was moved since; nobody else's is, and
    once it is gone there is nothing to do."""
    kept = ana.contacts.add("Eve", "eve@example.org")
    book, ref = GraphBook(api), ""
    if lost:
        graph.faults.cut_after("contacts.create")
        with pytest.raises(Ambiguous):
            book.add_card(BOB)
    else:
        ref = book.add_card(BOB)
        ana.contacts.move(ref.rpartition("/")[2], ana.contacts.make_folder("Clients").id)
    book.remove_card("another", ref)
    book.remove_card(BOB.uid, f"contacts//x/{kept}") if not ref else None
    for _ in range(2):
        book.remove_card(BOB.uid, ref)
        assert [one["displayName"] for one in _contacts(ana)] == ["Eve"]


def test_a_card_or_draft_that_is_not_taken_is_set_aside(api: Api, graph: FakeGraph) -> None:
    """And one for which the right is missing is told of."""
    acts: dict[str, Callable[[], str]] = {
        "contacts.create": lambda: GraphBook(api).add_card(BOB),
        "drafts.create": lambda: GraphDrafts(api).add_draft(draft(1), message_id(1)),
    }
    for method, act in acts.items():
        graph.faults.error(400, "ErrorInvalidProperty", method)
        with pytest.raises(BadItem):
            act()
        graph.faults.forbidden(method)
        with pytest.raises(Refused, match=r"ReadWrite"):
            act()


def test_an_answer_is_in_the_conversation_of_its_mail(api: Api, ana: Account) -> None:
    """Where an answer was begun, by whomever, there is no second one; a draft there that answers
    another mail does not count."""
    mailbox = ana.mailbox
    mailbox.deliver(letter("bob@example.org", ANA, "Lunch", message_id=LUNCH))
    drafts = GraphDrafts(api)
    ref = drafts.add_draft(draft(1, LUNCH), message_id(1))
    assert drafts.add_draft(draft(2, LUNCH), message_id(2)) == ref
    other = drafts.add_draft(draft(3, "<unknown@example.org>"), message_id(3))
    assert other != ref
    assert len(mailbox.drafts) == 2


@pytest.mark.parametrize("seed", [0, 2])
@pytest.mark.parametrize("fault", LOST)
def test_a_draft_whose_answer_was_lost_is_looked_for(
    api: Api, graph: FakeGraph, clock: Clock, seed: int, fault: str
) -> None:
    """Before it is left again: by its Message-ID, or, where it was given another one, by what it
    says."""
    graph.reset(clock, seed)
    api = api_of(graph, ANA)
    getattr(graph.faults, fault)("drafts.create")
    drafts = GraphDrafts(api)
    with pytest.raises(Ambiguous):
        drafts.add_draft(draft(1), message_id(1))
    drafts.add_draft(draft(1), message_id(1))
    assert len(graph.account(ANA).mailbox.drafts) == 1
    api.close()


def test_a_draft_that_was_sent_or_binned_is_not_left_again(api: Api, ana: Account) -> None:
    """Its owner has decided about it."""
    drafts = GraphDrafts(api)
    for number, act in enumerate((ana.mailbox.send, ana.mailbox.trash)):
        drafts.add_draft(draft(number), message_id(number))
        (one,) = ana.mailbox.drafts
        act(one.id)
        drafts.add_draft(draft(number), message_id(number))
        assert ana.mailbox.drafts == []


@pytest.mark.parametrize("odd", ["", "<>", "a b@example.org", 'a" in:sent "@b', "é@example.org"])
def test_a_draft_needs_a_plain_message_id(api: Api, graph: FakeGraph, odd: str) -> None:
    """One that can be looked for."""
    with pytest.raises(Refused, match="Message-ID"):
        GraphDrafts(api).add_draft(draft(1), odd)
    assert graph.log == []
