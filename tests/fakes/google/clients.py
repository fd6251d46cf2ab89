"""A support module: the real client library, pointed at the fake."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import BadStatusLine, HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import google_auth_httplib2
import httplib2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fakes.google.oauth import CLIENT, SECRET
from fakes.google.server import FakeGoogle
from googleapiclient.discovery import build
from googleapiclient.http import BatchHttpRequest

from google.oauth2.credentials import Credentials

if TYPE_CHECKING:
    from fakes.google.documents import Json

VERSIONS: Final = {"gmail": "v1", "calendar": "v3", "tasks": "v1", "people": "v1", "pubsub": "v1"}
_AUTH: Final = "https://www.googleapis.com/auth/"
SCOPES: Final = {
    "gmail": (f"{_AUTH}gmail.readonly", f"{_AUTH}gmail.compose"),
    "calendar": (f"{_AUTH}calendar.readonly",),
    "tasks": (f"{_AUTH}tasks",),
    "people": (f"{_AUTH}contacts", f"{_AUTH}contacts.other.readonly"),
    "pubsub": (f"{_AUTH}pubsub",),
}


class _OnceConnection(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]  # untyped
    def getresponse(self) -> Any:
        # httplib2 sends a request again on this error, a POST too, whatever its RETRIES say.
        try:
            return super().getresponse()
        except BadStatusLine as error:
            raise ConnectionResetError("the connection ended without an answer") from error


class _OnceHttp(httplib2.Http):  # type: ignore[misc]  # untyped
    def request(self, *arguments: Any, **more: Any) -> Any:
        return super().request(*arguments, **{**more, "connection_type": _OnceConnection})


def credentials(google: FakeGoogle, address: str, scopes: Iterable[str]) -> Credentials:
    """As after a sign-in, with a refresh token."""
    google.account(address)
    refresh = google.oauth.give_refresh(address, scopes)
    access = google.oauth.give_access(address, scopes, parent=refresh.text)
    return Credentials(  # type: ignore[no-untyped-call]  # google-auth annotates it in part
        access.text,
        refresh_token=refresh.text,
        token_uri=f"{google.url}/token",
        client_id=CLIENT,
        client_secret=SECRET,
    )


@contextmanager
def client(
    google: FakeGoogle,
    api: str,
    address: str = "ana@example.com",
    scopes: Iterable[str] | None = None,
    signed_in: Any = None,
    *,
    once: bool = False,
    timeout: float = 20,
) -> Iterator[Any]:
    """A service object. `signed_in`: other credentials than fresh ones. `once`: nothing is sent
    again by httplib2. `timeout`: seconds of a read."""
    signed_in = signed_in or credentials(google, address, scopes or SCOPES[api])
    plain = (_OnceHttp if once else httplib2.Http)(timeout=timeout)
    http = google_auth_httplib2.AuthorizedHttp(signed_in, http=plain)
    service = build(
        api,
        VERSIONS[api],
        http=http,
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": google.endpoint(api)},
    )
    try:
        yield service
    finally:
        service.close()


def batch(google: FakeGoogle, api: str, tell: Callable[[str, Any, Exception | None], None]) -> Any:
    """A batch that goes to the fake."""
    return BatchHttpRequest(callback=tell, batch_uri=google.batch_uri(api, VERSIONS[api]))


def client_file(google: FakeGoogle) -> Json:
    """The file of an OAuth client of type "Desktop app", as the Cloud console gives it."""
    return {
        "installed": {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "project_id": "fake",
            "auth_uri": f"{google.url}/o/oauth2/v2/auth",
            "token_uri": f"{google.url}/token",
            "redirect_uris": ["http://localhost"],
        }
    }


def service_account(
    google: FakeGoogle,
    email: str = "robot@fake.iam.gserviceaccount.com",
    scopes: Iterable[str] = (),
) -> Json:
    """The key file of one. `scopes`: those that the organisation's administrator delegated."""
    private, public = _keys()
    google.oauth.robots[email] = public
    google.oauth.delegated[email] = frozenset(scopes)
    return {
        "type": "service_account",
        "project_id": "fake",
        "private_key_id": "1",
        "private_key": private,
        "client_email": email,
        "client_id": "1",
        "token_uri": f"{google.url}/token",
    }


def visit(url: str) -> tuple[int, str, str]:
    """Open a page as a browser does, without following: status, Location, body."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location") or "", answer.read().decode()
    finally:
        connection.close()


def browse(url: str) -> tuple[int, str, str]:
    """The same, following the redirect to the app that listens on loopback."""
    status, location, body = visit(url)
    return visit(location) if status == 302 else (status, location, body)


def reason(error: Any) -> str:
    """`errors[0].reason` of a googleapiclient HttpError, else that of google.rpc.ErrorInfo."""
    told = json.loads(error.content)["error"]
    found = [*told.get("errors", ()), *told.get("details", ())]
    return str(found[0]["reason"]) if found else ""


@functools.cache
def _keys() -> tuple[str, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public
