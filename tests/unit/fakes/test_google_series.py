"""Series of events as the fake has them, by the real client library."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.google.clients import client
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]

ANA = "ana@example.com"
NEW_YORK = ZoneInfo("America/New_York")
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


def test_series_are_told_as_instances(google: FakeGoogle) -> None:
    """In the local time of their zone, with those that differ, and without cancelled ones."""
    calendar = google.account().calendars.primary
    first = datetime(2026, 10, 20, 9, tzinfo=NEW_YORK)
    weekly = calendar.add(
        "1:1",
        first,
        first + HOUR,
        zone="America/New_York",
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"],
    )
    moved_from = first + timedelta(weeks=1)
    moved = calendar.move_instance(weekly, moved_from, moved_from + HOUR, moved_from + 2 * HOUR)
    gone = calendar.cancel_instance(weekly, first + timedelta(weeks=2))
    with client(google, "calendar") as service:
        single = events(service, singleEvents=True)[0]
        assert [one["id"] for one in single] == [
            f"{weekly}_20261020T130000Z", f"{weekly}_20261110T140000Z", moved,
        ]  # fmt: skip
        assert all(one["recurringEventId"] == weekly for one in single)
        assert single[2]["originalStartTime"]["dateTime"] == "2026-10-27T13:00:00+00:00"
        assert single[2]["start"]["dateTime"] == "2026-10-27T14:00:00+00:00"
        whole = events(service)[0]
        assert ids(whole) == [(weekly, "confirmed"), (moved, "confirmed"), (gone, "cancelled")]
        assert whole[0]["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=4"]
        one = service.events().get(calendarId=ANA, eventId=f"{weekly}_20261110T140000Z").execute()
        assert one["start"]["dateTime"] == "2026-11-10T14:00:00+00:00"
        with pytest.raises(HttpError, match="404"):
            service.events().get(calendarId=ANA, eventId=f"{weekly}_20261111T140000Z").execute()


def test_changes_of_a_series_are_told_as_instances(google: FakeGoogle) -> None:
    """Those it has no more are cancelled; a cancelled series takes all of them along."""
    calendar = google.account().calendars.primary
    daily = calendar.add(
        "Stand-up", NINE, NINE + HOUR, recurrence=["RRULE:FREQ=DAILY;COUNT=3"], zone="UTC"
    )
    names = [f"{daily}_2026110{day}T090000Z" for day in (3, 4, 5)]
    with client(google, "calendar") as service:
        asked = {"singleEvents": True, "timeMin": "2026-11-01T00:00:00Z"}
        token = events(service, **asked)[1]
        calendar.edit(daily, recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
        changed, token = events(service, syncToken=token, singleEvents=True)
        assert ids(changed) == [
            (names[0], "confirmed"), (names[1], "confirmed"), (names[2], "cancelled"),
        ]  # fmt: skip
        calendar.cancel_instance(daily, NINE)
        changed, token = events(service, syncToken=token, singleEvents=True)
        assert ids(changed) == [(names[0], "cancelled")]
        calendar.cancel(daily)
        changed, token = events(service, syncToken=token, singleEvents=True)
        assert (names[1], "cancelled") in ids(changed)
        assert all(one["status"] == "cancelled" for one in changed)


def test_a_series_by_days(google: FakeGoogle) -> None:
    """All-day instances are named by their day; an endless series ends somewhere."""
    calendar = google.account().calendars.primary
    yearly = calendar.add(
        "Birthday", date(2026, 12, 24), date(2026, 12, 25), recurrence=["RRULE:FREQ=YEARLY"],
        eventType="birthday",
    )  # fmt: skip
    with client(google, "calendar") as service:
        found = [one["id"] for one in events(service, singleEvents=True)[0]]
    assert found == [f"{yearly}_20261224", f"{yearly}_20271224"]


def test_an_instance_that_comes_back(google: FakeGoogle) -> None:
    """A series is cut short and made longer again between two questions: nothing is gone."""
    calendar = google.account().calendars.primary
    rule = "RRULE:FREQ=DAILY;COUNT="
    daily = calendar.add("Stand-up", NINE, NINE + HOUR, recurrence=[f"{rule}3"], zone="UTC")
    with client(google, "calendar") as service:
        token = events(service, singleEvents=True)[1]
        calendar.edit(daily, recurrence=[f"{rule}1"])
        calendar.edit(daily, recurrence=[f"{rule}2"])
        told = ids(events(service, syncToken=token, singleEvents=True)[0])
    assert [status for _, status in told] == ["confirmed", "confirmed", "cancelled"]
