"""Batches, as the real client library sends them, and where it would send them by itself."""

from __future__ import annotations

import http.client
import subprocess
import sys
from typing import Any

import pytest
from fakes.google.clients import batch, client
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import letter
from googleapiclient.errors import HttpError
from mortal import mortal

__all__ = ["clock", "google"]

ANA, BOB = "ana@example.com", "bob@example.org"
GET = "gmail.users.messages.get"


def test_a_batch_fails_in_part_or_as_a_whole(google: FakeGoogle) -> None:
    """Parts meet the faults of their methods; the whole those of "batch"."""
    mailbox = google.account().mailbox
    ids = [mailbox.deliver(letter(BOB, ANA, str(number))) for number in range(4)]
    mailbox.delete(ids[3])
    told: dict[str, Any] = {}

    with client(google, "gmail", once=True) as gmail:

        def tell(name: str, got: Any, error: Any) -> None:
            told[name] = error.status_code if error else got["id"]

        def ask() -> None:
            told.clear()
            whole = batch(google, "gmail", tell)
            for found in ids:
                whole.add(gmail.users().messages().get(userId="me", id=found, format="minimal"))
            whole.execute()

        google.faults.too_many(GET, skip=1)
        google.faults.broken(GET)
        ask()
        assert list(told.values()) == [503, 429, ids[2], 404]
        google.faults.cut_after("batch")
        with pytest.raises((http.client.HTTPException, OSError)):
            ask()
        google.faults.cut_before(GET, skip=2)
        with pytest.raises((http.client.HTTPException, OSError)):
            ask()
        google.faults.broken("batch")
        with pytest.raises(HttpError, match="503"):
            ask()
        ids[:] = ids[:1] * 101
        with pytest.raises(Exception, match="at most 100"):
            ask()


def test_a_large_batch_is_too_much_at_once(google: FakeGoogle) -> None:
    """Calls beyond what Gmail takes are refused, and cost nothing."""
    google.quota.at_once = 2
    told: list[Any] = []
    with client(google, "gmail") as gmail:
        whole = batch(google, "gmail", lambda name, got, error: told.append(error))
        for _ in range(3):
            whole.add(gmail.users().labels().list(userId="me"))
        whole.execute()
    assert told[:2] == [None, None]
    assert "Too many concurrent requests" in str(told[2])
    assert google.quota.calls.total() == 2


def test_nobody_reaches_the_real_google(google: FakeGoogle) -> None:
    """The library's own batch ignores the endpoint; the guard of all tests stops it."""
    with client(google, "gmail") as gmail:
        whole = gmail.new_batch_http_request()
        whole.add(gmail.users().labels().list(userId="me"))
        with pytest.raises(RuntimeError, match=r"gmail\.googleapis\.com"):
            whole.execute()


def test_a_process_that_is_started_does_not_either(google: FakeGoogle) -> None:
    """The guard is in every Python that a test starts; loopback stays open."""
    tried = "import httplib2, sys; print(httplib2.Http(timeout=20).request(sys.argv[1])[0].status)"
    for url, words in ((f"{google.url}/tokeninfo", "400"), ("https://1.1.1.1/", "beyond loopback")):
        done = subprocess.run(
            mortal([sys.executable, "-c", tried, url]),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert words in done.stdout + done.stderr


def test_a_batch_has_calls_of_one_api(google: FakeGoogle) -> None:
    """One of another API is judged."""
    with client(google, "gmail") as gmail:
        whole = batch(google, "tasks", lambda name, got, error: None)
        whole.add(gmail.users().labels().list(userId="me"))
        whole.execute()
    assert google.forgive() == ["/batch/tasks/v1: has a call of gmail.users.labels.list"]
