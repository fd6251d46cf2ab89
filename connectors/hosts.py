"""Which hosts are this machine."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host, as URLs or configurations name it, is this machine whatever the DNS says: a
    password may go there in the clear. `*.localhost` may be somebody else (RFC 6761 section 6.3
    only asks for more)."""
    name = host.removeprefix("[").removesuffix("]").removesuffix(".").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
