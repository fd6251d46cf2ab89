"""What every test gets: no network beyond this machine, and the corpora where they are present."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# A loaded machine is no failure, so examples have no deadline; a failing one says how to replay it.
# In CI the examples are always the same: a change is judged by what it changes, not by its luck.
settings.register_profile(
    "syncd", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("syncd")


class NetworkForbidden(RuntimeError):
    """A test reached beyond this machine. No OSError, so that no error handling swallows it."""


def _is_loopback(host: object) -> bool:
    """Whether `host`, as found in a socket address, is this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in {"", "localhost", socket.gethostname()}:
        return host is None or isinstance(host, str)
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _forbid_network(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook (PEP 578): sees every socket call of this process, those made in C included."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if not _is_loopback(host):
        raise NetworkForbidden(f"{event}: tests may not reach beyond loopback, asked for {host!r}")


sys.addaudithook(_forbid_network)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Folder of real mail, calendars and cards: $SYNCD_CORPORA, or one beside this repository."""
    configured = os.environ.get("SYNCD_CORPORA")
    folder = Path(configured) if configured else REPOSITORY.parent / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip(f"no corpora at {folder}: set SYNCD_CORPORA to try real mail")
    return folder
