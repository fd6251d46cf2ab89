"""Signing in to Microsoft: a browser that comes back, an address that is pasted, a code."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fakes.graph.clients import browse, visit
from fakes.graph.entra import Consent
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from fakes.graph.tokens import CLIENT

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.graph import signin
from connectors.graph.grant import Client, Grant
from connectors.graph.scopes import Wanted
from connectors.graph.signin import Code, by_browser, by_code, by_hand

__all__ = ["clock", "graph"]
ANA = "ana@example.com"
ALL = Wanted().scopes()


def client(graph: FakeGraph, tenant: str = "common", client_id: str = CLIENT) -> Client:
    return Client(client_id, tenant, graph.url)


def through(graph: FakeGraph, url: str) -> None:
    """The owner's browser."""
    browse(graph, url)


def pasted(graph: FakeGraph, change: Any = lambda address: address, **which: str) -> Grant:
    def ask(url: str) -> str:
        return str(change(visit(graph, url)[1]))

    return by_hand(client(graph, **which), ALL, ANA, ask, name="work")


def coded(graph: FakeGraph, shown: Any = None, pause: Any = lambda _: None) -> Grant:
    return by_code(client(graph), ALL, shown or (lambda code: None), pause, name="work")


def test_by_browser(graph: FakeGraph) -> None:
    """The consent comes back to a port of ours, with PKCE; what was granted, and what Microsoft
    calls who signed in, is known; nothing secret shows."""
    pages: list[tuple[int, str, str]] = []
    urls: list[str] = []

    def show(url: str) -> None:
        urls.append(url)
        pages.append(browse(graph, url))

    found = by_browser(client(graph), ALL, ANA, show, name="work")
    assert {one.name for one in ALL} <= {one.rpartition("/")[2] for one in found.scopes}
    assert ANA in found.names
    assert found.token not in repr(found)
    assert found.cache not in repr(found)
    asked = {key: values[0] for key, values in parse_qs(urlsplit(urls[0]).query).items()}
    assert (asked["code_challenge_method"], asked["login_hint"]) == ("S256", ANA)
    assert asked["redirect_uri"].startswith("http://localhost:")
    assert {"offline_access", "Mail.Read"} <= set(asked["scope"].split())
    assert pages[0][0] == 200
    assert "You can close this page" in pages[0][2]


def test_by_hand(graph: FakeGraph) -> None:
    """The address that the browser ended at is enough; spaces around it are fine."""
    assert pasted(graph, lambda address: f"  {address}\n").token


@pytest.mark.parametrize(
    "change",
    [
        lambda address: "",
        lambda address: "1.AXfake",
        lambda address: "http://localhost:53682/?code=1.AX",
        lambda address: address.replace("state=", "state=x"),
        lambda address: address.partition("?")[0],
    ],
)
def test_what_is_no_answer(graph: FakeGraph, change: Any) -> None:
    """A part of the address, another consent's, nothing at all: nothing is asked of Microsoft."""
    with pytest.raises(SignInNeeded, match="paste all of it"):
        pasted(graph, change)
    assert not graph.tokens.access


def test_declined(graph: FakeGraph) -> None:
    """It is said, with what an administrator would have to grant, and where."""
    graph.entra.consent = Consent(denied=True)
    with pytest.raises(SignInNeeded, match="did not consent") as caught:
        by_browser(client(graph), ALL, ANA, lambda url: through(graph, url), name="work")
    assert "Mail.Read" in str(caught.value)
    assert f"/organizations/adminconsent?client_id={CLIENT}" in str(caught.value)
    assert not graph.tokens.access


def test_an_administrator_has_to(graph: FakeGraph) -> None:
    """Which permissions, and at which page."""
    graph.entra.consent = Consent(needs_admin=True)
    with pytest.raises(Refused, match=r"delegated permissions User\.Read, Mail\.Read"):
        pasted(graph)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (50105, "ask an administrator to add you"),
        (53003, "Conditional Access"),
        (530033, "Conditional Access"),
    ],
)
def test_an_administrator_forbids_it(graph: FakeGraph, number: int, words: str) -> None:
    """Whoever is to be asked is named, whether the page says it or the token endpoint."""
    graph.entra.consent = Consent(number=number)
    with pytest.raises(Refused, match=words):
        pasted(graph)
    graph.entra.consent = Consent()
    graph.entra.trouble(number, "access_denied", times=1)
    with pytest.raises(Refused, match=words):
        pasted(graph)


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (700016, "unauthorized_client", "knows no application"),
        (50194, "invalid_request", "directory \\(tenant\\) ID"),
        (7000218, "invalid_client", "Allow public client flows"),
        (7000215, "invalid_client", "Allow public client flows"),
        (50011, "invalid_request", "http://localhost"),
        (9002331, "invalid_request", "supported account types"),
        (65001, "invalid_grant", "did not consent"),
        (50057, "invalid_grant", "locked"),
        (50076, "interaction_required", "second factor"),
        (70011, "invalid_scope", "does not include all"),
        (12345, "something_odd", "ended with something_odd"),
        (90002, "invalid_request", "knows no organisation"),
    ],
)
def test_what_the_token_endpoint_says(
    graph: FakeGraph, number: int, error: str, words: str
) -> None:
    """Each refusal says what to do about it, and none shows Microsoft's long words."""
    graph.entra.trouble(number, error, times=1)
    with pytest.raises(SignInNeeded, match=words) as caught:
        pasted(graph)
    assert "Trace" not in str(caught.value)


def test_a_wrong_tenant_or_application(graph: FakeGraph) -> None:
    """They are told apart, by what is to be corrected."""
    with pytest.raises(SignInNeeded, match="correct `tenant:`"):
        pasted(graph, tenant="nowhere.example")
    graph.entra.apps.clear()
    with pytest.raises(SignInNeeded, match="`client_id:`"):
        coded(graph)


def test_microsoft_fails(graph: FakeGraph) -> None:
    """What Microsoft cannot do now is tried again, with its own time to wait; a page of somebody
    in between is told from it."""
    graph.faults.broken("login.token")
    with pytest.raises(Unavailable):
        pasted(graph)
    graph.faults.too_many("login.token", retry_after=7)
    with pytest.raises(Unavailable) as caught:
        pasted(graph)
    assert caught.value.wait == 7
    graph.faults.html("login.token", status=200)
    with pytest.raises(Unavailable, match="check the network"):
        pasted(graph)
    graph.faults.cut_after("login.token")
    with pytest.raises(Unavailable, match="while signing in"):
        pasted(graph)


def test_nobody_comes_back(graph: FakeGraph) -> None:
    """The wait has an end, which says what to do."""
    with pytest.raises(SignInNeeded, match="no browser came back"):
        by_browser(client(graph), ALL, ANA, lambda _: None, name="work", patience=0.05)


def test_others_who_come(graph: FakeGraph) -> None:
    """A browser that connects ahead, or asks for an icon: the owner's answer still counts."""
    held: list[socket.socket] = []

    def show(url: str) -> None:
        redirect = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        port = urlsplit(redirect).port or 0
        held.append(socket.create_connection(("127.0.0.1", port), timeout=5))
        assert visit(graph, f"http://127.0.0.1:{port}/favicon.ico")[0] == 404
        assert visit(graph, f"http://127.0.0.1:{port}/?code=x&state=y")[0] == 404
        browse(graph, url)

    try:
        assert by_browser(client(graph), ALL, ANA, show, name="work").token
    finally:
        for one in held:
            one.close()


def test_by_code(graph: FakeGraph) -> None:
    """The code is shown with its page; it is looked at as often as Microsoft wants, and no more."""
    shown: list[Code] = []
    pauses: list[float] = []
    graph.entra.slow_downs = 1

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            graph.entra.approve(shown[0].code, ANA)

    with pytest.warns(UserWarning, match="too soon"):  # of msal: no second has passed
        found = coded(graph, shown.append, pause)
    assert found.token
    assert (shown[0].address, shown[0].minutes) == ("https://login.microsoft.com/device", 15)
    assert pauses == [5, 10, 10]


@pytest.mark.filterwarnings("ignore:Attempted too soon")
def test_a_code_that_comes_to_nothing(graph: FakeGraph) -> None:
    """Declined, forbidden to all, or nobody types it: each ends with a sentence."""
    with pytest.raises(SignInNeeded, match="did not consent"):
        coded(graph, lambda code: graph.entra.decline(code.code))
    graph.entra.trouble(53003, "access_denied", times=1)
    with pytest.raises(Refused, match="Conditional Access"):
        coded(graph)
    graph.entra.interval = 200
    with pytest.raises(SignInNeeded, match="in time"):
        coded(graph, None, lambda _: None)


@pytest.mark.filterwarnings("ignore:Attempted too soon")
def test_a_look_that_fails_is_no_answer(graph: FakeGraph) -> None:
    """While a code is waited for the network may go and come."""
    graph.faults.broken("login.token")

    def shown(code: Code) -> None:
        graph.entra.approve(code.code, ANA)

    assert coded(graph, shown).token


def test_what_was_left_out(graph: FakeGraph) -> None:
    """What was not granted is named in plain words; a sign-in that does not last is none."""
    signing = signin._Signing(client(graph), ALL, "work")
    with pytest.raises(SignInNeeded, match="let us read mail, and nothing else with it"):
        signing.granted({"access_token": "x", "scope": "User.Read Calendars.Read"})
    scopes = " ".join(f"https://graph.microsoft.com/{one.name}" for one in ALL)
    with pytest.raises(SignInNeeded, match="nothing that lasts"):
        signing.granted({"access_token": "x", "scope": scopes})
