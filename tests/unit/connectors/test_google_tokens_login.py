"""Signing in: a browser that comes back with a code, or an address that is pasted."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fakes.google.clients import browse, client_file, service_account, visit
from fakes.google.fixtures import clock, google
from fakes.google.oauth import Consent as Answer
from fakes.google.server import FakeGoogle

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.google import signin
from connectors.google.client import Client, WrongClient
from connectors.google.grant import Grant
from connectors.google.scopes import MAIL, Wanted
from connectors.google.signin import by_browser, by_hand

__all__ = ["clock", "google"]
ANA = "ana@example.com"
ALL = Wanted().scopes()


def client(google: FakeGoogle) -> Client:
    return Client.of_text(json.dumps(client_file(google)))


def through(url: str) -> None:
    """The owner's browser."""
    browse(url)


def browsed(google: FakeGoogle) -> Grant:
    return by_browser(client(google), ALL, ANA, through, name="work")


def pasted(google: FakeGoogle, change: Any = lambda address: address) -> Grant:
    return by_hand(client(google), ALL, ANA, lambda url: change(visit(url)[1]), name="work")


def test_by_browser(google: FakeGoogle) -> None:
    """The consent comes back to a port of ours, with PKCE, for offline use; what was granted is
    known. A second sign-in gets a refresh token as well."""
    pages: list[tuple[int, str, str]] = []
    urls: list[str] = []

    def show(url: str) -> None:
        urls.append(url)
        pages.append(browse(url))

    for _ in range(2):
        found = by_browser(client(google), ALL, ANA, show, name="work")
        assert google.oauth.refresh[found.refresh_token].address == ANA
        assert set(found.scopes) == {one.url for one in ALL}
    asked = {key: values[0] for key, values in parse_qs(urlsplit(urls[0]).query).items()}
    assert (asked["code_challenge_method"], asked["access_type"]) == ("S256", "offline")
    assert (asked["login_hint"], asked["prompt"]) == (ANA, "consent")
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert asked["scope"].split() == [one.url for one in ALL]
    assert pages[0][0] == 200
    assert "You can close this page" in pages[0][2]


def test_by_hand(google: FakeGoogle) -> None:
    """The address that the browser ended at is enough; spaces around it are fine."""
    assert pasted(google, lambda address: f"  {address}\n").refresh_token


@pytest.mark.parametrize(
    "change",
    [
        lambda address: "",
        lambda address: "4/0Afake",
        lambda address: "http://127.0.0.1:53682/?code=4/0A",
        lambda address: address.replace("state=", "state=x"),
        lambda address: address.partition("?")[0],
    ],
)
def test_what_is_no_answer(google: FakeGoogle, change: Any) -> None:
    """A part of the address, another consent's, nothing at all: nothing is asked of Google."""
    with pytest.raises(SignInNeeded, match="paste all of it"):
        pasted(google, change)
    assert not google.oauth.access


def test_denied(google: FakeGoogle) -> None:
    """It is said, with what it may be for; nothing is kept."""
    google.oauth.consent = Answer(denied=True)
    for way in (browsed, pasted):
        with pytest.raises(SignInNeeded, match="did not consent, or may not: while the app is in"):
            way(google)


def test_a_box_that_was_not_ticked(google: FakeGoogle) -> None:
    """What is lacking is named in plain words."""
    google.oauth.consent = Answer(scopes=frozenset(one.url for one in ALL if one is not MAIL))
    with pytest.raises(SignInNeeded, match="let us read mail, and nothing else with it\\. Sign in"):
        browsed(google)


@pytest.mark.parametrize("error", ["admin_policy_enforced", "org_internal"])
def test_an_administrator_forbids_it(google: FakeGoogle, error: str) -> None:
    """Whoever is to be asked is named."""
    with pytest.raises(Refused, match="administrator"):
        pasted(google, lambda address: address.replace("code=", f"error={error}&code="))


def test_a_code_that_is_no_use(google: FakeGoogle) -> None:
    """Used up, or Google fails meanwhile."""
    with pytest.raises(SignInNeeded):
        pasted(google, lambda address: address.replace("code=", "code=x"))
    google.faults.broken("oauth.token")
    with pytest.raises(Unavailable):
        browsed(google)


def test_nobody_comes_back(google: FakeGoogle) -> None:
    """The wait has an end, which says what to do."""
    with pytest.raises(SignInNeeded, match="no browser came back"):
        by_browser(client(google), ALL, ANA, lambda _: None, name="work", patience=0.05)


def test_others_who_come(google: FakeGoogle) -> None:
    """A browser that connects ahead, asks for an icon, or somebody else: they are sent away, and
    the owner's answer still counts."""

    def show(url: str) -> None:
        asked = parse_qs(urlsplit(url).query)
        here = asked["redirect_uri"][0]
        waiting = socket.create_connection(("127.0.0.1", urlsplit(here).port or 0))
        assert visit(f"{here}favicon.ico")[0] == 404
        assert visit(f"{here}?state=guessed&code=4/0A")[0] == 404
        threading.Thread(target=browse, args=(url,)).start()
        held.append(waiting)

    held: list[socket.socket] = []
    assert by_browser(client(google), ALL, ANA, show, name="work").refresh_token
    held[0].close()


def test_no_port_is_free(google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody forbids it: there is another way."""

    def forbid(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(signin, "_Server", forbid)
    with pytest.raises(Refused, match=r"\(Permission denied\): use --no-browser"):
        browsed(google)


def test_how_long_it_lasts(google: FakeGoogle) -> None:
    """In Testing Google says for how long, and otherwise nothing."""
    assert browsed(google).lasts is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no JSON"),
        ("[]", "is no OAuth client"),
        ("{}", "is no OAuth client, or not a whole one"),
        ('{"web": {"client_id": "a"}}', "type Web application: make one of type Desktop app"),
        ('{"installed": {"client_id": "a"}}', "not a whole one"),
        ('{"installed": 5}', "not a whole one"),
        ('{"type": "service_account"}', "name it under `service_account:`"),
        ('{"type": "authorized_user"}', "is a sign-in and no OAuth client"),
        (
            '{"installed": {"client_id": "a", "client_secret": "b", "token_uri": "http://x.org"}}',
            "is not as Google gives it",
        ),
    ],
)
def test_a_wrong_client(text: str, words: str) -> None:
    """What it is, and what to do."""
    with pytest.raises(WrongClient) as caught:
        Client.of_text(text)
    assert words in str(caught.value)


def test_a_robots_key_is_no_client(google: FakeGoogle) -> None:
    """The other file that the console hands out."""
    with pytest.raises(WrongClient, match="service_account"):
        Client.of_text(json.dumps(service_account(google)))
