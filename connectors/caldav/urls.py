"""URLs of servers: their parts, and how they are shown."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from connectors.errors import Refused

_AS_IS: Final = "/%!$&'()*+,;=:@-._~"


def split(url: str) -> SplitResult:
    """The parts of an http(s) URL. Raises `Refused` for any other."""
    parts = SplitResult("", "", "", "", "")
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise Refused("the server's URL is none: correct `url`, as in https://dav.example.org/")
    return parts


def target_of(parts: SplitResult) -> str:
    """What stands in the request line."""
    path = quote(parts.path or "/", safe=_AS_IS)
    return path + (f"?{quote(parts.query, safe=_AS_IS + '?')}" if parts.query else "")


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, without user and password."""
    parts = split(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def key_of(parts: SplitResult) -> tuple[str, str, int]:
    """What one connection is for: scheme, host and port."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, parts.hostname or "", port


def stays(url: str, target: str) -> bool:
    """Whether a redirect may be given what `url` was: the same server, or its TLS. Another port may
    be another user's."""
    here, there = key_of(split(url)), key_of(split(target))
    host = here[1]
    return there == here or (here, there) == (("http", host, 80), ("https", host, 443))


def shown(url: str) -> str:
    """Host, and port where one is named, for a terminal."""
    parts = split(url)
    text = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    return "".join(filter(str.isprintable, text))
