"""The connections of one account, one for each server, kept open between requests."""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import SplitResult

from connectors.caldav.response import Response
from connectors.caldav.trouble import cannot_connect
from connectors.caldav.urls import key_of
from connectors.errors import Refused, Unavailable

# A server that kept one source waiting does not keep each of the others waiting as long.
_REST: Final = 15.0  # seconds


class Connections:
    """Not for two threads at once. `ca_file`: certificates that are trusted in place of the
    system's. `timeout`: seconds without a byte."""

    def __init__(self, ca_file: Path | None, timeout: float) -> None:
        self._ca_file = ca_file
        self._timeout = timeout
        self._open: dict[tuple[str, str, int], http.client.HTTPConnection] = {}
        self._silent: dict[tuple[str, str, int], tuple[float, str]] = {}
        self._context: ssl.SSLContext | None = None

    def connected(self, parts: SplitResult) -> tuple[http.client.HTTPConnection, bool]:
        """A connected one, and whether it was used before. Raises `Unavailable` at once where the
        server was `silent` a moment ago."""
        key = key_of(parts)
        until, words = self._silent.get(key, (0.0, ""))
        if monotonic() < until:
            raise Unavailable(words)
        if (held := self._open.get(key)) is not None:
            # Readable without a request means closed by the server, or out of step.
            if held.sock is not None and not select.select([held.sock], [], [], 0)[0]:
                held.sock.settimeout(self._timeout)
                return held, True
            self.drop(parts)
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
            trouble = cannot_connect(host, port, error)
            if isinstance(error, TimeoutError | socket.gaierror):
                self.silent(parts, trouble)
            raise trouble from error
        if made.sock is not None:
            made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open[key] = made
        return made, False

    def silent(self, parts: SplitResult, trouble: Unavailable) -> None:
        """A server did not answer in time: for some seconds it is not asked."""
        self._silent[key_of(parts)] = monotonic() + _REST, str(trouble)

    def drop(self, parts: SplitResult) -> None:
        """Close the one to that server."""
        if (held := self._open.pop(key_of(parts), None)) is not None:
            held.close()

    def close(self) -> None:
        """Close all of them; the next request opens new ones."""
        while self._open:
            self._open.popitem()[1].close()

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            try:
                self._context = ssl.create_default_context(cafile=self._ca_file)
            except OSError as error:
                raise Refused(
                    f"{self._ca_file} (`ca_file`) is no certificate that can be read "
                    f"({error.strerror or 'not PEM'}): correct its path"
                ) from error
        return self._context
