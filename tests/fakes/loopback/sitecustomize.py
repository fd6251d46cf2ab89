"""A support module: no socket of this process reaches beyond this machine, once it is imported.

Python imports a module of this name by itself when it starts (`site`), so that processes with this
folder in PYTHONPATH are guarded too. It loads nothing that they would not load themselves.
"""

from __future__ import annotations

import sys


class NetworkForbidden(RuntimeError):
    """A test reached beyond this machine. No OSError, so that no error handling swallows it."""


def _is_loopback(host: object) -> bool:
    """Whether `host`, as found in a socket address, is this machine."""
    import ipaddress
    import socket

    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in {"", "localhost", socket.gethostname()}:
        return host is None or isinstance(host, str)
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _forbid_network(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook (PEP 578): sees every socket call of this process, those made in C included.

    Among those it stops are the batches that googleapiclient makes by itself: they go to the real
    Google, whatever endpoint the service was built with.
    """
    if not event.startswith("socket."):
        return
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
