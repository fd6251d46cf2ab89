"""A support module: HTTP/1.1 on loopback, as far as it can be spoilt on purpose."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, ClassVar

from fakes.exchange.call import Reply, Request


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is none of our business."""


@contextmanager
def served(
    answer: Callable[[Request], Reply],
    now: Callable[[], datetime],
    tls: SSLContext | None = None,
) -> Iterator[int]:
    """A running server: its port. Date is by `now`, an aware time."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout: ClassVar[float] = 60
        disable_nagle_algorithm = True
        wbufsize: ClassVar[int] = -1

        def setup(self) -> None:
            if tls is not None:
                self.request.settimeout(self.timeout)
                self.request = tls.wrap_socket(
                    self.request, server_side=True, do_handshake_on_connect=False
                )
                try:
                    self.request.do_handshake()
                except OSError:
                    self.request.close()
                    raise
            super().setup()
            self.peer: dict[str, Any] = {}

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                self.close_connection = True
            finally:
                if tls is not None:  # the server closes only what it accepted
                    self.request.close()

        def handle_one_request(self) -> None:
            try:
                self.raw_requestline = self.rfile.readline(65537)
            except OSError:
                self.raw_requestline = b""
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(answer(Request(self.command, path, headers, body, self.peer)))

        def _send(self, reply: Reply) -> None:
            if not reply.cut:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.close_connection |= (name, value) == ("Connection", "close")
                    for one in value.split("\n"):
                        self.send_header(name, one)
                if reply.stream:
                    self.send_header("Transfer-Encoding", "chunked")
                else:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if reply.stream:
                    self._chunks(reply.stream(self._alive))
                else:
                    self._write(reply)
            if reply.cut or reply.sent is not None:
                self._hang_up()

        def _chunks(self, stream: Generator[bytes, None, None]) -> None:
            """An empty chunk of the stream ends the connection without an end of the answer."""
            with closing(stream):
                for one in stream:
                    if not one:
                        self._hang_up()
                        return
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(one), one))
                    self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()

        def _alive(self) -> bool:
            """Whether the client has not left."""
            try:
                readable = select.select([self.connection], [], [], 0)[0]
                return not readable or bool(self.connection.recv(1, socket.MSG_PEEK))
            except (OSError, ValueError):
                return False

        def _hang_up(self) -> None:
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

        def version_string(self) -> str:
            return "Microsoft-IIS/8.5"

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
