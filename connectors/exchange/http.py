"""HTTP for exchangelib: certificates, limits on how long is waited, and what time it is there.

exchangelib keeps all that in class attributes, for every account of a process; here each account
has its own. Loaded with the first call: requests brings 24 MB.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connectors.errors import Refused
from connectors.exchange.errors import Lost
from connectors.exchange.unreachable import causes, changed, unreachable

CONNECT_SECONDS: Final = 30.0
READ_SECONDS: Final = 90.0  # without a byte: a large mailbox is searched for a while
_LONGEST: Final = 300.0  # seconds more for all bytes of an answer
_MOST: Final = 256 * 1024 * 1024  # bytes of an answer, far above all that is asked for
_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}")
_OTHER: Final = re.compile(r'Fingerprints did not match.* got "([0-9a-f]+)"')


def context_of(ca_file: Path | None, fingerprint: str) -> ssl.SSLContext:
    """What connections are made by: it trusts the certificates of `ca_file` in place of the
    system's; with a `fingerprint` alone whoever shows that certificate. Raises `Refused`."""
    if fingerprint and not _SHA256.fullmatch(fingerprint.replace(":", "")):
        raise Refused(
            "`fingerprint:` is no SHA-256 of a certificate (64 hexadecimal digits): `openssl x509 "
            "-noout -fingerprint -sha256` shows it"
        )
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise Refused(
            f"{ca_file} (`ca_file`) is no certificate that can be read "
            f"({error.strerror or 'not PEM'}): correct its path"
        ) from error
    if fingerprint and ca_file is None:
        context.check_hostname = False  # the certificate itself is looked at, see `Adapter`
        context.verify_mode = ssl.CERT_NONE
    return context


class Adapter(HTTPAdapter):
    """One connection, at most. `context`: see `context_of`; `pin` is the SHA-256 of the certificate
    that has to be shown, "" for any that holds; `told` hears the Date of each answer."""

    def __init__(
        self, context: Callable[[], ssl.SSLContext], pin: str, told: Callable[[datetime], None]
    ) -> None:
        self._context = context
        self._made: ssl.SSLContext | None = None
        self._pin = pin
        self._told = told
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0, pool_block=True)

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        """See requests."""
        super().init_poolmanager(*arguments, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        """See requests."""
        manager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """See requests, which would trust a bundle of its own beside the context's."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] != "https":
            return host, {}
        if self._made is None:
            self._made = self._context()  # it takes a while
        how: dict[str, Any] = {"ssl_context": self._made, "cert_reqs": self._made.verify_mode}
        if self._pin:
            how["assert_fingerprint"] = self._pin
        return host, how

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """See requests: the context does it."""

    def send(
        self,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Any:
        """See requests. Raises `Unavailable` where nothing was sent yet, `Lost` afterwards."""
        try:
            answer = super().send(request, stream, timeout, verify, cert, proxies)
            if not stream and answer.status_code != 401:  # of that NTLM wants the connection
                answer.content  # noqa: B018  # it is read here, where its end can be lost
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Lost(_why(error)) from error
        except (http.client.HTTPException, ValueError) as error:
            raise Lost("the answer did not come whole") from error
        if (at := date_of(answer.headers.get("Date", ""))) is not None:
            self._told(at)
        return answer


def date_of(text: str) -> datetime | None:
    """A date of HTTP, in UTC."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


class _Bounded(io.RawIOBase):
    """What comes out of a socket, until a moment: a byte now and then would keep us for ever. A
    stream is to do just that, and has no such end (`lasts`)."""

    def __init__(self, raw: Any, sock: socket.socket, patience: float, *, lasts: bool) -> None:
        self._raw = raw
        self._sock = sock  # by this name NTLM finds the server's certificate
        self._patience = patience
        self._end = None if lasts else monotonic() + patience + _LONGEST
        self._left = _MOST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._end is not None:
            left = self._end - monotonic()
            if left <= 0 or self._left <= 0:
                raise TimeoutError("too slow, or without end")
            self._sock.settimeout(min(self._patience, left))
        count: int | None = self._raw.readinto(buffer)
        self._left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer that is given up when it takes too long."""

    def __init__(self, sock: Any, *arguments: Any, **more: Any) -> None:
        super().__init__(sock, *arguments, **more)
        raw: Any = self.fp
        patience = sock.gettimeout() or READ_SECONDS
        bounded = _Bounded(raw.detach(), sock, patience, lasts=patience > READ_SECONDS)
        self.fp = io.BufferedReader(bounded)


class _Plain(HTTPConnection):
    """Without TLS: to this machine only, which whoever makes the URL sees to."""

    response_class = _Response

    def connect(self) -> None:
        """Raises `Unavailable`, which nobody tries again."""
        try:
            super().connect()
        except (OSError, urllib3.exceptions.HTTPError, ValueError) as error:
            raise unreachable(self.host, self.port, error) from error


class _Secure(HTTPSConnection):
    """With TLS."""

    response_class = _Response

    def connect(self) -> None:
        """Raises `Unavailable`, which nobody tries again."""
        host = self._tunnel_host or self.host
        try:
            super().connect()
        except (OSError, urllib3.exceptions.HTTPError, ValueError) as error:
            shown = _OTHER.search(str(error)) if self.assert_fingerprint else None
            raise (
                changed(host, shown[1]) if shown else unreachable(host, self.port, error)
            ) from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


def _why(error: Exception) -> str:
    kinds = causes(error)
    if any(isinstance(one, TimeoutError | requests.Timeout) for one in kinds):
        return "the server stopped answering"
    return "the connection broke off"
