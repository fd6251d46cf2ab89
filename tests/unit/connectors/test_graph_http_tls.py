"""Graph is asked by TLS, of whom the certificate names, by one connection for many calls."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import urllib3
from servers.tls import Certificate, certificate

from connectors.errors import Unavailable
from connectors.graph import http
from connectors.graph.errors import Lost
from connectors.graph.http import Http


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"{self.client_address[1]}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + (self.path == "/short")))
        self.send_header("X-Signed", self.headers.get("Authorization", ""))
        self.send_header("Set-Cookie", "a=b")
        self.send_header("X-Cookie", self.headers.get("Cookie", ""))
        if self.path in ("/last", "/short"):
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def served(made: Certificate) -> Iterator[str]:
    """A server that tells from which port it is asked; its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.path, made.key)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who left is fine
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"https://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_by_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One connection for several calls, a new one where it was ended; no cookie is kept, no
    password taken from ~/.netrc; half an answer is none; a stranger gets nothing."""
    made = certificate(tmp_path)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login ana password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setattr(http, "is_loopback", lambda host: False)  # as for any other server
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.path))
    with served(made) as url:
        mine = Http()
        answers = [mine.request("GET", f"{url}/{path}", {}) for path in ("a", "b", "last", "c")]
        first, second, third, fourth = (one.body for one in answers)
        assert first == second == third != fourth
        assert {one.headers["x-signed"] for one in answers} == {""}
        assert {one.headers["x-cookie"] for one in answers} == {""}
        with pytest.raises(Lost, match="did not come whole"):
            mine.request("GET", f"{url}/short", {})
        mine.close()
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        stranger = Http()
        with pytest.raises(Unavailable, match=r"is not trusted.*REQUESTS_CA_BUNDLE"):
            stranger.request("GET", f"{url}/a", {})
        stranger.close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (urllib3.exceptions.NameResolutionError("x", None, OSError()), "cannot be found"),  # type: ignore[arg-type]
        (urllib3.exceptions.ProxyError("x", OSError()), "check \\$https_proxy"),
        (urllib3.exceptions.ConnectTimeoutError(), "does not answer"),
    ],
)
def test_what_was_never_sent(monkeypatch: pytest.MonkeyPatch, error: Exception, words: str) -> None:
    """Nothing is in doubt where no connection came about: the network is to be looked at."""

    def fails(*_: object, **__: object) -> None:
        raise requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", error))  # type: ignore[arg-type]

    monkeypatch.setattr(requests.Session, "request", fails)
    with pytest.raises(Unavailable, match=words):
        Http().request("POST", "https://graph.microsoft.com/v1.0/me", {})


def test_a_clock_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that is not valid now may be a matter of this machine's clock; a proxy by
    SOCKS takes another package."""
    expired = ssl.SSLCertVerificationError(1, "certificate has expired")
    expired.verify_code = 10

    def fails(*_: object, **__: object) -> None:
        raise requests.exceptions.SSLError(expired)

    monkeypatch.setattr(requests.Session, "request", fails)
    with pytest.raises(Unavailable, match="is the clock of this machine right"):
        Http().request("GET", "https://graph.microsoft.com/v1.0/me", {})

    def lacks(*_: object, **__: object) -> None:
        raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")

    monkeypatch.setattr(requests.Session, "request", lacks)
    with pytest.raises(Unavailable, match="takes PySocks"):
        Http().request("GET", "https://graph.microsoft.com/v1.0/me", {})
