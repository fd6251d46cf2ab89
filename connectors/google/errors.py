"""What Google's refusals mean for the contract: which remedy, in a sentence for the owner.

By status and reason: `error.errors[].reason` of the older APIs, `google.rpc.ErrorInfo` of the newer
(developers.google.com/gmail/api/guides/handle-errors, cloud.google.com/apis/design/errors).
"""

from __future__ import annotations

from typing import Final

from connectors.errors import (
    Ambiguous,
    ConnectorError,
    CursorExpired,
    Paused,
    Refused,
    SignInNeeded,
    Unavailable,
)
from connectors.google.answers import (
    Answered,
    asked_wait,
    is_daily,
    reasons_of,
    rest_of_the_day,
    words_of,
)
from connectors.google.quota import ADVICE

_EXPIRED: Final = frozenset(("fullSyncRequired", "updatedMinTooLongAgo", "EXPIRED_SYNC_TOKEN"))
_TOO_MANY: Final = frozenset(
    ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED",
     "concurrentLimitExceeded", "RESOURCE_EXHAUSTED")
)  # fmt: skip
_AT_ONCE: Final = frozenset(("concurrentLimitExceeded",))
_LONGER: Final = frozenset(("quotaExceeded",))
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
_SOON: Final = 120.0  # seconds: it counts by the minute
_MINUTE: Final = 60.0  # what it counts over, where it does not say when to come again
_MOMENT: Final = 10.0  # until others of the same user have been answered
_NO_GMAIL: Final = "mail service not enabled"


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


class Crowded(Paused):
    """Too many were asked for at the same time, whatever there is left of the quota: fewer may be
    asked for at once."""


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
    if status == 400 and api == "gmail" and _NO_GMAIL in words_of(answer.body):
        return Refused(
            "this Google account has no Gmail: say `mail: false` in its entry, or have its "
            "administrator switch Gmail on"
        )
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
    if reasons & _TODAY or (too_many and is_daily(answer.body)):
        wait = rest_of_the_day(answer) if wait is None else wait
        return Unavailable(
            f"the day's quota of the {_of(api)} is used up: it goes on tomorrow", wait
        )
    if too_many:
        return _too_many(answer, reasons, f"the {_of(api)} asks to be asked less often")
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


def _too_many(answer: Answered, reasons: set[str], words: str) -> ConnectorError:
    """As with what we count ourselves, which a restart makes us forget. Most refusals name no time:
    what Google counts is over a minute then."""
    wait, told = asked_wait(answer), words_of(answer.body)
    if wait is None and (reasons & _AT_ONCE or "concurrent" in told):
        return Crowded(words, _MOMENT, ADVICE)
    if wait is None and reasons & _LONGER and "per minute" not in told:
        return Unavailable(words)
    wait = _MINUTE if wait is None else wait
    return Unavailable(words, wait) if wait > _SOON else Paused(words, wait, ADVICE)


def signed_out(name: str) -> SignInNeeded:
    """What to do where a token is no longer good for anything."""
    return SignInNeeded(
        f"Google no longer accepts the sign-in of {name or 'this account'}: run `syncd login "
        f"{name or 'NAME'}` (in Testing mode it ends after seven days, and with a new password)"
    )


def _of(api: str) -> str:
    return _APIS.get(api, "Google API")
