"""The transport below imaplib: a socket with a buffer that can be looked into.

imaplib calls `open`, `read`, `readline`, `send` and `shutdown` for all it does. Its own buffer
hides what has arrived already, so that an IDLE would sleep over it, and takes a literal that was
cut off for a short one.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from time import monotonic
from typing import Any, Final

CONNECT_SECONDS: Final = 30.0
SIGN_IN_SECONDS: Final = 25.0  # for an answer, until signed in
READ_SECONDS: Final = 90.0  # afterwards: servers that search a large mailbox are silent for a while
GOODBYE_SECONDS: Final = 2.0
# A byte now and then is no answer: once signed in, something whole has to come within so many times
# the patience, and what is long at so many bytes a second.
_TIMES: Final = 4
_SLOWEST: Final = 1024
_LINE_LIMIT: Final = 32 * 1024 * 1024  # a SEARCH that names three million mails
_LITERAL_LIMIT: Final = 64 * 1024 * 1024  # far above all that is asked for
_CHUNK: Final = 256 * 1024
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 120), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4))


class Mute(TimeoutError):
    """A port that takes the connection and greets nobody."""


class Slow(TimeoutError):
    """A server that greeted, and does not answer any more."""


def dial(host: str, port: int, context: ssl.SSLContext | None) -> socket.socket:
    """A connection, with TLS from its first byte where there is a `context`. Raises OSError."""
    connection = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:  # a router that forgets us is noticed within minutes
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is None:
            return connection
        connection.settimeout(SIGN_IN_SECONDS)
        try:
            return context.wrap_socket(connection, server_hostname=host)
        except TimeoutError as error:
            raise Mute("no TLS handshake") from error
    except BaseException:
        connection.close()
        raise


class Wire(imaplib.IMAP4):
    """imaplib over a socket that is connected already."""

    def __init__(self, connection: socket.socket, host: str, port: int) -> None:
        self._given = connection
        self._buffer = bytearray()
        self._at = 0
        self._patience = self._whole = SIGN_IN_SECONDS
        self._since = monotonic()  # when something was asked, or came whole, last
        self._came = 0  # bytes since then
        self._greeted = False
        super().__init__(host, port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """See imaplib."""
        self.host, self.port = host, port
        self.sock = self._given
        self.sock.settimeout(self._patience)

    def bear(self, seconds: float) -> None:
        """Wait for an answer that long, while nothing at all comes; some times longer for the end
        of it."""
        self._patience = seconds
        self._whole = _TIMES * seconds

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises `abort` where the connection ends before them, or they are
        too many to be held."""
        if size > _LITERAL_LIMIT:
            raise self.abort("a literal without end")
        while len(self._buffer) - self._at < size:
            self._more(size)
        self._begin()
        return self._taken(self._at + size)

    def readline(self) -> bytes:
        """One line with its end. Raises `abort` where the connection ends before it."""
        looked = self._at
        while (end := self._buffer.find(b"\n", looked)) < 0:
            looked = len(self._buffer) - self._at
            if looked > _LINE_LIMIT:
                raise self.abort("a line without end")
            self._more(0)
        line = self._taken(end + 1)
        self._greeted = True
        if not line.startswith(b"* OK"):  # "still here" may be said for ever
            self._begin()
        return line

    def send(self, data: Any) -> None:
        """See imaplib."""
        self._begin()
        self.sock.settimeout(self._patience)
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Close it, without a word to the server."""
        self.sock.close()

    def begin(self, name: str, *words: str | bytes) -> bytes:
        """Send a command and do not wait for its answer; its tag."""
        tag: bytes = self._command(name, *words)
        return tag

    def finish(self, name: str, tag: bytes) -> tuple[str, list[Any]]:
        """Wait for the end of the answer to a command that was begun; the rest is untagged."""
        self._begin()
        kind, data = self._command_complete(name, tag)
        return kind, data

    def idle(self) -> bytes:
        """Begin to IDLE (RFC 2177); its tag. Raises `error` where it is refused."""
        tag = self.begin("IDLE")
        while self._get_response() is not None:
            if self.tagged_commands[tag]:
                _, data = self.finish("IDLE", tag)
                raise self.error((data[-1] or b"").decode("utf-8", "replace"))
        return tag

    def idle_over(self, tag: bytes) -> None:
        """End it. Raises `error` where it was not as agreed."""
        self.send(b"DONE\r\n")
        kind, _ = self.finish("IDLE", tag)
        if kind != "OK":
            raise self.error("the IDLE failed")

    def overheard(self) -> set[str]:
        """The kinds of what has come by itself, without waiting for more."""
        while self.pending():
            self._get_response()
        kinds = {*self.untagged_responses}
        self.untagged_responses.clear()
        return kinds

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Any, Any]:
        """Go over to TLS (RFC 3501 6.2.1). Raises `abort` where something was said in the clear
        behind the answer: nobody knows by whom."""
        assert ssl_context is not None
        kind, data = self._simple_command("STARTTLS")
        if kind == "OK":
            if self._at < len(self._buffer):
                raise self.abort("text between STARTTLS and TLS")
            self.sock.settimeout(SIGN_IN_SECONDS)
            self.sock = ssl_context.wrap_socket(self.sock, server_hostname=self.host)
            self.untagged_responses.clear()
        return kind, data

    def pending(self) -> bool:
        """Whether there is something to read, found out without waiting. Raises `abort` where the
        connection has ended."""
        return self._at < len(self._buffer) or self._pull()

    def take_in(self) -> None:
        """Keep what has arrived for later, without waiting. Raises `abort` where the connection
        has ended."""
        while self._pull():
            pass

    def _pull(self) -> bool:
        """Take what has arrived, without waiting; whether there was any."""
        self.sock.settimeout(0)
        try:
            data = self.sock.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        finally:
            self.sock.settimeout(self._patience)
        if not data:
            raise self.abort("the connection has ended")
        self._begin()
        self._buffer += data
        return True

    def _begin(self) -> None:
        """Count the time for an answer from now on."""
        self._since = monotonic()
        self._came = 0

    def _more(self, size: int) -> None:
        if self._at:  # what was read already goes
            del self._buffer[: self._at]
            self._at = 0
        left = self._since + self._whole + self._came / _SLOWEST - monotonic()
        try:
            if left <= 0:
                raise TimeoutError("the answer does not end")
            self.sock.settimeout(min(self._patience, left))
            data = self.sock.recv(max(_CHUNK, min(size, 16 * _CHUNK)))
        except TimeoutError as error:
            raise Slow("no answer") if self._greeted else Mute("no greeting") from error
        if not data:
            raise self.abort("the connection has ended")
        self._came += len(data)
        self._buffer += data

    def _taken(self, end: int) -> bytes:
        found = bytes(memoryview(self._buffer)[self._at : end])
        self._at = end
        return found
