"""What Google's refusals mean for the contract: which remedy, in a sentence for the owner.

By status and reason: `error.errors[].reason` of the older APIs, `google.rpc.ErrorInfo` of the newer
(developers.google.com/gmail/api/guides/handle-errors, cloud.google.com/apis/design/errors).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.errors import (
    Ambiguous,
    ConnectorError,
    CursorExpired,
    Paused,
    Refused,
    SignInNeeded,
    Unavailable,
)

_EXPIRED: Final = frozenset(("fullSyncRequired", "updatedMinTooLongAgo", "EXPIRED_SYNC_TOKEN"))
_TOO_MANY: Final = frozenset(
    ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED",
     "concurrentLimitExceeded", "RESOURCE_EXHAUSTED")
)  # fmt: skip
_TODAY: Final = frozenset(("dailyLimitExceeded", "dailyLimitExceededUnreg"))
_SCOPES: Final = frozenset(("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"))
_SWITCHED_OFF: Final = frozenset(("accessNotConfigured", "SERVICE_DISABLED"))
_ADMIN: Final = frozenset(("domainPolicy", "domainCannotUseApis", "ORG_RESTRICTION_VIOLATION"))
_APIS: Final = {
    "gmail": "Gmail API",
    "calendar": "Google Calendar API",
    "people": "People API",
    "tasks": "Google Tasks API",
    "pubsub": "Cloud Pub/Sub API",
}
_AFTER: Final = re.compile(r"Retry after (\d{4}-[\d-]{5}T[\d:]{8}(?:\.\d{1,6})?Z)", re.IGNORECASE)
_SOON: Final = 120.0  # seconds: it counts by the minute
_PACIFIC: Final = ZoneInfo("America/Los_Angeles")


class Declined(Refused):
    """Google does not do this one thing (400, 403, 409, …): `reason` says why, in its words."""

    def __init__(self, message: str, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class NotThere(Declined):
    """What was asked for is not there, or not any more (404, 410)."""


class Stale(Declined):
    """It changed since the etag that was sent (412)."""


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
    answer: Answered,
    what: str,
    *,
    api: str = "",
    name: str = "",
    write: bool = False,
) -> ConnectorError:
    """The error for an answer that is no success. `what` was asked for: "the calendar Work";
    `name`: of the account, which is to be signed in to.

    Of a `write` that may have been made all the same it is `Ambiguous`.
    """
    status = answer.status
    found = [*reasons_of(answer.body)]
    reasons, reason = {*found}, next(iter(found), "")
    wait = asked_wait(answer)
    if status == 401:
        return signed_out(name)
    if reasons & _EXPIRED:
        return CursorExpired(f"Google no longer knows how far {what} was read")
    if status in (403, 429):
        return _forbidden(answer, reasons, what, api, name)
    if status in (404, 410):
        return NotThere(f"{what} is not there any more", status, reason)
    if status == 412:
        return Stale(f"{what} has changed at Google meanwhile", status, reason)
    if status == 408 or status >= 500:
        if write:
            return Ambiguous(f"Google failed on {what} (HTTP {status}), perhaps too late")
        return Unavailable(f"Google cannot answer for {what} now (HTTP {status})", wait)
    if status >= 400:
        words = f" ({reason})" if reason.isalnum() else ""
        return Declined(f"Google refuses {what}: HTTP {status}{words}", status, reason)
    return Unavailable(
        f"something between us and Google answers in its place (HTTP {status}): check the network"
    )


def _forbidden(
    answer: Answered, reasons: set[str], what: str, api: str, name: str
) -> ConnectorError:
    status, wait = answer.status, asked_wait(answer)
    too_many = status == 429 or bool(reasons & _TOO_MANY)
    if reasons & _TODAY or (too_many and _is_daily(answer.body)):
        wait = rest_of_the_day(answer) if wait is None else wait
        return Unavailable(
            f"the day's quota of the {_of(api)} is used up: it goes on tomorrow", wait
        )
    if too_many:
        words = f"the {_of(api)} asks to be asked less often"
        # As with what we count ourselves, which a restart makes us forget.
        return Unavailable(words, wait) if wait is None or wait > _SOON else Paused(words, wait)
    challenge = answer.headers.get("www-authenticate", "")
    if reasons & _SCOPES or "insufficient_scope" in challenge:
        return SignInNeeded(
            f"the sign-in of {name or 'this account'} does not include {what}: run `syncd login "
            f"{name or 'NAME'}` and leave every box of Google's page ticked"
        )
    if reasons & _SWITCHED_OFF:
        return Refused(
            f"the project of your OAuth client has not switched on the {_of(api)}: enable it in "
            "the Cloud console under APIs & Services, Library (docs/google.md)"
        )
    if reasons & _ADMIN:
        return Refused(
            "the administrator of this Google Workspace does not allow this app: ask for it to be "
            "trusted (Admin console, Security, API controls)"
        )
    reason = next(iter(sorted(reasons)), "")
    return Declined(f"Google forbids access to {what}", status, reason)


def signed_out(name: str) -> SignInNeeded:
    """What to do where a token is no longer good for anything."""
    return SignInNeeded(
        f"Google no longer accepts the sign-in of {name or 'this account'}: run `syncd login "
        f"{name or 'NAME'}` (in Testing mode it ends after seven days, and with a new password)"
    )


def reasons_of(body: bytes) -> Iterator[str]:
    """Google's words for why, the most telling first; none where the body is none of Google's."""
    error = _error_of(body)
    for one in (*_listed(error.get("details")), *_listed(error.get("errors"))):
        if isinstance(reason := one.get("reason"), str):
            yield reason
    if isinstance(status := error.get("status"), str):
        yield status


def _is_daily(body: bytes) -> bool:
    """Whether what is used up is a day's."""
    error = _error_of(body)
    told = [str(error.get("message", ""))]
    for one in _listed(error.get("details")):
        about = one.get("metadata")
        told.append(str(about.get("quota_limit", "")) if isinstance(about, dict) else "")
    text = " ".join(told).lower()
    return "perday" in text or "per day" in text or "daily" in text


def _error_of(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    if isinstance(told, list) and told:
        told = told[0]
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {}


def _listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def asked_wait(answer: Answered) -> float | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3), or what Gmail says in words alone ("Retry
    after 2026-11-23T12:00:00.000Z"); None where there is neither."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    told = date_of(answer.headers.get("date", ""))
    until = date_of(text)
    if until is None and (match := _AFTER.search(str(_error_of(answer.body).get("message", "")))):
        until = _moment(match[1])
    return max(0.0, (until - told).total_seconds()) if until and told else None


def date_of(text: str) -> datetime | None:
    """A date of HTTP, in UTC."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def rest_of_the_day(answer: Answered) -> float | None:
    """Seconds until Google counts anew: at midnight of the Pacific, by its own clock."""
    told = date_of(answer.headers.get("date", ""))
    if told is None:
        return None
    here = told.astimezone(_PACIFIC)
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), _PACIFIC)
    return (midnight - here.astimezone(UTC)).total_seconds()


def _of(api: str) -> str:
    return _APIS.get(api, "Google API")
