"""An answer of HTTP/1.1 as it comes, and whether all of it came: http.client takes a head or a body
that ends early for a short one, and waits for one that drips as long as it does.
"""

from __future__ import annotations

import http.client
import io
import socket
import zlib
from collections.abc import Iterator
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, Final

from connectors.errors import Unavailable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LIMIT: Final = 64 * 1024 * 1024  # of one answer, unpacked
_IN_ALL: Final = 300.0  # seconds for one answer
_HEAD: Final = 2  # times the patience of its socket, for the head of one
_PIECE: Final = 64 * 1024


class TooLong(Unavailable):
    """An answer has more than `LIMIT` bytes: less may be asked for."""


class TooSlow(OSError):
    """An answer comes, and does not come to its end."""


class _InTime(io.RawIOBase):
    """What a socket receives. Raises TimeoutError where nothing comes for as long as the socket is
    patient, `TooSlow` once `ends` has come."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._patience = sock.gettimeout() or _IN_ALL
        self._begun = monotonic()
        self._raw = sock.makefile("rb", buffering=0)
        self.ends = self._begun + min(_IN_ALL, _HEAD * self._patience)

    def go_on(self) -> None:
        """The head is here: the body has the time of the whole answer."""
        self.ends = self._begun + _IN_ALL

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self.ends - monotonic()
        if left <= 0:
            raise TooSlow
        self._sock.settimeout(min(left, self._patience))
        try:
            return self._raw.readinto(buffer)
        except TimeoutError as error:
            if left < self._patience:
                raise TooSlow from error
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Lines:
    """The head of an answer, line by line. Raises `IncompleteRead` where it ends early."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self._begun = False

    def readline(self, limit: int) -> bytes:
        line = self.file.readline(limit)
        if not line.endswith(b"\n") and len(line) < limit and (line or self._begun):
            raise http.client.IncompleteRead(line)
        self._begun = True
        return line

    def close(self) -> None:
        self.file.close()


class Response(http.client.HTTPResponse):
    """An answer whose head is whole, and that ends in time."""

    fp: Any

    def __init__(self, sock: socket.socket, *more: Any, **named: Any) -> None:
        super().__init__(sock, *more, **named)
        self._source = _InTime(sock)
        self.fp.close()
        self.fp = io.BufferedReader(self._source)

    def begin(self) -> None:
        if self.fp is None or isinstance(self.fp, _Lines):
            return super().begin()
        lines = self.fp = _Lines(self.fp)
        try:
            return super().begin()
        finally:
            self._source.go_on()
            if self.fp is lines:
                self.fp = lines.file


def body_of(response: http.client.HTTPResponse, shown: str) -> Iterator[bytes]:
    """The body in pieces, unpacked; `shown` is the server. Raises `TooLong`, and OSError and
    HTTPException where it ends early or takes too long."""
    packed = "gzip" in (response.headers.get("Content-Encoding") or "").lower()
    inflate = zlib.decompressobj(47) if packed else None
    size = 0
    # One look at the socket for each piece: `read` would wait until all of a piece is there.
    while piece := response.read1(_PIECE):
        while piece:
            out = piece if inflate is None else inflate.decompress(piece, _PIECE)
            piece = b"" if inflate is None else inflate.unconsumed_tail
            size += len(out)
            if size > LIMIT:
                raise TooLong(f"{shown} answers with more than {LIMIT >> 20} MiB at once")
            if out:
                yield out
    # An early end of the connection looks like the end of the body.
    if response.length or (inflate is not None and size and not inflate.eof):
        raise http.client.IncompleteRead(b"", response.length)
