"""What becomes of a consent that the owner gave: it is kept, or Google is told to forget it."""

from __future__ import annotations

import json
import os
import signal
import sys
import webbrowser
from pathlib import Path

import pytest
from fakes.google.call import Refused, json_reply
from fakes.google.clients import browse, client_file, service_account
from fakes.google.fault import Fault
from fakes.google.fixtures import clock, google
from fakes.google.oauth import Consent
from fakes.google.server import FakeGoogle
from google_home import ANA, GoogleHome, google_home

from connectors.google.scopes import Wanted

__all__ = ["clock", "google"]

BEN = "ben@example.com"


@pytest.fixture
def home(tmp_path: Path, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> GoogleHome:
    """Ana, not signed in yet; Ben is there as well."""
    google.account(BEN)
    return google_home(tmp_path, google, monkeypatch)


def alive(home: GoogleHome) -> list[str]:
    """Whose sign-ins Google knows."""
    return sorted(one.address for one in home.google.oauth.refresh.values())


def test_an_api_that_is_off(home: GoogleHome) -> None:
    """The consent is kept: what is to be switched on is said at once, all of it, and once it is,
    nobody is asked to sign in anew."""
    home.google.disabled |= {"gmail", "tasks"}
    told = home.syncd("login")
    assert (told.code, "Signed in to work as ana@example.com." in told.out) == (1, True)
    assert "has not switched on the Gmail API" in told.err
    assert "has not switched on the Google Tasks API" in told.err
    assert "the sign-in is kept" in told.err
    assert alive(home) == [ANA]
    home.google.disabled.clear()
    home.once()


def test_whose_it_is_is_seen_before_it_is_used(home: GoogleHome) -> None:
    """Where Google could not say who signed in, that is asked before anything is read: another's
    account never is."""
    home.google.disabled |= {"gmail", "calendar"}
    home.google.oauth.consent = Consent(BEN)
    assert home.syncd("login").code == 1
    assert home.syncd("once").code == 1
    before = len(home.google.log)
    home.google.disabled.clear()
    told = home.syncd("once")
    assert told.code == 77
    assert "ben@example.com signed in to Google, and the configuration names" in told.err
    asked = {one.method for one in home.google.log[before:]}
    assert asked <= {"oauth.token", "gmail.users.getProfile", "calendar.calendarList.get"}
    assert home.people() == []
    home.google.oauth.consent = Consent(ANA)
    home.google.disabled |= {"gmail", "calendar"}
    assert home.syncd("login").code == 1
    home.google.disabled.clear()
    home.once()


def test_somebody_else(home: GoogleHome) -> None:
    """Google forgets the consent of whom the configuration does not name; not where another
    account of the configuration is theirs, whose sign-in would end as well."""
    home.google.oauth.consent = Consent(BEN)
    told = home.syncd("login")
    assert (told.code, "Nothing was kept, here or at Google" in told.err) == (77, True)
    assert alive(home) == []
    home.set(more="name: other, kind: google, login: ben@example.com, role: shared")
    assert home.syncd("login", "other").code == 0
    told = home.syncd("login", "work")
    assert (told.code, "`syncd logout other` ends it" in told.err) == (77, True)
    home.google.oauth.consent = Consent(ANA)
    assert home.syncd("login", "work").code == 0
    home.once()
    home.google.faults.broken("oauth.revoke")
    home.set()
    home.google.oauth.consent = Consent(BEN)
    assert "can remove syncd under https://myaccount" in home.syncd("login").err


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        (Consent(), "You are signed in"),
        (Consent(BEN), "Nothing was signed in to"),
        (Consent(scopes=frozenset()), "Nothing was signed in to"),
        (Consent(denied=True), "Nothing was signed in to"),
    ],
)
def test_what_the_browser_says(
    home: GoogleHome, monkeypatch: pytest.MonkeyPatch, consent: Consent, words: str
) -> None:
    """The page at which it ends knows how it ended."""
    pages: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: pages.append(browse(url)[2]))
    home.google.oauth.consent = consent
    home.syncd("login")
    assert words in pages[0]


@pytest.mark.parametrize("lacking", ["googleapiclient", "httplib2", "google_auth_oauthlib"])
@pytest.mark.parametrize("command", ["login", "logout"])
def test_without_the_extra(
    home: GoogleHome, monkeypatch: pytest.MonkeyPatch, command: str, lacking: str
) -> None:
    """Said at its place before anything else, by both."""
    for name in [one for one in sys.modules if one.partition(".")[0] == lacking]:
        monkeypatch.delitem(sys.modules, name)

    class Absent:
        def find_spec(self, name: str, *_: object) -> None:
            if name.partition(".")[0] == lacking:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    told = home.syncd(command)
    assert (told.code, told.out) == (78, "")
    assert (
        told.err
        == f"{home.config}:3:18: kind: google needs an extra: pip install 'syncd[google]'\n"
    )


@pytest.mark.parametrize(
    ("error", "description", "words", "code"),
    [
        ("access_denied", "Requested client not authorized.", "Domain-wide delegation", 77),
        (
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe.",
            "clock of this machine",
            1,
        ),
        ("invalid_grant", "Invalid email or User ID", "is nobody there", 77),
    ],
)
def test_a_service_account_that_is_refused(
    home: GoogleHome, error: str, description: str, words: str, code: int
) -> None:
    """Google's reasons, each with what to do; and there is no sign-in to take back."""
    home.set("service_account: robot.json")
    key = service_account(home.google, scopes=[one.url for one in Wanted().scopes()])
    home.write("robot.json", json.dumps(key)).chmod(0o600)
    answer = {"error": error, "error_description": description}
    home.google.faults.add(Fault("oauth.token", lambda: json_reply(answer, 400), times=None))
    told = home.syncd("once")
    assert (told.code, words in told.err) == (code, True), told.err
    out = home.syncd("logout")
    assert (out.code, "has a service account: there is no sign-in to take back" in out.err) == (
        2,
        True,
    )


@pytest.mark.parametrize("key", ["auth_uri", "token_uri"])
def test_a_client_of_somebody_elses_host(home: GoogleHome, key: str) -> None:
    """Neither the owner nor the code is sent anywhere but to Google."""
    told = client_file(home.google)
    told["installed"][key] = "https://accounts.google.com.example.net/auth"
    home.write("google-client.json", json.dumps(told))
    found = home.syncd("login")
    assert (found.code, "it names another host than Google's" in found.err) == (78, True)


def test_what_doctor_says_of_the_files(home: GoogleHome) -> None:
    """The sign-in is one of the secrets; a client that others can read is told."""
    (home.folder / "google-client.json").chmod(0o644)
    assert "none are there" in home.syncd("doctor").out
    home.syncd("login")
    told = home.syncd("doctor").out
    assert "ok      secrets        syncd.work.google-token\n" in told
    assert f"warning secrets        others can read {home.folder}/google-client.json" in told
    assert f"chmod 600 {home.folder}/google-client.json" in told
    (home.folder / "google-client.json").chmod(0o600)
    assert "others can read" not in home.syncd("doctor").out


@pytest.mark.parametrize(
    ("command", "method", "words"),
    [
        ("logout", "oauth.revoke", "work may still be signed in: say it again"),
        ("doctor", "gmail.users.getProfile", "it only looked, and changed nothing"),
    ],
)
def test_stopped(home: GoogleHome, command: str, method: str, words: str) -> None:
    """Ctrl-C says what it came to."""
    home.syncd("login")

    def stop() -> Refused:
        os.kill(os.getpid(), signal.SIGINT)
        return Refused(503, "backendError", "Backend Error")

    home.google.faults.refuse(method, stop, None, 0)
    told = home.syncd(command)
    assert (told.code, told.err) == (130, f"syncd: stopped; {words}\n")
