"""Signing in: by what the server offers, or what the owner has chosen. Loaded with the first call.

password    Digest, NTLM or Basic, whatever the server offers first in this order
basic, ntlm, kerberos, bearer    that and nothing else
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from exchangelib.errors import UnauthorizedError
from exchangelib.transport import (
    AUTH_TYPE_MAP,
    BASIC,
    DIGEST,
    GSSAPI,
    NOAUTH,
    NTLM,
    OAUTH2,
    get_auth_method_from_response,
)

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.exchange.errors import Answered, blocked, is_online, of_answer
from connectors.exchange.http import CONNECT_SECONDS, READ_SECONDS, Adapter
from connectors.exchange.wire import raw_session

if TYPE_CHECKING:
    from connectors.exchange.session import Server

NOBODY: Final = NOAUTH  # the server asks nobody who they are
_KINDS: Final = {"basic": BASIC, "ntlm": NTLM, "kerberos": GSSAPI, "bearer": OAUTH2}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_TOKEN: Final = re.compile(r"[!-~]+")
_SIGNED: Final = frozenset((BASIC, DIGEST, NTLM))
_QUESTION: Final = (
    b'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/'
    b'envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http:'
    b'//schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion '
    b'Version="Exchange2013_SP1"/></s:Header><s:Body><m:GetFolder><m:FolderShape><t:BaseShape>'
    b'IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/>'
    b"</m:FolderIds></m:GetFolder></s:Body></s:Envelope>"
)


class Bearer:
    """Signs requests with a token (RFC 6750)."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: Any) -> Any:
        """See requests."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def kind_of(server: Server, url: str, adapter: Adapter) -> str:
    """How to sign in there; where that is left to the server, it is asked by somebody whom it does
    not know. Raises the errors of the contract, and `Answered` for a redirect."""
    if server.auth != "password":
        kind = _KINDS[server.auth]
        if kind not in AUTH_TYPE_MAP:
            raise Refused(
                "`auth: kerberos` takes the package requests-gssapi: `pip install "
                "'exchangelib[kerberos]'`, or set another `auth:`"
            )
        return str(kind)
    with raw_session(url, adapter) as session:
        answer = session.post(
            url,
            data=_QUESTION,
            allow_redirects=False,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
    page = "html" in answer.headers.get("content-type", "").lower()
    if answer.status_code not in (200, 401) or (page and answer.status_code == 200):
        headers = {name.lower(): value for name, value in answer.headers.items()}
        found = Answered(answer.status_code, headers, answer.content[:4096], url)
        if 300 <= answer.status_code < 400 or answer.status_code == 451:
            raise found
        raise of_answer(found, "a sign-in", server.shown(url))
    # By it exchangelib would show the password as a token, whatever else is offered.
    answer.headers.pop("ms-diagnostics-public", None)
    try:
        return str(get_auth_method_from_response(answer))
    except UnauthorizedError as error:
        if is_online(server.shown(url)):
            raise blocked(server.shown(url)) from error
        offered = answer.headers.get("www-authenticate", "")
        if "negotiate" in offered.lower():
            raise Refused(
                f"{server.shown(url)} takes Kerberos only: set `auth: kerberos`"
            ) from error
        if "bearer" in offered.lower():
            raise Refused(f"{server.shown(url)} takes tokens only: set `auth: bearer`") from error
        raise Refused(
            f"{server.shown(url)} offers no way to sign in that is known here: set `auth:` (basic, "
            "ntlm, kerberos or bearer) as its administrator says"
        ) from error


def shows_secret(kind: str) -> bool:
    """Whether a secret is shown for it."""
    return kind in _SIGNED or kind == OAUTH2


def signer(kind: str, user: str, secret: str) -> Any:
    """What requests signs by; None for nothing."""
    if kind == OAUTH2:
        return Bearer(secret.strip())
    if kind == BASIC:
        return AUTH_TYPE_MAP[BASIC](user.encode(), secret.encode())
    if kind == NTLM and user.count("@") == 1 and "\\" not in user:
        user = "\\" + user  # else it would be taken for a name without a domain
    if kind in _SIGNED:
        return AUTH_TYPE_MAP[kind](user, secret)
    if kind == GSSAPI:
        return AUTH_TYPE_MAP[GSSAPI]()
    return None


def no_entry(server: Server, host: str, secret: str, error: Answered) -> ConnectorError:
    """What is wrong where a 401 is the last word; whoever has the secret is told."""
    user = server.user or server.login
    what = "access token" if server.auth == "bearer" else "password"
    words = (
        f"{host} refuses {user}: check `user:` (DOMAIN\\name, or the address), and set the {what} "
        "anew if it has changed or expired"
    )
    if "passwordexpired" in error.headers.get("x-owa-error", "").lower():
        words = (
            f"the password of {user} has expired at {host}: set a new one (Outlook on the web, or "
            "ask your administrator), then set it anew for this account"
        )
    if server.refused(secret, words):
        return SignInNeeded(words)
    return Unavailable(
        f"{host} refuses a sign-in that it accepted before; it is tried once more in some minutes"
    )


def check(server: Server, secret: str) -> None:
    """Raise `SignInNeeded` for what can be no secret; http.client would quote it in its error."""
    bearer = server.auth == "bearer"
    good = _TOKEN.fullmatch(secret.strip()) if bearer else not _CONTROL.search(secret)
    if not good:
        what = "access token" if bearer else "password"
        words = f"the {what} holds characters that none can have: correct it where it is kept"
        server.refused(secret, words)
        raise SignInNeeded(words)
