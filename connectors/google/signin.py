"""Signing in: the owner consents in a browser, which comes back to this machine with a code.

RFC 8252 (loopback), RFC 7636 (PKCE). The URL and the verifier are google-auth-oauthlib's; it is
loaded here alone, for it brings `requests`. Where there is no browser the owner pastes the address
that theirs ended at.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from queue import Empty, SimpleQueue
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from connectors.errors import Refused, SignInNeeded
from connectors.google.grant import TOKENS, Grant, is_secure, token_of
from connectors.google.scopes import Scope, missing

_CONSENT: Final = "https://accounts.google.com/o/oauth2/v2/auth"
PATIENCE: Final = 300.0  # seconds for the owner to consent
_PASTED: Final = "http://127.0.0.1:53682/"  # where nobody listens: its address is what is pasted
_DONE: Final = b"<!doctype html><title>syncd</title><p>That is all. You can close this page.\n"
_NOT: Final = b"<!doctype html><title>syncd</title><p>Nothing was signed in to. See syncd.\n"


class WrongClient(ValueError):
    """The client's file is no use; the message goes on after its name and says what to do."""


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client, as the Cloud console gives it: of type "Desktop app"."""

    config: dict[str, Any]

    @classmethod
    def of_text(cls, text: str) -> Client:
        """Raises `WrongClient`."""
        again = "make one of type Desktop app in the Cloud console, and download its JSON"
        try:
            told = json.loads(text)
        except ValueError:
            raise WrongClient(f"is no JSON: {again}") from None
        if not isinstance(told, dict):
            raise WrongClient(f"is no OAuth client: {again}")
        if told.get("type") == "service_account":
            raise WrongClient("is the key of a service account: name it under `service_account:`")
        if told.get("type") == "authorized_user":
            raise WrongClient(f"is a sign-in and no OAuth client: {again}")
        if "web" in told:
            raise WrongClient(f"is an OAuth client of type Web application: {again}")
        inner = told.get("installed")
        words = inner if isinstance(inner, dict) else {}
        if not all(
            isinstance(words.get(one), str) and words[one] for one in ("client_id", "client_secret")
        ):
            raise WrongClient(f"is no OAuth client, or not a whole one: {again}")
        try:
            uris = {
                "auth_uri": is_secure(str(words.get("auth_uri") or _CONSENT)),
                "token_uri": is_secure(str(words.get("token_uri") or TOKENS)),
            }
        except ValueError as error:
            raise WrongClient(f"is not as Google gives it ({error}): {again}") from None
        return cls({**words, **uris})


class Consent:
    """One consent that is asked for. `name`: of the account; `login`: whose."""

    def __init__(
        self, client: Client, wanted: Sequence[Scope], login: str, redirect: str, *, name: str
    ) -> None:
        from google_auth_oauthlib.flow import Flow  # `requests` comes with it

        self._client = client.config
        self._wanted = wanted
        self._name = name
        urls = [one.url for one in wanted]
        self._flow = Flow.from_client_config({"installed": client.config}, urls)
        self._flow.redirect_uri = redirect
        # Google gives a refresh token anew only to whoever is asked for consent anew.
        more = {"access_type": "offline", "prompt": "consent", "login_hint": login}
        with _plain_loopback(client.config["auth_uri"]):
            self.url, self._state = self._flow.authorization_url(**more)

    def answered(self, address: str) -> Grant:
        """What the owner's browser came back with. Raises `SignInNeeded`, `Unavailable`,
        `Refused`."""
        told = {key: values[0] for key, values in parse_qs(urlsplit(address.strip()).query).items()}
        if not self.is_answer(address):
            raise SignInNeeded(
                "that is not the address that Google's page led to: paste all of it, as it stands "
                "in the browser after the last click"
            )
        if (error := told.get("error")) is not None:
            raise _declined(error)
        form = {
            "grant_type": "authorization_code",
            "code": told.get("code", ""),
            "code_verifier": self._flow.code_verifier,
            "client_id": self._client["client_id"],
            "client_secret": self._client["client_secret"],
            "redirect_uri": self._flow.redirect_uri,
        }
        given = token_of(self._client["token_uri"], form, self._name)
        granted = str(given.get("scope") or told.get("scope") or "").split()
        if lacking := missing(self._wanted, granted):
            raise SignInNeeded(
                "not every box was ticked: Google was not allowed to let us "
                f"{'; '.join(one.shown for one in lacking)}. Sign in again, or switch it off in "
                "the configuration"
            )
        if not isinstance(refresh := given.get("refresh_token"), str):
            raise SignInNeeded("Google gave nothing that lasts: sign in again")
        return Grant(
            self._client["client_id"],
            self._client["client_secret"],
            refresh,
            self._client["token_uri"],
            tuple(granted),
            lasts=_seconds(given.get("refresh_token_expires_in")),
        )

    def is_answer(self, address: str) -> bool:
        """Whether an address is that of this consent, given or refused."""
        told = parse_qs(urlsplit(address.strip()).query)
        return told.get("state") == [self._state] and ("code" in told or "error" in told)


def by_browser(
    client: Client,
    wanted: Sequence[Scope],
    login: str,
    show: Callable[[str], None],
    *,
    name: str,
    patience: float = PATIENCE,
) -> Grant:
    """Listen on loopback, `show` the URL, wait for the browser. Raises `SignInNeeded`, `Refused`
    and `Unavailable`."""
    came: SimpleQueue[str] = SimpleQueue()

    class Page(BaseHTTPRequestHandler):
        timeout = 10.0  # seconds, for whoever connects and says nothing

        def do_GET(self) -> None:
            # Browsers ask for icons as well, and anybody on this machine for anything.
            mine = consent.is_answer(self.path)
            self.send_response(200 if mine else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(_DONE if mine and "code=" in self.path else _NOT)
            if mine:
                came.put(self.path)

        def log_message(self, *_: object) -> None:
            """The code is in the path: nothing is printed."""

    try:
        server = _Server(("127.0.0.1", 0), Page)
    except OSError as error:
        raise Refused(
            f"no port can be opened on 127.0.0.1 ({error.strerror}): use --no-browser"
        ) from error
    with server:
        here = f"http://127.0.0.1:{server.server_address[1]}/"
        consent = Consent(client, wanted, login, here, name=name)
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            show(consent.url)
            address = came.get(timeout=patience)
        except Empty:
            raise SignInNeeded(
                f"no browser came back within {patience / 60:.0f} minutes: run `syncd login "
                f"{name}` once more; where the browser is on another machine, with --no-browser"
            ) from None
        finally:
            server.shutdown()
            thread.join()
    return consent.answered(address)


class _Server(ThreadingMixIn, TCPServer):
    """A browser may open a connection that it does not use, and wait with the other."""

    daemon_threads = True


def by_hand(
    client: Client,
    wanted: Sequence[Scope],
    login: str,
    ask: Callable[[str], str],
    *,
    name: str,
) -> Grant:
    """`ask` shows a URL, and gives the address at which the owner's browser ended. Raises as
    `by_browser`."""
    consent = Consent(client, wanted, login, _PASTED, name=name)
    return consent.answered(ask(consent.url))


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


@contextmanager
def _plain_loopback(uri: str) -> Iterator[None]:
    """Where Google is another one on this machine: oauthlib takes https alone, unless it is told
    by the environment."""
    name, before = "OAUTHLIB_INSECURE_TRANSPORT", dict(os.environ)
    if uri.startswith("http:"):
        os.environ[name] = "1"
    try:
        yield
    finally:
        if name not in before:
            os.environ.pop(name, None)


def _declined(error: str) -> SignInNeeded | Refused:
    if error == "access_denied":
        return SignInNeeded(
            "you did not consent, or may not: while the app is in Testing, only its test users can "
            "(Cloud console, Google Auth Platform, Audience). Nothing was signed in to"
        )
    if error in ("admin_policy_enforced", "org_internal"):
        return Refused(
            "the administrator of this Google Workspace does not allow this app: ask for it to be "
            "trusted (Admin console, Security, API controls)"
        )
    word = error if error.replace("_", "").isalnum() else "an error"
    return SignInNeeded(f"Google's page ended with {word}: nothing was signed in to")
