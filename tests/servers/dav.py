"""A support module: what the CalDAV servers of the tests have in common: a process on a free port,
and what other applications do to what is in it.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mortal import mortal

USER, PASSWORD = "owner", "secret"
_STARTS = 60.0  # seconds, on a loaded machine
_SPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:A="urn:ietf:params:xml:ns:carddav"'
)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@contextmanager
def process(command: Sequence[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that listens on `port`; ended by its pid."""
    with log.open("wb") as told:
        started = subprocess.Popen(
            mortal(command), stdin=subprocess.DEVNULL, stdout=told, stderr=told
        )
    try:
        _await(started, port, log)
        yield started
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(_STARTS)


def _await(started: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _STARTS
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            started.wait(0.02)
        if started.returncode is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{started.args!r} does not listen:\n{log.read_text()[-2000:]}")


@dataclass(frozen=True, slots=True)
class DavServer:
    """A running server. `home` and `books` are paths that calendars and address books are in."""

    url: str
    home: str
    books: str
    ca_file: Path | None = None
    folder: Path = Path()
    signs_in: bool = True

    def ask(
        self,
        method: str,
        path: str,
        body: str | bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """What another application does: (status, headers, body)."""
        parts = urlsplit(self.url)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=self.ca_file)
            connection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=60, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        data = body.encode() if isinstance(body, str) else body
        told = dict(headers or {})
        if self.signs_in:
            pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            told["Authorization"] = f"Basic {pair}"
        try:
            connection.request(method, path, data, told)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        finally:
            connection.close()

    def make_calendar(self, name: str, title: str = "", component: str = "VEVENT") -> str:
        """A calendar; returns its path."""
        path = f"{self.home}{name}/"
        return self._made(
            "MKCALENDAR",
            path,
            f"<C:mkcalendar {_SPACES}><D:set><D:prop><D:displayname>{title or name}"
            "</D:displayname><C:supported-calendar-component-set>"
            f'<C:comp name="{component}"/></C:supported-calendar-component-set></D:prop></D:set>'
            "</C:mkcalendar>",
        )

    def make_book(self, name: str, title: str = "") -> str:
        """An address book; returns its path."""
        path = f"{self.books}{name}/"
        return self._made(
            "MKCOL",
            path,
            f"<D:mkcol {_SPACES}><D:set><D:prop><D:resourcetype><D:collection/><A:addressbook/>"
            f"</D:resourcetype><D:displayname>{title or name}</D:displayname></D:prop></D:set>"
            "</D:mkcol>",
        )

    def rename(self, path: str, title: str) -> None:
        """A collection gets another display name."""
        status, _, body = self.ask(
            "PROPPATCH",
            path,
            f"<D:propertyupdate {_SPACES}><D:set><D:prop><D:displayname>{title}</D:displayname>"
            "</D:prop></D:set></D:propertyupdate>",
            {"Content-Type": "application/xml"},
        )
        assert status == 207, (status, body)

    def put(self, path: str, data: bytes) -> None:
        """An item is written, new or not."""
        kind = "text/vcard" if path.endswith(".vcf") else "text/calendar"
        status, _, body = self.ask("PUT", path, data, {"Content-Type": f"{kind}; charset=utf-8"})
        assert status in (200, 201, 204), (status, body)

    def get(self, path: str) -> bytes:
        """An item as it is."""
        status, _, body = self.ask("GET", path)
        assert status == 200, (status, body)
        return body

    def delete(self, path: str) -> None:
        """An item or a collection is deleted."""
        status, _, body = self.ask("DELETE", path)
        assert status in (200, 204), (status, body)

    def _made(self, method: str, path: str, body: str) -> str:
        status, _, said = self.ask(method, path, body, {"Content-Type": "application/xml"})
        assert status == 201, (status, said)
        return path
