"""Refresh tokens and service accounts: what they give, and how they die."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fakes.google.call import json_reply
from fakes.google.clients import service_account
from fakes.google.fault import Fault
from fakes.google.fixtures import clock, google
from fakes.google.oauth import CLIENT, SECRET
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.google.delegation import Delegate
from connectors.google.grant import Grant, is_secure, revoke, same_login
from connectors.google.scopes import CARDS, CONTACTS, IMAP, MAIL, Wanted, missing
from connectors.google.tokens import APART, Tokens

__all__ = ["clock", "google"]
ANA = "ana@example.com"
ALL = Wanted().scopes()


@dataclass
class Drawer:
    """A vault."""

    text: str | None = None

    def load(self) -> str | None:
        return self.text

    def save(self, text: str) -> None:
        self.text = text

    def erase(self) -> None:
        self.text = None


def seconds(google: FakeGoogle) -> Callable[[], float]:
    return lambda: google.now().timestamp()


def grant(google: FakeGoogle, wanted: Any = ALL, **more: Any) -> Grant:
    """As after a sign-in."""
    urls = tuple(one.url for one in wanted)
    token = google.oauth.give_refresh(ANA, urls)
    return Grant(CLIENT, SECRET, token.text, f"{google.url}/token", urls, ANA, **more)


def tokens(google: FakeGoogle, vault: Drawer, wanted: Any = ALL) -> Tokens:
    return Tokens(vault, wanted, seconds(google), name="work", login=ANA)


def test_whose_it_is(google: FakeGoogle, clock: Clock) -> None:
    """Where a sign-in does not say, Google is asked with its first token, before it is given out;
    once, as long as it answers."""
    answers: list[str] = []
    old = replace(grant(google), account="")
    vault = Drawer(old.to_text())

    def whose(token: str) -> str:
        assert token in google.oauth.access
        if not answers:
            raise Unavailable("not now")
        return answers.pop()

    found = Tokens(vault, ALL, seconds(google), name="work", login=ANA, whose=whose)
    with pytest.raises(Unavailable):
        found.token()
    answers.append("ben@example.com")
    with pytest.raises(SignInNeeded, match=r"ben@example\.com signed in"):
        found.token()
    answers.append(ANA)
    found.again()
    first = found.token()
    clock.advance(hours=2)
    assert found.token() != first
    vault.text = grant(google).to_text()
    assert found.token()


def asked(google: FakeGoogle) -> int:
    """How many tokens were given out."""
    return len(google.oauth.access)


def test_a_token_is_used_for_its_hour(google: FakeGoogle, clock: Clock) -> None:
    """Google is asked once, again before the hour ends, and when a token was refused early."""
    found = tokens(google, Drawer(grant(google).to_text()))
    first = found.token()
    assert found.token() == first
    found.refused("another one")
    assert found.token() == first
    found.refused(first)
    second = found.token()
    assert second != first
    clock.advance(minutes=57)
    assert found.token() == second
    clock.advance(minutes=2)
    assert found.token() != second


def test_what_is_kept_is_what_googles_tools_keep(google: FakeGoogle) -> None:
    """It comes back as it was, and shows nothing secret where it is printed."""
    one = grant(google)
    assert Grant.of_text(one.to_text()) == one
    assert json.loads(one.to_text())["type"] == "authorized_user"
    assert one.refresh_token not in repr(one)
    assert SECRET not in repr(one)


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "{}", '{"type": "service_account"}', '{"client_id": 5}',
     '{"client_id": "a", "client_secret": "b", "refresh_token": "c", "scopes": 5}',
     '{"client_id": "a", "client_secret": "b", "refresh_token": "c", "token_uri": "http://x.org"}'],
)  # fmt: skip
def test_what_is_no_sign_in(google: FakeGoogle, text: str) -> None:
    """One line says what to do, and nothing is sent anywhere."""
    vault = Drawer(text or None)
    found = tokens(google, vault)
    with pytest.raises(SignInNeeded, match="run `syncd login work`"):
        found.token()
    assert found.lacks()
    assert asked(google) == 0


@pytest.mark.parametrize("died", ["testing", "password", "removed", "rapt"])
def test_a_dead_token(google: FakeGoogle, clock: Clock, died: str) -> None:
    """Seven days of Testing, a new password, the owner at myaccount.google.com, a Workspace that
    wants it anew: one line that says what to do; Google is asked about it once an hour, and a new
    sign-in counts at once."""
    google.oauth.testing = died == "testing"
    vault = Drawer(grant(google).to_text())
    found = tokens(google, vault)
    found.token()
    clock.advance(days=7, hours=1)
    if died == "password":
        google.oauth.password_changed(ANA)
    if died == "removed":
        google.oauth.access_taken_away(ANA)
    if died == "rapt":
        google.faults.dead_token(subtype="invalid_rapt")
    with pytest.raises(SignInNeeded) as caught:
        found.token()
    google.faults.broken("oauth.token")  # nobody meets it
    for _ in range(2):
        with pytest.raises(SignInNeeded):
            found.token()
    assert "syncd login work" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not found.renewed()
    google.faults.all.clear()
    google.oauth.testing = False
    vault.save(grant(google).to_text())
    assert found.renewed()
    assert found.token()
    assert not found.renewed()


def test_it_is_asked_again_after_an_hour(google: FakeGoogle, clock: Clock) -> None:
    """A client that was switched off may be on again; or the owner says so."""
    found = tokens(google, Drawer(grant(google).to_text()))
    google.oauth.clients.clear()
    with pytest.raises(SignInNeeded, match="does not know the OAuth client any more"):
        found.token()
    google.oauth.clients[CLIENT] = SECRET
    with pytest.raises(SignInNeeded):
        found.token()
    clock.advance(seconds=APART)
    assert found.token()
    google.oauth.clients.clear()
    clock.advance(hours=1)
    with pytest.raises(SignInNeeded):
        found.token()
    google.oauth.clients[CLIENT] = SECRET
    found.again()
    assert found.token()


def test_what_passes(google: FakeGoogle, clock: Clock) -> None:
    """Google is busy or broken: it is tried again, after what it says exactly."""
    found = tokens(google, Drawer(grant(google).to_text()))
    google.faults.too_many("oauth.token", retry_after=13)
    with pytest.raises(Unavailable) as caught:
        found.token()
    assert (caught.value.asked, caught.value.wait) == (True, 13.0)
    for spoil in (google.faults.broken, google.faults.html, google.faults.nonsense,
                  google.faults.cut_before, google.faults.truncated):  # fmt: skip
        spoil("oauth.token")
        with pytest.raises(Unavailable) as caught:
            found.token()
        assert not caught.value.asked
    assert found.token()


def test_a_sign_in_with_less_than_is_wanted(google: FakeGoogle) -> None:
    """What was switched on since is named; what includes it is as good."""
    vault = Drawer(grant(google, [MAIL, CARDS]).to_text())
    with pytest.raises(SignInNeeded, match=r"does not include calendar\.readonly, which"):
        tokens(google, vault, Wanted(tasks=False, contacts=False).scopes()).token()
    assert tokens(google, vault, [MAIL, CONTACTS]).token()
    # What Google says counts, where what is kept does not tell.
    silent = json.loads(vault.text or "") | {"scopes": []}
    with pytest.raises(SignInNeeded, match="tasks"):
        tokens(google, Drawer(json.dumps(silent))).token()


def test_somebody_else_signed_in(google: FakeGoogle) -> None:
    """The configuration names Ben, and Ana's mail is not read as his."""
    vault = Drawer(grant(google).to_text())
    found = Tokens(vault, ALL, seconds(google), name="work", login="ben@example.com")
    with pytest.raises(SignInNeeded, match=r"ana@example\.com signed in"):
        found.token()
    assert "ben@example.com" in found.lacks()
    assert same_login("Ana.Silva@gmail.com", "anasilva@googlemail.com")
    assert not same_login("a.na@example.com", ANA)


def test_a_sign_in_is_taken_back(google: FakeGoogle) -> None:
    """Once; what Google has forgotten before is fine, and what cannot be told now is said."""
    one = grant(google)
    assert revoke(one, f"{google.url}/revoke")
    assert not revoke(one, f"{google.url}/revoke")
    google.faults.broken("oauth.revoke")
    with pytest.raises(Unavailable):
        revoke(one, f"{google.url}/revoke")
    with pytest.raises(SignInNeeded):
        tokens(google, Drawer(one.to_text())).token()


def robot(google: FakeGoogle, key: dict[str, Any], subject: str = ANA) -> Delegate:
    real = lambda: datetime.now(UTC)  # noqa: E731
    return Delegate(lambda: json.dumps(key), subject, ALL, seconds(google), real)


def test_a_service_account(google: FakeGoogle, clock: Clock) -> None:
    """It acts for whom its administrator lets it, with a token for an hour."""
    key = service_account(google, scopes=[one.url for one in ALL])
    found = robot(google, key)
    first = found.token()
    assert (found.token(), google.oauth.access[first].address) == (first, ANA)
    assert found.lacks() == ""
    found.refused(first)
    assert found.token() != first
    clock.advance(hours=1)
    assert found.token() != first


def test_a_service_account_that_may_not(google: FakeGoogle) -> None:
    """The administrator is told whom to allow, with what; Google is not asked for each source."""
    found = robot(google, service_account(google, scopes=[MAIL.url]))
    for _ in range(2):
        with pytest.raises(SignInNeeded, match="client ID 1 under Security") as caught:
            found.token()
        assert all(one.url in str(caught.value) for one in ALL)
    service_account(google, scopes=[one.url for one in ALL])
    with pytest.raises(SignInNeeded):
        found.token()
    found.again()
    assert found.token()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "authorized_user"}, "is no key of a service account"),
        ({"client_email": ""}, "is no whole key"),
        ({"private_key": "x"}, "holds a private key that is damaged"),
    ],
)
def test_a_wrong_key(google: FakeGoogle, change: dict[str, str], words: str) -> None:
    """Said before anything is asked."""
    found = robot(google, service_account(google) | change)
    assert words in found.lacks()
    with pytest.raises(SignInNeeded, match=words):
        found.token()


def test_least_rights() -> None:
    """Each side takes what it needs; drafts, cards, IMAP and Pub/Sub only once they are on."""
    assert [one.name for one in ALL] == [
        "gmail.readonly", "calendar.readonly", "contacts.readonly", "contacts.other.readonly",
        "tasks",
    ]  # fmt: skip
    off = Wanted(mail=False, calendars=False, contacts=False)
    assert [one.name for one in off.scopes()] == ["tasks"]
    more = Wanted(drafts=True, cards=True, pubsub=True).scopes()
    assert {one.name for one in more} - {one.name for one in ALL} == {
        "gmail.compose", "contacts", "pubsub",
    }  # fmt: skip
    assert CONTACTS not in more
    assert {one.name for one in Wanted(imap=True, drafts=True).scopes()} - {
        one.name for one in ALL
    } == {IMAP.name}
    assert missing([MAIL], [IMAP.url]) == []
    assert all(one.shown for one in more)


def test_secrets_go_by_https() -> None:
    """Or to this machine."""
    assert is_secure("http://127.0.0.1:8/token")
    for wrong in ("http://oauth2.example.org/", "ftp://127.0.0.1/", "x"):
        with pytest.raises(ValueError, match="https"):
            is_secure(wrong)


def test_an_organisation_that_forbids_it(google: FakeGoogle) -> None:
    """It is its administrator's to mend: signing in again would not help."""
    answer = json_reply({"error": "admin_policy_enforced"}, 400)
    google.faults.add(Fault("oauth.token", before=lambda: answer))
    with pytest.raises(Refused, match="administrator"):
        tokens(google, Drawer(grant(google).to_text())).token()
