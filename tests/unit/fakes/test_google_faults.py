"""What the fake does wrong on purpose, as the real client library meets it."""

from __future__ import annotations

import http.client
import threading
from typing import Any

import pytest
from fakes.google.clients import client, reason
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]


def written(google: FakeGoogle) -> int:
    """How many tasks there are."""
    return len(google.account().tasks.default.tasks)


def test_refusals(google: FakeGoogle) -> None:
    """429, 403 with its reasons, and 5xx; each as often as it was told, and then all is well."""
    faults = google.faults
    told = [
        (faults.too_many("tasks.*", retry_after=9), 429, "rateLimitExceeded"),
        (faults.rate("tasks.*"), 403, "userRateLimitExceeded"),
        (faults.used_up("tasks.*"), 403, "dailyLimitExceeded"),
        (faults.used_up("tasks.*", reason="quotaExceeded"), 403, "quotaExceeded"),
        (faults.forbidden("tasks.*"), 403, "insufficientPermissions"),
        (faults.broken("tasks.*"), 503, "backendError"),
        (faults.broken("tasks.*", status=500), 500, "backendError"),
    ]
    with client(google, "tasks") as tasks:
        for fault, status, why in told:
            with pytest.raises(HttpError) as caught:
                tasks.tasks().insert(tasklist="@default", body={"title": "x"}).execute()
            assert (caught.value.status_code, reason(caught.value)) == (status, why)
            assert fault.hits == 1
            assert caught.value.resp.get("retry-after") == ("9" if status == 429 else None)
        assert written(google) == 0
        tasks.tasks().insert(tasklist="@default", body={"title": "x"}).execute()
    assert written(google) == 1


def test_connections_that_end(google: FakeGoogle) -> None:
    """Before it happened, after it happened, and in the middle of the answer."""
    google.faults.cut_before("tasks.tasks.insert")
    google.faults.cut_after("tasks.tasks.insert")
    google.faults.truncated("tasks.tasks.insert")
    after = []
    with client(google, "tasks", once=True) as tasks:
        asked = tasks.tasks().insert(tasklist="@default", body={"title": "x"})
        for _ in range(3):
            with pytest.raises((http.client.HTTPException, OSError)):
                asked.execute()
            after.append(written(google))
    assert after == [0, 1, 2]


def test_answers_that_are_none(google: FakeGoogle) -> None:
    """A page in HTML, half of JSON, and other JSON than was promised."""
    google.faults.html("people.*")
    google.faults.nonsense("people.*")
    google.faults.nonsense("people.*", body=b'["a"]')
    with client(google, "people") as people:
        asked = people.contactGroups().list()
        with pytest.raises(HttpError, match="502") as caught:
            asked.execute()
        assert caught.value.content.startswith(b"<!DOCTYPE html>")
        # The library hands out what is no JSON as it is.
        assert asked.execute() == '{"a": [1,'
        assert asked.execute() == ["a"]
        assert "contactGroups" in asked.execute()


def test_after_a_while_and_for_ever(google: FakeGoogle) -> None:
    """`skip` lets calls through first, `times=None` never ends, `when` chooses."""
    google.faults.broken("calendar.*", None, skip=2)
    with client(google, "calendar") as calendar:
        for _ in range(2):
            calendar.calendarList().list().execute()
        for _ in range(3):
            with pytest.raises(HttpError):
                calendar.calendarList().list().execute()
        google.faults.clear()
        google.faults.broken("calendar.*").when = lambda: False
        calendar.calendarList().list().execute()


def test_when_to_come_again_in_words(google: FakeGoogle, clock: Clock) -> None:
    """Gmail is known to say so without the header."""
    google.faults.too_many("gmail.*", until=clock.advance(minutes=15))
    with client(google, "gmail") as gmail, pytest.raises(HttpError, match="429") as caught:
        gmail.users().getProfile(userId="me").execute()
    assert reason(caught.value) == "userRateLimitExceeded"
    assert "Retry after 2026-11-02T09:15:00.000Z" in str(caught.value)
    assert "retry-after" not in caught.value.resp
    assert caught.value.resp["date"] == "Mon, 02 Nov 2026 09:15:00 GMT"  # by the fake's clock


@pytest.mark.parametrize("kind", ["stalled", "drip"])
def test_answers_that_come_slowly(google: FakeGoogle, kind: str) -> None:
    """The half of it or single bytes, until the gate is released; it has happened by then."""
    gate = (
        google.faults.stalled("tasks.tasklists.insert")
        if kind == "stalled"
        else google.faults.drip("tasks.tasklists.insert", every=1e-5)
    )
    done: list[Any] = []
    with client(google, "tasks") as tasks:
        asked = tasks.tasklists().insert(body={"title": "Follow-ups"})
        thread = threading.Thread(target=lambda: done.append(asked.execute()))
        thread.start()
        assert gate.reached.wait(20)
        assert google.account().tasks.named("Follow-ups").tasks == []
        if kind == "stalled":
            assert not done
            gate.release()
        thread.join(20)
    assert done[0]["title"] == "Follow-ups"


def test_a_call_that_happens_after_the_client_left(google: FakeGoogle) -> None:
    """A delayed create: nothing is there when the client looks, and one task later."""
    gate = google.faults.slow("tasks.tasks.insert")
    with client(google, "tasks", once=True, timeout=0.05) as tasks, pytest.raises(TimeoutError):
        tasks.tasks().insert(tasklist="@default", body={"title": "Call"}).execute()
    assert gate.reached.is_set()
    assert written(google) == 0
    gate.release()
    assert google.settled(lambda: written(google) == 1)


def test_a_create_that_lands_after_the_look(google: FakeGoogle) -> None:
    """The answer is lost, nothing is there, and later it is."""
    fault = google.faults.late("tasks.tasks.insert")
    with client(google, "tasks", once=True) as tasks:
        with pytest.raises(ConnectionResetError):
            tasks.tasks().insert(tasklist="@default", body={"title": "Call"}).execute()
        assert "items" not in tasks.tasks().list(tasklist="@default").execute()
        assert (fault.land(), fault.land()) == ([200], [])
        assert len(tasks.tasks().list(tasklist="@default").execute()["items"]) == 1


def test_slow(google: FakeGoogle) -> None:
    """A call waits until the test lets it through; others do not wait for it."""
    gate = google.faults.slow("tasks.tasklists.insert")
    done: list[Any] = []
    with client(google, "tasks") as tasks, client(google, "tasks") as other:
        asked = tasks.tasklists().insert(body={"title": "Follow-ups"})
        thread = threading.Thread(target=lambda: done.append(asked.execute()))
        thread.start()
        assert gate.reached.wait(20)
        assert len(other.tasklists().list().execute()["items"]) == 1
        assert not done
        gate.release()
        thread.join(20)
    assert done[0]["title"] == "Follow-ups"


def test_the_token_endpoint_fails_too(google: FakeGoogle) -> None:
    """Faults have its name as well. (What is 5xx there, google-auth tries again, and sleeps.)"""
    with client(google, "tasks") as tasks:
        google.oauth.expire_access()
        google.faults.used_up("oauth.token")
        with pytest.raises(RefreshError, match="dailyLimitExceeded"):
            tasks.tasklists().list().execute()
        google.faults.dead_token(1)
        with pytest.raises(RefreshError, match="invalid_grant"):
            tasks.tasklists().list().execute()
        google.faults.dead_token(1, subtype="invalid_rapt")
        with pytest.raises(RefreshError, match="Reauthentication is needed"):
            tasks.tasklists().list().execute()
        tasks.tasklists().list().execute()
