"""A support module: what goes in and out of the fake, and errors as Microsoft Graph words them."""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fakes.google.call import Reply, Request

if TYPE_CHECKING:
    from fakes.graph.account import Account
    from fakes.graph.tokens import Token
    from fakes.graph.whims import Whims

__all__ = ["Answer", "Call", "Json", "Refused", "Reply", "Request", "Undocumented", "json_reply"]

Json = dict[str, Any]

_KIND: Final = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)


@dataclass(frozen=True)
class Call:
    """One call of one method, checked, and of whom.

    `path`: what the address says, by the names in braces. `options`: what its query says. `root`:
    the address of the mailbox, as it was asked for (".../v1.0/me")."""

    method: str
    path: Mapping[str, str]
    options: Mapping[str, str]
    body: Json
    account: Account
    token: Token
    headers: Mapping[str, str]
    prefer: Mapping[str, str]
    root: str
    url: str  # of this call, without its query
    whims: Whims
    raw: bytes = b""

    @property
    def immutable(self) -> bool:
        """Whether ids are to be those that no move changes."""
        return self.prefer.get("idtype") == "ImmutableId"

    @property
    def most(self) -> int | None:
        """odata.maxpagesize, or $top."""
        given = self.prefer.get("odata.maxpagesize") or self.options.get("$top")
        if given is None:
            return None
        if not given.isdigit() or not int(given):
            raise Refused(400, "ErrorInvalidUrlQueryFilter", f"{given!r} is no size of a page.")
        return int(given)


class Refused(Exception):
    """An error of Graph: `code` as in its body."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})

    def reply(self) -> Reply:
        """In the words of Graph."""
        number = str(uuid.UUID(int=zlib.crc32(f"{self.code}{self.message}".encode()) << 64))
        inner = {"date": "2026-11-02T09:00:00", "request-id": number, "client-request-id": number}
        told = {"code": self.code, "message": self.message, "innerError": inner}
        return json_reply({"error": told}, self.status, self.headers)


class Undocumented(Refused):
    """What no client of ours may do; kept in `wrong`."""


@dataclass
class Answer:
    """What a method answers if it is not just an entity with the usual status.

    `expanded`: names of navigation properties that the entities in it carry."""

    body: Json | bytes | None
    expanded: frozenset[str] = frozenset()
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON."""
    kind = {"Content-Type": _KIND}
    return Reply(status, json.dumps(body, ensure_ascii=False).encode(), {**kind, **(headers or {})})


def not_found(message: str = "The specified object was not found in the store.") -> Refused:
    """404, in the words of Exchange."""
    return Refused(404, "ErrorItemNotFound", message)
