"""Sign-in, tokens and their deaths, by google-auth and google-auth-oauthlib."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fakes.google.clients import (
    SCOPES,
    browse,
    client,
    client_file,
    credentials,
    reason,
    service_account,
    visit,
)
from fakes.google.fixtures import clock, google
from fakes.google.oauth import Consent
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import service_account as robots
from google_auth_oauthlib.flow import Flow, InstalledAppFlow
from googleapiclient.errors import HttpError
from oauthlib.oauth2 import InvalidGrantError

__all__ = ["clock", "google"]

ANA, BOB = "ana@example.com", "bob@example.org"
READ = "https://www.googleapis.com/auth/gmail.readonly"
TASKS = "https://www.googleapis.com/auth/tasks"
BACK = "http://localhost:1/"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib refuses anything but https, loopback as well."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def flow(google: FakeGoogle, *scopes: str) -> Any:
    """An installed app's, with PKCE."""
    about = client_file(google)
    return Flow.from_client_config(
        about, list(scopes) or [READ], redirect_uri=BACK, autogenerate_code_verifier=True
    )


def asked(one: Any, **more: str) -> str:
    """The address at which the owner is asked."""
    url: str = one.authorization_url(access_type="offline", **more)[0]
    return url


def told(location: str) -> dict[str, str]:
    """What a redirect says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_signing_in(google: FakeGoogle) -> None:
    """A code by PKCE becomes tokens, once; a second consent gives no refresh token unasked."""
    google.oauth.consent = Consent(BOB)
    one = flow(google)
    status, location, _ = visit(asked(one, state="s1"))
    assert (status, told(location)["state"]) == (302, "s1")
    one.fetch_token(code=told(location)["code"])
    with client(google, "gmail", signed_in=one.credentials) as gmail:
        assert gmail.users().getProfile(userId="me").execute()["emailAddress"] == BOB
    assert one.credentials.refresh_token
    with pytest.raises(InvalidGrantError):
        one.fetch_token(code=told(location)["code"])
    for prompt, given in ({}, False), ({"prompt": "consent"}, True):
        again = flow(google)
        again.fetch_token(code=told(visit(asked(again, **prompt))[1])["code"])
        assert bool(again.credentials.refresh_token) is given


def test_an_installed_app_listens_on_loopback(
    google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner's browser is sent to the app, which gets its tokens."""

    class Browser:
        def open(self, url: str, **_: object) -> bool:
            threading.Thread(target=browse, args=[url]).start()
            return True

    monkeypatch.setattr("webbrowser.get", lambda *_: Browser())
    app = InstalledAppFlow.from_client_config(
        client_file(google), [READ], autogenerate_code_verifier=True
    )
    found = app.run_local_server(port=0, timeout_seconds=20, authorization_prompt_message=None)
    with client(google, "gmail", signed_in=found) as gmail:
        assert gmail.users().getProfile(userId="me").execute()["emailAddress"] == ANA


def test_consent_is_refused_or_given_in_part(google: FakeGoogle) -> None:
    """access_denied; a box that is not ticked is a scope that is not there."""
    google.oauth.consent = Consent(denied=True)
    assert told(visit(asked(flow(google), state="s"))[1]) == {
        "error": "access_denied",
        "state": "s",
    }
    google.oauth.consent = Consent(scopes=frozenset({TASKS}))
    one = flow(google, READ, TASKS)
    location = visit(asked(one))[1]
    assert told(location)["scope"] == TASKS
    with pytest.raises(Warning, match="Scope has changed"):  # oauthlib's way to say so
        one.fetch_token(code=told(location)["code"])


def test_what_an_app_asks_wrongly(google: FakeGoogle, clock: Clock) -> None:
    """A page and no redirect; a wrong verifier, secret or a late code: no token."""
    url = asked(flow(google))
    for old, new, words in (
        ("client_id=1234", "client_id=99", "invalid_client"),
        ("localhost", "example.org", "redirect_uri_mismatch"),
        ("S256", "plain", "PKCE"),
    ):
        status, location, page = visit(url.replace(old, new))
        assert (status // 100, location) == (4, "")
        assert words in page
    for spoil in ("verifier", "secret", "late"):
        one = flow(google)
        code = told(visit(asked(one))[1])["code"]
        if spoil == "verifier":
            one.code_verifier = "x" * 64
        if spoil == "secret":
            one.client_config["client_secret"] = "wrong"
        if spoil == "late":
            clock.advance(minutes=11)
        with pytest.raises(Exception, match=r"invalid_(grant|client)"):
            one.fetch_token(code=code)


def test_scopes_are_checked_on_each_call(google: FakeGoogle) -> None:
    """403 with the reason of each API; no token or a wrong one: 401."""
    with client(google, "tasks", scopes=[READ]) as tasks:
        with pytest.raises(HttpError, match="403") as caught:
            tasks.tasklists().list().execute()
        assert reason(caught.value) == "insufficientPermissions"
    with client(google, "people", scopes=[READ]) as people:
        with pytest.raises(HttpError, match="403") as caught:
            people.contactGroups().list().execute()
        assert reason(caught.value) == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_a_token_that_expired_is_renewed(google: FakeGoogle, clock: Clock) -> None:
    """401 makes google-auth refresh it and try again."""
    with client(google, "tasks") as tasks:
        clock.advance(hours=2)
        assert tasks.tasklists().list().execute()["items"]
    # The call with the dead token, and the same with a new one.
    assert [one.status for one in google.log] == [401, 200]


@pytest.mark.parametrize("death", ["password", "taken away", "testing", "revoked"])
def test_tokens_die(google: FakeGoogle, clock: Clock, death: str) -> None:
    """invalid_grant; a changed password leaves tokens that do not open Gmail alone."""
    mail: Any = credentials(google, ANA, [READ])
    tasks: Any = credentials(google, ANA, [TASKS])
    if death == "password":
        google.oauth.password_changed(ANA)
        tasks.refresh(Request())
    elif death == "taken away":
        google.oauth.access_taken_away(ANA)
    elif death == "testing":
        google.oauth.testing = True
        clock.advance(days=6)
        mail.refresh(Request())
        clock.advance(days=1)
    else:
        assert google.oauth.revoke(mail.token)
    with pytest.raises(RefreshError, match="invalid_grant: Token has been expired or revoked"):
        mail.refresh(Request())
    with client(google, "gmail", signed_in=mail) as gmail, pytest.raises(RefreshError):
        gmail.users().getProfile(userId="me").execute()


def test_telling_about_and_taking_back_tokens(google: FakeGoogle) -> None:
    """tokeninfo, userinfo and revoke, over HTTP."""
    email = "https://www.googleapis.com/auth/userinfo.email"
    found, http = credentials(google, ANA, [email]), Request()
    info = http(f"{google.url}/tokeninfo?access_token={found.token}")
    assert b'"email": "ana@example.com"' in info.data
    bearer = {"Authorization": f"Bearer {found.token}"}
    assert b"email_verified" in http(f"{google.url}/oauth2/v3/userinfo", headers=bearer).data
    body = f"token={found.refresh_token}".encode()
    again, other = credentials(google, ANA, [TASKS]), credentials(google, BOB, [TASKS])
    assert http(f"{google.url}/revoke", "POST", body).status == 200
    # All that this person gave that client.
    assert set(google.oauth.refresh) == {other.refresh_token}
    assert again.token not in google.oauth.access
    assert http(f"{google.url}/revoke", "POST", body).status == 400
    assert http(f"{google.url}/tokeninfo?access_token={found.token}").status == 400
    assert http(f"{google.url}/oauth2/v3/userinfo", headers=bearer).status == 401


def test_a_service_account_acts_for_an_owner(google: FakeGoogle) -> None:
    """With the scopes that were delegated to it, and a key that is its own."""
    about = service_account(google, scopes=SCOPES["gmail"])
    account = robots.Credentials.from_service_account_info(about, subject=BOB)  # type: ignore[no-untyped-call]
    with client(google, "gmail", signed_in=account.with_scopes(SCOPES["gmail"])) as gmail:
        assert gmail.users().getProfile(userId="me").execute()["emailAddress"] == BOB
    with pytest.raises(RefreshError, match="unauthorized_client"):
        account.with_scopes([TASKS]).refresh(Request())
    alone = robots.Credentials.from_service_account_info(about, scopes=SCOPES["gmail"])  # type: ignore[no-untyped-call]
    with client(google, "gmail", signed_in=alone) as gmail:
        asked = gmail.users().getProfile(userId="me")
        with pytest.raises(HttpError, match="Precondition check failed"):  # it has no mailbox
            asked.execute()
    google.oauth.strangers.add(BOB)
    with pytest.raises(RefreshError, match="Invalid email or User ID"):
        account.with_scopes(SCOPES["gmail"]).refresh(Request())
    google.oauth.robots.clear()
    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        account.with_scopes(SCOPES["gmail"]).refresh(Request())


def test_an_api_that_is_not_switched_on(google: FakeGoogle) -> None:
    """403 accessNotConfigured, as in a project whose owner forgot it."""
    google.disabled.add("tasks")
    with client(google, "tasks") as tasks, pytest.raises(HttpError, match="403") as caught:
        tasks.tasklists().list().execute()
    assert reason(caught.value) == "accessNotConfigured"
