"""What a sign-in leaves, and what Google's token endpoint makes of it.

One POST each (RFC 6749 section 6, RFC 7009). google-auth would do it as well, but it sleeps and
tries again by itself, and loses what Retry-After says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.google.answers import Answered, Lost, asked_wait
from connectors.google.errors import signed_out
from connectors.hosts import is_loopback

TOKENS: Final = "https://oauth2.googleapis.com/token"
REVOKE: Final = "https://oauth2.googleapis.com/revoke"
_EARLY: Final = 120.0  # seconds before its end a token is no longer used
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in left: the form in which Google's tools keep it ("authorized_user")."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    token_uri: str = TOKENS
    scopes: tuple[str, ...] = ()  # granted; () where that is not known
    account: str = ""
    lasts: float | None = field(default=None, compare=False)  # seconds; not kept

    def to_text(self) -> str:
        """As it is kept."""
        told = {
            "type": "authorized_user",
            "account": self.account,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "scopes": list(self.scopes),
            "token_uri": self.token_uri,
        }
        return json.dumps(told, indent=1) + "\n"

    @classmethod
    def of_text(cls, text: str) -> Grant:
        """What was kept. Raises ValueError for anything else."""
        told = json.loads(text)
        if not isinstance(told, dict) or told.get("type", "authorized_user") != "authorized_user":
            raise ValueError("no sign-in")
        client, secret, refresh = (
            told.get(name) for name in ("client_id", "client_secret", "refresh_token")
        )
        for one in (client, secret, refresh):
            if not isinstance(one, str) or not one:
                raise ValueError("no sign-in")
        scopes = told.get("scopes") or ()
        return cls(
            str(client),
            str(secret),
            str(refresh),
            googles(str(told.get("token_uri") or TOKENS)),
            tuple(str(one) for one in scopes),
            str(told.get("account") or ""),
        )


def same_login(one: str, other: str) -> bool:
    """Whether two addresses are one Google account's, as far as they tell."""
    return _plain(one) == _plain(other)


def _plain(login: str) -> str:
    local, _, domain = login.strip().lower().rpartition("@")
    if domain in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def lasting(told: Mapping[str, Any]) -> float:
    """Seconds for which a token that was given just now is used."""
    seconds = told.get("expires_in")
    return max(0.0, float(seconds) - _EARLY) if isinstance(seconds, int | float) else 0.0


def token_of(
    uri: str,
    form: Mapping[str, str],
    name: str,
    known: Callable[[Mapping[str, Any]], ConnectorError | None] = lambda _: None,
) -> dict[str, Any]:
    """What the token endpoint answers to a form, with an `access_token`. Raises the errors of the
    contract; `name` is the account's. `known` makes that of an answer which means something of its
    own to who asks."""
    try:
        answer, body = _posted(uri, form)
    except Lost as error:
        raise Unavailable(f"{error} while signing in; it is tried again") from error
    told = _told(body)
    if answer.status == 200 and isinstance(told.get("access_token"), str):
        return told
    raise known(told) or _refusal(Answered(answer.status, answer, body), told, name)


def revoke(grant: Grant, uri: str = REVOKE) -> bool:
    """Have Google forget a sign-in (RFC 7009); False where it had done so before. Raises
    `Unavailable`."""
    try:
        answer, body = _posted(uri, {"token": grant.refresh_token})
    except Lost as error:
        raise Unavailable(str(error)) from error
    if answer.status == 200:
        return True
    if answer.status == 400 and _told(body).get("error") == "invalid_token":
        return False
    raise Unavailable(f"Google does not take it back now (HTTP {answer.status})")


def _posted(uri: str, form: Mapping[str, str]) -> tuple[Any, bytes]:
    from connectors.google.http import Http

    http = Http()  # for one question an hour no connection is kept
    try:
        return http.request(is_secure(uri), "POST", urlencode(form), _FORM)
    finally:
        http.close()


def is_secure(uri: str) -> str:
    """The same URL. Raises ValueError where what is sent there could be read on its way."""
    parts = urlsplit(uri)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return uri
    raise ValueError("secrets go by https alone")


def googles(uri: str) -> str:
    """The same URL. Raises ValueError where secrets that are sent there would not go to Google, or
    to one that is tried on this machine."""
    host = urlsplit(is_secure(uri)).hostname or ""
    if is_loopback(host) or host.endswith((".google.com", ".googleapis.com")):
        return uri
    raise ValueError("it names another host than Google's")


def _refusal(answer: Answered, told: Mapping[str, Any], name: str) -> ConnectorError:
    """RFC 6749 section 5.2, and what Google adds to it."""
    error, login = told.get("error"), f"run `syncd login {name}`"
    if error == "invalid_grant":
        if told.get("error_subtype") == "invalid_rapt":
            return SignInNeeded(f"your organisation asks for a new sign-in now and then: {login}")
        return signed_out(name)
    if error in ("invalid_client", "deleted_client", "unauthorized_client", "disabled_client"):
        return SignInNeeded(
            "Google does not know the OAuth client any more, or its secret was changed: download "
            f"its file anew from the Cloud console, then {login}"
        )
    if error == "invalid_scope":
        return SignInNeeded(f"the sign-in to Google does not include all that is needed: {login}")
    if error in ("admin_policy_enforced", "access_denied", "org_internal"):
        return Refused(
            "the administrator of this Google Workspace does not allow this app: ask for it to be "
            "trusted (Admin console, Security, API controls)"
        )
    words = f"Google lets nobody sign in now (HTTP {answer.status})"
    return Unavailable(words, asked_wait(answer))


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
