"""Whoever follows what changed knows the same as whoever lists everything: proven for the fake, by
the real client library, whatever happens in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.google.calendars import Calendar
from fakes.google.clients import client
from fakes.google.fixtures import clock, google
from fakes.google.mailbox import Mailbox
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter

__all__ = ["clock", "google"]

ANA, BOB = "ana@example.com", "bob@example.org"
NINE = datetime(2026, 11, 3, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = {"timeMin": NINE.isoformat(), "timeMax": (NINE + 10 * DAY).isoformat()}


def something_happens(chance: random.Random, calendar: Calendar) -> None:
    """To an event, to a series or to one of its instances."""
    at = NINE + chance.randrange(-3, 12) * DAY
    singles = [k for k, one in calendar.events.items() if one.body["summary"] == "single"]
    series = [k for k, one in calendar.events.items() if one.is_series and not one.cancelled]
    act = chance.randrange(8)
    if act == 0:
        calendar.add("single", at, at + HOUR)
    elif act == 1:
        rule = f"RRULE:FREQ=DAILY;COUNT={chance.randrange(2, 6)}"
        calendar.add("series", at, at + HOUR, recurrence=[rule], zone="UTC")
    elif singles and act == 2:
        calendar.move(chance.choice(singles), at, at + HOUR)
    elif singles and act == 3:
        calendar.edit(chance.choice(singles), status=chance.choice(["cancelled", "tentative"]))
    elif series:
        one = chance.choice(series)
        first = datetime.fromisoformat(calendar.events[one].body["start"]["dateTime"])
        if act == 4:
            calendar.cancel(one)
        elif act == 5:
            calendar.edit(one, recurrence=[f"RRULE:FREQ=DAILY;COUNT={chance.randrange(2, 6)}"])
        elif act == 6:
            calendar.cancel_instance(one, first + chance.randrange(2) * DAY)
        else:
            calendar.move_instance(one, first + DAY, at + HOUR, at + 2 * HOUR)


def listed(service: Any, **asked: Any) -> tuple[list[Any], str]:
    """Of all pages."""
    found, page = [], None
    while True:
        answer = service.events().list(
            calendarId="primary", pageToken=page, maxResults=4, **asked
        ).execute()  # fmt: skip
        found += answer["items"]
        if (page := answer.get("nextPageToken")) is None:
            return found, answer["nextSyncToken"]


def within(event: Any) -> bool:
    """Whether it is in the window: what moved out of it is told as well."""
    start, end = (datetime.fromisoformat(event[one]["dateTime"]) for one in ("start", "end"))
    return end > NINE and start < NINE + 10 * DAY


@pytest.mark.parametrize("seed", range(12))
def test_calendars(google: FakeGoogle, seed: int) -> None:
    """Instances of a window, by token after token."""
    chance, calendar = random.Random(seed), google.account().calendars.primary
    with client(google, "calendar") as service:
        known: dict[str, Any] = {}
        asked: dict[str, Any] = {"singleEvents": True, **WINDOW}
        for _ in range(5):
            for _ in range(chance.randrange(6)):
                something_happens(chance, calendar)
            told, token = listed(service, **asked)
            asked = {"singleEvents": True, "syncToken": token}
            for one in told:
                known.pop(one["id"], None)
                if one["status"] != "cancelled" and within(one):
                    known[one["id"]] = one
            fresh, _ = listed(service, singleEvents=True, **WINDOW)
            assert known == {one["id"]: one for one in fresh}


def something_comes(chance: random.Random, mailbox: Mailbox) -> None:
    """Mail, or another state of what is there."""
    act, ids = chance.randrange(5), list(mailbox.letters)
    if act < 2 or not ids:
        mailbox.deliver(letter(BOB, ANA, str(chance.random())))
    elif act == 2:
        mailbox.delete(chance.choice(ids))
    elif act == 3:
        mailbox.trash(chance.choice(ids))
    else:
        mailbox.relabel(chance.choice(ids), ["STARRED"], ["UNREAD"])


def records(service: Any, since: str, between: Callable[[], None]) -> tuple[list[Any], str]:
    """Of all pages; `between` happens after each of them."""
    found, page = [], None
    while True:
        asked = {"startHistoryId": since, "pageToken": page}
        answer = service.users().history().list(userId="me", maxResults=3, **asked).execute()
        found += answer.get("history", [])
        between()
        if (page := answer.get("nextPageToken")) is None:
            return found, answer["historyId"]


@pytest.mark.parametrize("seed", range(6))
def test_history(google: FakeGoogle, seed: int) -> None:
    """Messages and their labels, by record after record, while more comes in."""
    chance, mailbox = random.Random(seed), google.account().mailbox
    known: dict[str, set[str]] = {}
    since = str(mailbox.history)

    def perhaps() -> None:
        if chance.randrange(3) == 0:
            something_comes(chance, mailbox)

    with client(google, "gmail") as gmail:
        for between in (perhaps, perhaps, perhaps, lambda: None):
            for _ in range(chance.randrange(8)):
                something_comes(chance, mailbox)
            found, since = records(gmail, since, between)
            for record in found:
                for kind in ("messagesAdded", "labelsAdded", "labelsRemoved"):
                    for change in record.get(kind, ()):
                        known[change["message"]["id"]] = set(change["message"].get("labelIds", ()))
                for change in record.get("messagesDeleted", ()):
                    known.pop(change["message"]["id"], None)
    assert known == {name: one.labels for name, one in mailbox.letters.items()}


def people(
    service: Any, known: dict[str, str], token: str | None, between: Callable[[], None]
) -> str:
    """Bring what is known up to date: the next token. `between` happens after each page."""
    page = None
    while True:
        asked = {"syncToken": token, "pageToken": page, "pageSize": 2, "requestSyncToken": True}
        listing = service.people().connections().list
        answer = listing(resourceName="people/me", personFields="names", **asked).execute()
        for one in answer.get("connections", ()):
            known.pop(one["resourceName"], None)
            if not one.get("metadata", {}).get("deleted"):
                known[one["resourceName"]] = one["names"][0]["displayName"]
        between()
        if (page := answer.get("nextPageToken")) is None:
            return str(answer["nextSyncToken"])


@pytest.mark.parametrize("seed", range(6))
def test_people(google: FakeGoogle, clock: Clock, seed: int) -> None:
    """Contacts by token after token, while they change, and listed late."""
    chance, book = random.Random(seed), google.account().contacts.connections
    book.lag = timedelta(minutes=2)
    known: dict[str, str] = {}
    fresh: dict[str, str] = {}
    token = None

    def somebody() -> None:
        alive = [name for name, one in book.all.items() if not one.deleted]
        act = chance.randrange(4)
        if act < 2 or not alive:
            book.add(f"Person {chance.random()}")
        elif act == 2:
            book.edit(chance.choice(alive), names=[{"givenName": str(chance.random())}])
        else:
            book.delete(chance.choice(alive))
        clock.advance(minutes=chance.randrange(2))

    with client(google, "people") as service:
        for _ in range(4):
            for _ in range(chance.randrange(6)):
                somebody()
            token = people(service, known, token, somebody)
        clock.advance(minutes=2)
        people(service, known, token, lambda: None)
        people(service, fresh, None, lambda: None)
    assert known == fresh
    assert set(fresh) == {name for name, one in book.all.items() if not one.deleted}
