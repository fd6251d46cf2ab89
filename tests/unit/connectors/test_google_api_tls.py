"""Calls go by TLS, to whom the certificate names."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httplib2
import pytest
from servers.tls import Certificate, certificate

from connectors.errors import Unavailable
from connectors.google.http import Http


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"{self.client_address[1]}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/last":
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


def test_by_tls(tmp_path: Path) -> None:
    """One connection for several calls, a new one where it was ended; a stranger gets nothing."""
    made = certificate(tmp_path)
    with served(made) as url:
        http = Http()
        http.ca_certs = str(made.path)
        first, second, third, fourth = (
            http.request(f"{url}/{path}")[1] for path in ("a", "b", "last", "c")
        )
        assert first == second == third != fourth
        http.close()
        stranger = Http()
        with pytest.raises(Unavailable, match="is not trusted"):
            stranger.request(f"{url}/a")


def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PySocks none is: where nobody is reached without it either, that is said."""

    def dial(*_: object, **__: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(httplib2, "socks", None)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(0, 0, 0, "", ("192.0.2.1", 443))])
    monkeypatch.setattr(socket, "socket", dial)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    with pytest.raises(Unavailable, match="takes PySocks: pip install it"):
        Http().request("https://tasks.example/")
    monkeypatch.delenv("https_proxy")
    with pytest.raises(Unavailable) as told:
        Http().request("https://tasks.example/")
    assert "PySocks" not in str(told.value)
