"""The transport below imaplib: a socket with a buffer that can be looked into.

imaplib calls `open`, `read`, `readline`, `send` and `shutdown` for all it does. Its own buffer
hides what has arrived already, so that an IDLE would sleep over it, and takes a literal that was
cut off for a short one.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from typing import Any, Final

CONNECT_SECONDS: Final = 30.0
READ_SECONDS: Final = 90.0  # servers that search a large mailbox are silent for a while
_LINE_LIMIT: Final = 32 * 1024 * 1024  # a SEARCH that names three million mails
_CHUNK: Final = 256 * 1024
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 120), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4))


def dial(host: str, port: int, context: ssl.SSLContext | None) -> socket.socket:
    """A connection, with TLS from its first byte where there is a `context`. Raises OSError."""
    connection = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:  # a router that forgets us is noticed within minutes
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(connection, server_hostname=host) if context else connection
    except BaseException:
        connection.close()
        raise


class Wire(imaplib.IMAP4):
    """imaplib over a socket that is connected already."""

    def __init__(self, connection: socket.socket, host: str, port: int) -> None:
        self._given = connection
        self._buffer = bytearray()
        self._at = 0
        super().__init__(host, port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """See imaplib."""
        self.host, self.port = host, port
        self.sock = self._given
        self.sock.settimeout(READ_SECONDS)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises `abort` where the connection ends before them."""
        while len(self._buffer) - self._at < size:
            self._more(size)
        return self._taken(self._at + size)

    def readline(self) -> bytes:
        """One line with its end. Raises `abort` where the connection ends before it."""
        looked = self._at
        while (end := self._buffer.find(b"\n", looked)) < 0:
            looked = len(self._buffer) - self._at
            if looked > _LINE_LIMIT:
                raise self.abort("a line without end")
            self._more(0)
        return self._taken(end + 1)

    def send(self, data: Any) -> None:
        """See imaplib."""
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Close it, without a word to the server."""
        self.sock.close()

    def begin(self, *words: str) -> bytes:
        """Send a UID command and do not wait for its answer; its tag."""
        tag: bytes = self._command("UID", *words)
        return tag

    def finish(self, tag: bytes) -> tuple[str, list[Any]]:
        """Wait for the end of the answer to a command that was begun; the rest is untagged."""
        kind, data = self._command_complete("UID", tag)
        return kind, data

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Any, Any]:
        """Go over to TLS (RFC 3501 6.2.1). Raises `abort` where something was said in the clear
        behind the answer: nobody knows by whom."""
        assert ssl_context is not None
        kind, data = self._simple_command("STARTTLS")
        if kind == "OK":
            if self._at < len(self._buffer):
                raise self.abort("text between STARTTLS and TLS")
            self.sock = ssl_context.wrap_socket(self.sock, server_hostname=self.host)
            self.untagged_responses.clear()
        return kind, data

    def pending(self) -> bool:
        """Whether there is something to read, found out without waiting. Raises `abort` where the
        connection has ended."""
        return self._at < len(self._buffer) or self._pull()

    def _pull(self) -> bool:
        """Take what has arrived, without waiting; whether there was any."""
        self.sock.settimeout(0)
        try:
            data = self.sock.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        finally:
            self.sock.settimeout(READ_SECONDS)
        if not data:
            raise self.abort("the connection has ended")
        self._buffer += data
        return True

    def _more(self, size: int) -> None:
        if self._at:  # what was read already goes
            del self._buffer[: self._at]
            self._at = 0
        data = self.sock.recv(max(_CHUNK, min(size, 16 * _CHUNK)))
        if not data:
            raise self.abort("the connection has ended")
        self._buffer += data

    def _taken(self, end: int) -> bytes:
        found = bytes(memoryview(self._buffer)[self._at : end])
        self._at = end
        return found
