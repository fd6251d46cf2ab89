"""HTTP for one thread: httplib2 without what it does by itself.

It would send a request again where a connection ends without an answer, a POST too, and so make a
second task; follow redirects; and keep no limit on how long it waits.
"""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any, Final

import httplib2

from connectors.errors import ConnectorError, Unavailable
from connectors.google.answers import Lost, date_of
from connectors.google.bearer import Bearer
from connectors.hosts import is_loopback

TIMEOUT: Final = 30.0  # seconds without a byte
_LONGEST: Final = 300.0  # seconds more for all bytes of an answer
_SAFE: Final = frozenset(("GET", "HEAD"))
_EXPIRED: Final = frozenset((9, 10))  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED


class Http(httplib2.Http):  # type: ignore[misc]  # untyped
    """What google-api-python-client takes. Errors before anything was sent are those of the
    contract, later ones are `Lost`."""

    def __init__(self, bearer: Bearer | None = None, timeout: float = TIMEOUT) -> None:
        super().__init__(timeout=timeout)
        self.follow_redirects = False
        self.server_time: datetime | None = None  # the Date of the last answer
        self._bearer = bearer
        self._token = ""  # that the last request was signed with

    def __del__(self) -> None:
        self.close()

    def cut(self) -> None:
        """End what is under way, from another thread: it raises `Lost`."""
        for one in [*self.connections.values()]:
            sock = one.sock
            if sock is not None:
                with suppress(OSError):  # it has ended already
                    sock.shutdown(socket.SHUT_RDWR)

    def renew(self) -> None:
        """The last token was refused."""
        if self._bearer is not None:
            self._bearer.refused(self._token)

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        redirections: int = 0,
        connection_type: Any = None,
    ) -> tuple[Any, bytes]:
        """Ask once, and with another token where that was refused."""
        own = {"user-agent": "syncd"} | {name.lower(): v for name, v in (headers or {}).items()}
        # Google answers in gzip only those who say so in their name.
        own["user-agent"] += " (gzip)"
        answer = self._signed(uri, method, body, own)
        if self._bearer is not None and answer[0].status == 401:
            answer = self._signed(uri, method, body, own)
        return answer

    def _signed(self, uri: str, method: str, body: Any, headers: Any) -> tuple[Any, bytes]:
        if self._bearer is None:
            return self._asked(uri, method, body, dict(headers))
        self._token = self._bearer.token()
        signed = headers | {"authorization": f"Bearer {self._token}"}
        answer = self._asked(uri, method, body, signed)
        if answer[0].status == 401:
            self.renew()
        return answer

    def _asked(self, uri: str, method: str, body: Any, headers: Any) -> tuple[Any, bytes]:
        scheme, _, rest = uri.partition("://")
        fresh = f"{scheme}:{rest.partition('/')[0]}" not in self.connections
        try:
            return self._sent(uri, method, body, headers)
        except Lost:
            # The other side may end a connection that was idle, in the moment in which we ask.
            if fresh or method not in _SAFE:
                raise
            return self._sent(uri, method, body, headers)

    def _sent(self, uri: str, method: str, body: Any, headers: Any) -> tuple[Any, bytes]:
        secure = uri.startswith("https:")
        kind: Callable[..., Any] = _SecureConnection if secure else _PlainConnection
        try:
            response, content = super().request(
                uri, method, body, dict(headers), connection_type=kind
            )
        except (OSError, httplib2.HttpLib2Error, http.client.HTTPException, ValueError) as error:
            raise Lost(_why(error)) from error
        self.server_time = date_of(response.get("date", "")) or self.server_time
        return response, content


class _Bounded(io.RawIOBase):
    """What comes out of a socket, until a moment: a byte now and then would keep us for ever."""

    def __init__(self, raw: Any, sock: socket.socket, patience: float) -> None:
        self._raw = raw
        self._sock = sock
        self._patience = patience
        self._end = monotonic() + patience + _LONGEST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError("too slow")
        self._sock.settimeout(min(self._patience, left))
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer that is given up when it takes too long."""

    def __init__(self, sock: Any, *arguments: Any, **more: Any) -> None:
        super().__init__(sock, *arguments, **more)
        raw: Any = self.fp
        bounded = _Bounded(raw.detach(), sock, sock.gettimeout() or TIMEOUT)
        self.fp = io.BufferedReader(bounded)


class _Connection:
    """What both kinds of connections do otherwise than httplib2's."""

    sock: Any
    host: str
    port: int
    timeout: float
    proxy_info: Any
    response_class = _Response

    def connect(self) -> None:
        """Raises `Unavailable`, which nobody tries again."""
        if is_loopback(self.host):
            self.proxy_info = None
        try:
            super().connect()  # type: ignore[misc]  # of httplib2
        except (OSError, httplib2.HttpLib2Error) as error:
            found = _unreachable(self.host, self.port, error)
            if self.proxy_info and self.proxy_info.proxy_host and not self.proxy_info.isgood():
                # httplib2 passes it over without a word.
                found = Unavailable(
                    f"{found}; the proxy that the environment names takes PySocks: pip install it"
                )
            raise found from error

    def request(self, *arguments: Any, **more: Any) -> None:
        """Send it; by a new connection where the other side has ended this one."""
        if self.sock is not None and _ended(self.sock):
            self.close()  # type: ignore[attr-defined]  # of http.client
        elif self.sock is not None:
            self.sock.settimeout(self.timeout)
        try:
            super().request(*arguments, **more)  # type: ignore[misc]  # of http.client
        except (ConnectorError, TimeoutError):
            raise
        except (OSError, http.client.HTTPException) as error:
            # Nothing that httplib2 tries again.
            raise ConnectionResetError(_why(error)) from error

    def getresponse(self) -> Any:
        """The answer, or an error that httplib2 hands on."""
        try:
            return super().getresponse()  # type: ignore[misc]  # of http.client
        except http.client.HTTPException as error:
            raise ConnectionResetError(_why(error)) from error


class _PlainConnection(_Connection, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    """Without TLS: to this machine only, which whoever makes the URLs sees to."""


class _SecureConnection(_Connection, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    """With TLS."""


def _ended(sock: socket.socket) -> bool:
    """Whether there is something to read where nothing was asked: its end, most likely."""
    poll = select.poll()  # descriptors above 1,023 are too many for `select`
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "Google stopped answering"
    if isinstance(error, httplib2.HttpLib2Error | ValueError | http.client.HTTPException):
        return "the answer of Google did not come whole"
    return "the connection to Google broke off"


def _unreachable(host: str, port: int, error: Exception) -> Unavailable:
    """Why no connection came about: nothing was sent yet."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _EXPIRED:
            return Unavailable(
                f"the certificate of {host} is not valid now: is the clock of this machine right?"
            )
        return Unavailable(
            f"the certificate of {host} is not trusted: something between us and Google reads "
            "along; if that is meant to be, name its certificate in $HTTPLIB2_CA_CERTS"
        )
    if isinstance(error, socket.gaierror | httplib2.ServerNotFoundError | UnicodeError):
        return Unavailable(f"{host} cannot be found: check the network")
    if isinstance(error, httplib2.HttpLib2Error):
        return Unavailable(
            "the proxy that the environment names cannot be used: check $https_proxy"
        )
    if isinstance(error, TimeoutError):
        return Unavailable(f"{host} does not answer: check the network")
    reason = getattr(error, "strerror", "") or type(error).__name__
    return Unavailable(f"{host}:{port} cannot be reached ({reason}): check the network")
