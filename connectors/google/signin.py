"""Signing in: the owner consents in a browser, which comes back to this machine with a code.

RFC 8252 (loopback), RFC 7636 (PKCE). The URL and the verifier are google-auth-oauthlib's; it is
loaded here alone, for it brings `requests`. Where there is no browser the owner pastes the address
that theirs ended at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from threading import Event, Lock, Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from connectors.errors import Refused, SignInNeeded
from connectors.google.client import Client
from connectors.google.grant import Grant, token_of
from connectors.google.scopes import Scope, missing

PATIENCE: Final = 300.0  # seconds for the owner to consent
_PASTED: Final = "http://127.0.0.1:53682/"  # where nobody listens: its address is what is pasted
_PAGE: Final = "<!doctype html><title>syncd</title><p>{}\n"
_DONE: Final = "You are signed in. You can close this page."
_NOT: Final = "Nothing was signed in to: syncd says why, where you started it."


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


class _Exchange:
    """The code that a browser brings, and what it comes to; brought twice, it is the same."""

    def __init__(self, consent: Consent, check: Callable[[Grant], None]) -> None:
        self._consent = consent
        self._check = check
        self._alone = Lock()
        self._grant: Grant | None = None
        self._trouble: Exception | None = None
        self.over = Event()  # the browser was told

    def is_good(self, address: str) -> bool:
        """Whether it signed in."""
        with self._alone:
            if self._grant is None and self._trouble is None:
                try:
                    grant = self._consent.answered(address)
                    self._check(grant)
                    self._grant = grant
                except Exception as error:  # noqa: BLE001  # raised where the owner waits
                    self._trouble = error
            return self._grant is not None

    def grant(self) -> Grant:
        """Raises what went wrong."""
        if self._grant is None:
            raise self._trouble or SignInNeeded("nobody was signed in")
        return self._grant


def _unchecked(_: Grant) -> None:
    """Whatever it is."""


def by_browser(
    client: Client,
    wanted: Sequence[Scope],
    login: str,
    show: Callable[[str], None],
    *,
    name: str,
    check: Callable[[Grant], None] = _unchecked,
    patience: float = PATIENCE,
) -> Grant:
    """Listen on loopback, `show` the URL, wait for the browser, and tell it how that ended. `check`
    raises where what was granted is no use; it is called from another thread. Raises
    `SignInNeeded`, `Refused` and `Unavailable`."""

    class Page(BaseHTTPRequestHandler):
        timeout = 10.0  # seconds, for whoever connects and says nothing

        def do_GET(self) -> None:
            # Browsers ask for icons as well, and anybody on this machine for anything.
            mine = consent.is_answer(self.path)
            good = mine and exchange.is_good(self.path)
            try:
                self.send_response(200 if mine else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(_PAGE.format(_DONE if good else _NOT).encode())
                self.wfile.flush()
            finally:
                if mine:
                    exchange.over.set()

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
        exchange = _Exchange(consent, check)
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            show(consent.url)
            if not exchange.over.wait(patience):
                raise SignInNeeded(
                    f"no browser came back within {patience / 60:.0f} minutes: run `syncd login "
                    f"{name}` once more; where the browser is on another machine, with --no-browser"
                )
        finally:
            server.shutdown()
            thread.join()
    return exchange.grant()


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
