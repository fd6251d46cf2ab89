"""What every contact book owes the core. Subclasses define the fixture `shelf`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from connectors.contract import ContactBook
from connectors.records import Card

BOB: Final = Card(
    "syncd-bob",
    "Bob Stone",
    ("bob@example.org",),
    organisation="Stone & Sons; masons",
    title="Mason, senior",
    phones=("+351 21 000 00 00",),
    note="Met on 2 March\nÇa va? 日本語",
)


class Shelf(Protocol):
    """One address book, seen by its owner."""

    def book(self) -> ContactBook:
        """A new book, as after a restart."""

    def cards(self) -> dict[str, Card]:
        """The cards in it, by their refs, as the source of the same account reads them."""

    def edit(self, ref: str) -> None:
        """The owner writes "Robert Stone" into it."""


class BookContract:
    """The tests."""

    def test_a_card_says_what_was_known(self, shelf: Shelf) -> None:
        """Name, address, company, title, telephone and note, in any script, under the ref that its
        source reads it by."""
        ref = shelf.book().add_card(BOB)
        found = shelf.cards()[ref]
        assert (found.name, found.addrs, found.phones) == (BOB.name, BOB.addrs, BOB.phones)
        assert (found.organisation, found.title) == (BOB.organisation, BOB.title)
        assert found.note == BOB.note

    def test_next_to_nothing_is_a_card(self, shelf: Shelf) -> None:
        """A name alone, or an address alone."""
        book = shelf.book()
        first = book.add_card(Card("syncd-1", "王小明"))
        second = book.add_card(Card("syncd-2", "eve@example.org", ("eve@example.org",)))
        cards = shelf.cards()
        assert cards[first].name == "王小明"
        assert cards[second].addrs == ("eve@example.org",)

    def test_adding_twice_makes_one(self, shelf: Shelf) -> None:
        """The same uid never makes two, also after a restart, and the first stays as it is."""
        ref = shelf.book().add_card(BOB)
        assert shelf.book().add_card(replace(BOB, name="Somebody else")) == ref
        assert [card.name for card in shelf.cards().values()] == ["Bob Stone"]

    def test_what_the_owner_wrote_is_never_overwritten(self, shelf: Shelf) -> None:
        """A card that was added and edited since is left as it is."""
        ref = shelf.book().add_card(BOB)
        shelf.edit(ref)
        assert shelf.book().add_card(BOB) == ref
        assert [card.name for card in shelf.cards().values()] == ["Robert Stone"]

    def test_others_are_others(self, shelf: Shelf) -> None:
        """Another uid and another address is another card, whatever the name."""
        book = shelf.book()
        first = book.add_card(BOB)
        assert book.add_card(replace(BOB, uid="syncd-2", addrs=("bob@example.net",))) != first
        assert len(shelf.cards()) == 2
