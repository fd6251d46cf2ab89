"""What a sign-in to Microsoft gives, how it is kept, and how it dies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fakes.google.world import Clock
from fakes.graph.clients import certificate, visit
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from fakes.graph.tokens import CLIENT, SECRET

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.graph.application import Application, credential_of
from connectors.graph.grant import APART, Client, Grant, same_login
from connectors.graph.scopes import CARDS, CONTACTS, DRAFTS, MAIL, ME, Wanted, missing, right_of
from connectors.graph.signin import by_hand
from connectors.graph.tokens import Tokens

__all__ = ["clock", "graph"]
ANA = "ana@example.com"
ALL = Wanted().scopes()


@dataclass
class Drawer:
    """A vault."""

    text: str | None = None
    given: bool = False
    full: bool = False

    def load(self) -> str | None:
        return self.text

    def save(self, text: str) -> None:
        if self.full:
            raise OSError("no room")
        self.text = text

    def erase(self) -> None:
        self.text = None


def seconds(graph: FakeGraph) -> Callable[[], float]:
    return lambda: graph.now().timestamp()


def client(graph: FakeGraph, tenant: str = "common") -> Client:
    return Client(CLIENT, tenant, graph.url)


def grant(graph: FakeGraph, wanted: Any = ALL) -> Grant:
    """As after a sign-in."""
    found = by_hand(client(graph), wanted, ANA, lambda url: visit(graph, url)[1], name="work")
    return replace(found, account=ANA)


def tokens(graph: FakeGraph, vault: Drawer, wanted: Any = ALL) -> Tokens:
    return Tokens(vault, client(graph), wanted, seconds(graph), name="work", login=ANA)


def test_a_token_is_used_for_its_hour(graph: FakeGraph, clock: Clock) -> None:
    """The one of the sign-in is used first; Microsoft is asked when the hour ends, and when a
    token was refused early."""
    signed = grant(graph)
    found = tokens(graph, Drawer(signed.to_text()))
    first = found.token()
    assert first == signed.token
    assert found.token() == first
    found.refused("another one")
    assert found.token() == first
    found.refused(first)
    second = found.token()
    assert second != first
    clock.advance(minutes=56)
    assert found.token() == second
    assert len(graph.tokens.access) == 2


def test_what_is_new_is_kept(graph: FakeGraph) -> None:
    """Another process goes on with the newer refresh token; one that is given from elsewhere, or
    cannot be written, costs nothing but that."""
    vault = Drawer(grant(graph).to_text())
    before = vault.text
    found = tokens(graph, vault)
    found.refused(found.token())
    token = found.token()
    assert vault.text != before
    assert tokens(graph, vault).token() == token
    assert json.loads(vault.text or "")["account"] == ANA
    for odd in (Drawer(before, given=True), Drawer(before, full=True)):
        other = tokens(graph, odd)
        other.refused(other.token())
        assert other.token()
        assert odd.text == before
        assert other.token()


def test_two_processes(graph: FakeGraph) -> None:
    """Both renew from one sign-in, and neither takes away what the other has; who signs out, or
    in as somebody else, while another renews is not overruled."""
    vault = Drawer(grant(graph).to_text())
    one, other = tokens(graph, vault), tokens(graph, vault)
    for found in (one, other, one, other):
        found.refused(found.token())
        assert found.token()
    graph.faults.meanwhile("login.token", vault.erase)
    one.refused(one.token())
    assert one.token()
    assert vault.text is None
    with pytest.raises(SignInNeeded, match="nobody has signed in"):
        one.token()


def test_a_new_sign_in_counts_at_once(graph: FakeGraph) -> None:
    """No restart is needed, and what was remembered of the old one is forgotten."""
    vault = Drawer(grant(graph).to_text())
    found = tokens(graph, vault)
    found.refused(found.token())
    graph.entra.password_changed(ANA)
    with pytest.raises(SignInNeeded, match="no longer accepts the sign-in of work: run `syncd lo"):
        found.token()
    assert not found.renewed()
    vault.text = grant(graph).to_text()
    assert found.renewed()
    assert found.token()


def test_a_dead_sign_in_is_shown_once_an_hour(graph: FakeGraph, clock: Clock) -> None:
    """Until the owner wants it tried again, or the hour is over."""
    found = tokens(graph, Drawer(grant(graph).to_text()))
    found.refused(found.token())
    trouble = graph.entra.trouble(50173)
    for _ in range(3):
        with pytest.raises(SignInNeeded):
            found.token()
    asked = graph.count("login.token")
    clock.advance(seconds=APART - 1)
    with pytest.raises(SignInNeeded):
        found.token()
    assert graph.count("login.token") == asked
    graph.entra.troubles.remove(trouble)
    found.again()
    assert found.token()


@pytest.mark.parametrize(
    ("number", "error", "kind", "words"),
    [
        (65001, "invalid_grant", SignInNeeded, "the consent was taken back: run `syncd login work"),
        (50076, "interaction_required", SignInNeeded, "second factor anew"),
        (700082, "invalid_grant", SignInNeeded, "no longer accepts"),
        (50057, "invalid_grant", SignInNeeded, "locked"),
        (53003, "invalid_grant", Refused, "Conditional Access"),
        (90094, "invalid_grant", Refused, "an administrator consent alone"),
        (50105, "invalid_grant", Refused, "ask an administrator to add you"),
        (700016, "unauthorized_client", SignInNeeded, "knows no application"),
        (7000218, "invalid_client", SignInNeeded, "Allow public client flows"),
        (90033, "temporarily_unavailable", SignInNeeded, "knows no application"),
        (90001, "temporarily_unavailable", Unavailable, "tried again"),
        (1, "something_odd", Unavailable, "something_odd"),
    ],
)
def test_how_it_dies(
    graph: FakeGraph, number: int, error: str, kind: type[ConnectorError], words: str
) -> None:
    """Each death has one line, which says what to do."""
    found = tokens(graph, Drawer(grant(graph).to_text()))
    found.refused(found.token())
    graph.entra.trouble(number, error)
    with pytest.raises(kind, match=words):
        found.token()


def test_what_lacks(graph: FakeGraph) -> None:
    """What can be told without asking: nobody signed in, damage, somebody else, less than is
    wanted, another application."""
    good = grant(graph, Wanted(tasks=False).scopes())
    for text, words in (
        (None, "nobody has signed in"),
        ("x", "damaged"),
        ("[]", "damaged"),
        ('{"v": 1, "type": "msal", "client_id": "a", "tenant": "b", "cache": {"x": 1}}', "damaged"),
        (replace(good, account="bob@example.org").to_text(), "bob@example.org signed in"),
        (replace(good, tenant="other.example").to_text(), "another application or tenant"),
        (good.to_text(), "does not include Tasks.ReadWrite"),
    ):
        found = tokens(graph, Drawer(text))
        assert words in found.lacks()
        with pytest.raises(SignInNeeded, match=words):
            found.token()
    vault = Drawer(replace(good, account="ANA@example.com").to_text())
    assert tokens(graph, vault, Wanted(tasks=False).scopes()).lacks() == ""
    empty = replace(good, cache="{}").to_text()
    with pytest.raises(SignInNeeded, match="no longer accepts"):
        tokens(graph, Drawer(empty), Wanted(tasks=False).scopes()).token()


def test_the_network_goes(graph: FakeGraph) -> None:
    """A token that cannot be had now is tried again; nothing of the sign-in is lost."""
    found = tokens(graph, Drawer(grant(graph).to_text()))
    found.refused(found.token())
    graph.faults.broken("login.token")
    with pytest.raises(Unavailable):
        found.token()
    assert found.token()


def application(graph: FakeGraph, secret: str, tenant: str = "example.com") -> Application:
    wanted = Wanted().permissions()
    return Application(
        client(graph, tenant), lambda: secret, wanted, seconds(graph), name="work"
    )  # fmt: skip


def test_an_application_by_its_secret(graph: FakeGraph, clock: Clock) -> None:
    """It is let in by itself, for an hour each; a token that was refused is not given again."""
    graph.entra.register(secret=SECRET, roles=["Mail.Read"])
    found = application(graph, f"{SECRET}\n")
    first = found.token()
    assert found.token() == first
    found.refused(first)
    assert (second := found.token()) != first
    clock.advance(minutes=58)
    assert found.token() != second
    assert graph.tokens.access[second].address == ""


def test_an_application_by_its_certificate(graph: FakeGraph) -> None:
    """Key and certificate, in whatever order they stand."""
    key, pem, public = certificate()
    graph.entra.register(roles=["Mail.Read"], pem=public)
    for text in (key + pem, f"Bag Attributes\n{pem}{pem}\n{key}"):
        assert application(graph, text).token()
    graph.entra.apps[CLIENT].certificates.clear()
    graph.entra.apps[CLIENT].secrets = {"another": True}
    with pytest.raises(SignInNeeded, match="does not accept the certificate"):
        application(graph, key + pem).token()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" \n", "is empty"),
        ("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", "both the private key"),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "passphrase",
        ),
        (
            "".join(
                f"-----BEGIN {one}-----\nMII\n-----END {one}-----\n"
                for one in ("PRIVATE KEY", "CERTIFICATE")
            ),
            "cannot be used",
        ),
    ],
)
def test_what_is_no_secret(graph: FakeGraph, text: str, words: str) -> None:
    """It is said what is wrong with it, and nothing of it shows."""
    with pytest.raises(SignInNeeded, match=words) as caught:
        application(graph, text).token()
    assert "MII" not in str(caught.value)
    if words != "cannot be used":
        with pytest.raises(ValueError, match=words):
            credential_of(text)
        assert words in application(graph, text).lacks()


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (7000215, SignInNeeded, "value \\(not its ID\\)"),
        (7000222, SignInNeeded, "has expired"),
        (700027, SignInNeeded, "certificate of the application"),
        (700016, SignInNeeded, "`client_id:` or `tenant:`"),
        (65001, Refused, "application permissions Mail.Read, Calendars.Read, Contacts.Read, Tasks"),
        (53003, Refused, "Conditional Access"),
        (50173, SignInNeeded, "look whether it still has its permissions"),
    ],
)
def test_how_an_application_is_refused(
    graph: FakeGraph, number: int, kind: type[ConnectorError], words: str
) -> None:
    """Each has one line, for whoever administers it; it is not shown again within the hour."""
    graph.entra.register(secret=SECRET)
    graph.entra.trouble(number, "invalid_grant")
    found = application(graph, SECRET)
    with pytest.raises(kind, match=words):
        found.token()
    graph.entra.troubles.clear()
    if kind is SignInNeeded:
        with pytest.raises(kind, match=words):
            found.token()
        found.again()
    assert found.token()


def test_a_wrong_organisation(graph: FakeGraph) -> None:
    """The tenant is to be corrected."""
    with pytest.raises(SignInNeeded, match=r"knows no organisation nowhere\.example: correct"):
        application(graph, SECRET, "nowhere.example").token()


def test_only_this_machine_is_another_entra() -> None:
    """Secrets go to Microsoft alone."""
    found = Application(
        Client(CLIENT, "example.com", "http://192.0.2.1"), lambda: SECRET, (), lambda: 0.0, name="x"
    )
    with pytest.raises(SignInNeeded, match="cannot be used"):
        found.token()


def test_scopes() -> None:
    """As little as what is switched on needs; what includes others is enough."""
    names = [one.name for one in Wanted(drafts=True, cards=True, tasks=False).scopes()]
    assert names == ["User.Read", "Mail.ReadWrite", "Calendars.Read", "Contacts.ReadWrite"]
    assert [one.alone for one in Wanted(contacts=False).permissions()] == [
        "Mail.Read", "Calendars.Read", "Tasks.ReadWrite.All",
    ]  # fmt: skip
    long = "https://graph.microsoft.com/mail.readwrite"
    assert missing((MAIL, ME), (long, "openid")) == [ME]
    assert missing((DRAFTS, CARDS, CONTACTS), ("Mail.Read", "Contacts.ReadWrite")) == [DRAFTS]
    assert right_of("mailFolders/x/messages?$top=1", write=False) == "Mail.Read"
    assert right_of("mailfolders('x')/messages/delta", write=False) == "Mail.Read"
    assert right_of("todo/lists", write=True, alone=True) == "Tasks.ReadWrite.All"
    assert right_of("elsewhere", write=True) == ""
    assert same_login(" Ana@Example.com ", ANA)
    assert not same_login("a.na@example.com", ANA)
