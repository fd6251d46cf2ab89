"""Contacts as the fake has them, by the real client library."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from fakes.google.clients import client, reason
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]

MASK = "names,emailAddresses,memberships"


def connections(service: Any, **asked: Any) -> tuple[list[Any], str | None]:
    """People of all pages, and the token for the next time."""
    found, token = [], None
    asked = {"personFields": MASK, "requestSyncToken": True, **asked}
    while True:
        more = {"resourceName": "people/me", "pageToken": token, **asked}
        page = service.people().connections().list(**more).execute()
        found += page.get("connections", [])
        if (token := page.get("nextPageToken")) is None:
            return found, page.get("nextSyncToken")


def test_connections_and_what_changed(google: FakeGoogle) -> None:
    """Only the fields of the mask; a token tells new, edited and deleted people."""
    book = google.account().contacts.connections
    bob = book.add("Bob Stone", "bob@example.org", organizations=[{"name": "Stone & Co"}])
    eva = book.add("Eva", "eva@example.net")
    with client(google, "people") as service:
        found, token = connections(service, pageSize=1)
        assert [one["resourceName"] for one in found] == [bob, eva]
        assert set(found[0]) == {"resourceName", "etag", "names", "emailAddresses"}
        assert found[0]["names"][0]["displayName"] == "Bob Stone"
        book.edit(bob, names=[{"givenName": "Robert"}])
        book.delete(eva)
        new = book.add("Kim")
        changed, token = connections(service, syncToken=token)
        assert [one["resourceName"] for one in changed] == [bob, eva, new]
        assert changed[1]["metadata"]["deleted"]
        assert connections(service, syncToken=token)[0] == []
        assert [one["resourceName"] for one in connections(service)[0]] == [bob, new]
        with pytest.raises(HttpError, match="404"):
            service.people().get(resourceName=eva, personFields="names").execute()


def test_a_token_dies_with_its_full_sync(google: FakeGoogle, clock: Clock) -> None:
    """Seven days after it, however often it was renewed: 400 EXPIRED_SYNC_TOKEN."""
    with client(google, "people") as service:
        token = connections(service)[1]
        clock.advance(days=6)
        renewed = connections(service, syncToken=token)[1]
        clock.advance(days=2)
        with pytest.raises(HttpError, match="Sync token is expired") as caught:
            connections(service, syncToken=renewed)
        assert (caught.value.status_code, reason(caught.value)) == (400, "EXPIRED_SYNC_TOKEN")
        assert json.loads(caught.value.content)["error"]["status"] == "FAILED_PRECONDITION"
        token = connections(service)[1]
        google.account().contacts.connections.expire_tokens()
        with pytest.raises(HttpError, match="expired"):
            connections(service, syncToken=token)


def test_requests_for_one_token_are_the_same(google: FakeGoogle) -> None:
    """Another mask is refused, and so is none, or an unknown field."""
    with client(google, "people") as service:
        token = connections(service)[1]
        for wrong in ({"syncToken": token, "personFields": "names"}, {"personFields": "emails"}):
            with pytest.raises(HttpError, match="400"):
                connections(service, **wrong)
        with pytest.raises(HttpError, match="personFields mask is required"):
            connections(service, personFields=None)


def test_other_contacts(google: FakeGoogle) -> None:
    """Names and addresses alone; a token as well."""
    others = google.account().contacts.others
    kim = others.add("Kim", "kim@example.net")
    with client(google, "people") as service:
        listing = service.otherContacts().list
        answer = listing(readMask="names,emailAddresses", requestSyncToken=True).execute()
        assert [one["resourceName"] for one in answer["otherContacts"]] == [kim]
        with pytest.raises(HttpError, match="Invalid readMask: organizations"):
            listing(readMask="names,organizations").execute()
        others.delete(kim)
        more = {"readMask": "names,emailAddresses", "syncToken": answer["nextSyncToken"]}
        assert listing(**more).execute()["otherContacts"][0]["metadata"]["deleted"]


def test_a_card_in_a_group(google: FakeGoogle) -> None:
    """A group is made once; a contact is made in it, or joins and leaves it."""
    with client(google, "people") as service:
        groups, person = service.contactGroups(), service.people()
        body = {"contactGroup": {"name": "Met through mail"}}
        group = groups.create(body=body).execute()["resourceName"]
        with pytest.raises(HttpError, match="409"):
            groups.create(body=body).execute()
        names = [one["name"] for one in groups.list().execute()["contactGroups"]]
        assert names == ["myContacts", "starred", "Met through mail"]
        member = [{"contactGroupMembership": {"contactGroupResourceName": group}}]
        card = {
            "names": [{"givenName": "Bob", "familyName": "Stone"}],
            "phoneNumbers": [{"value": "+351 21 000 0000", "type": "work"}],
            "memberships": member,
        }
        made = person.createContact(body=card, personFields=f"{MASK},phoneNumbers").execute()
        assert made["phoneNumbers"][0]["value"] == "+351 21 000 0000"
        assert len(made["memberships"]) == 2  # and "myContacts"
        assert groups.get(resourceName=group, maxMembers=9).execute()["memberResourceNames"] == [
            made["resourceName"]
        ]
        change = {"resourceNamesToRemove": [made["resourceName"], "people/c0"]}
        answer = groups.members().modify(resourceName=group, body=change).execute()
        assert answer == {"notFoundResourceNames": ["people/c0"]}
        got = person.get(resourceName=made["resourceName"], personFields=MASK).execute()
        assert len(got["memberships"]) == 1
        with pytest.raises(HttpError, match="Only one value may be given for names"):
            person.createContact(body={"names": [{"givenName": "A"}, {"givenName": "B"}]}).execute()
        person.deleteContact(resourceName=made["resourceName"]).execute()
        with pytest.raises(HttpError, match="404"):
            person.get(resourceName=made["resourceName"], personFields=MASK).execute()


def test_a_new_contact_is_listed_late(google: FakeGoogle, clock: Clock) -> None:
    """As the API warns: whoever looks for the card just made may not find it yet."""
    book = google.account().contacts.connections
    book.lag = timedelta(minutes=5)
    with client(google, "people") as service:
        body = {"names": [{"givenName": "Bob"}]}
        made = service.people().createContact(body=body).execute()["resourceName"]
        found, token = connections(service)
        assert found == []
        clock.advance(minutes=5)
        assert [one["resourceName"] for one in connections(service, syncToken=token)[0]] == [made]
