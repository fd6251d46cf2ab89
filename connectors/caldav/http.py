"""One account's server over HTTP/1.1: requests, signed; redirects, limits, its clock.

By the standard library, which brings 8 MB where `requests` brings 24 and `caldav` 36. Plain `http`
carries a password to this machine only. Requests of all threads go one by one.
"""

from __future__ import annotations

import http.client
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import RLock
from typing import Final, NamedTuple
from urllib.parse import urljoin

from connectors.caldav.connections import Connections
from connectors.caldav.response import body_of
from connectors.caldav.signing import Login, Signer
from connectors.caldav.trouble import cut_off
from connectors.caldav.urls import shown, split, stays, target_of
from connectors.errors import Ambiguous, ConnectorError, Refused, Unavailable

__all__ = ["TIMEOUT", "Answer", "Login", "Session"]
TIMEOUT: Final = 30.0  # seconds without a byte
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_HOPS: Final = 5
_WRITES: Final = frozenset(("PUT", "DELETE", "MKCALENDAR", "MKCOL", "PROPPATCH"))


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
        self._signer = Signer(login)
        self._connections = Connections(ca_file, timeout)
        self._lock = RLock()
        self._entered = ""  # the last URL that we were let into
        self._proved = False  # it was looked whether that was by the secret
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
        """Ask, and follow redirects within the server. The body of a 207 goes to `sink`, as it
        comes.

        Statuses are the caller's business; a 401 only where the login is good for something else.
        `anonymous` shows no password, and follows redirects to any host. Raises `SignInNeeded`,
        `Unavailable`, `Refused`; and `Ambiguous` where the answer to a write was lost.
        """
        with self._lock:
            asked = (method, url, body, headers or {}, sink)
            if anonymous:
                return self._follow(*asked, anonymous=True)
            answer = self._signed(*asked)
            if answer.status == 207:
                self._entered = answer.url
                self._prove()
            elif answer.status == 401 and not self._still_enters():
                self._proved = False
                raise self._signer.no_entry(answer.url)
            return answer

    def close(self) -> None:
        """Close the connections; the next request opens new ones. Where another thread is asking,
        they are still needed."""
        if self._lock.acquire(blocking=False):
            try:
                self._connections.close()
            finally:
                self._lock.release()

    def __del__(self) -> None:
        self._connections.close()

    def _still_enters(self) -> bool:
        """Whether the login is as good as it was: some servers say 401 of single resources that it
        has no right to."""
        if not self._entered:
            return False
        asked = ("PROPFIND", self._entered, b"", {"Depth": "0"}, None)
        good = self._signed(*asked).status != 401 and self._is_asked_for(self._entered)
        if not good:
            self._entered = ""
        return good

    def _prove(self) -> None:
        """Tell the login that it is good, once for each time that it was refused."""
        if self._proved or not self._signer.wants_proof:
            return
        with suppress(ConnectorError):  # what was asked for was answered
            self._proved = True
            if self._is_asked_for(self._entered):
                self._signer.let_in()

    def _is_asked_for(self, url: str) -> bool:
        """Whether a sign-in is: what anybody may enter proves nothing."""
        asked = ("PROPFIND", url, b"", {"Depth": "0"}, None)
        return self._follow(*asked, anonymous=True).status != 207

    def _signed(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        sink: Callable[[bytes], None] | None,
    ) -> Answer:
        """What is said to the login, also where that takes two questions."""
        answer = self._follow(method, url, body, headers, sink)
        if answer.status == 401 and self._signer.another_try(answer.headers):
            answer = self._follow(method, url, body, headers, sink)
        return answer

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
            if not anonymous and (signed := self._signer.header(method, url)) is not None:
                own["Authorization"] = signed
            answer = self._ask(method, url, body, own, sink)
            if answer.status not in _REDIRECTS:
                return answer
            target = urljoin(url, answer.headers.get("Location") or "")
            if not anonymous:
                _stay(url, target)
            url = target
        raise Unavailable(f"{shown(url)} sends us in circles: check the URL")

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: dict[str, str],
        sink: Callable[[bytes], None] | None,
    ) -> Answer:
        parts = split(url)
        connection, used_before = self._connections.connected(parts)
        headers |= {"User-Agent": "syncd", "Accept-Encoding": "gzip" if sink else "identity"}
        host = shown(url)
        try:
            _send(connection, method, target_of(parts), body, headers)
            with connection.getresponse() as response:
                self._note_time(response)
                kept = bytearray()
                keep = sink if sink is not None and response.status == 207 else kept.extend
                for piece in body_of(response, host):
                    keep(piece)
        except (OSError, http.client.HTTPException, zlib.error) as error:
            self._connections.drop(parts)
            trouble = cut_off(host, error)
            if isinstance(error, TimeoutError):
                self._connections.silent(parts, trouble)
            if method in _WRITES:
                raise Ambiguous(
                    f"{host} took a change and its answer was lost: look whether it is there"
                ) from error
            if used_before and isinstance(error, ConnectionError):
                return self._ask(method, url, body, headers, sink)  # it had been closed meanwhile
            raise trouble from error
        except BaseException:
            self._connections.drop(parts)
            raise
        if response.will_close:
            self._connections.drop(parts)
        return Answer(response.status, response.headers, bytes(kept), url)

    def _note_time(self, response: http.client.HTTPResponse) -> None:
        try:
            at = parsedate_to_datetime(response.headers.get("Date") or "")
        except (ValueError, TypeError, IndexError, OverflowError):
            return
        self.time = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    body: bytes,
    headers: Mapping[str, str],
) -> None:
    try:
        connection.request(method, target, body or None, headers)
    except ValueError:
        # Its words quote the header, and who signs in is in one.
        raise Refused("a request cannot be written as HTTP: check `url` and `user`") from None


def _stay(url: str, target: str) -> None:
    """Raise `Refused` where a redirect leaves the server, or TLS."""
    here, there = split(url), split(target)
    if stays(url, target):
        return
    if there.hostname == here.hostname and here.scheme == "https" and there.scheme != "https":
        raise Refused(f"{here.hostname} sends us away from https: tell its operator")
    raise Refused(f"{shown(url)} sends us to {shown(target)}: if that is right, put it into `url`")
