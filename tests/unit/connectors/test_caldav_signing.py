"""What a request to a CalDAV server is signed with, and that nothing of it is ever told."""

from __future__ import annotations

import http.client
import traceback
from email.message import Message

import pytest

from connectors.caldav.digest import digest_answer
from connectors.caldav.http import Login, Session
from connectors.caldav.signing import Signer, header_value
from connectors.caldav.urls import stays
from connectors.errors import SignInNeeded

URL = "https://dav.example.org/"


@pytest.mark.parametrize("bearer", [True, False])
@pytest.mark.parametrize("secret", ["hunter2\nrefresh=hunter2", "hunter2\r\nX: y", "hunter2\0"])
def test_what_no_header_can_hold_is_no_secret(secret: str, bearer: bool) -> None:
    """It is refused in words before a connection is opened, and not even a traceback shows it."""
    told: list[tuple[str, str]] = []

    def refused(*what: str) -> bool:
        told.append((what[0], what[1]))
        return True

    login = Login("ana", lambda: secret, bearer, refused)
    with pytest.raises(SignInNeeded, match="where it is kept") as caught:
        Session(login).request("GET", "http://127.0.0.1:1/")
    ((shown, words),) = told
    assert shown == secret, "who keeps it knows which one, and looks for another"
    assert "hunter2" not in words + "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("token", ["ünï", "two words", ""])
def test_what_is_no_token(token: str) -> None:
    """RFC 6750: visible ASCII. Blanks around it are of the file it was in."""
    with pytest.raises(SignInNeeded, match="access token"):
        Signer(Login("", lambda: token, bearer=True)).header("GET", URL)
    assert Signer(Login("", lambda: " a.b-c= ", bearer=True)).header("GET", URL) == "Bearer a.b-c="


def challenged(user: str, offer: str) -> str:
    """What is sent after that challenge, as a server reads it."""
    signer, headers = Signer(Login(user, lambda: "pässword")), Message()
    headers["WWW-Authenticate"] = offer
    signer.header("GET", URL)
    assert signer.another_try(headers)
    signed = signer.header("GET", URL)
    assert signed is not None
    connection = http.client.HTTPConnection("dav.example.org")
    connection.putrequest("GET", "/")
    connection.putheader("Authorization", signed)
    return signed.encode("latin-1").decode()


def test_a_digest_for_any_user() -> None:
    """A name outside of Latin-1 goes as UTF-8; as RFC 7616 has it where the server knows that."""
    plain = 'Digest realm="dav", qop="auth", nonce="n"'
    assert 'username="Łukasz"' in challenged("Łukasz", plain)
    assert "username*=UTF-8''%C5%81ukasz, " in challenged("Łukasz", plain + ", charset=UTF-8")
    assert 'username="lukasz"' in challenged("lukasz", plain + ", charset=UTF-8")
    hashed = challenged("Łukasz", plain + ", userhash=true")
    assert "userhash=true" in hashed
    assert "Łukasz" not in hashed


def test_a_realm_is_answered_as_the_server_wrote_it() -> None:
    """Its UTF-8 arrives as Latin-1, and is hashed and sent as UTF-8 again."""
    realm = 'Digest realm="Grün", qop="auth", nonce="n"'
    sent = challenged("ana", realm.encode().decode("latin-1"))
    cnonce = sent.partition('cnonce="')[2].partition('"')[0]
    assert sent == digest_answer(realm, "GET", "/", "ana", "pässword", cnonce)


def test_header_values_end_nowhere() -> None:
    """Etags and names are the words of others."""
    assert header_value('"a"\r\nX: "ü"') == '"a"X: "ü"'.encode().decode("latin-1")


@pytest.mark.parametrize(
    ("url", "target", "same"),
    [
        ("https://dav.example.org/", "https://dav.example.org:443/x", True),
        ("http://127.0.0.1/", "https://127.0.0.1/x", True),
        ("http://127.0.0.1:5232/", "https://127.0.0.1/x", False),
        ("http://127.0.0.1:5232/", "http://127.0.0.1:5233/", False),
        ("https://dav.example.org/", "https://dav.example.org:8443/", False),
        ("https://dav.example.org/", "http://dav.example.org/", False),
        ("https://dav.example.org/", "https://www.example.org/", False),
    ],
)
def test_where_a_password_may_follow(url: str, target: str, same: bool) -> None:
    """To the same server, or from plain HTTP to its TLS."""
    assert stays(url, target) is same
