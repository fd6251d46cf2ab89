"""What Graph's refusals mean for the contract: which remedy, in a sentence for the owner.

By status and `error.code` (learn.microsoft.com/graph/errors), which for Outlook is the code of EWS:
"ErrorItemNotFound". There may be more inside, in `innerError`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

from connectors.errors import (
    Ambiguous,
    ConnectorError,
    CursorExpired,
    Paused,
    Refused,
    SignInNeeded,
    Unavailable,
)

_EXPIRED: Final = frozenset(
    ("syncstatenotfound", "resyncrequired", "syncstateinvalid", "errorinvalidsyncstatedata",
     "resyncchangesapplydifferences", "resyncchangesuploaddifferences")
)  # fmt: skip
_NO_MAILBOX: Final = frozenset(
    ("mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi",
     "mailboxnothostedinexchangeonline", "restapinotsupported")
)  # fmt: skip
_NOBODY: Final = frozenset(
    ("request_resourcenotfound", "errorinvaliduser", "errornonexistentmailbox", "resourcenotfound")
)
_MOVING: Final = frozenset(("errormailboxmoveinprogress", "errormailboxstoreunavailable"))
_STALE: Final = frozenset(("errorirresolvableconflict", "errorstaleobject"))
_FULL: Final = frozenset(("errorquotaexceeded", "quotalimitreached"))
_SOON: Final = 120.0  # seconds
_A_WHILE: Final = 60.0  # where it does not say how long
_CROWDED: Final = 10.0  # where too many were asked at once
_INNER: Final = 5


class Need(NamedTuple):
    """What a request takes. `right`: of Graph, "Mail.Read"; `login`: of the mailbox; `alone`:
    nobody signed in, the application acts by itself."""

    right: str = ""
    login: str = ""
    alone: bool = False


_NO_NEED: Final = Need()


class Declined(Refused):
    """Graph does not do this one thing (400, 403, 409, …): `reason` says why, in its words."""

    def __init__(self, message: str, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class NotThere(Declined):
    """What was asked for is not there, or not any more (404)."""


class Stale(Declined):
    """It changed since the etag that was sent (409, 412)."""


class Lost(Exception):
    """The answer did not come, or not whole: what was asked may have been done."""


class Answered(Exception):
    """An answer that is no success, as it came. `headers`: names in lower case."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.body = body


def of_answer(
    answer: Answered, what: str, *, need: Need = _NO_NEED, name: str = "", write: bool = False
) -> ConnectorError:
    """The error for an answer that is no success. `what` was asked for: "the calendar Work";
    `name`: of the account, which is to be signed in to.

    Of a `write` that may have been made all the same it is `Ambiguous`.
    """
    status = answer.status
    found = [*codes_of(answer.body)]
    codes, code = {one.lower() for one in found}, next(iter(found), "")
    wait = asked_wait(answer)
    if status == 401:
        return signed_out(name, alone=need.alone)
    if codes & _EXPIRED or (status == 410 and not write):
        return CursorExpired(f"Microsoft no longer knows how far {what} was read")
    if codes & _NO_MAILBOX:
        return Refused(
            f"{need.login or 'this account'} has no mailbox in Microsoft 365 that can be read: it "
            "is on a server of its own (use `kind: exchange`), not licensed, or not set up yet"
        )
    if codes & _MOVING:
        return Unavailable("Microsoft is moving the mailbox: it is asked again", wait)
    if codes & _FULL or status == 507:
        return Refused(f"the mailbox is full: {what} cannot be written until there is room in it")
    if status == 429:
        words = "Microsoft 365 asks to be asked less often"
        if wait is not None:
            return Unavailable(words, wait) if wait > _SOON else Paused(words, wait)
        crowded = any("concurrency" in one for one in (*codes, message_of(answer.body).lower()))
        return Paused(words, _CROWDED if crowded else _A_WHILE)
    if status == 403:
        return _forbidden(answer, what, code, need)
    if status in (404, 410):
        return _absent(codes, what, code, need, status)
    if status == 412 or codes & _STALE:
        return Stale(f"{what} has changed at Microsoft meanwhile", status, code)
    if status == 408 or status >= 500:
        if write and status != 503:  # that is said by who did not begin
            return Ambiguous(f"Microsoft failed on {what} (HTTP {status}), perhaps too late")
        return Unavailable(f"Microsoft cannot answer for {what} now (HTTP {status})", wait)
    if status >= 400:
        words = f" ({code})" if code.replace("_", "").isalnum() else ""
        return Declined(f"Microsoft refuses {what}: HTTP {status}{words}", status, code)
    return Unavailable(
        f"something between us and Microsoft answers in its place (HTTP {status}): check the "
        "network"
    )


def _forbidden(answer: Answered, what: str, code: str, need: Need) -> ConnectorError:
    text = message_of(answer.body).lower()
    if "accesspolicy" in text.replace(" ", "") or "[raop]" in text:
        return Refused(
            f"the application access policy of this organisation leaves out {need.login}: an "
            "administrator has to add it (docs/microsoft.md)"
        )
    if need.right:
        kind = "application" if need.alone else "delegated"
        return Declined(
            f"Microsoft forbids access to {what}: an administrator has to grant this app the "
            f"{kind} permission {need.right} (docs/microsoft.md)",
            answer.status,
            code,
        )
    return Declined(f"Microsoft forbids access to {what}", answer.status, code)


def _absent(codes: set[str], what: str, code: str, need: Need, status: int) -> ConnectorError:
    if need.alone and codes & _NOBODY:
        return Refused(
            f"there is nobody called {need.login} in this organisation: correct `login:` or "
            "`tenant:`"
        )
    return NotThere(f"{what} is not there any more", status, code)


def signed_out(name: str, *, alone: bool = False) -> SignInNeeded:
    """What to do where a token is no longer good for anything."""
    if alone:
        return SignInNeeded(
            "Microsoft does not let this application in: look whether it still has its permissions "
            "and an administrator's consent (docs/microsoft.md)"
        )
    return SignInNeeded(
        f"Microsoft no longer accepts the sign-in of {name or 'this account'}: run `syncd login "
        f"{name or 'NAME'}`"
    )


def codes_of(body: bytes) -> Iterator[str]:
    """Microsoft's words for why, the most telling first; none where the body is none of its."""
    error: Any = _error_of(body)
    found: list[str] = []
    for _ in range(_INNER):
        if not isinstance(error, dict):
            break
        if isinstance(code := error.get("code"), str) and code:
            found.append(code)
        error = error.get("innerError") or error.get("innererror")
    yield from found


def message_of(body: bytes) -> str:
    """What the answer says in words. It may name anything: not for the owner."""
    message = _error_of(body).get("message")
    return message if isinstance(message, str) else ""


def _error_of(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {}


def asked_wait(answer: Answered) -> float | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3); None where there is none."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    told, until = date_of(answer.headers.get("date", "")), date_of(text)
    return max(0.0, (until - told).total_seconds()) if until and told else None


def date_of(text: str) -> datetime | None:
    """A date of HTTP, in UTC."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
