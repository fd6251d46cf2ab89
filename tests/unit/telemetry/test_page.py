"""A page for this machine alone: what it answers, and that nothing breaks it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.telemetry.page import Answer, Page


def answer(path: str, accept: str) -> Answer:
    """Two pages; one of them is broken, and one as large as no buffer is."""
    if path == "/broken":
        raise ValueError("of ben@example.net")
    if path == "/large":
        return Answer(200, b"x" * 20_000_000)
    return Answer(200 if path in ("/metrics", "/healthz") else 404, b"ok\n")


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page(("127.0.0.1", 0), answer)
    yield page
    page.close()


def raw(page: Page, data: bytes) -> bytes:
    """What comes back until the page hangs up."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as connection:
        connection.sendall(data)
        found = b""
        while more := connection.recv(65_536):
            found += more
        return found


def asked(page: Page, path: str = "/healthz") -> int:
    """The status of a plain request."""
    head = raw(page, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return int(head.split(b" ")[1])


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        ("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1.evil.example:9464\r\n\r\n", 421),
        ("GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 421),
        ("GET /metrics HTTP/1.1\r\n\r\n", 421),
        ("GET /metrics HTTP/1.1\r\nHost:\r\n\r\n", 421),
        ("GET /healthz HTTP/1.1\r\nHost: localhost:1\r\n\r\n", 200),
        ("GET /healthz HTTP/1.0\r\nhOST: [::1]:9464\r\n\r\n", 200),
        ("GET /healthz?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200),
        ("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 405),
        ("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        ("GET /../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        ("GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        ("GET /metrics\r\n\r\n", 400),
        ("\x16\x03\x01\r\n\r\n", 400),
        ("\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 400),
        ("GET /" + "a" * 20_000, 431),
        ("GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: " + "a" * 9_000 + "\r\n\r\n", 431),
    ],
)
def test_odd_requests_get_an_answer(page: Page, request_: str, status: int) -> None:
    """Names that are not of this machine (DNS rebinding), other methods, nonsense."""
    answer = raw(page, request_.encode("latin-1"))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:80]
    assert asked(page) == 200


_PIECES = st.sampled_from(
    [b"GET ", b"HEAD ", b"/metrics", b"/healthz", b" HTTP/1.1", b" HTTP/1.", b"\r\n", b"\n", b"\r",
     b"Host: localhost", b"Host:", b"host: [", b"host: ]:", b": ", b"Accept: \xff", b"%2e", b"\0"]
)  # fmt: skip
_NONSENSE = st.lists(_PIECES | st.binary(max_size=20), max_size=12).map(b"".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=_NONSENSE)
def test_whatever_is_sent_is_answered(page: Page, data: bytes) -> None:
    """Also by a client that says no more: with a status, a length that is right, and an end."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while more := connection.recv(65_536):
            found += more
    head, _, body = found.partition(b"\r\n\r\n")
    assert int(head.split(b" ")[1]) in (200, 400, 404, 405, 421)
    length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    assert len(body) in (length, 0)


def test_head_gets_the_head(page: Page) -> None:
    """The same headers, and no body."""
    answer = raw(page, b"HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"Content-Length: 3\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_clients_that_hang_hang_nobody_else(page: Page) -> None:
    """Some that send nothing, half a request, or read nothing; others are answered all the same,
    one too many is told so, and when they are gone everything is as before."""
    idle = [socket.create_connection(("127.0.0.1", page.port)) for _ in range(7)]
    idle[0].sendall(b"GET /metrics HTTP/1.1\r\nHost: loc")
    assert asked(page) == 200
    idle += [socket.create_connection(("127.0.0.1", page.port)) for _ in range(6)]
    for one in idle[7:]:
        one.settimeout(20)
    refused = [one for one in idle[9:] if b"503" in one.recv(100)]
    assert refused == idle[9:]
    for one in idle:
        one.close()
    deadline = time.monotonic() + 20
    while asked(page) != 200:
        assert time.monotonic() < deadline


def test_who_reads_nothing_is_left(page: Page) -> None:
    """An answer that does not fit into any buffer, and a client that takes none of it."""
    with socket.create_connection(("127.0.0.1", page.port)) as one:
        one.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert asked(page) == 200
    assert asked(page) == 200


def test_a_page_that_is_broken_breaks_nothing(page: Page) -> None:
    """It says so, and quotes nothing of what was wrong."""
    text = raw(page, b"GET /broken HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert text.startswith(b"HTTP/1.1 500 ")
    assert b"ben@" not in text
    assert asked(page) == 200


def test_a_port_can_be_had_once_and_is_free_at_the_end(page: Page) -> None:
    """Who comes second is refused at once; after `close` nobody listens, and it takes no time."""
    with pytest.raises(OSError, match="in use"):
        Page(("127.0.0.1", page.port), answer)
    port = page.port
    with socket.create_connection(("127.0.0.1", port)):
        begun = time.monotonic()
        page.close()
        assert time.monotonic() - begun < 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    Page(("127.0.0.1", port), answer).close()


def test_it_sleeps_until_somebody_comes(page: Page) -> None:
    """No clock wakes its thread: an idle daemon stays idle."""
    assert asked(page) == 200
    (thread,) = [one for one in threading.enumerate() if one.name == "metrics"]
    path = Path(f"/proc/self/task/{thread.native_id}/status")

    def switches() -> int:
        lines = path.read_text(encoding="ascii").splitlines()
        return int(next(x for x in lines if x.startswith("voluntary")).split()[1])

    before = switches()
    threading.Event().wait(0.3)
    assert switches() - before <= 1
