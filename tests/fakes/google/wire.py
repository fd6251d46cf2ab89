"""A support module: HTTP/1.1 on loopback, as far as it can be spoilt on purpose."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from fakes.google.call import Reply, Request


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Otherwise a client that opens many connections at once is refused some.
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is none of our business."""


@contextmanager
def served(answer: Callable[[Request], Reply], now: Callable[[], datetime]) -> Iterator[int]:
    """A running server: its port. Date is by `now`, an aware time."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout: ClassVar[float] = 60
        disable_nagle_algorithm = True
        wbufsize: ClassVar[int] = -1

        def handle_one_request(self) -> None:
            try:
                self.raw_requestline = self.rfile.readline(65537)
            except OSError:
                self.raw_requestline = b""
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(answer(Request(self.command, path, query, headers, body)))

        def _send(self, reply: Reply) -> None:
            if not reply.cut:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.status != 204:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self._write(reply)
            if reply.cut or reply.sent is not None:
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)

        def _write(self, reply: Reply) -> None:
            body, pace = reply.body[: reply.sent], reply.pace
            if pace is None:
                self.wfile.write(body)
            else:
                for at in range(len(body)):
                    self.wfile.flush()
                    pace(at, len(body))
                    self.wfile.write(body[at : at + 1])
            self.wfile.flush()

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(now().astimezone(UTC), usegmt=True)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
