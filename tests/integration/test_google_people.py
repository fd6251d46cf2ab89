"""Contacts at Google as they come, change and go, and what becomes of sync tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from contract.ledger import Ledger
from fakes.google.contacts import Contacts
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from google_desk import api_of

from connectors.errors import ConnectorError, Paused, SignInNeeded, Unavailable
from connectors.google import people_lists
from connectors.google.people import PeopleSource
from connectors.google.quota import Limit
from connectors.records import Card, Gone, Item, Seen

__all__ = ["clock", "google"]

ANA = "ana@example.com"
CONNECTIONS = "people.people.connections.list"


class Desk:
    """Ana's contacts, who reads them, and what has been told of them."""

    def __init__(self, google: FakeGoogle, clock: Clock) -> None:
        self.google = google
        self.clock = clock
        self.ledger = Ledger()
        self.trouble: ConnectorError | None = None
        self.source = PeopleSource(api_of(google, ANA))

    @property
    def contacts(self) -> Contacts:
        return self.google.account(ANA).contacts

    def add(self, name: str, *emails: str) -> str:
        return self.contacts.connections.add(name, *emails)

    def read(self, batches: int = 10_000) -> list[Item]:
        """A reading, committed batch by batch; `trouble` is what ended it."""
        items: list[Item] = []
        self.trouble = None
        try:
            reading = self.source.changes(self.ledger.cursor, self.ledger, self.clock())
            for number, batch in enumerate(reading, 1):
                self.ledger.commit(batch)
                items += batch.items
                if number == batches:
                    break
        except ConnectorError as error:
            self.trouble = error
        return items

    def cards(self) -> list[Card]:
        """All that are known, by their names."""
        held = (one for some in self.ledger.observations.values() for one in some)
        return sorted((one for one in held if isinstance(one, Card)), key=lambda one: one.name)

    def names(self) -> list[str]:
        return [card.name for card in self.cards()]


@pytest.fixture
def desk(google: FakeGoogle, clock: Clock) -> Iterator[Desk]:
    made = Desk(google, clock)
    with closing(made.source):
        yield made


def test_contacts_and_other_contacts(desk: Desk) -> None:
    """Whom the owner keeps has a card of the owner's; whom Gmail noted has a name."""
    desk.add("Bob Stone", "bob@example.org")
    desk.contacts.others.add("Cleo Archer", "cleo@example.org")
    desk.contacts.others.add("", "nameless@example.org")
    desk.read()
    assert {card.name: card.attached_by for card in desk.cards()} == {
        "Bob Stone": "",
        "Cleo Archer": "cleo@example.org",
    }
    assert desk.read() == []


def test_seven_days(desk: Desk) -> None:
    """A token dies seven days after everything was read, however often it was renewed. Then all is
    read again, nothing is told twice, and what was deleted meanwhile is gone."""
    bob, cleo = desk.add("Bob Stone"), desk.add("Cleo Archer")
    desk.contacts.others.add("Dora Field", "dora@example.org")
    desk.read()
    for _ in range(6):
        desk.clock.advance(days=1)
        assert desk.read() == []
    desk.contacts.connections.delete(bob)
    desk.contacts.connections.edit(cleo, nicknames=[{"value": "Cle"}])
    desk.clock.advance(days=2)
    items = desk.read()
    assert desk.trouble is None
    assert {item.ref: type(item) for item in items} == {
        f"people//{bob}": Gone,
        f"people//{cleo}": Seen,
    }
    assert desk.read() == []


def test_another_resource_name(desk: Desk) -> None:
    """A contact that gets one is told by it before the old one is gone: it is the same card."""
    old = desk.add("Bob Stone", "bob@example.org")
    desk.add("Cleo Archer")
    desk.read()
    before = desk.cards()
    new = desk.contacts.connections.rename(old)
    assert [(item.ref, type(item)) for item in desk.read()] == [
        (f"people//{new}", Seen),
        (f"people//{old}", Gone),
    ]
    assert desk.cards() == before


def test_another_resource_name_while_a_token_dies(desk: Desk) -> None:
    """The same, where it is found out by listing everything."""
    old = desk.add("Bob Stone", "bob@example.org")
    desk.read()
    new = desk.contacts.connections.rename(old)
    desk.contacts.connections.expire_tokens()
    assert [(item.ref, type(item)) for item in desk.read()] == [
        (f"people//{new}", Seen),
        (f"people//{old}", Gone),
    ]


def test_groups(desk: Desk) -> None:
    """A card carries the names of its groups; a group with another name changes the cards in it,
    though no contact says so."""
    bob = desk.add("Bob Stone")
    desk.add("Cleo Archer")
    friends = desk.contacts.add_group("Friends")
    desk.contacts.join(friends, bob)
    desk.contacts.join(desk.contacts.groups["contactGroups/myContacts"], bob)
    desk.read()
    assert {card.name: card.categories for card in desk.cards()} == {
        "Bob Stone": ("Friends",),
        "Cleo Archer": (),
    }
    desk.contacts.leave(friends, bob)
    desk.read()
    assert desk.cards()[0].categories == ()
    desk.contacts.join(friends, bob)
    desk.read()
    friends.name = "Good friends"
    (item,) = desk.read()
    assert item.ref == f"people//{bob}"
    assert desk.cards()[0].categories == ("Good friends",)
    assert desk.read() == []


def test_a_contact_that_is_listed_late(desk: Desk) -> None:
    """Google may list a new contact minutes after it was made: it is told then."""
    desk.contacts.connections.lag = timedelta(minutes=5)
    desk.add("Bob Stone")
    assert desk.read() == []
    desk.clock.advance(minutes=6)
    desk.read()
    assert desk.names() == ["Bob Stone"]


def test_a_contact_that_is_kept_at_last(desk: Desk) -> None:
    """One of the others whom the owner takes over is another contact."""
    noted = desk.contacts.others.add("Bob Stone", "bob@example.org")
    desk.read()
    desk.contacts.others.delete(noted)
    desk.add("Bob Stone", "bob@example.org")
    desk.read()
    (card,) = desk.cards()
    assert card.attached_by == ""


def test_a_small_quota(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the quota ends the reading pauses, and goes on behind what was told."""
    monkeypatch.setattr(people_lists, "PAGE", 2)
    for number in range(9):
        desk.add(f"Bob {number}")
    desk.source = PeopleSource(api_of(desk.google, ANA, limits={"people": Limit(3, 60.0)}))
    told = 0
    for _ in range(10):
        told += len(desk.read())
        if desk.trouble is None:
            break
        assert isinstance(desk.trouble, Paused)
        desk.clock.advance(seconds=desk.trouble.wait)
    assert told == len(desk.names()) == 9


def test_a_book_that_looks_empty(desk: Desk) -> None:
    """A full book that has suddenly nothing is trouble of Google's, and no deletion."""
    for number in range(25):
        desk.add(f"Bob {number}")
    desk.read()
    desk.contacts.connections.all.clear()
    desk.contacts.connections.expire_tokens()
    assert desk.read() == []
    assert isinstance(desk.trouble, Unavailable)
    assert len(desk.names()) == 25


@pytest.mark.parametrize("fault", ["too_many", "broken", "nonsense", "html"])
def test_faults_in_the_middle(desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """What was told before stays told; the next reading goes on."""
    monkeypatch.setattr(people_lists, "PAGE", 2)
    for number in range(7):
        desk.add(f"Bob {number}")
    getattr(desk.google.faults, fault)(CONNECTIONS, skip=2)
    first = desk.read()
    assert first
    assert isinstance(desk.trouble, Unavailable)
    desk.clock.advance(seconds=desk.trouble.wait)
    assert len(first + desk.read()) == len(desk.names()) == 7


def test_without_the_right(desk: Desk) -> None:
    """A sign-in that does not include contacts is to be made again."""
    desk.google.faults.forbidden("people.*", times=None)
    assert desk.read() == []
    assert isinstance(desk.trouble, SignInNeeded)


def test_single_contacts(desk: Desk) -> None:
    """What is asked for by its ref is told as it is now, in either list."""
    bob, gone = desk.add("Bob Stone"), desk.add("Gone Before")
    cleo = desk.contacts.others.add("Cleo Archer", "cleo@example.org")
    lost = desk.contacts.others.add("Lost Soul", "lost@example.org")
    desk.read()
    desk.contacts.connections.delete(gone)
    desk.contacts.others.delete(lost)
    refs = [f"people//{one}" for one in (bob, gone, cleo, lost)]
    found = {item.ref: type(item) for item in desk.source.read_again(refs, "")}
    assert found == dict(zip(refs, [Seen, Gone, Seen, Gone], strict=True))
    assert desk.source.server_time() == desk.clock()
    assert desk.source.dated(refs) == {}
