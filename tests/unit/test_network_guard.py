"""The guard that keeps tests on this machine."""

from __future__ import annotations

import socket

import pytest


def test_a_connection_beyond_loopback_is_refused() -> None:
    """TCP to another machine fails before a packet leaves."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client,
        pytest.raises(RuntimeError, match="beyond loopback"),
    ):
        client.connect(("192.0.2.1", 80))


def test_a_datagram_beyond_loopback_is_refused() -> None:
    """UDP needs no connection and is refused as well."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        pytest.raises(RuntimeError, match="beyond loopback"),
    ):
        client.sendto(b"x", ("192.0.2.1", 53))


def test_names_of_other_machines_are_not_looked_up() -> None:
    """A look-up is traffic too, and tells a resolver what the tests talk about."""
    with pytest.raises(RuntimeError, match="beyond loopback"):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host: str) -> None:
    """Test servers on this machine can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection((host, server.getsockname()[1]), timeout=5) as client:
            client.sendall(b"hello")
        peer, _ = server.accept()
        with peer:
            assert peer.recv(5) == b"hello"
