"""An answer of HTTP/1.1 as it comes, and whether all of it came: http.client takes a head or a body
that ends early for a short one.
"""

from __future__ import annotations

import http.client
import zlib
from collections.abc import Iterator
from time import monotonic
from typing import IO, Any, Final

from connectors.errors import Unavailable

LIMIT: Final = 64 * 1024 * 1024  # of one answer, unpacked
_IN_ALL: Final = 300.0  # seconds for one answer
_PIECE: Final = 64 * 1024


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
    """An answer whose head is whole."""

    fp: Any

    def begin(self) -> None:
        if self.fp is None or isinstance(self.fp, _Lines):
            return super().begin()
        lines = self.fp = _Lines(self.fp)
        try:
            return super().begin()
        finally:
            if self.fp is lines:
                self.fp = lines.file


def body_of(response: http.client.HTTPResponse, shown: str) -> Iterator[bytes]:
    """The body in pieces, unpacked; `shown` is the server. Raises `Unavailable` where it is too
    long or takes too long, OSError and HTTPException where it ends early."""
    packed = "gzip" in (response.headers.get("Content-Encoding") or "").lower()
    inflate = zlib.decompressobj(47) if packed else None
    ends, size = monotonic() + _IN_ALL, 0
    while piece := response.read(_PIECE):
        if monotonic() > ends:
            raise Unavailable(f"{shown} answers too slowly")
        while piece:
            out = piece if inflate is None else inflate.decompress(piece, _PIECE)
            piece = b"" if inflate is None else inflate.unconsumed_tail
            size += len(out)
            if size > LIMIT:
                raise Unavailable(f"{shown} answers with more than {LIMIT >> 20} MiB at once")
            if out:
                yield out
    # `read` ends at an early end of the connection as it does at the end of the body.
    if response.length or (inflate is not None and size and not inflate.eof):
        raise http.client.IncompleteRead(b"", response.length)
