"""What an Exchange server's refusals mean for the contract: which remedy, in a sentence for the
owner.

By the code of EWS (ResponseCodeType of messages.xsd; learn.microsoft.com/exchange/client-developer/
web-service-reference/responsecode), which is also the name of exchangelib's exception; else by the
status of HTTP. Nothing of exchangelib is loaded for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectors.errors import (
    Ambiguous,
    ConnectorError,
    CursorExpired,
    Paused,
    Refused,
    SignInNeeded,
    Unavailable,
)

_SOON: Final = 120.0  # seconds: so long a pause is part of a reading
_LONGEST_WAIT: Final = 86_400.0

_BUSY: Final = frozenset(
    ("ErrorServerBusy", "RateLimitError", "ErrorExceededConnectionCount",
     "ErrorExceededFindCountLimit", "ErrorExceededSubscriptionCount", "ErrorTooManyObjectsOpened",
     "ErrorInsufficientResources", "ErrorNotEnoughMemory", "ErrorExceededMessageLimit")
)  # fmt: skip
_PASSWORD: Final = frozenset(("ErrorPasswordExpired", "ErrorPasswordChangeRequired"))
_DISABLED: Final = frozenset(("ErrorAccountDisabled", "ErrorAccountSuspend"))
_MOVING: Final = frozenset(("ErrorMailboxMoveInProgress", "ErrorMailboxFailover"))
MOVED: Final = frozenset(
    ("ErrorNonExistentMailbox", "ErrorCrossSiteRequest", "ErrorWrongServerVersion",
     "ErrorProxyRequestNotAllowed", "ErrorNoApplicableProxyCASServersAvailable",
     "ErrorMissingExchangePrincipal")
)  # fmt: skip
_STALE_STATE: Final = frozenset(("ErrorInvalidSyncStateData",))
_NOT_THERE: Final = frozenset(
    ("ErrorItemNotFound", "ErrorFolderNotFound", "ErrorSyncFolderNotFound",
     "ErrorParentFolderNotFound", "ErrorToFolderNotFound", "ErrorSavedItemFolderNotFound",
     "ErrorInvalidId", "ErrorInvalidIdMalformed", "ErrorInvalidIdEmpty", "ErrorInvalidFolderId",
     "ErrorCannotDeleteObject", "ErrorArchiveMailboxNotEnabled", "ErrorObjectTypeChanged",
     "ErrorCalendarOccurrenceIsDeletedFromRecurrence", "ErrorManagedFolderNotFound")
)  # fmt: skip
_CHANGED: Final = frozenset(
    ("ErrorIrresolvableConflict", "ErrorStaleObject", "ErrorInvalidChangeKey",
     "ErrorChangeKeyRequired", "ErrorChangeKeyRequiredForWriteOperations")
)  # fmt: skip
_FORBIDDEN: Final = frozenset(
    ("ErrorAccessDenied", "ErrorCreateItemAccessDenied", "ErrorCreateSubfolderAccessDenied",
     "ErrorImpersonateUserDenied", "ErrorImpersonationDenied", "ErrorImpersonationFailed",
     "ErrorSubscriptionAccessDenied", "ErrorNotDelegate", "ErrorAccessDeniedDueToCompliance",
     "ErrorDistinguishedUserNotSupported", "ErrorInvalidUserInfo")
)  # fmt: skip
_FULL: Final = frozenset(
    ("ErrorQuotaExceeded", "ErrorSubmissionQuotaExceeded",
     "ErrorMessagePerFolderCountReceiveQuotaExceeded")
)  # fmt: skip
_OLD: Final = frozenset(
    ("ErrorInvalidServerVersion", "ErrorIncorrectSchemaVersion", "NotImplementedError",
     "ErrorInvalidSchemaVersionForMailboxVersion", "InvalidVersion")
)  # fmt: skip
# What a server says after it may have begun.
_PERHAPS: Final = frozenset(
    ("ErrorInternalServerError", "ErrorInternalServerTransientError", "ErrorTimeoutExpired",
     "ErrorRequestAborted", "ErrorConnectionFailed", "ErrorProxyCallFailed",
     "ErrorClientDisconnected")
)  # fmt: skip
_PASSING: Final = _PERHAPS | frozenset(
    ("ErrorMailboxStoreUnavailable", "ErrorADUnavailable", "ErrorADOperation",
     "ErrorADSessionFilter", "ErrorServiceUnavailable", "ErrorNoRespondingCASInDestinationSite",
     "ErrorProxyRequestProcessingFailed", "ErrorProxyServiceDiscoveryFailed",
     "ErrorProxyTokenExpired", "ErrorProxyGroupSidLimitExceeded", "ErrorMailboxLogonFailed",
     "ErrorMailboxConfiguration", "ErrorServiceDiscoveryFailed", "ErrorCallerIsInvalidADAccount",
     "ErrorDataSourceOperation", "ErrorFolderPropertRequestFailed", "ErrorReadEventsFailed",
     "ErrorLocalServerObjectNotFound", "ErrorWebRequestInInvalidState", "ErrorAutoDiscoverFailed")
)  # fmt: skip
# What is said of a field that is not known, by whoever does not leave it out.
UNKNOWN_FIELD: Final = frozenset(
    ("ErrorInvalidPropertyRequest", "ErrorInvalidExtendedProperty", "ErrorUnsupportedPathForGet",
     "ErrorSchemaValidation", "ErrorInvalidRequest")
)  # fmt: skip
# Errors of exchangelib itself for answers that it cannot read.
_UNREADABLE: Final = frozenset(
    ("SOAPError", "MalformedResponseError", "TransportError", "ResponseMessageError", "EWSError")
)
_ONLINE: Final = (".office365.com", ".outlook.com", ".office.com", ".microsoftonline.com",
                  ".partner.outlook.cn", ".office365.us")  # fmt: skip


class Declined(Refused):
    """The server does not do this one thing: `code` says why, in its words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Blocked(Refused):
    """Exchange Online lets nobody in by EWS."""


class NotThere(Declined):
    """What was asked for is not there, or not any more."""


class Stale(Declined):
    """It changed since the change key that was sent."""


class Broken(Unavailable):
    """An answer did not come, or cannot be read; it may be what was asked for that is in the way.
    Nothing that was to be written was."""


class Skipped(Broken):
    """The server stopped at something before it, and did not get to this."""


class Lost(Exception):
    """The answer did not come, or not whole: what was asked may have been done."""


class Answered(Exception):
    """An answer of HTTP that is none of EWS, as it came. `headers`: names in lower case; `body`:
    its beginning."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, url: str) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url


def is_online(host: str) -> bool:
    """Whether it is Exchange Online, of Microsoft 365."""
    return f".{host.lower()}".endswith(_ONLINE)


def code_of(error: BaseException) -> str:
    """The code of EWS that an error of exchangelib stands for; "" for others."""
    names = [kind.__name__ for kind in type(error).__mro__]
    return names[0] if names[0].startswith("Error") else ""


def of(error: Exception, what: str, host: str, *, write: bool = False) -> ConnectorError:
    """The error of the contract for whatever exchangelib, or what is below it, raised. `what` was
    asked for: "the folder Inbox". Of a `write` that may have been made all the same it is
    `Ambiguous`."""
    if isinstance(error, ConnectorError):
        return error
    if isinstance(error, Answered):
        return of_answer(error, what, host, write=write)
    if isinstance(error, Lost):
        if write:
            return Ambiguous(f"{error}: {what} may have been written all the same")
        return Broken(f"{host}: {error} ({what}); it is asked again")
    name = type(error).__name__
    if name.startswith("Error") or name in _BUSY | _OLD:
        return of_code(name, what, host, wait=_wait_of(error), write=write)
    names = {kind.__name__ for kind in type(error).__mro__}
    if "RateLimitError" in names:
        return of_code("RateLimitError", what, host, wait=_wait_of(error), write=write)
    # What is left is an answer that cannot be read: exchangelib goes by what servers usually say.
    if write:
        return Ambiguous(
            f"what {host} says of {what} cannot be understood: look whether it is done"
        )
    kind = "" if names & _UNREADABLE else f" ({name})"
    return Broken(
        f"{host} answers for {what} what is no EWS{kind}: check `url:`, and whether something "
        "stands between"
    )


def of_code(
    code: str, what: str, host: str, *, wait: float | None = None, write: bool = False
) -> ConnectorError:
    """The error for a response code. `wait`: the back-off that came with it, in seconds."""
    if code in _BUSY:
        return busy(host, wait)
    if code in _PASSWORD:
        return SignInNeeded(
            f"the password for {host} has expired: set a new one (Outlook on the web, or ask your "
            "administrator), then set it anew for this account"
        )
    if code in _DISABLED:
        return SignInNeeded(f"this account is disabled at {host}: ask its administrator")
    if code in _STALE_STATE:
        return CursorExpired(f"{host} no longer knows how far {what} was read")
    if code in _MOVING:
        return Unavailable(f"the mailbox is being moved to another server: {host} is asked again")
    if code in MOVED:
        return Unavailable(
            f"{host} has no such mailbox: check `login:`; if it was moved, name its new server in "
            "`host:`, or for Microsoft 365 use `kind: graph`"
        )
    if code == "ErrorNonPrimarySmtpAddress":
        return Refused("`login:` is a second address of the mailbox: set its primary one")
    if code == "ErrorOrganizationAccessBlocked":
        return blocked(host)
    if code in _NOT_THERE:
        return NotThere(f"{what} is not there any more", code)
    if code in _CHANGED:
        return Stale(f"{what} has changed at {host} meanwhile", code)
    if code in _FORBIDDEN:
        return Declined(f"{host} forbids access to {what}: ask for the right to it", code)
    if code in _FULL:
        return Declined(f"no space is left at {host} for {what}: free some there", code)
    if code in _OLD:
        return Refused(
            f"{host} is too old for {what}: Exchange 2013 SP1 or later is needed; read its mail by "
            "`kind: imap`"
        )
    if code == "ErrorBatchProcessingStopped":
        return Skipped(f"{host} did not get to {what}: it is asked again")
    if code in _PASSING:
        if write and code in _PERHAPS:
            return Ambiguous(f"{host} failed on {what} ({code}), perhaps too late")
        if code in _PERHAPS:
            return Broken(f"{host} cannot answer for {what} now ({code})", wait)
        return Unavailable(f"{host} cannot answer for {what} now ({code})", wait)
    return Declined(f"{host} refuses {what}: {code}", code)


def of_answer(answer: Answered, what: str, host: str, *, write: bool = False) -> ConnectorError:
    """The error for an answer that is none of EWS; a 401 and a redirect are the caller's."""
    status = answer.status
    if status in (429, 503) or (status == 500 and "retry-after" in answer.headers):
        return busy(host, retry_after(answer))
    if status in (401, 403, 404, 405, 410, 456) and is_online(host):
        return blocked(host)
    if b"server version is invalid" in answer.body:
        return of_code("ErrorInvalidServerVersion", what, host)
    if status == 403:
        return Refused(
            f"{host} forbids EWS to this login: ask its administrator to allow it (Set-CASMailbox "
            "-EwsEnabled $true, and the EWS application policy)"
        )
    if status in (404, 405, 410):
        return Unavailable(
            f"there is no EWS at {answer.url} (HTTP {status}): check `url:`, which usually ends in "
            "/EWS/Exchange.asmx"
        )
    if status == 413:
        return Declined(f"{what} is too large for {host}", "ErrorMessageSizeExceeded")
    if status == 408 or status >= 500:
        if write:
            return Ambiguous(f"{host} failed on {what} (HTTP {status}), perhaps too late")
        return Broken(f"{host} cannot answer for {what} now (HTTP {status})")
    if status == 200 or 300 <= status < 400 or status in (440, 451):
        return Unavailable(
            f"{host} shows a web page where EWS should be: check `url:` (/EWS/Exchange.asmx); if a "
            "sign-in page stands before it, ask for EWS to be let through, or for a token"
        )
    return Unavailable(f"{host} refuses EWS (HTTP {status}): check `url:`, and ask who runs it")


def busy(host: str, wait: float | None) -> Unavailable:
    """The error for a server that wants to be asked less often: after `wait` seconds."""
    words = f"{host} asks to be asked less often"
    if wait is None or wait <= 0:
        return Unavailable(words)
    wait = min(wait, _LONGEST_WAIT)
    return Paused(words, wait) if wait <= _SOON else Unavailable(words, wait)


def blocked(host: str) -> Blocked:
    """The error for Exchange Online, which no longer lets anybody in by EWS."""
    return Blocked(
        f"{host} (Microsoft 365) does not let this account in by EWS, which is being switched off "
        "there: use `kind: graph`"
    )


def retry_after(answer: Answered) -> float | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3); None where there is none."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    from connectors.exchange.http import date_of  # it is loaded: somebody has answered

    until, told = date_of(text), date_of(answer.headers.get("date", ""))
    return max(0.0, (until - told).total_seconds()) if until and told else None


def _wait_of(error: Any) -> float | None:
    """The seconds that exchangelib has read out of an answer."""
    for name in ("back_off", "wait"):
        found = getattr(error, name, None)
        if isinstance(found, int | float) and not isinstance(found, bool):
            return float(found)
    return None
