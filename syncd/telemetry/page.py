"""A page for this machine alone: two addresses, no state, nothing that a request could break.

It answers GET and HEAD and closes. A request has five seconds and eight kilobytes, eight may be
under way at once, and the thread that accepts them sleeps until one comes. The `Host` must name
this machine: a web page that made its own name point here (DNS rebinding) is sent away.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Final

from connectors.hosts import is_loopback
from syncd import log

_SECONDS: Final = 5.0
_LONGEST: Final = 8_192
_AT_ONCE: Final = 8
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    421: "Misdirected Request",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets."""

    status: int
    body: bytes
    kind: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


Answerer = Callable[[str, str], Answer]
"""A path and what the request accepts, answered; called by any thread."""


class Page:
    """Listens on an (address, port) of loopback from the moment it is made until `close`.

    Raises OSError where that cannot be had: most often another program has the port.
    """

    def __init__(self, listen: tuple[str, int], answer: Answerer) -> None:
        family = socket.AF_INET6 if ":" in listen[0] else socket.AF_INET
        self._answer = answer
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(listen)
            self._socket.listen(16)
            self._socket.setblocking(False)
            self._woken, self._waker = socket.socketpair()
        except OSError:
            self._socket.close()
            raise
        self._thread = threading.Thread(target=self._serve, name="metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it has: another than asked for where that was 0."""
        return int(self._socket.getsockname()[1])

    def is_alive(self) -> bool:
        """Whether somebody answers."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Listen no more; what is being answered has a moment to finish."""
        with suppress(OSError):
            self._waker.send(b".")
        self._thread.join(timeout=1)
        deadline = time.monotonic() + 0.2
        for _ in range(_AT_ONCE):
            self._free.acquire(timeout=max(0.0, deadline - time.monotonic()))
        for one in (self._socket, self._woken, self._waker):
            one.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    return
                try:
                    connection, _ = self._socket.accept()
                except BlockingIOError:
                    continue  # it has left again
                except OSError:
                    # No descriptor is free. It stays ready, so looking again at once would spin.
                    selector.unregister(self._socket)
                    if selector.select(timeout=1):
                        return
                    selector.register(self._socket, selectors.EVENT_READ)
                    continue
                self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        if not self._free.acquire(blocking=False):
            with closing(connection), suppress(OSError):
                connection.setblocking(False)
                connection.send(_bytes(_plain(503, "too many requests at once")))
            return
        try:
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
        except RuntimeError:  # no thread can be started
            connection.close()
            self._free.release()

    def _talk(self, connection: socket.socket) -> None:
        try:
            with closing(connection), suppress(OSError):
                deadline = time.monotonic() + _SECONDS
                head = _head(connection, deadline)
                answer, alone = self._respond(head)
                connection.settimeout(max(0.1, deadline - time.monotonic()))
                connection.sendall(_bytes(answer, alone=alone))
                # What the other side still sends would make the system drop our answer.
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(0.2)
                for _ in range(16):
                    if not connection.recv(65_536):
                        break
        finally:
            self._free.release()

    def _respond(self, head: bytes | Answer) -> tuple[Answer, bool]:
        """The answer, and whether only its head is wanted."""
        if isinstance(head, Answer):
            return head, False
        request, *lines = head.decode("latin-1").split("\r\n")
        parts = request.split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or not parts[1].startswith("/"):
            return _plain(400, "this is no request that can be understood"), False
        method, target, _ = parts
        headers = [(n.strip().lower(), v.strip()) for n, _, v in (x.partition(":") for x in lines)]
        hosts = [value for name, value in headers if name == "host"]
        if len(hosts) != 1 or not _is_here(hosts[0]):
            return _plain(421, "only this machine is served, by its own name: 127.0.0.1"), False
        if method not in ("GET", "HEAD"):
            allowed = {"Allow": "GET, HEAD"}
            return _plain(405, "there is nothing to do but to read", allowed), False
        accept = ", ".join(value for name, value in headers if name == "accept")
        try:
            return self._answer(target.partition("?")[0], accept), method == "HEAD"
        except Exception as error:  # noqa: BLE001  # one request must not end the page
            log.event("metrics.failed", error=error)
            return _plain(500, "this could not be answered: the log says where it failed"), False


def _head(connection: socket.socket, deadline: float) -> bytes | Answer:
    """Everything before the empty line, or what is wrong with it."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) <= _LONGEST:
        left = deadline - time.monotonic()
        if left <= 0:
            return _plain(408, "the request took too long")
        connection.settimeout(left)
        try:
            more = connection.recv(4_096)
        except TimeoutError:
            return _plain(408, "the request took too long")
        if not more:
            return _plain(400, "the request has no end")
        data += more
    head = data.partition(b"\r\n\r\n")[0]
    return _plain(431, "the request is too long") if len(head) > _LONGEST else head


def _is_here(host: str) -> bool:
    """Whether a `Host` header names this machine. Its port may be another one: that of a tunnel."""
    name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else ""
    return is_loopback(name or host.partition(":")[0])


def _plain(status: int, words: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, f"{words}\n".encode(), headers=headers or {})


def _bytes(answer: Answer, *, alone: bool = False) -> bytes:
    headers = {
        "Content-Type": answer.kind,
        "Content-Length": str(len(answer.body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Connection": "close",
        **answer.headers,
    }
    lines = [f"HTTP/1.1 {answer.status} {_REASONS[answer.status]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode("ascii")
    return head if alone else head + answer.body
