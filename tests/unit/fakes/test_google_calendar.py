"""Calendars as the fake has them, by the real client library."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fakes.google.clients import client, reason
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, guests, meet
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]

ANA, BOB = "ana@example.com", "bob@example.org"
NINE = datetime(2026, 11, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def events(service: Any, **asked: Any) -> tuple[list[Any], str | None]:
    """Items of all pages, and the token for the next time."""
    found, token = [], None
    while True:
        more = {"calendarId": "primary", "pageToken": token, **asked}
        page = service.events().list(**more).execute()
        found += page["items"]
        if (token := page.get("nextPageToken")) is None:
            return found, page.get("nextSyncToken")


def ids(items: list[Any]) -> list[tuple[str, str]]:
    """Which, and how they stand."""
    return [(one["id"], one["status"]) for one in items]


def test_calendars_are_listed(google: FakeGoogle) -> None:
    """Hidden and deleted ones on request; by role; what changed by a token."""
    calendars = google.account().calendars
    calendars.add("team@group.calendar.google.com", "Team", accessRole="writer")
    calendars.add("holidays@group.v.calendar.google.com", "Holidays", hidden=True, selected=False)
    with client(google, "calendar") as service:
        entries = service.calendarList()
        answer = entries.list().execute()
        assert [one["summary"] for one in answer["items"]] == [ANA, "Team"]
        assert answer["items"][0]["primary"]
        assert len(entries.list(showHidden=True).execute()["items"]) == 3
        assert len(entries.list(minAccessRole="owner").execute()["items"]) == 1
        calendars.change("team@group.calendar.google.com", deleted=True)
        changed = entries.list(syncToken=answer["nextSyncToken"]).execute()["items"]
        assert [(one["summary"], one["deleted"]) for one in changed] == [("Team", True)]


def test_kinds_of_events(google: FakeGoogle) -> None:
    """All-day, in another zone, of each eventType, with a call and with guests."""
    calendar = google.account().calendars.primary
    day = calendar.add("Fair", date(2026, 11, 4), date(2026, 11, 6))
    away = calendar.add("Call", NINE, NINE + HOUR, zone="America/New_York", conferenceData=meet())
    lunch = calendar.add(
        "Lunch", NINE + HOUR, NINE + 2 * HOUR, attendees=guests(ANA, BOB), organizer={"email": BOB}
    )
    kinds: dict[str, Any] = {
        "birthday": {"birthdayProperties": {"type": "birthday"}, "transparency": "transparent"},
        "focusTime": {"focusTimeProperties": {"chatStatus": "doNotDisturb"}},
        "fromGmail": {"locked": True},
        "outOfOffice": {"outOfOfficeProperties": {"autoDeclineMode": "declineNone"}},
        "workingLocation": {"workingLocationProperties": {"type": "homeOffice", "homeOffice": {}}},
    }
    for kind, fields in kinds.items():
        calendar.add(kind, NINE, NINE + HOUR, eventType=kind, **fields)
    calendar.answer(lunch, BOB, "accepted")
    with client(google, "calendar") as service:
        found = {one["id"]: one for one in events(service)[0]}
        assert found[day]["start"] == {"date": "2026-11-04"}
        assert found[away]["start"]["timeZone"] == "America/New_York"
        assert found[away]["conferenceData"]["entryPoints"][0]["entryPointType"] == "video"
        me, other = found[lunch]["attendees"]
        assert (me["self"], other["responseStatus"]) == (True, "accepted")
        assert "self" not in found[lunch]["organizer"]
        focus = events(service, eventTypes=["focusTime", "birthday"])[0]
        assert [one["summary"] for one in focus] == ["birthday", "focusTime"]
        abroad = service.events().get(calendarId=ANA, eventId=away, timeZone="Asia/Tokyo").execute()
        assert abroad["start"]["dateTime"] == "2026-11-03T18:00:00+09:00"


def test_whose_copy_it_is(google: FakeGoogle) -> None:
    """`self` is the calendar that is read; what is private or merely busy is only a time."""
    calendars = google.account().calendars
    team = calendars.add("team@group.calendar.google.com", "Team", accessRole="writer")
    boss = calendars.add(BOB, "Bob", accessRole="reader")
    busy = calendars.add("eva@example.net", "Eva", accessRole="freeBusyReader")
    asked: dict[str, Any] = {"attendees": guests(ANA, BOB), "organizer": {"email": ANA}}
    calendars.primary.add("Plan", NINE, NINE + HOUR, **asked)
    team.add("Fair", NINE, NINE + HOUR, attendees=guests(ANA))
    boss.add("Plan", NINE, NINE + HOUR, **asked)
    boss.add("Doctor", NINE, NINE + HOUR, visibility="private")
    busy.add("Lunch", NINE, NINE + HOUR)
    with client(google, "calendar") as service:
        mine, theirs = (events(service, calendarId=one)[0][0] for one in (ANA, BOB))
        assert [bool(one.get("self")) for one in mine["attendees"]] == [True, False]
        assert [bool(one.get("self")) for one in theirs["attendees"]] == [False, True]
        assert mine["organizer"] == {"email": ANA, "self": True}
        assert mine["attendees"][0]["organizer"]
        fair = events(service, calendarId=team.id)[0][0]
        assert fair["organizer"] == {"email": team.id, "displayName": "Team", "self": True}
        assert fair["creator"] == {"email": ANA}
        doctor, lunch = (events(service, calendarId=one)[0][-1] for one in (BOB, busy.id))
        for told in (doctor, lunch):
            assert (told["visibility"], "summary" in told) == ("private", False)
        assert service.calendarList().get(calendarId="primary").execute()["timeZone"]


def test_many_guests_are_left_out(google: FakeGoogle) -> None:
    """Above 200, or above what was asked for, the owner alone is named."""
    calendar = google.account().calendars.primary
    many = [f"guest{number}@example.org" for number in range(200)]
    whole = calendar.add("Hall", NINE, NINE + HOUR, attendees=guests(*many))
    crowd = calendar.add("All hands", NINE, NINE + HOUR, attendees=guests(ANA, *many))
    with client(google, "calendar") as service:
        get = service.events().get
        assert len(get(calendarId=ANA, eventId=whole).execute()["attendees"]) == 200
        few = get(calendarId=ANA, eventId=whole, maxAttendees=5).execute()
        assert (few["attendees"], few["attendeesOmitted"]) == ([], True)
        got = get(calendarId=ANA, eventId=crowd).execute()
        assert [one["email"] for one in got["attendees"]] == [ANA]
        assert got["attendeesOmitted"]


def test_windows_orders_and_pages(google: FakeGoogle) -> None:
    """timeMin is the end of an event, timeMax its start, both exclusive."""
    calendar = google.account().calendars.primary
    later, sooner = (calendar.add("x", NINE + n * HOUR, NINE + (n + 1) * HOUR) for n in (2, 0))
    with client(google, "calendar") as service:
        ordered, token = events(service, singleEvents=True, orderBy="startTime", maxResults=1)
        assert [one["id"] for one in ordered] == [sooner, later]
        assert token is None  # an ordered listing gives none
        window = {"timeMin": (NINE + HOUR).isoformat(), "timeMax": (NINE + 3 * HOUR).isoformat()}
        assert [one["id"] for one in events(service, **window)[0]] == [later]
        for wrong in ({"orderBy": "startTime"}, {**window, "timeMax": window["timeMin"]}):
            with pytest.raises(HttpError, match="400"):
                events(service, **wrong)


def test_a_token_tells_what_changed_since(google: FakeGoogle) -> None:
    """New, moved and cancelled ones, a cancelled one with nothing but its id."""
    calendar = google.account().calendars.primary
    kept, moved, dropped = (calendar.add(n, NINE, NINE + HOUR) for n in ("a", "b", "c"))
    with client(google, "calendar") as service:
        found, token = events(service, maxResults=2)
        assert [one["id"] for one in found] == [kept, moved, dropped]
        assert events(service, syncToken=token)[0] == []
        calendar.move(moved, NINE + HOUR, NINE + 2 * HOUR)
        calendar.cancel(dropped)
        added = calendar.add("d", NINE, NINE + HOUR)
        changed, second = events(service, syncToken=token)
        assert ids(changed) == [(moved, "confirmed"), (dropped, "cancelled"), (added, "confirmed")]
        assert set(changed[1]) == {"kind", "etag", "id", "status"}
        assert changed[0]["start"]["dateTime"] == "2026-11-03T10:00:00+00:00"
        assert changed[0]["sequence"] == 1
        assert events(service, syncToken=second)[0] == []
        assert dropped not in [one["id"] for one in events(service)[0]]
        assert (dropped, "cancelled") in ids(events(service, showDeleted=True)[0])


def test_what_changes_between_pages_comes_with_the_token(google: FakeGoogle) -> None:
    """The token says how things stood at the first page."""
    calendar = google.account().calendars.primary
    for number in range(3):
        calendar.add(str(number), NINE, NINE + HOUR)
    with client(google, "calendar") as service:
        listing = service.events().list
        first = listing(calendarId=ANA, maxResults=2).execute()
        late = calendar.add("late", NINE, NINE + HOUR)
        more = {"pageToken": first["nextPageToken"], "maxResults": 2}
        last = listing(calendarId=ANA, **more).execute()
        changed = events(service, syncToken=last["nextSyncToken"])[0]
        assert late in [one["id"] for one in changed]


def test_tokens_die(google: FakeGoogle, clock: Clock) -> None:
    """After their life, at the provider's whim, or when they are none: 410."""
    calendar = google.account().calendars.primary
    with client(google, "calendar") as service:
        token = events(service)[1]
        calendar.add("x", NINE, NINE + HOUR)
        assert len(events(service, syncToken=token)[0]) == 1
        calendar.expire_tokens()
        fresh = events(service, singleEvents=True)[1]
        for dead in (token, "nonsense"):
            with pytest.raises(HttpError, match="410") as caught:
                events(service, syncToken=dead)
            assert reason(caught.value) == "fullSyncRequired"
        calendar.add("y", NINE, NINE + HOUR)
        fresh = events(service)[1]
        clock.advance(days=29)
        with pytest.raises(HttpError, match="410"):
            events(service, syncToken=fresh)


def test_tokens_forbid_what_google_forbids(google: FakeGoogle) -> None:
    """A window, an order, a search, or another way of telling series."""
    google.account().calendars.primary.add("x", NINE, NINE + HOUR)
    with client(google, "calendar") as service:
        token = events(service)[1]
        window = {"timeMin": NINE.isoformat()}
        with pytest.raises(HttpError, match="too far in the past"):
            events(service, updatedMin="2026-01-01T00:00:00Z")
        for wrong in (window, {"orderBy": "updated"}, {"singleEvents": True}):
            with pytest.raises(HttpError, match="400"):
                events(service, syncToken=token, **wrong)
