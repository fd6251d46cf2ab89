"""Who signs requests: a refresh token, kept in a vault, gives access tokens for an hour each.

Refreshing is one POST (RFC 6749 section 6). google-auth would do it as well, but it sleeps and
tries again by itself, and loses what Retry-After says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.google.errors import Answered, Lost, asked_wait, signed_out
from connectors.google.scopes import Scope, missing
from connectors.hosts import is_loopback

TOKENS: Final = "https://oauth2.googleapis.com/token"
REVOKE: Final = "https://oauth2.googleapis.com/revoke"
# Below the hour after which what was refused is tried again: once for all sources together.
APART: Final = 3_300.0
_EARLY: Final = 120.0  # seconds before its end a token is no longer used
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


class Vault(Protocol):
    """Where an account's sign-in is kept. A connector keeps nothing itself."""

    def load(self) -> str | None:
        """What was saved last; None where nothing is. Raises `SignInNeeded` where it cannot be
        used."""

    def save(self, text: str) -> None:
        """Keep it where nobody else can read it. Raises OSError."""

    def erase(self) -> None:
        """Keep nothing any more. Raises OSError."""


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
            is_secure(str(told.get("token_uri") or TOKENS)),
            tuple(str(one) for one in scopes),
            str(told.get("account") or ""),
        )


class Dead:
    """A secret that was no use: Google is not asked about it again within the hour."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: tuple[str, str, float] | None = None  # which, what was said, and until when

    @contextmanager
    def known(self, secret: str) -> Iterator[None]:
        """Remember it where using it inside raises `SignInNeeded`. Raises that at once where it is
        remembered."""
        found = self._found
        if found is not None and found[0] == secret and self._clock() < found[2]:
            raise SignInNeeded(found[1])
        self._found = None
        try:
            yield
        except SignInNeeded as error:
            self._found = (secret, str(error), self._clock() + APART)
            raise

    def forget(self) -> None:
        """It may be tried again."""
        self._found = None

    def is_other(self, secret: str) -> bool:
        """Whether one is remembered, and this is another."""
        return self._found is not None and self._found[0] != secret


class Tokens:
    """The `Bearer` of whoever signed in, which should be `login`. From any thread; `clock` goes in
    seconds."""

    def __init__(
        self,
        vault: Vault,
        wanted: Sequence[Scope],
        clock: Callable[[], float],
        *,
        name: str,
        login: str,
    ) -> None:
        self._vault = vault
        self._wanted = wanted
        self._clock = clock
        self._login = login
        self._name = name
        self._alone = Lock()
        self._grant: Grant | None = None  # that the token is of
        self._token = ""
        self._until = 0.0
        self._dead = Dead(clock)

    def token(self) -> str:
        """See `Bearer`. Asks the vault each time, so that a new sign-in counts at once."""
        with self._alone:
            text = self._vault.load()
            with self._dead.known(text or ""):
                grant = self._read(text)
                if grant != self._grant or self._clock() >= self._until:
                    self._renew(grant)
            return self._token

    def refused(self, token: str) -> None:
        """See `Bearer`."""
        if token == self._token:
            self._until = 0.0

    def again(self) -> None:
        """The owner wants it tried again."""
        self._dead.forget()

    def renewed(self) -> bool:
        """Whether there is another sign-in than the one that was no use."""
        try:
            return self._dead.is_other(self._vault.load() or "")
        except SignInNeeded:
            return False

    def _read(self, text: str | None) -> Grant:
        if not text:
            raise SignInNeeded(
                f"nobody has signed in to Google yet: run `syncd login {self._name}`"
            )
        try:
            grant = Grant.of_text(text)
        except (ValueError, TypeError):
            raise SignInNeeded(
                f"what is kept of the sign-in to Google is damaged: run `syncd login {self._name}`"
            ) from None
        if grant.account and not same_login(grant.account, self._login):
            raise SignInNeeded(
                f"{grant.account} signed in to Google, and the configuration names {self._login}: "
                f"run `syncd login {self._name}`, or correct `login:`"
            )
        if grant.scopes:
            self._check(grant.scopes)
        return grant

    def lacks(self) -> str:
        """Why nobody can sign in with what is kept, as far as that can be told here; "" where
        Google has to be asked."""
        try:
            self._read(self._vault.load())
        except SignInNeeded as error:
            return str(error)
        return ""

    def _renew(self, grant: Grant) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": grant.client_id,
            "client_secret": grant.client_secret,
            "refresh_token": grant.refresh_token,
        }
        told = token_of(grant.token_uri, form, self._name)
        if "scope" in told:
            self._check(str(told["scope"]).split())
        self._grant, self._token = grant, str(told["access_token"])
        self._until = self._clock() + lasting(told)

    def _check(self, granted: Sequence[str]) -> None:
        if lacking := missing(self._wanted, granted):
            names = ", ".join(one.name for one in lacking)
            raise SignInNeeded(
                f"the sign-in to Google does not include {names}, which the configuration needs: "
                f"run `syncd login {self._name}` and leave every box ticked"
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


def token_of(uri: str, form: Mapping[str, str], name: str) -> dict[str, Any]:
    """What the token endpoint answers to a form, with an `access_token`. Raises the errors of the
    contract; `name` is the account's."""
    try:
        answer, body = _posted(uri, form)
    except Lost as error:
        raise Unavailable(f"{error} while signing in; it is tried again") from error
    told = _told(body)
    if answer.status == 200 and isinstance(told.get("access_token"), str):
        return told
    raise _refusal(Answered(answer.status, answer, body), told, name)


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
