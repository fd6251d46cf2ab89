"""The fake of Google does not lie: wrong requests and wrong answers are found, with their place."""

from __future__ import annotations

import pytest
from fakes.google import validation
from fakes.google.clients import client, visit
from fakes.google.documents import APIS, by_id, find, methods
from fakes.google.fixtures import clock, google
from fakes.google.served import SERVED
from fakes.google.server import FakeGoogle, fake_google
from fakes.google.world import Clock
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]

LIST = "gmail.users.messages.list"
EVENTS = "calendar.events.list"
EVENT = "calendar.events.get"
GET = "gmail.users.messages.get"


@pytest.mark.parametrize(
    ("method", "query", "wrong"),
    [
        (LIST, {"userId": ["me"], "labels": ["INBOX"]}, "has no parameter 'labels'"),
        (LIST, {}, "userId is required"),
        (LIST, {"userId": ["me"], "maxResults": ["many"]}, "maxResults: 'many' is no integer"),
        (LIST, {"userId": ["me"], "maxResults": ["-1"]}, "maxResults: -1 is not within 0 and"),
        (LIST, {"userId": ["me"], "includeSpamTrash": ["yes"]}, "'yes' is no boolean"),
        (LIST, {"userId": ["me"], "q": ["a", "b"]}, "q is given 2 times"),
        (GET, {"userId": ["me"], "id": ["1"], "format": ["FULL"]}, "format: 'FULL' is none of"),
        (EVENTS, {"calendarId": ["a"], "timeMin": ["2026-11-01"]}, "no date-time"),
        (EVENTS, {"calendarId": ["a"], "timeMin": ["2026-11-01T10:00:00"]}, "no date-time"),
        (EVENTS, {"calendarId": ["a"], "maxResults": ["0"]}, "0 is not within 1"),
        ("people.people.get", {"resourceName": ["c1"]}, "does not match ^people/"),
        ("people.people.get", {"resourceName": ["people/1"], "personFields": ["a b"]}, "fieldmask"),
    ],
)
def test_wrong_parameters_are_told(method: str, query: dict[str, list[str]], wrong: str) -> None:
    """Names, presence, repetition, type, range, enumeration, pattern and format are all checked."""
    _, told = validation.parameters(by_id(method), {}, query)
    assert len(told) == 1
    assert told[0].startswith(f"{method}: ")
    assert wrong in told[0]


def test_parameters_are_typed_and_have_their_defaults() -> None:
    """What is given comes in its type, repeated ones as a list; what is not, by its default."""
    query = {"labelIds": ["INBOX", "UNREAD"], "maxResults": ["7"], "alt": ["json"]}
    typed, wrong = validation.parameters(by_id(LIST), {"userId": "me"}, query)
    assert not wrong
    expected = {"userId": "me", "labelIds": ["INBOX", "UNREAD"], "maxResults": 7}
    assert typed == {**expected, "includeSpamTrash": False}


@pytest.mark.parametrize(
    ("method", "body", "wrong"),
    [
        (GET, {"id": 7}, "id: 7 is no string"),
        (GET, {"id": None}, "id: None is no string"),
        (GET, {"colour": "red"}, "colour: is not in the schema Message"),
        (GET, {"labelIds": "INBOX"}, "labelIds: 'INBOX' is no array"),
        (GET, {"historyId": "-1"}, "historyId: '-1' is no uint64"),
        (GET, {"raw": "a b"}, "raw: 'a b' is no byte"),
        (GET, {"sizeEstimate": 2**31}, "sizeEstimate: 2147483648 is not within"),
        (GET, {"sizeEstimate": True}, "sizeEstimate: True is no integer"),
        (GET, {"payload": {"parts": [{}, {"part": 1}]}}, "payload.parts[1].part: is not in"),
        (GET, [], "the body: [] is no object"),
        (LIST, {"messages": [{"id": 1}]}, "messages[0].id: 1 is no string"),
        (EVENT, {"start": {"date": "2026-02-30"}}, "start.date: '2026-02-30' is"),
        (EVENT, {"updated": "2026-02-03 10:00"}, "updated: '2026-02-03 10:00' is"),
        (EVENT, {"locked": "no"}, "locked: 'no' is no boolean"),
        (EVENT, {"organizer": {"mail": "a"}}, "organizer.mail: is not in"),
        (EVENT, {"extendedProperties": {"private": {"a": 1}}}, "private.a: 1 is no string"),
        ("people.people.get", {"metadata": {"objectType": "MAN"}}, "objectType: 'MAN' is none of"),
        ("tasks.tasks.delete", {}, "answers nothing"),
    ],
)
def test_wrong_answers_are_told(method: str, body: object, wrong: str) -> None:
    """Unknown members, types, ranges, formats and enumerations, at any depth, with the place."""
    told = list(validation.response(by_id(method), body))
    assert len(told) == 1
    assert told[0].startswith(f"{method}")
    assert wrong in told[0]


def test_requests_are_checked_as_well() -> None:
    """A body where none belongs, unknown members, and members that this method requires."""
    insert, listing = by_id("calendar.events.insert"), by_id(LIST)
    assert list(validation.request(listing, {"a": 1})) == [f"{LIST}: takes no body"]
    assert not list(validation.request(listing, None))
    told = list(validation.request(insert, {"summary": "Lunch", "when": "now"}))
    assert [one.partition("request: ")[2] for one in told] == [
        "when: is not in the schema Event",
        "end: is required",
        "start: is required",
    ]
    # Null means: take it away.
    assert not list(validation.request(by_id("tasks.tasks.patch"), {"due": None}))


@pytest.mark.parametrize(
    ("verb", "path", "method"),
    [
        ("GET", "/gmail/v1/users/me/messages/1", GET),
        ("GET", "/calendar/v3/calendars/ana%40example.com/events", "calendar.events.list"),
        ("GET", "/v1/people/me/connections", "people.people.connections.list"),
        ("GET", "/v1/people/c1", "people.people.get"),
        ("POST", "/v1/people:createContact", "people.people.createContact"),
        ("POST", "/v1/projects/p/subscriptions/s:pull", "pubsub.projects.subscriptions.pull"),
        ("POST", "/v1/contactGroups/a/members:modify", "people.contactGroups.members.modify"),
        ("GET", "/tasks/v1/users/@me/lists", "tasks.tasklists.list"),
        ("POST", "/gmail/v1/users/me/messages/1", None),
        ("GET", "/gmail/v1/users/me/mail", None),
        ("GET", "/calendar/v3/calendars/a/b/events", None),
    ],
)
def test_paths_lead_to_methods(verb: str, path: str, method: str | None) -> None:
    """By verb and path alone, as the documents have them."""
    found = find(verb, path)
    assert (found and found[0].id) == method


def test_everything_served_is_in_the_documents() -> None:
    """No method is invented, and every document is used."""
    known = {one.id for one in methods()}
    assert set(SERVED) <= known
    assert {one.partition(".")[0] for one in SERVED} == {one.partition(".")[0] for one in APIS}


def test_a_wrong_answer_fails_the_test_that_caused_it(
    google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A method that answers other than documented is judged, with the place."""
    lie = {"emailAddress": "ana@example.com", "unread": 3}
    monkeypatch.setitem(SERVED, "gmail.users.getProfile", lambda call: lie)
    with client(google, "gmail") as gmail:
        assert gmail.users().getProfile(userId="me").execute() == lie
    with pytest.raises(AssertionError, match=r"getProfile, response: unread: is not in the schema"):
        google.judge()
    google.judge()  # told once


def test_a_wrong_request_fails_the_test_that_made_it(google: FakeGoogle) -> None:
    """It is answered with 400 and judged, even if the client swallows the error."""
    with client(google, "tasks") as tasks:
        # The client library itself lets unknown members pass.
        asked = tasks.tasks().insert(tasklist="@default", body={"title": "Call", "prio": 1})
        with pytest.raises(HttpError, match="400"):
            asked.execute()
        gone = tasks.tasks().clear(tasklist="@default")  # a method that is not served
        with pytest.raises(HttpError, match="404"):
            gone.execute()
    first, second = google.forgive()
    assert first == "tasks.tasks.insert, request: prio: is not in the schema Task"
    assert second.endswith("tasks.tasks.clear is not served")


def test_leaving_the_fake_tells_what_was_wrong() -> None:
    """Without the fixture as well."""
    unserved = r"GET /gmail/v2/: no API has such a method"
    with pytest.raises(AssertionError, match=unserved), fake_google(Clock()) as fake:
        assert visit(f"{fake.url}/gmail/v2/")[0] == 404
    with fake_google(Clock()) as fake, client(fake, "gmail") as gmail:
        gmail.users().labels().list(userId="me").execute()


def test_partial_responses(google: FakeGoogle) -> None:
    """`fields` selects; a name that the schema has not is an error and judged."""
    task = google.account().tasks.write("MDk5000001dGFzaw", title="Call", notes="Bob")
    with client(google, "tasks") as tasks:
        listing = tasks.tasks().list(tasklist="@default", fields="items(id,title),nextPageToken")
        assert listing.execute() == {"items": [{"id": task, "title": "Call"}]}
        wrong = tasks.tasks().list(tasklist="@default", fields="items/name")
        with pytest.raises(HttpError, match="Invalid field selection name"):
            wrong.execute()
    assert google.forgive() == ["tasks.tasks.list: Invalid field selection name"]
