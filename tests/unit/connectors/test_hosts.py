"""Which hosts are this machine."""

from __future__ import annotations

import pytest

from connectors.hosts import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.9", "::1", "[::1]", "localhost", "LocalHost."])
def test_this_machine(host: str) -> None:
    """As URLs and configurations write it."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "example.org", "192.0.2.1", "0.0.0.0", "mail.localhost", "localhost.example.org", "127.1"],
)
def test_another_machine(host: str) -> None:
    """Or what may be one, by the DNS."""
    assert not is_loopback(host)
