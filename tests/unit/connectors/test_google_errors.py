"""What Google's refusals mean, by status and reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from fakes.google.call import Refused as Said
from fakes.google.quota import at_once, daily_limit, rate_limited

from connectors import errors as contract
from connectors.google.answers import Answered, asked_wait, rest_of_the_day
from connectors.google.errors import Crowded, Declined, NotThere, Stale, of_answer

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # one in the morning at the Pacific
DATE = format_datetime(NOW, usegmt=True)


def answered(said: Said, api: str = "gmail", **headers: str) -> Answered:
    """As that API words it."""
    reply = said.reply(api)
    told = {name.lower(): value for name, value in reply.headers.items()}
    return Answered(reply.status, {"date": DATE, **told, **headers}, reply.body)


READ: list[tuple[str, Said, type[Exception], str]] = [
    ("gmail", Said(401, "authError", "x"), contract.SignInNeeded, "syncd login work"),
    (
        "gmail",
        Said(403, "insufficientPermissions", "x", info="ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        contract.SignInNeeded,
        "leave every box of Google's page ticked",
    ),
    (
        "people",
        Said(403, "accessNotConfigured", "x", info="SERVICE_DISABLED"),
        contract.Refused,
        "not switched on the People API",
    ),
    ("gmail", Said(403, "domainPolicy", "x"), contract.Refused, "administrator"),
    ("calendar", Said(403, "forbidden", "x"), Declined, "Google forbids access to the thing"),
    ("gmail", rate_limited(429), contract.Paused, "asks to be asked less often"),
    ("gmail", at_once(), Crowded, "asks to be asked less often"),
    ("gmail", rate_limited(429, retry_after=60), contract.Paused, "asked less often"),
    ("gmail", rate_limited(429, retry_after=900), contract.Unavailable, "asked less often"),
    ("gmail", rate_limited(403, "userRateLimitExceeded"), contract.Paused, "less often"),
    ("calendar", rate_limited(403, "rateLimitExceeded"), contract.Paused, "less often"),
    ("tasks", daily_limit(), contract.Unavailable, "it goes on tomorrow"),
    ("tasks", daily_limit("quotaExceeded"), contract.Unavailable, "less often"),
    ("gmail", Said(404, "notFound", "x"), NotThere, "the thing is not there any more"),
    ("calendar", Said(410, "deleted", "x"), NotThere, "not there"),
    ("calendar", Said(410, "fullSyncRequired", "x"), contract.CursorExpired, "how far"),
    ("calendar", Said(410, "updatedMinTooLongAgo", "x"), contract.CursorExpired, "how far"),
    (
        "people",
        Said(400, "failedPrecondition", "x", info="EXPIRED_SYNC_TOKEN"),
        contract.CursorExpired,
        "how far",
    ),
    ("tasks", Said(412, "conditionNotMet", "x"), Stale, "has changed"),
    ("gmail", Said(400, "failedPrecondition", "x"), Declined, "HTTP 400 (failedPrecondition)"),
    (
        "gmail",
        Said(400, "failedPrecondition", "Mail service not enabled"),
        contract.Refused,
        "this Google account has no Gmail: say `mail: false`",
    ),
    ("gmail", Said(409, "duplicate", "x"), Declined, "HTTP 409"),
    ("gmail", Said(500, "backendError", "x"), contract.Unavailable, "HTTP 500"),
    ("gmail", Said(503, "backendError", "x"), contract.Unavailable, "HTTP 503"),
]


@pytest.mark.parametrize(("api", "said", "kind", "words"), READ)
def test_each_remedy(api: str, said: Said, kind: type[Exception], words: str) -> None:
    """Of a reading."""
    found = of_answer(answered(said, api), "the thing", api=api, name="work")
    assert type(found) is kind
    assert words in str(found)
    assert "\n" not in str(found)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_write_that_may_have_happened(status: int) -> None:
    """A server that fell over may have done it."""
    found = of_answer(answered(Said(status, "backendError", "x")), "the task", write=True)
    assert type(found) is contract.Ambiguous


@pytest.mark.parametrize(
    "said", [rate_limited(429), rate_limited(403), rate_limited(429, retry_after=9), daily_limit()]
)
def test_a_write_that_did_not_happen(said: Said) -> None:
    """What was not let in was not done."""
    assert isinstance(of_answer(answered(said), "the task", write=True), contract.Unavailable)


@pytest.mark.parametrize(
    ("headers", "message", "wait"),
    [
        ({"retry-after": "7"}, "x", 7.0),
        ({"retry-after": "0"}, "x", 0.0),
        ({"retry-after": format_datetime(NOW.replace(minute=2), usegmt=True)}, "x", 120.0),
        ({}, "User-rate limit exceeded.  Retry after 2026-11-02T09:00:12.500Z", 12.5),
        ({}, "Retry after 2026-99-99T09:00:12Z", None),
        ({"retry-after": "soon"}, "x", None),
        ({}, "x", None),
    ],
)
def test_retry_after_is_kept_exactly(
    headers: dict[str, str], message: str, wait: float | None
) -> None:
    """In seconds, as a date by the server's clock, or in words alone; else it is a minute."""
    one = answered(Said(429, "rateLimitExceeded", message), **headers)
    assert asked_wait(one) == wait
    found = of_answer(one, "the mailbox")
    assert isinstance(found, contract.Unavailable)
    assert (found.asked, found.wait) == (True, 60.0 if wait is None else wait)


def test_a_day_ends_at_the_pacific() -> None:
    """Where nothing is said of when: at the next midnight there, whatever the season."""
    found = of_answer(answered(daily_limit(), "tasks"), "the list", api="tasks")
    assert isinstance(found, contract.Unavailable)
    assert found.wait == 23 * 3_600
    metadata = {"metadata": {"quota_limit": "DefaultPerDayPerProject"}}
    error: dict[str, Any] = {"error": {"status": "RESOURCE_EXHAUSTED", "details": [metadata]}}
    by_name = Answered(429, {"date": DATE}, json.dumps(error).encode())
    assert "tomorrow" in str(of_answer(by_name, "the list", api="tasks"))
    summer = format_datetime(datetime(2026, 7, 1, 6, 30, tzinfo=UTC), usegmt=True)
    assert rest_of_the_day(Answered(403, {"date": summer}, b"")) == 1_800
    assert rest_of_the_day(Answered(403, {"date": "soon"}, b"")) is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"[1]", b'{"error": "x"}', b'{"error": {"errors": 5}}', b"\xff"]
)
@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 429, 502])
def test_what_is_none_of_googles(status: int, body: bytes) -> None:
    """Something in between answers: it is one of the contract's errors all the same."""
    assert isinstance(of_answer(Answered(status, {}, body), "it"), contract.ConnectorError)


def test_nothing_of_the_answer_is_repeated() -> None:
    """Google's words may quote a mail: they are not the owner's to read in a log."""
    for status in (400, 403, 404, 409, 500):
        found = of_answer(answered(Said(status, "x", "secret subject")), "the mail")
        assert "secret" not in str(found)
