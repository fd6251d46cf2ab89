"""People as the People API gives them, and the cards that they are."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import BadItem
from connectors.google.people_card import (
    cards_of,
    former_names,
    groups_of,
    is_deleted,
    other_cards_of,
)
from connectors.records import Card

SOURCE = {"type": "CONTACT", "id": "61b1f5d8e02a7c3", "etag": "#8AbcD1234="}
FIRST = {"primary": True, "source": {"type": "CONTACT", "id": "61b1f5d8e02a7c3"}}
LATER = {"source": {"type": "CONTACT", "id": "61b1f5d8e02a7c3"}}
LABELS = {"contactGroups/1fa": "Met through mail", "contactGroups/starred": "Starred"}

# The shape of developers.google.com/people/api/rest/v1/people#Person, names invented.
BOB: dict[str, Any] = {
    "resourceName": "people/c439948273645398979",
    "etag": "%EgsBAgMFBgcICQoLDA==",
    "metadata": {"sources": [SOURCE], "objectType": "PERSON"},
    "names": [
        {
            "metadata": FIRST,
            "displayName": "Dr. Bob Stone",
            "familyName": "Stone",
            "givenName": "Bob",
            "honorificPrefix": "Dr.",
            "unstructuredName": "Dr. Bob Stone",
        }
    ],
    "nicknames": [{"metadata": FIRST, "value": "Bobby"}],
    "birthdays": [{"metadata": FIRST, "date": {"month": 2, "day": 29}}],
    "emailAddresses": [
        {"metadata": LATER, "value": "bob@example.net", "type": "home"},
        {"metadata": FIRST, "value": "bob@example.org", "type": "work"},
        {"metadata": LATER, "value": "BOB@example.org"},
        {"metadata": LATER, "value": "not an address"},
    ],
    "phoneNumbers": [
        {"metadata": FIRST, "value": "+351 21 000 0000", "canonicalForm": "+351210000000"},
        {"metadata": LATER, "value": "+351 21 000 0001", "type": "workFax"},
    ],
    "organizations": [
        {"metadata": FIRST, "name": "Old Ltd", "title": "Clerk", "endDate": {"year": 2020}},
        {"metadata": LATER, "name": "Acme", "department": "Sales", "title": "Buyer"},
    ],
    "biographies": [
        {"metadata": FIRST, "value": "needs: timber\n\noffers: tea ", "contentType": "TEXT_PLAIN"}
    ],
    "memberships": [
        {
            "metadata": FIRST,
            "contactGroupMembership": {
                "contactGroupId": "myContacts",
                "contactGroupResourceName": "contactGroups/myContacts",
            },
        },
        {
            "metadata": LATER,
            "contactGroupMembership": {
                "contactGroupId": "1fa",
                "contactGroupResourceName": "contactGroups/1fa",
            },
        },
        {"metadata": LATER, "domainMembership": {"inViewerDomain": True}},
    ],
}


def read(**changed: Any) -> Card | None:
    """The card, where some members are different; None takes one away."""
    person = {name: value for name, value in {**BOB, **changed}.items() if value is not None}
    found = cards_of(person, LABELS)
    assert len(found) < 2
    return found[0] if found else None


def test_a_contact_as_documented() -> None:
    """Everything that matters of a contact is on its card; what is primary comes first."""
    assert read() == Card(
        uid="61b1f5d8e02a7c3",
        name="Dr. Bob Stone",
        addrs=("bob@example.org", "bob@example.net"),
        organisation="Acme / Sales",
        title="Buyer",
        birthday="--02-29",
        categories=("Met through mail",),
        nicknames=("Bobby",),
        phones=("+351 21 000 0000",),
        note="needs: timber\noffers: tea",
    )


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"names": [{"givenName": "Bob", "familyName": "Stone"}]}, "Bob Stone"),
        ({"names": [{"unstructuredName": "Bob  Stone"}]}, "Bob Stone"),
        ({"names": [{"displayName": " "}]}, "Acme / Sales"),
        ({"names": None}, "Acme / Sales"),
        ({"names": None, "organizations": None}, "Bobby"),
        ({"names": None, "organizations": None, "nicknames": None}, "bob@example.org"),
    ],
)
def test_what_somebody_is_called(told: dict[str, Any], name: str) -> None:
    """By name, else by whatever there is."""
    card = read(**told)
    assert card is not None
    assert card.name == name


def test_a_contact_that_names_nobody() -> None:
    """A number without a name is no card."""
    nobody = {"names": None, "organizations": None, "nicknames": None, "emailAddresses": None}
    assert read(**nobody) is None


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ([{"date": {"year": 1985, "month": 4, "day": 3}}], "1985-04-03"),
        ([{"date": {"year": 0, "month": 4, "day": 3}}], "--04-03"),
        ([{"date": {"month": 4, "day": 3}}, {"date": {"year": 985, "month": 4, "day": 3}}],
         "0985-04-03"),
        ([{"date": {"year": 1985, "month": 4}}], ""),
        ([{"text": "in spring"}], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_birthdays(dates: list[dict[str, Any]], day: str) -> None:
    """With a year where there is one; a month alone is no birthday."""
    card = read(birthdays=dates)
    assert card is not None
    assert card.birthday == day


def test_a_note_in_html_is_none() -> None:
    """It is what somebody says of themselves."""
    card = read(biographies=[{"value": "<p>Buyer</p>", "contentType": "TEXT_HTML"}])
    assert card is not None
    assert card.note == ""


def test_the_uid_is_that_of_what_was_written() -> None:
    """A resource name may change, the id of the source does not; where none is told the name has
    to do."""
    renamed = read(resourceName="people/c1")
    assert renamed is not None
    assert renamed.uid == "61b1f5d8e02a7c3"
    bare = read(metadata=None)
    assert bare is not None
    assert bare.uid == BOB["resourceName"]


def test_what_became_of_somebody() -> None:
    """Deleted, renamed, in groups."""
    assert not is_deleted(BOB)
    assert is_deleted({"resourceName": "people/c1", "metadata": {"deleted": True}})
    assert former_names(BOB) == []
    assert former_names({"metadata": {"previousResourceNames": ["people/c9"]}}) == ["people/c9"]
    assert groups_of(BOB) == ["contactGroups/1fa", "contactGroups/myContacts"]


def test_other_contacts_are_names() -> None:
    """Nobody keeps them on purpose: a card for each address, as if it had come with a mail; nothing
    without a name."""
    person = {"resourceName": "otherContacts/c7", "emailAddresses": BOB["emailAddresses"]}
    assert other_cards_of(person) == ()
    named = {**person, "names": BOB["names"], "phoneNumbers": BOB["phoneNumbers"]}
    assert other_cards_of(named) == (
        Card("otherContacts/c7", "Dr. Bob Stone", ("bob@example.org",),
             attached_by="bob@example.org"),
        Card("otherContacts/c7", "Dr. Bob Stone", ("bob@example.net",),
             attached_by="bob@example.net"),
    )  # fmt: skip


@pytest.mark.parametrize("wrong", [{"names": [3]}, {"names": 3}, {"emailAddresses": ["bob"]}])
def test_what_cannot_be_read(wrong: dict[str, Any]) -> None:
    """It is set aside, in words of our own."""
    with pytest.raises(BadItem, match="a contact that cannot be read"):
        read(**wrong)
    with pytest.raises(BadItem, match="a contact that cannot be read"):
        other_cards_of({**BOB, **wrong})
