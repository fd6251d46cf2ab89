"""The sign-in as the fake of Graph has it, by the real msal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msal
import pytest
from fakes.graph.asking import Asker
from fakes.graph.clients import certificate, visit
from fakes.graph.entra import Consent
from fakes.graph.entra_endpoints import LOGIN
from fakes.graph.fixtures import Clock, FakeGraph, clock, graph
from fakes.graph.tokens import CLIENT, SECRET, TENANT
from requests import Session

__all__ = ["clock", "graph"]

_GRAPH = "https://graph.microsoft.com/"
_SCOPES = [f"{_GRAPH}Mail.Read", f"{_GRAPH}Tasks.ReadWrite"]


class Door(Session):
    """msal's way to Microsoft, which ends at the fake."""

    def __init__(self, graph: FakeGraph) -> None:
        super().__init__()
        self.trust_env = False
        self._url = graph.url

    def request(self, method: str, url: str, *arguments: Any, **more: Any) -> Any:  # type: ignore[override]
        return super().request(method, url.replace(LOGIN, self._url, 1), *arguments, **more)


def person(graph: FakeGraph, tenant: str = "organizations") -> Any:
    """An app that somebody signs in to."""
    return msal.PublicClientApplication(
        CLIENT, authority=f"{LOGIN}/{tenant}", http_client=Door(graph)
    )


def alone(graph: FakeGraph, credential: object, tenant: str = TENANT) -> Mapping[str, Any]:
    """What an app by itself gets."""
    app = msal.ConfidentialClientApplication(
        CLIENT, authority=f"{LOGIN}/{tenant}", http_client=Door(graph), client_credential=credential
    )
    found: Mapping[str, Any] = app.acquire_token_for_client([f"{_GRAPH}.default"])
    return found


def signed_in(graph: FakeGraph, app: Any) -> Mapping[str, Any]:
    """By a code, with PKCE."""
    flow = app.initiate_auth_code_flow(
        _SCOPES, redirect_uri="http://localhost:1234", response_mode="form_post"
    )
    page = flow["auth_uri"].replace("response_mode=form_post", "response_mode=query")
    _, location, body = visit(graph, page)
    assert location, body
    told = dict(parse_qsl(urlsplit(location).query))
    found: Mapping[str, Any] = app.acquire_token_by_auth_code_flow(flow, told)
    return found


def numbers(told: Mapping[str, Any]) -> list[int]:
    """AADSTS numbers of an error."""
    return list(told["error_codes"])


def test_somebody_signs_in_and_stays(graph: FakeGraph, clock: Clock) -> None:
    """A code becomes tokens, and these others, until consent, password or time ends it."""
    app = person(graph)
    found = signed_in(graph, app)
    assert found["id_token_claims"]["preferred_username"] == "ana@example.com"
    assert set(_SCOPES) <= set(found["scope"].split())
    (who,) = app.get_accounts()
    graph.account()
    asker = Asker(graph)

    def again() -> Mapping[str, Any]:
        told = app.acquire_token_silent_with_error(_SCOPES, who, force_refresh=True)
        return dict(told or {})

    asker.headers["Authorization"] = f"Bearer {again()['access_token']}"
    assert asker.get("/me/mailFolders/inbox")["displayName"] == "Inbox"
    graph.entra.trouble(50076, "interaction_required", times=1)
    assert again()["error"] == "interaction_required"
    signed_in(graph, app)  # msal asks nothing twice within a minute of such an error
    graph.entra.consent_taken_away("ana@example.com")
    assert numbers(again()) == [65001]
    assert asker.ask("GET", "/me/mailFolders").status == 401
    signed_in(graph, app)
    graph.entra.password_changed("ana@example.com")
    assert numbers(again()) == [50173]
    signed_in(graph, app)
    clock.advance(days=90)
    assert numbers(again()) == [700082]


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        (Consent(denied=True), "AADSTS65004"),
        (Consent(needs_admin=True), "AADSTS90094"),
        (Consent(number=53003), "AADSTS53003"),
    ],
)
def test_a_consent_is_not_given(graph: FakeGraph, consent: Consent, words: str) -> None:
    """The app hears of it by its redirect."""
    graph.entra.consent = consent
    found = signed_in(graph, person(graph))
    assert found["error"] == "access_denied"
    assert words in found["error_description"]


def test_pages_that_lead_nowhere(graph: FakeGraph) -> None:
    """A wrong redirect, an unknown app, somebody of elsewhere: nobody is sent back."""
    good = {
        "client_id": CLIENT, "redirect_uri": "http://localhost:1", "response_type": "code",
        "scope": "openid Mail.Read", "code_challenge": "x", "code_challenge_method": "S256",
    }  # fmt: skip
    graph.entra.strangers.add("eve@example.net")
    for change, address, number in (
        ({"redirect_uri": "http://127.0.0.1:1"}, "ana@example.com", 50011),
        ({"client_id": "x"}, "ana@example.com", 700016),
        ({}, "eve@example.net", 50020),
        ({}, "ana@outlook.com", 500200),
    ):
        graph.entra.consent = Consent(address)
        query = urlencode({**good, **change})
        status, location, body = visit(
            graph, f"{LOGIN}/organizations/oauth2/v2.0/authorize?{query}"
        )
        assert (status, location) == (200, "")
        assert f"AADSTS{number}" in body
    with pytest.raises(ValueError, match="authority configuration"):
        person(graph, "nowhere.example.net")


def test_a_device(graph: FakeGraph, clock: Clock) -> None:
    """Polled until somebody types its code, declines, or lets it expire."""
    graph.entra.interval = 0
    app = person(graph)

    def poll(flow: Any) -> Mapping[str, Any]:
        flow.pop("latest_attempt_at", None)
        found = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
        return dict(found)

    flow = app.initiate_device_flow(_SCOPES)
    graph.entra.slow_downs = 1
    assert [poll(flow)["error"] for _ in range(2)] == ["slow_down", "authorization_pending"]
    graph.entra.approve(flow["user_code"])
    assert "access_token" in poll(flow)
    flow = app.initiate_device_flow(_SCOPES)
    graph.entra.decline()
    assert poll(flow)["error"] == "authorization_declined"
    flow = app.initiate_device_flow(_SCOPES)
    clock.advance(minutes=15)
    assert poll(flow)["error"] == "expired_token"


def test_an_app_by_itself(graph: FakeGraph) -> None:
    """By its secret or its certificate, in its own tenant, with what an administrator granted."""
    graph.account()
    app = graph.entra.register(roles={"Mail.Read"})
    token = alone(graph, SECRET)["access_token"]
    asker = Asker(graph)
    asker.headers["Authorization"] = f"Bearer {token}"
    assert asker.get("/users/ana@example.com/mailFolders/inbox")["displayName"] == "Inbox"
    assert numbers(alone(graph, "wrong")) == [7000215]
    app.secrets[SECRET] = False
    assert numbers(alone(graph, SECRET)) == [7000222]
    private, public, key = certificate()
    signed = {"private_key": private, "public_certificate": public}
    assert numbers(alone(graph, signed)) == [700027]
    graph.entra.register(pem=key, roles={"Mail.Read"})
    assert "access_token" in alone(graph, signed, "example.com")
    with pytest.warns(DeprecationWarning, match="organizations"):
        assert numbers(alone(graph, signed, "organizations")) == [50059]
