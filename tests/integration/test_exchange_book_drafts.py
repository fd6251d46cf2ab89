"""Cards and drafts at an Exchange server: once, whatever becomes of an answer, and beside what is
there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.book_contract import BOB
from contract.drafts_contract import letter as draft
from contract.drafts_contract import message_id
from exchange_desk import ANA, exchange_of
from fakes.exchange.account import Account
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item

from connectors.errors import Ambiguous, BadItem, Refused, Unavailable
from connectors.exchange.book import CATEGORY, ExchangeBook
from connectors.exchange.drafts import ExchangeDrafts
from connectors.exchange.session import Exchange
from connectors.records import Card

__all__ = ["clock", "exchange"]

LUNCH = "<lunch@example.org>"
LOST = ("cut_before", "cut_after", "nonsense")


@pytest.fixture
def way(exchange: FakeExchange) -> Iterator[Exchange]:
    with closing(exchange_of(exchange)) as way:
        yield way


@pytest.fixture
def ana(exchange: FakeExchange) -> Account:
    return exchange.account(ANA)


def _cards(ana: Account) -> list[Item]:
    return ana.mailbox.items("contacts")


def test_a_card_is_in_a_category_of_its_own(way: Exchange, ana: Account) -> None:
    """A name in one word is a given name; a birthday needs a year there."""
    book = ExchangeBook(way)
    book.add_card(BOB)
    book.add_card(Card("syncd-2", "Cher", birthday="1946-05-20"))
    book.add_card(Card("syncd-3", "王小明", birthday="--05-20"))
    bob, cher, wang = _cards(ana)
    assert [one.text for one in bob.props["Categories"]] == [CATEGORY]
    assert (bob.text("GivenName"), bob.text("Surname")) == ("Bob", "Stone")
    assert (cher.text("GivenName"), cher.text("FileAs")) == ("Cher", "Cher")
    assert cher.text("Birthday").startswith("1946-05-20")
    assert "Birthday" not in wang.props


def test_whoever_is_there_is_left_alone(way: Exchange, ana: Account) -> None:
    """A contact with an address of the card is its owner's: nothing is added, nothing changed."""
    kept = ana.contacts.add("Bobby", "other@example.org", "BOB@example.org")
    before = kept.change_key
    assert ExchangeBook(way).add_card(BOB).partition("//")[2].partition("/")[2] == kept.id
    assert [one.change_key for one in _cards(ana)] == [before]
    ExchangeBook(way).remove_card(BOB.uid, f"contacts//x/{kept.id}")
    assert _cards(ana) == [kept]


@pytest.mark.parametrize("fault", LOST)
def test_a_card_whose_answer_was_lost_is_looked_for(
    way: Exchange, ana: Account, exchange: FakeExchange, fault: str
) -> None:
    """By its mark."""
    getattr(exchange.faults, fault)("CreateItem")
    book = ExchangeBook(way)
    with pytest.raises(Ambiguous):
        book.add_card(BOB)
    ref = book.add_card(BOB)
    assert book.add_card(BOB) == ref
    assert len(_cards(ana)) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ErrorMessageSizeExceeded", BadItem), ("ErrorQuotaExceeded", Refused)],
)
def test_what_is_not_taken(
    way: Exchange, exchange: FakeExchange, code: str, expected: type[Exception]
) -> None:
    """For what it is, or for what the mailbox is."""
    exchange.faults.trouble("CreateItem", code)
    with pytest.raises(expected):
        ExchangeBook(way).add_card(BOB)
    exchange.faults.trouble("CreateItem", code)
    with pytest.raises(expected):
        ExchangeDrafts(way).add_draft(draft(1), message_id(1))


@pytest.mark.parametrize("fault", LOST)
def test_a_draft_whose_answer_was_lost_is_looked_for(
    way: Exchange, ana: Account, exchange: FakeExchange, fault: str
) -> None:
    """By its Message-ID."""
    getattr(exchange.faults, fault)("CreateItem")
    drafts = ExchangeDrafts(way)
    with pytest.raises(Ambiguous):
        drafts.add_draft(draft(1), message_id(1))
    ref = drafts.add_draft(draft(1), message_id(1))
    assert drafts.add_draft(draft(1), message_id(1)) == ref
    assert len(ana.mailbox.items("drafts")) == 1
    assert ana.sent == []


def test_an_answer_that_the_owner_has_begun_is_left_alone(way: Exchange, ana: Account) -> None:
    """A draft that answers the same mail, in whatever words; ours keeps what it answers."""
    drafts = ExchangeDrafts(way)
    drafts.add_draft(draft(1, LUNCH), message_id(1))
    (item,) = ana.mailbox.items("drafts")
    assert item.mime == draft(1, LUNCH)
    again = drafts.add_draft(draft(2, LUNCH), message_id(2))
    assert again.endswith(f"/{item.id}")
    assert drafts.add_draft(draft(3, "<dinner@example.org>"), message_id(3)) != again
    assert len(ana.mailbox.items("drafts")) == 2


def test_a_message_id_that_is_none(way: Exchange) -> None:
    """It could never be found again."""
    with pytest.raises(Refused, match="printable ASCII"):
        ExchangeDrafts(way).add_draft(draft(1), "<ü@example.org>")


def test_a_busy_server(way: Exchange, exchange: FakeExchange) -> None:
    """Nothing was written."""
    exchange.faults.busy("CreateItem")
    with pytest.raises(Unavailable) as told:
        ExchangeBook(way).add_card(BOB)
    assert told.value.wait == 7
