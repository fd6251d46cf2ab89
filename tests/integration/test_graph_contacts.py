"""Contacts of Microsoft 365: what is told of them, and what delta queries leave out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from contract.ledger import Ledger
from fakes.google.fault import Fault
from fakes.google.world import Clock
from fakes.graph.call import Reply
from fakes.graph.contacts import Contacts
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.errors import BadItem, Paused, Unavailable
from connectors.graph import contact_lists
from connectors.graph.contact_card import MARK, cards_of
from connectors.graph.contact_lists import ref_of
from connectors.graph.contacts import ContactsSource
from connectors.records import Bad, Card, Gone, Item, Seen

__all__ = ["clock", "graph"]
ANA = "ana@example.com"


class Book:
    """Ana's contacts, and what was told of them."""

    def __init__(self, graph: FakeGraph) -> None:
        self.graph = graph
        self.ledger = Ledger()
        self.source = ContactsSource(api_of(graph, ANA))

    @property
    def contacts(self) -> Contacts:
        return self.graph.account(ANA).contacts

    def ref(self, contact: str) -> str:
        """What the core calls it."""
        found = self.contacts.all[contact]
        return ref_of({"parentFolderId": found.folder, "id": contact})

    def read(self) -> list[Item]:
        """What there is to say, committed."""
        return self.ledger.read(self.source)


def bare(reply: Reply) -> Reply:
    """The same answer with nothing of anybody but the id and what changed."""
    told = json.loads(reply.body)
    kept = ("id", "jobTitle", "@odata.etag", "@removed")
    told["value"] = [{k: v for k, v in one.items() if k in kept} for one in told["value"]]
    return replace(reply, body=json.dumps(told).encode())


@pytest.fixture
def book(graph: FakeGraph) -> Book:
    """Empty."""
    return Book(graph)


def card(items: Sequence[Item]) -> Card:
    """That of the only item."""
    (item,) = items
    assert isinstance(item, Seen), item
    (found,) = item.observations
    assert isinstance(found, Card)
    return found


def test_a_contact(book: Book) -> None:
    """Whatever the core uses, as a vCard of the same contact would have it."""
    one = book.contacts.add(
        "Bob Stone",
        "bob@example.org",
        "BOB@example.org",
        "no address",
        companyName="Acme",
        department="Sales",
        jobTitle="Head",
        nickName="Bobby",
        birthday="1974-07-22T11:59:00Z",
        businessPhones=["+1 555 0100", "12"],
        mobilePhone="+1 555 0199",
        categories=["Friends"],
        personalNotes="Met at a fair.\r\n\r\nLikes tea.",
    )
    assert card(book.read()) == Card(
        one,
        "Bob Stone",
        ("bob@example.org",),
        "Acme / Sales",
        "Head",
        "1974-07-22",
        ("Friends",),
        ("Bobby",),
        ("+1 555 0100", "+1 555 0199"),
        "Met at a fair.\nLikes tea.",
    )


def test_what_is_told_in_part(book: Book) -> None:
    """Of what changed a delta query may tell a few members alone: the rest is asked for."""
    one = book.contacts.add("Bob Stone", "bob@example.org", companyName="Acme")
    two = book.contacts.add("Carol Hill", "carol@example.org")
    book.read()
    for each in (one, two):
        book.contacts.edit(each, jobTitle="Head")
    book.graph.faults.add(Fault("contacts.delta", after=bare))
    ref = book.ref(two)
    book.graph.faults.meanwhile("contacts.get", lambda: book.contacts.delete(two), skip=1)
    items = book.read()
    found = card([item for item in items if item.ref != ref])
    assert (found.name, found.organisation, found.title) == ("Bob Stone", "Acme", "Head")
    book.read()
    assert set(book.ledger.stamps) == {book.ref(one)}


def test_what_we_added(book: Book) -> None:
    """Its uid is that under which it was added, which a delta query does not tell."""
    one = book.contacts.add("Bob Stone", "bob@example.org", categories=["Met through mail"])
    book.contacts.all[one].extended[MARK] = "card-1"
    assert card(book.read()).uid == "card-1"
    (item,) = book.source.read_again([book.ref(one)], "")
    assert card([item]).uid == "card-1"


def test_folders(book: Book) -> None:
    """The default one is in no list, the others may be inside each other; a contact that moves is
    another item, and what was in a deleted folder is gone."""
    assert book.read() == []
    inner = book.contacts.make_folder("Clients")
    deep = book.contacts.make_folder("Acme", parent=inner.id)
    one = book.contacts.add("Bob Stone", "bob@example.org", folder=deep.id)
    two = book.contacts.add("Carol Hill", "carol@example.org")
    before = book.ref(one)
    assert {item.ref for item in book.read()} == {before, book.ref(two)}
    book.contacts.move(one, "contacts")
    items = book.read()
    assert {item.ref for item in items if isinstance(item, Gone)} == {before}
    assert {item.ref for item in items if isinstance(item, Seen)} == {book.ref(one)}
    assert list(book.source.read_again([before, "contacts//x/y", "odd"], "")) != []
    third = book.contacts.add("Dan Hill", "dan@example.org", folder=inner.id)
    book.read()
    ref = book.ref(third)
    book.contacts.delete_folder(deep.id)
    book.contacts.delete_folder(inner.id)
    assert {item.ref for item in book.read()} == {ref}


def test_lost_state(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """That folder alone is compared: only what differs is told."""
    monkeypatch.setattr(contact_lists, "PAGE", 3)
    ids = [book.contacts.add(f"Bob {n}", f"bob{n}@example.org") for n in range(7)]
    book.read()
    book.graph.account(ANA).forget_tokens()
    ref = book.ref(ids[2])
    book.contacts.delete(ids[2])
    new = book.contacts.add("New One", "new@example.org")
    items = book.read()
    assert {(type(item), item.ref) for item in items} == {(Gone, ref), (Seen, book.ref(new))}
    assert book.read() == []


def test_what_cannot_be_had_now(book: Book, clock: Clock) -> None:
    """It waits as long as Microsoft says, and nothing is lost."""
    book.contacts.add("Bob Stone", "bob@example.org", categories=["x"])
    book.graph.faults.too_many("contacts.get", retry_after=5)
    with pytest.raises(Paused):
        book.read()
    clock.advance(seconds=5)
    book.graph.faults.broken("contacts.delta")
    with pytest.raises(Unavailable):
        book.read()
    assert card(book.read()).name == "Bob Stone"


def test_many_that_are_refused_now_and_then(book: Book, clock: Clock) -> None:
    """What was answered of a page is not asked for again, or a full one would never be whole."""
    for number in range(10):
        book.contacts.add(f"Bob {number}", f"bob{number}@example.org", categories=["x"])
    for _ in range(3):
        book.graph.faults.too_many("contacts.get", skip=2, retry_after=1)
        with pytest.raises(Paused):
            book.read()
        clock.advance(seconds=1)
    book.graph.faults.too_many("contacts.get", skip=2, retry_after=1)
    assert len(book.read()) == 10


def test_one_that_is_refused(book: Book) -> None:
    """It is set aside for now; the others are told."""
    one = book.contacts.add("Bob Stone", "bob@example.org", categories=["x"])
    two = book.contacts.add("Carol Hill", "carol@example.org")
    book.graph.faults.error(400, "ErrorInvalidRequest", "contacts.get")
    items = {item.ref: item for item in book.read()}
    bad = items[book.ref(one)]
    assert isinstance(bad, Bad)
    assert bad.for_now
    assert isinstance(items[book.ref(two)], Seen)
    assert card(list(book.source.read_again([bad.ref], ""))).name == "Bob Stone"


@pytest.mark.parametrize(
    ("contact", "name", "birthday"),
    [
        ({"displayName": "bob@example.org", "givenName": "Bob"}, "Bob", ""),
        ({"displayName": "bob@example.org"}, "bob@example.org", ""),
        ({"companyName": "Acme", "birthday": "1604-02-29T11:59:00Z"}, "Acme", "--02-29"),
        ({"nickName": "Bobby", "birthday": "odd"}, "Bobby", ""),
        ({"title": "Dr", "givenName": "B", "surname": "Stone"}, "Dr B Stone", ""),
        ({"emailAddresses": []}, None, ""),
    ],
)
def test_names_and_birthdays(contact: dict[str, Any], name: str | None, birthday: str) -> None:
    """The best that there is; who has no name at all is nobody."""
    given = {"id": "x", "emailAddresses": [{"address": "bob@example.org"}], **contact}
    cards = cards_of(given)
    assert [(one.name, one.birthday) for one in cards] == ([(name, birthday)] if name else [])


def test_what_is_no_contact() -> None:
    """Other shapes than were promised spoil one contact and no reading."""
    for odd in (
        {"id": "x", "emailAddresses": 5},
        {"displayName": "x"},
        {"id": "x", "categories": 5},
    ):
        with pytest.raises(BadItem):
            cards_of({"displayName": "x", **odd} if "id" in odd else odd)
