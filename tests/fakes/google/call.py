"""A support module: what goes in and out of the fake, and errors as Google words them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fakes.google.account import Account
    from fakes.google.documents import Json

_NAMES: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_OAUTH: Final = {"backendError": "internal_failure", "rateLimitExceeded": "rate_limit_exceeded"}


@dataclass(frozen=True)
class Request:
    """As it came. `path`: quoted, without the query."""

    verb: str
    path: str
    query: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass
class Reply:
    """What goes out. `sent`: how many bytes of the body really do; None: all. `cut`: nothing at all
    goes out, the connection ends. `pace` is called before each byte of the body, with its place and
    how many there are; None: all goes out at once."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None
    cut: bool = False
    pace: Callable[[int, int], None] | None = None


@dataclass(frozen=True)
class Call:
    """One call of one method, checked, and of whom."""

    method: str  # its id
    parameters: Mapping[str, Any]
    body: Json
    account: Account
    scopes: frozenset[str]
    headers: Mapping[str, str]

    def asked(self, name: str) -> Any:
        """A parameter, None where it is neither given nor has a default."""
        return self.parameters.get(name)


class Refused(Exception):
    """An error of an API. `reason` is that of the older APIs (`errors[0].reason`), `info` that of
    the newer ones (google.rpc.ErrorInfo), `name` the canonical one if the status does not tell it.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        info: str = "",
        name: str = "",
        location: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status, self.reason, self.message, self.domain = status, reason, message, domain
        self.info = info
        self.name = name or _NAMES.get(status, "")
        self.location = location
        self.headers = dict(headers or {})

    def reply(self, api: str) -> Reply:
        """In the words of that API: Calendar knows no canonical names, People and Pub/Sub no list
        of errors, Gmail and Tasks both; OAuth has its own (RFC 6749, 5.2)."""
        if api == "oauth":
            about = {"error": _OAUTH.get(self.reason, self.reason)}
            about["error_description"] = self.message
            return json_reply(about, self.status, self.headers)
        error: Json = {"code": self.status, "message": self.message}
        if api not in {"people", "pubsub"}:
            one = {"message": self.message, "domain": self.domain, "reason": self.reason}
            if self.location:
                header = self.location == "Authorization"
                one["location"] = self.location
                one["locationType"] = "header" if header else "parameter"
            error["errors"] = [one]
        if api != "calendar":
            if self.name:
                error["status"] = self.name
            if self.info:
                kind = "type.googleapis.com/google.rpc.ErrorInfo"
                about = {"service": f"{api}.googleapis.com"}
                told = {"@type": kind, "reason": self.info, "domain": "googleapis.com"}
                error["details"] = [{**told, "metadata": about}]
        return json_reply({"error": error}, self.status, self.headers)


def json_reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON."""
    kind = {"Content-Type": "application/json; charset=UTF-8"}
    return Reply(status, json.dumps(body, ensure_ascii=False).encode(), {**kind, **(headers or {})})


def not_found(message: str = "Requested entity was not found.") -> Refused:
    """404."""
    return Refused(404, "notFound", message)


def invalid(message: str, location: str = "", reason: str = "invalidArgument") -> Refused:
    """400."""
    return Refused(400, reason, message, location=location)
