"""What calls cost, by the fake's clock."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from fakes.google.clients import batch, client, reason
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]

ANA, BOB = "ana@example.com", "bob@example.org"
GET, LIST = "gmail.users.messages.get", "gmail.users.messages.list"


def test_gmail_counts_units_of_a_minute(google: FakeGoogle, clock: Clock) -> None:
    """As many as there are, and again when the minute since is over; of each owner."""
    google.quota.a_minute["gmail"] = 47
    google.quota.says_when = True
    found = google.account().mailbox.deliver(letter(BOB, ANA))
    with client(google, "gmail") as gmail, client(google, "gmail", BOB) as other:
        one = gmail.users().messages().get(userId="me", id=found, format="minimal")
        one.execute()
        clock.advance(seconds=20)
        one.execute()
        gmail.users().messages().list(userId="me").execute()
        assert google.quota.spent("gmail", ANA) == 45
        with pytest.raises(HttpError, match="429") as caught:
            one.execute()
        assert reason(caught.value) == "rateLimitExceeded"
        assert caught.value.resp["retry-after"] == "40"
        gmail.users().history().list(userId="me", startHistoryId="4000").execute()
        other.users().getProfile(userId="me").execute()
        clock.advance(seconds=40)
        one.execute()
    assert google.quota.calls[GET] == 3
    assert google.quota.units == {
        GET: 60, LIST: 5, "gmail.users.history.list": 2, "gmail.users.getProfile": 1,
    }  # fmt: skip
    assert google.quota.refused == {GET: 1}
    assert google.count(GET) == 4


@pytest.mark.parametrize("status", [403, 429])
def test_when_is_not_said(google: FakeGoogle, status: Literal[403, 429]) -> None:
    """Nobody is told when to come again who did not ask for that; the same as 403 on request."""
    google.quota.a_minute["calendar"] = 0
    google.quota.status = status
    with (
        client(google, "calendar") as calendar,
        pytest.raises(HttpError, match=str(status)) as caught,
    ):
        calendar.calendarList().list().execute()
    assert reason(caught.value) == "rateLimitExceeded"
    assert "retry-after" not in caught.value.resp


def test_tasks_counts_calls_of_a_day(google: FakeGoogle, clock: Clock) -> None:
    """Of the Pacific: it is 1 a.m. there."""
    google.quota.tasks_a_day = 2
    with client(google, "tasks") as tasks:
        asked = tasks.tasklists().list()
        asked.execute()
        asked.execute()
        clock.advance(hours=22)
        with pytest.raises(HttpError, match="403") as caught:
            asked.execute()
        assert reason(caught.value) == "dailyLimitExceeded"
        clock.advance(hours=1)
        asked.execute()


def test_a_batch_costs_what_its_calls_cost(google: FakeGoogle) -> None:
    """And is answered in part where the rest is too much."""
    google.quota.a_minute["gmail"] = 50
    mailbox = google.account().mailbox
    ids = [mailbox.deliver(letter(BOB, ANA, str(number))) for number in range(3)]
    told: dict[str, Any] = {}
    with client(google, "gmail") as gmail:
        whole = batch(google, "gmail", lambda name, got, error: told.update({name: got or error}))
        for found in ids:
            asked = gmail.users().messages().get(userId="me", id=found, format="minimal")
            whole.add(asked, request_id=found)
        whole.execute()
    assert [told[one]["id"] for one in ids[:2]] == ids[:2]
    assert reason(told[ids[2]]) == "rateLimitExceeded"
    assert (google.quota.units[GET], google.quota.refused[GET]) == (40, 1)
