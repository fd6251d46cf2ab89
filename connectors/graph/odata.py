"""What Graph's URLs and pages are made of (OData; learn.microsoft.com/graph/query-parameters)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

Json = dict[str, Any]
Query = Mapping[str, str]


def path(*parts: str, query: Query | None = None) -> str:
    """A path of segments, of which each may be an id: path("messages", id, "attachments")."""
    return "/".join(quote(part, safe="$=@-_.~()'") for part in parts) + asked(query)


def entries(page: Mapping[str, Any], member: str = "value") -> Iterator[Json]:
    """The objects of a page; what is no object is left out."""
    found = page.get(member)
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield one


def next_link(page: Mapping[str, Any]) -> str:
    """Where a collection goes on, "" where it ends."""
    return str(page.get("@odata.nextLink") or "")


def delta_link(page: Mapping[str, Any]) -> str:
    """Where to ask for what changes from now on: on the last page alone."""
    return str(page.get("@odata.deltaLink") or "")


def asked(query: Query | None) -> str:
    """The part of a URL behind its path, with the question mark."""
    # Microsoft takes a space as %20, and a plus as itself in some places.
    return f"?{urlencode(query, safe='$,()=:/', quote_via=quote)}" if query else ""
