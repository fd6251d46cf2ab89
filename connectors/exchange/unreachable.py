"""Why no connection to a server came about, in sentences for the owner: nothing was sent yet."""

from __future__ import annotations

import socket
import ssl
from typing import Any, Final

from connectors.certificates import words
from connectors.errors import Unavailable

# By their names, so that urllib3 need not be loaded.
_PROXY: Final = frozenset(("ProxyError", "ProxySchemeUnknown", "ProxySchemeUnsupported"))
_UNFOUND: Final = frozenset(("NameResolutionError", "LocationParseError"))


def causes(error: BaseException) -> list[BaseException]:
    """An error and what led to it, as far as requests and urllib3 say so."""
    found: list[BaseException] = []
    left: list[Any] = [error]
    while left:
        one = left.pop(0)
        if isinstance(one, BaseException) and not any(one is other for other in found):
            found.append(one)
            left += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def unreachable(host: str, port: int | None, error: Exception) -> Unavailable:
    """The error for a connection that could not be made."""
    shown = f"{host}:{port}" if port else host
    kinds = causes(error)
    names = {type(one).__name__ for one in kinds}
    for one in kinds:
        if isinstance(one, ssl.SSLCertVerificationError):
            return Unavailable(words(one, host, "host:"))
    if names & _PROXY:
        return Unavailable(
            "the proxy that the environment names cannot be used: check $https_proxy, or name "
            f"{host} in $no_proxy"
        )
    if any(isinstance(one, socket.gaierror | UnicodeError) for one in kinds) or names & _UNFOUND:
        return Unavailable(f"{host} cannot be found: check `host:` or `url:`, and the network")
    if any(isinstance(one, ConnectionRefusedError) for one in kinds):
        return Unavailable(
            f"{shown} refuses connections: check `host:` or `url:`, and that the server runs"
        )
    if any(isinstance(one, ssl.SSLError) for one in kinds):
        return Unavailable(f"{shown} does not speak TLS as it should: check `url:` and its port")
    if any(isinstance(one, TimeoutError) for one in kinds) or "ConnectTimeoutError" in names:
        return Unavailable(f"{shown} does not answer: check `host:` or `url:`, and the network")
    reasons = (getattr(one, "strerror", None) for one in kinds)
    reason = next((one for one in reasons if one), type(error).__name__)
    return Unavailable(f"{shown} cannot be reached ({reason}): check `url:` and the network")


def changed(host: str, shown: str) -> Unavailable:
    """The error for a certificate that is not the one that is pinned. `shown`: its SHA-256."""
    return Unavailable(
        f"{host} shows another certificate than the one in `fingerprint:`; ask whoever runs the "
        f"server whether it was renewed: if so, set `fingerprint: {shown}`, else somebody reads "
        "along"
    )
