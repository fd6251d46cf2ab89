"""A support module: tokens that a client cannot read, for pages and for what changed since."""

from __future__ import annotations

import base64
import itertools
import json
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fakes.google.call import Refused

if TYPE_CHECKING:
    from fakes.google.documents import Json

T = TypeVar("T")


def token(about: Json) -> str:
    """Opaque, and safe in a URL."""
    return base64.urlsafe_b64encode(json.dumps(about).encode()).decode().rstrip("=")


def read(text: str, kind: str) -> Any:
    """What `token` made, None where it is not one of that kind."""
    try:
        about = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
    return about if isinstance(about, dict) and about.get("kind") == kind else None


# Listings of which further pages may be asked for, by number.
_listings: OrderedDict[int, tuple[Any, ...]] = OrderedDict()
_KEPT: Final = 64
_numbers = itertools.count(1)


def page(
    items: Sequence[T], kind: str, given: str | None, size: int, same: Json | None = None
) -> tuple[list[T], str | None]:
    """One page of `items`, and the token of the next. What further pages have was settled with the
    first. `same`: what has to be the same in all requests for one listing."""
    number, start = next(_numbers), 0
    if given is not None:
        about = read(given, kind)
        if about is None or about["same"] != (same or {}) or about["listing"] not in _listings:
            raise Refused(400, "invalid", "Invalid page token value.", location="pageToken")
        number, start = about["listing"], about["at"]
        items = _listings[number]
    end = start + size
    if end >= len(items):
        return list(items[start:]), None
    _listings[number] = tuple(items)
    if len(_listings) > _KEPT:
        _listings.popitem(last=False)
    more = {"kind": kind, "listing": number, "at": end, "same": same or {}}
    return list(items[start:end]), token(more)


def instant(at: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def moment(text: str) -> datetime:
    """The other way round; what has no offset is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _no_moment(text) from None
    if at.tzinfo is None:
        raise _no_moment(text)
    return at


def _no_moment(text: str) -> Refused:
    return Refused(400, "badRequest", f"Invalid value for: Invalid format: {text!r}")
