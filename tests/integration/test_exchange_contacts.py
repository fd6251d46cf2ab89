"""Contacts of an Exchange mailbox as cards, and what an account looks like from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.ledger import Ledger
from exchange_box import ZONE
from exchange_desk import ANA, account_of, exchange_of
from fakes.exchange.account import Account
from fakes.exchange.fixtures import FakeExchange, clock, exchange
from fakes.exchange.world import letter
from fakes.exchange.xml import t

from connectors.errors import Refused
from connectors.exchange.book import ExchangeBook
from connectors.exchange.contacts import ContactsSource
from connectors.records import Card, Facet, Gone, Item, Seen

__all__ = ["clock", "exchange"]


@pytest.fixture
def ana(exchange: FakeExchange) -> Account:
    return exchange.account(ANA)


@pytest.fixture
def source(exchange: FakeExchange) -> Iterator[ContactsSource]:
    names = {"/o=Firm/cn=carl": "carl@example.com"}
    resolve = lambda name: names.get(name, "")  # noqa: E731
    with closing(ContactsSource(exchange_of(exchange), ZONE, resolve)) as made:
        yield made


def card(items: list[Item]) -> Card:
    """The only one."""
    (item,) = items
    assert isinstance(item, Seen)
    (found,) = item.observations
    assert isinstance(found, Card)
    return found


def test_a_contact_is_a_card(ana: Account, source: ContactsSource) -> None:
    """With all that a card has room for."""
    item = ana.contacts.add(
        "Bob Stone", "bob@example.org", "bob@home.example.org", CompanyName="Stone & Co",
        Department="Sales", JobTitle="Director", Nickname="Bobby", Categories=["Friends", "Chess"],
        PhoneNumbers={"MobilePhone": "+351 912 345 678", "BusinessFax": "+351 1 111"},
        Birthday=t("Birthday", "1980-05-01T23:00:00Z"), Body="Met in Porto\n\nLikes chess",
    )  # fmt: skip
    assert card(Ledger().read(source)) == Card(
        item.id,
        "Bob Stone",
        ("bob@example.org", "bob@home.example.org"),
        "Stone & Co / Sales",
        "Director",
        "1980-05-02",
        ("Friends", "Chess"),
        ("Bobby",),
        ("+351 912 345 678",),
        "Met in Porto\nLikes chess",
    )


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("1980-05-01T00:00:00Z", "1980-05-01"),
        ("1980-05-01T11:59:00Z", "1980-05-01"),
        ("1604-02-29T00:00:00Z", "--02-29"),
    ],
)
def test_a_birthday_is_a_day(ana: Account, source: ContactsSource, told: str, day: str) -> None:
    """However it is told; Outlook has a year for those whose year nobody knows."""
    ana.contacts.add("Bob Stone", Birthday=t("Birthday", told))
    assert card(Ledger().read(source)).birthday == day


def test_a_list_is_a_group(ana: Account, source: ContactsSource) -> None:
    """Its members are addresses."""
    ana.contacts.add_list("Chess", "Bob <bob@example.org>", "Eva <eva@example.org>")
    found = card(Ledger().read(source))
    assert (found.kind, found.name) == ("group", "Chess")
    assert found.members == ("bob@example.org", "eva@example.org")


def test_somebody_of_the_directory(ana: Account, source: ContactsSource) -> None:
    """Who is kept by a name of the directory is asked for there."""
    ana.contacts.add("Carl Silva", "/o=Firm/cn=carl")
    assert card(Ledger().read(source)).addrs == ("carl@example.com",)


def test_a_contact_without_a_name(ana: Account, source: ContactsSource) -> None:
    """It goes by its address; one without anything names nobody."""
    ana.contacts.add("", "bob@example.org", DisplayName="", FileAs="", Surname="")
    assert card(Ledger().read(source)).name == "bob@example.org"


def test_a_card_of_ours_keeps_its_uid(
    ana: Account, exchange: FakeExchange, source: ContactsSource
) -> None:
    """What we added is known by the uid that it was added under; deleted it is gone."""
    ledger = Ledger()
    ledger.read(source)
    ref = ExchangeBook(exchange_of(exchange)).add_card(
        Card("ours-1", "Eva Stone", ("eva@example.org",))
    )
    assert card(ledger.read(source)).uid == "ours-1"
    assert list(ledger.stamps) == [ref]
    (item,) = ana.contacts.items()
    ana.contacts.delete(item)
    assert ledger.read(source) == [Gone(ref)]


def test_a_survey(exchange: FakeExchange, ana: Account) -> None:
    """Each side in a line; what is off is not asked for."""
    ana.contacts.add("Bob Stone")
    ana.mailbox.make_folder("Projects")
    told = list(account_of(exchange, tasks="Follow-ups").survey())
    assert told[0] == f"127.0.0.1 answers at {exchange.url}"
    assert told[1].startswith("signed in as ")
    assert told[2] == "mail: 0 in the inbox"
    assert any("folders are read: Inbox, Sent Items, Projects" in one for one in told)
    assert "contacts: 1" in told
    assert "tasks: the folder Follow-ups is made with the first task" in told
    before = exchange.count("FindFolder")
    plain = account_of(exchange, mail=False, calendars=False, contacts=False, tasks="default")
    assert list(plain.survey())[-1] == "tasks: 0 in the mailbox's own folder"
    assert exchange.count("FindFolder") == before


def test_a_survey_finds_what_is_missing(exchange: FakeExchange) -> None:
    """As a reading would."""
    with pytest.raises(Refused, match="no folder Nowhere"):
        list(account_of(exchange, folders=["Nowhere"]).survey())


def test_an_account_reads_all_its_sides(exchange: FakeExchange, ana: Account) -> None:
    """One source for each, by one sign-in; nothing is asked before they are."""
    account = account_of(exchange, tasks="default", zone=ZONE)
    sources = account.sources()
    assert exchange.log == []
    ana.contacts.add("Bob Stone")
    ana.mailbox.deliver(letter("Bob <bob@example.org>", ANA))
    told = {}
    for source in sources:
        with closing(source):  # type: ignore[type-var]  # all of these are
            told[source.facet] = len(Ledger().read(source))
    assert told == {Facet.MAIL: 1, Facet.CALENDAR: 0, Facet.CONTACTS: 1, Facet.TASKS: 0}
    assert exchange.signin.asked.count("") == 1
