"""What is asked of a domain's own hosts, without signing in: short, bounded, by verified TLS."""

from __future__ import annotations

import http.client
import queue
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.message import Message
from functools import partial
from time import monotonic
from typing import Final, NamedTuple, NoReturn, TypeVar
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from connectors.hosts import is_loopback
from syncd.setup.servers.names import Names

T = TypeVar("T")
Dial = Callable[[str, int], socket.socket]

SECONDS: Final = 4.0  # without a byte
ALL_SECONDS: Final = 8.0  # for everything that is asked together
LARGEST: Final = 256 * 1024
_HOPS: Final = 3
_EWS: Final = "/EWS/Exchange.asmx"
_REALM: Final = re.compile(
    r"(?i)realm\s*=\s*\"?[^\"]*(dav|calend|contacts|radicale|nextcloud|owncloud|ba[iï]kal|sogo|"
    r"zimbra|kerio|xandikos)"
)
_DAV_WORDS: Final = re.compile(rb"xmlns(:\w+)?=[\"']DAV:[\"']")
_HEAD: Final = 4096
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


class Answer(NamedTuple):
    """What a URL answered in the end. `url` is where."""

    status: int
    body: bytes
    url: str


class Network:
    """The network as `look` needs it."""

    def __init__(
        self,
        names: Names | None = None,
        dial: Dial | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.names = names or Names()
        self._dial = dial or _dial
        self._context = context
        self.limit = ALL_SECONDS

    def together(self, jobs: Mapping[str, Callable[[], T]]) -> dict[str, T]:
        """Do all of them at once; what each returned. One that fails, or is not done in time, is
        left out.

        Threads that nothing waits for at the end: a look-up of a name cannot be broken off.
        """
        done: queue.SimpleQueue[tuple[str, Callable[[], T]]] = queue.SimpleQueue()

        def one(key: str, job: Callable[[], T]) -> None:
            try:
                value = job()
            except Exception as error:  # noqa: BLE001  # it is looked at where it is waited for
                done.put((key, partial(_raised, error)))
            else:
                done.put((key, lambda: value))

        for key, job in jobs.items():
            threading.Thread(target=one, args=(key, job), daemon=True).start()
        until = monotonic() + self.limit
        found: dict[str, T] = {}
        for _ in jobs:
            try:
                key, result = done.get(timeout=max(0.0, until - monotonic()))
            except queue.Empty:
                break
            with suppress(OSError, ValueError, http.client.HTTPException):
                found[key] = result()
        return found

    def get(self, url: str, private: str = "") -> Answer:
        """GET by https. Redirects are followed by https only, and to another host only where
        `private` (an address) does not stand in them. Raises OSError, HTTPException, ValueError."""
        for _ in range(_HOPS):
            parts = _https(url)
            answer, headers = self._request("GET", parts)
            location = headers["Location"]
            if answer.status not in _REDIRECTS or not location:
                return answer
            target = urljoin(url, location)
            there = _https(target)
            if there.hostname != parts.hostname and private and private in unquote(target):
                raise ValueError("sends the address to another host")
            url = target
        raise ValueError("sends us in circles")

    def asks_who(self, url: str) -> bool:
        """Whether a CalDAV or CardDAV server is at a URL, or where that sends us on its host (RFC
        6764 section 5): who guesses it shows it a password next. A web server that asks for a
        sign-in, or sends all strangers to its front page, is none."""
        parts = _https(url)
        for _ in range(_HOPS):
            answer, headers = self._request("PROPFIND", parts)
            location = headers["Location"]
            if answer.status not in _REDIRECTS or not location:
                return _speaks_dav(answer, headers) or (
                    answer.status == 401 and _offers_dav(self._request("OPTIONS", parts)[1])
                )
            there = _https(urljoin(parts.geturl(), location))
            if (there.hostname, there.port) != (parts.hostname, parts.port):
                return False
            parts = there
        return False

    def speaks_ews(self, host: str) -> bool:
        """Whether an Exchange server asks whoever wants EWS there for a sign-in; nothing is shown
        to it."""
        answer, headers = self._request("GET", _https(f"https://{host}{_EWS}"))
        if answer.status != 401:
            return False
        asked = " ".join(headers.get_all("WWW-Authenticate") or []).lower()
        if any(word in asked for word in ("ntlm", "negotiate")) or "X-FEServer" in headers:
            return True
        # A web server that asks everybody for a password is none.
        return bool(asked) and self._request("GET", _https(f"https://{host}/"))[0].status != 401

    def greets(self, host: str, port: int) -> bool:
        """Whether an IMAP server greets there, behind TLS with a certificate for that name."""
        with self._secured(host, port) as connection:
            return connection.recv(256).upper().startswith((b"* OK", b"* PREAUTH"))

    def encryption(self, host: str, port: int) -> str:
        """How to speak to an IMAP server: implicit | starttls | none. A server that greets in the
        clear and offers nothing better is for this machine alone. Raises OSError."""
        with self._dial(host, port) as connection:
            connection.settimeout(SECONDS / 2)
            try:
                greeting = connection.recv(1024)
            except TimeoutError:
                return "implicit"  # it waits for our hello
            if not greeting.startswith(b"* "):
                return "implicit"
            connection.sendall(b"a CAPABILITY\r\n")
            said = b""
            while b"\na " not in b"\n" + said and len(said) < LARGEST:
                piece = connection.recv(4096)
                if not piece:
                    break
                said += piece
        return "none" if b"STARTTLS" not in said.upper() and is_loopback(host) else "starttls"

    def _request(self, method: str, parts: SplitResult) -> tuple[Answer, Message]:
        host, port = parts.hostname or "", parts.port or 443
        made = http.client.HTTPConnection(host, port)
        made.sock = self._secured(host, port)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            made.request(method, target, headers={"User-Agent": "syncd", "Depth": "0"})
            answer = made.getresponse()
            body = answer.read(LARGEST + 1)
            if len(body) > LARGEST:
                raise ValueError("is larger than any settings are")
            return Answer(answer.status, body, parts.geturl()), answer.headers
        finally:
            made.close()

    def _secured(self, host: str, port: int) -> ssl.SSLSocket:
        if self._context is None:
            self._context = ssl.create_default_context()
        connection = self._dial(host, port)
        try:
            connection.settimeout(SECONDS)
            return self._context.wrap_socket(connection, server_hostname=host)
        except BaseException:
            with suppress(OSError):
                connection.close()
            raise


def _speaks_dav(answer: Answer, headers: Message) -> bool:
    """Whether an answer to PROPFIND is a calendar server's: RFC 4918 section 13, else a sign-in
    that is asked for by a name of such servers, or with a fault that is told in DAV's own words."""
    if answer.status != 401:
        return answer.status == 207
    asked = " ".join(headers.get_all("WWW-Authenticate") or [])
    return bool(asked) and bool(
        _offers_dav(headers) or _REALM.search(asked) or _DAV_WORDS.search(answer.body[:_HEAD])
    )


def _offers_dav(headers: Message) -> bool:
    """RFC 4791 section 5.1, RFC 6352 section 6.1."""
    said = ",".join(headers.get_all("DAV") or []).lower()
    return "calendar-access" in said or "addressbook" in said


def _raised(error: Exception) -> NoReturn:
    raise error


def _dial(host: str, port: int) -> socket.socket:
    return socket.create_connection((host, port), timeout=SECONDS)


def _https(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("is no https URL")
    return parts
