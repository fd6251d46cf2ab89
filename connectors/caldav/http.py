"""One account's server over HTTP/1.1: connections, signing in, redirects, limits, its clock.

By the standard library, which brings 8 MB where `requests` brings 24 and `caldav` 36. Plain `http`
carries a password to this machine only. Requests of all threads go one by one.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import RLock
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urljoin

from connectors.caldav.digest import digest_answer
from connectors.caldav.response import Response, body_of
from connectors.caldav.trouble import cannot_connect, cut_off
from connectors.caldav.urls import is_loopback, key_of, shown, split, target_of
from connectors.errors import Ambiguous, Refused, SignInNeeded, Unavailable

TIMEOUT: Final = 30.0  # seconds without a byte
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_HOPS: Final = 5
_WRITES: Final = frozenset(("PUT", "DELETE", "MKCALENDAR", "MKCOL", "PROPPATCH"))


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in. `secret` is asked when it is needed first, and again when it was refused: a
    password, or with `bearer` an access token (RFC 6750). It may raise the contract's errors.
    `refused` is told that it was not accepted, and what is said of that."""

    user: str
    secret: Callable[[], str]
    bearer: bool = False
    refused: Callable[[str, str], None] = lambda _secret, _words: None


class Answer(NamedTuple):
    """What the server said. `url` is where it was found in the end; `body` is empty where it went
    to a sink."""

    status: int
    headers: Message
    body: bytes
    url: str


class Session:
    """The connections of one account. Nothing is opened before the first request."""

    def __init__(
        self, login: Login | None, ca_file: Path | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._login = login
        self._ca_file = ca_file
        self._timeout = timeout
        self._secret: str | None = None
        self._challenge = ""  # of a server that takes nothing but Digest
        self._lock = RLock()
        self._open: dict[tuple[str, str, int], http.client.HTTPConnection] = {}
        self._context: ssl.SSLContext | None = None
        self.time: datetime | None = None  # the Date of the last answer

    def request(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        sink: Callable[[bytes], None] | None = None,
        *,
        anonymous: bool = False,
    ) -> Answer:
        """Ask, and follow redirects within the host. The body of a 207 goes to `sink`, as it comes.

        Statuses are the caller's business, 401 aside. `anonymous` shows no password, and follows
        redirects to any host. Raises `SignInNeeded`, `Unavailable`, `Refused`; and `Ambiguous`
        where the answer to a write was lost.
        """
        with self._lock:
            asked = (method, url, body, headers or {}, sink)
            answer = self._follow(*asked, anonymous=anonymous)
            if answer.status != 401 or anonymous:
                return answer
            if self._login is not None and self._another_try(answer):
                answer = self._follow(*asked)
            if answer.status == 401:
                raise self._no_entry(answer)
            return answer

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()

    def __del__(self) -> None:
        for connection in self._open.values():
            connection.close()

    def _another_try(self, answer: Answer) -> bool:
        """Whether there is something new to show: a token that was renewed, or a Digest."""
        assert self._login is not None
        offers = answer.headers.get_all("WWW-Authenticate") or []
        digest = next((one for one in offers if one.lower().startswith("digest")), "")
        if digest and not any(one.lower().startswith("basic") for one in offers):
            stale = "stale=true" in digest.lower().replace('"', "")
            fresh, self._challenge = not self._challenge or stale, digest
            if fresh and not self._login.bearer:
                return True
        used, self._secret = self._secret, None
        if used is None:
            return False
        self._secret = self._login.secret()
        return self._secret != used

    def _no_entry(self, answer: Answer) -> SignInNeeded:
        host, used = shown(answer.url), self._secret
        self._secret, self._challenge = None, ""
        if self._login is None:
            return SignInNeeded(f"{host} asks who is there: set `user` and a password")
        what = "access token" if self._login.bearer else "password"
        words = (
            f"{host} refuses {self._login.user or 'us'}: check `user`, and set the {what} anew "
            "(many providers want an app password)"
        )
        if used is not None:
            self._login.refused(used, words)
        return SignInNeeded(words)

    def _follow(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        sink: Callable[[bytes], None] | None,
        *,
        anonymous: bool = False,
    ) -> Answer:
        for _ in range(_HOPS + 1):
            own = dict(headers)
            if not anonymous:
                self._sign(own, method, url)
            answer = self._ask(method, url, body, own, sink)
            if answer.status not in _REDIRECTS:
                return answer
            target = urljoin(url, answer.headers.get("Location") or "")
            if not anonymous:
                _stay(url, target)
            url = target
        raise Unavailable(f"{shown(url)} sends us in circles: check the URL")

    def _sign(self, headers: dict[str, str], method: str, url: str) -> None:
        if self._login is None:
            return
        parts = split(url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise Refused(f"{shown(url)} would get the password unencrypted: use an https:// URL")
        if self._secret is None:
            self._secret = self._login.secret()
        if self._login.bearer:
            headers["Authorization"] = f"Bearer {self._secret}"
        elif self._challenge:
            headers["Authorization"] = digest_answer(
                self._challenge, method, target_of(parts), self._login.user, self._secret
            )
        else:
            pair = f"{self._login.user}:{self._secret}".encode()
            headers["Authorization"] = "Basic " + b64encode(pair).decode()

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: dict[str, str],
        sink: Callable[[bytes], None] | None,
    ) -> Answer:
        parts = split(url)
        connection, used_before = self._connection(parts)
        headers |= {"User-Agent": "syncd", "Accept-Encoding": "gzip" if sink else "identity"}
        host = shown(url)
        try:
            connection.request(method, target_of(parts), body or None, headers)
            with connection.getresponse() as response:
                self._note_time(response)
                kept = bytearray()
                keep = sink if sink is not None and response.status == 207 else kept.extend
                for piece in body_of(response, host):
                    keep(piece)
        except (OSError, http.client.HTTPException, zlib.error) as error:
            self._drop(parts)
            if method in _WRITES:
                raise Ambiguous(
                    f"{host} took a change and its answer was lost: look whether it is there"
                ) from error
            if used_before and isinstance(error, ConnectionError):
                return self._ask(method, url, body, headers, sink)  # it had been closed meanwhile
            raise cut_off(host, error) from error
        except BaseException:
            self._drop(parts)
            raise
        if response.will_close:
            self._drop(parts)
        return Answer(response.status, response.headers, bytes(kept), url)

    def _connection(self, parts: SplitResult) -> tuple[http.client.HTTPConnection, bool]:
        """A connected one, and whether it was used before."""
        key = key_of(parts)
        if (held := self._open.get(key)) is not None:
            # Readable without a request means closed by the server, or out of step.
            if held.sock is not None and not select.select([held.sock], [], [], 0)[0]:
                return held, True
            self._drop(parts)
        _, host, port = key
        made: http.client.HTTPConnection
        if parts.scheme == "https":
            made = http.client.HTTPSConnection(
                host, port, timeout=self._timeout, context=self._tls()
            )
        else:
            made = http.client.HTTPConnection(host, port, timeout=self._timeout)
        made.response_class = Response
        try:
            made.connect()
        except (OSError, UnicodeError) as error:
            made.close()
            raise cannot_connect(host, port, error) from error
        if made.sock is not None:
            made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open[key] = made
        return made, False

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            context = ssl.create_default_context()
            if self._ca_file is not None:
                try:
                    context.load_verify_locations(self._ca_file)
                except OSError as error:
                    raise Refused(
                        f"{self._ca_file} (`ca_file`) is no certificate that can be read "
                        f"({error.strerror or 'not PEM'}): correct its path"
                    ) from error
            self._context = context
        return self._context

    def _drop(self, parts: SplitResult) -> None:
        if (held := self._open.pop(key_of(parts), None)) is not None:
            held.close()

    def _note_time(self, response: http.client.HTTPResponse) -> None:
        try:
            at = parsedate_to_datetime(response.headers.get("Date") or "")
        except (ValueError, TypeError, IndexError, OverflowError):
            return
        self.time = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _stay(url: str, target: str) -> None:
    """Raise `Refused` where a redirect leaves the host, or TLS."""
    here, there = split(url), split(target)
    if there.hostname != here.hostname:
        raise Refused(
            f"{here.hostname} sends us to {there.hostname}: if that is right, put it into `url`"
        )
    if here.scheme == "https" and there.scheme != "https":
        raise Refused(f"{here.hostname} sends us away from https: tell its operator")
