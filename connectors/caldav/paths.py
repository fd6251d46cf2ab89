"""Names of resources: servers write one in several ways, with escapes or without, as a path or as a
whole URL, behind a proxy even with another host in it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from connectors.caldav.urls import origin_of, split

_PLAIN: Final = "!$&'()*+,;=:@-._~"  # RFC 3986 pchar
_SPACES: Final = re.compile(r"[\x00-\x20\x7f]+")


def path_of(href: str, base: str) -> str:
    """The path of a resource, escaped in one way; `base` is the URL that named it."""
    try:
        path = urlsplit(urljoin(base, _SPACES.sub("%20", href.strip()))).path
    except ValueError:  # no URL at all
        path = href
    return "/".join(quote(unquote_to_bytes(part), safe=_PLAIN) for part in path.split("/")) or "/"


def url_of(path: str, base: str) -> str:
    """The URL of a path on the server of `base`."""
    return origin_of(base) + path


def elsewhere(href: str, base: str) -> str:
    """The URL that a server names for a home of ours: on its own host, or on a sister of it.

    Providers spread homes over hosts (RFC 6764 names them by principal): p01.example.com for
    dav.example.com. Any other host is one that a proxy hides, and stands for the one we talk to.
    """
    try:
        there = urlsplit(urljoin(base, href.strip()))
        host = there.hostname or ""
    except ValueError:
        return url_of(path_of(href, base), base)
    here = split(base).hostname or ""
    if host != here and there.scheme == "https" and _sisters(here, host):
        port = f":{there.port}" if there.port not in (None, 443) else ""
        return f"https://{host}{port}{path_of(href, base)}"
    return url_of(path_of(href, base), base)


def as_folder(path: str) -> str:
    """With a slash at its end, as collections are named."""
    return path if path.endswith("/") else path + "/"


def folder_of(path: str) -> str:
    """The collection that a member is in."""
    return path.rpartition("/")[0] + "/"


def _sisters(one: str, other: str) -> bool:
    parent = one.partition(".")[2]
    return "." in parent and (other == parent or other.endswith("." + parent))
