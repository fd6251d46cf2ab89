"""What exchangelib does otherwise here: it neither waits nor tries again, nor logs, and what one
account is set to holds for no other.

exchangelib shares connections and certificates between all accounts of a process, sleeps when a
server is busy, asks three times how to sign in, and writes whole answers to its log. Loaded with
the first call: it brings 62 MB.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from exchangelib import DELEGATE, UTC, Account, Configuration, FailFast, Version
from exchangelib.protocol import CachingProtocol, Protocol
from exchangelib.services.common import EWSAccountService
from exchangelib.transport import DEFAULT_HEADERS, NOAUTH
from exchangelib.util import is_xml
from exchangelib.version import EXCHANGE_2013_SP1

from connectors.exchange.errors import Answered, Lost
from connectors.exchange.http import CONNECT_SECONDS, READ_SECONDS, Adapter
from connectors.exchange.soap import envelope
from connectors.hosts import is_loopback

AGENT: Final = "syncd"
_BEGINNING: Final = 4096  # bytes of an answer that is none of EWS
SILENT_SECONDS: Final = 120.0  # a stream says every 45 seconds that it is there
_LONGEST_DOCUMENT: Final = 16 * 1024 * 1024
_END: Final = re.compile(rb"</(?:[\w.-]+:)?Envelope\s*>")
_HTML: Final = (b"<!doctype html", b"<html")

for _name in ("exchangelib", "urllib3"):
    # They hold subjects, and the core says what goes wrong.
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class Policy(FailFast):  # type: ignore[misc]  # untyped
    """Once, and what the answer was like is told whole."""

    def raise_response_errors(self, response: Any) -> None:
        """See exchangelib. Raises `Answered`."""
        streamed = response.raw is not None and not getattr(response, "_content_consumed", True)
        body = b"" if streamed and response.status_code == 200 else response.content
        kind = response.headers.get("content-type", "").lower()
        page = "html" in kind or body[:64].lstrip().lower().startswith(_HTML)
        if response.status_code == 200 and not page:
            return
        # A fault of SOAP comes with 500 (SOAP 1.1, 6.2).
        if response.status_code == 500 and not page and is_xml(body.lstrip()):
            return
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise Answered(response.status_code, headers, body[:_BEGINNING], response.url)


class _Uncached(CachingProtocol):  # type: ignore[misc]  # untyped
    """exchangelib keeps protocols for ever, with the password in their key."""

    __call__ = type.__call__


class Wire(Protocol, metaclass=_Uncached):  # type: ignore[misc]  # untyped
    """The way to one server for one thread: one connection, signed by `auth`, through `adapter`."""

    TIMEOUT = (CONNECT_SECONDS, READ_SECONDS)
    RETRY_WAIT = 0  # what a server does not ask for is not made up

    def __init__(self, url: str, adapter: Adapter, auth: Any) -> None:
        self._adapter = adapter
        self._auth = auth
        # exchangelib is told of no secret: its errors and names could show it.
        super().__init__(config=configuration(url))

    def create_session(self) -> Any:
        """See exchangelib."""
        session = super().create_session()
        session.auth = self._auth
        return session

    def raw_session(self, prefix: str, **_: Any) -> Any:
        """See exchangelib."""
        return raw_session(prefix, self._adapter)


def raw_session(url: str, adapter: Adapter) -> Any:
    """A session of requests that nobody signs in by."""
    session = requests.Session()
    session.headers.update(DEFAULT_HEADERS)
    session.headers["User-Agent"] = AGENT
    # The environment names a proxy; passwords (.netrc) and certificates it does not.
    session.trust_env = False
    if not is_loopback(urlsplit(url).hostname or ""):
        session.proxies = requests.utils.get_environ_proxies(url)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def configuration(url: str) -> Any:
    """What exchangelib is told of a server. How to sign in is not its business."""
    return Configuration(
        service_endpoint=url,
        auth_type=NOAUTH,
        version=Version(EXCHANGE_2013_SP1, "Exchange2013_SP1"),
        retry_policy=Policy(),
        max_connections=1,
    )


def account(login: str, wire: Wire) -> Any:
    """The mailbox `login` as exchangelib has it. Times come in UTC."""
    config = configuration(wire.service_endpoint)
    found = Account(
        primary_smtp_address=login,
        config=config,
        access_type=DELEGATE,
        locale="en_US",
        default_timezone=UTC,
    )
    with suppress(KeyError):  # another thread had the same
        del Protocol[config]
    found.protocol = wire
    return found


class Stream(EWSAccountService):  # type: ignore[misc]  # untyped
    """GetStreamingEvents: documents one after the other, in an answer that lasts for minutes. It
    keeps its connection busy."""

    SERVICE_NAME = "GetStreamingEvents"
    prefer_affinity = True  # the server that made the subscription has to answer

    def documents(self, payload: Any, opened: Callable[[Any], None]) -> Iterator[Any]:
        """The response messages as they come. `opened` is handed the answer when it begins: its
        `raw.shutdown` ends it, from any thread. Raises what `errors.of` reads."""
        self.streaming = True
        self.timeout = (CONNECT_SECONDS, SILENT_SECONDS)
        try:
            response = self._get_response(payload, self._version_hint.api_version)
            opened(response)
            # Without chunks nobody knows when something is whole, and it is taken byte by byte.
            chunked = "chunked" in response.headers.get("transfer-encoding", "").lower()
            held = b""
            for piece in response.iter_content(None if chunked else 1):
                held += piece
                while (end := _END.search(held)) is not None:
                    document, held = held[: end.end()].lstrip(), held[end.end() :]
                    yield from self._read(document)
                if len(held) > _LONGEST_DOCUMENT:
                    raise Lost("a stream without end")
        finally:
            self.stop_streaming()

    def _read(self, document: bytes) -> list[Any]:
        _, body = envelope(document)
        found: list[Any] = self._get_soap_messages(body)
        return found

    def _extra_headers(self) -> dict[str, str]:
        headers: dict[str, str] = super()._extra_headers()
        return headers | {"Accept-Encoding": "identity"}
