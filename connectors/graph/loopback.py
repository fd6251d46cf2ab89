"""A page on this machine that the owner's browser is sent back to (RFC 8252 section 7.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from queue import Empty, SimpleQueue
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import Final

from connectors.errors import Refused, SignInNeeded

_DONE: Final = b"<!doctype html><title>syncd</title><p>That is all. You can close this page.\n"
_NOT: Final = b"<!doctype html><title>syncd</title><p>Nothing was signed in to. See syncd.\n"


class _Server(ThreadingMixIn, TCPServer):
    """A browser may open a connection that it does not use, and wait with the other."""

    daemon_threads = True


class Waiting:
    """The page, while it is there. `number`: of its port."""

    def __init__(self, is_answer: Callable[[str], bool]) -> None:
        came: SimpleQueue[str] = SimpleQueue()

        class Page(BaseHTTPRequestHandler):
            timeout = 10.0  # seconds, for whoever connects and says nothing

            def do_GET(self) -> None:
                # Browsers ask for icons as well, and anybody on this machine for anything.
                mine = is_answer(self.path)
                self.send_response(200 if mine else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(_DONE if mine and "code=" in self.path else _NOT)
                if mine:
                    came.put(self.path)

            def log_message(self, *_: object) -> None:
                """The code is in the path: nothing is printed."""

        try:
            self.server = _Server(("127.0.0.1", 0), Page)
        except OSError as error:
            raise Refused(
                f"no port can be opened on 127.0.0.1 ({error.strerror}): use --no-browser"
            ) from error
        self.number = int(self.server.server_address[1])
        self._came = came

    def answer(self, patience: float, otherwise: str) -> str:
        """The path and query with which the browser came; `SignInNeeded` with what to do
        `otherwise`, if it does not within so many seconds."""
        try:
            return self._came.get(timeout=patience)
        except Empty:
            raise SignInNeeded(
                f"no browser came back within {patience / 60:.0f} minutes: {otherwise}"
            ) from None


@contextmanager
def waiting(is_answer: Callable[[str], bool]) -> Iterator[Waiting]:
    """The page is there inside. `is_answer` tells a path that the browser was sent to. Raises
    `Refused` where no port can be had."""
    page = Waiting(is_answer)
    with page.server:
        thread = Thread(target=page.server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield page
        finally:
            page.server.shutdown()
            thread.join()
