"""A support module: who may call what: consents, codes, tokens and their deaths.

Access tokens live an hour by the fake's clock. What google-auth itself judges by (when a token has
expired, when a service account's assertion was made) is the real clock; a token that only the fake
holds for expired is answered with 401, and google-auth gets another one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from fakes.google.call import Refused

if TYPE_CHECKING:
    from fakes.google.documents import Method

CLIENT: Final = "1234-fake.apps.googleusercontent.com"
SECRET: Final = "GOCSPX-fake"
_ACCESS: Final = timedelta(seconds=3599)
_TESTING: Final = timedelta(days=7)
_GMAIL: Final = ("https://mail.google.com/", "https://www.googleapis.com/auth/gmail.")


@dataclass(frozen=True)
class Consent:
    """What the owner does when asked: refuses, or ticks `scopes` (None: all that are asked for)."""

    address: str = "ana@example.com"
    scopes: frozenset[str] | None = None
    denied: bool = False


@dataclass(frozen=True)
class Code:
    """What a consent gave, for ten minutes and one use."""

    consent: Consent
    client: str
    redirect: str
    challenge: str
    scopes: frozenset[str]
    offline: bool
    until: datetime


@dataclass(frozen=True)
class Token:
    """An access token, or a refresh token, which has no end of its own."""

    text: str
    address: str
    scopes: frozenset[str]
    client: str
    made: datetime
    parent: str = ""  # the refresh token that an access token came of


@dataclass
class Oauth:
    """`testing`: the app's publishing status, in which refresh tokens die after seven days."""

    now: Callable[[], datetime]
    clients: dict[str, str] = field(default_factory=lambda: {CLIENT: SECRET})
    consent: Consent = field(default_factory=Consent)
    testing: bool = False
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Token] = field(default_factory=dict)
    refresh: dict[str, Token] = field(default_factory=dict)
    consented: set[tuple[str, str]] = field(default_factory=set)  # client and address
    robots: dict[str, bytes] = field(default_factory=dict)  # public keys of service accounts
    delegated: dict[str, frozenset[str]] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)  # addresses that the organisation has not
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # --- acts ---

    def password_changed(self, address: str) -> None:
        """Tokens that open Gmail die, the others live."""
        self._kill(lambda one: one.address == address and _opens_gmail(one.scopes))

    def access_taken_away(self, address: str) -> None:
        """The owner removes the app under myaccount.google.com."""
        self._kill(lambda one: one.address == address)
        self.consented = {one for one in self.consented if one[1] != address}

    def expire_access(self) -> None:
        """Every access token given out so far is refused."""
        self.access.clear()

    # --- giving out ---

    def new(self, kind: str) -> str:
        """Text for a code or a token, never the same twice."""
        return f"{kind}fake-{next(self._numbers):08}"

    def give_access(
        self, address: str, scopes: Iterable[str], client: str = CLIENT, parent: str = ""
    ) -> Token:
        """An access token."""
        token = Token(self.new("ya29."), address, frozenset(scopes), client, self.now(), parent)
        self.access[token.text] = token
        return token

    def give_refresh(self, address: str, scopes: Iterable[str], client: str = CLIENT) -> Token:
        """A refresh token."""
        token = Token(self.new("1//"), address, frozenset(scopes), client, self.now())
        self.refresh[token.text] = token
        return token

    def renewable(self, text: str) -> Token | None:
        """A refresh token that is alive."""
        token = self.refresh.get(text)
        if token and self.testing and self.now() - token.made >= _TESTING:
            return None
        return token

    def seconds(self, token: Token) -> int:
        """How long an access token lives on."""
        return int((token.made + _ACCESS - self.now()).total_seconds())

    def revoke(self, text: str) -> bool:
        """Either kind takes along all that this person ever gave that client."""
        token = self.access.get(text) or self.refresh.get(text)
        if token is None:
            return False
        whose = (token.client, token.address)
        self._kill(lambda one: (one.client, one.address) == whose)
        self.consented.discard((token.client, token.address))
        return True

    def _kill(self, dies: Callable[[Token], bool]) -> None:
        for tokens in (self.access, self.refresh):
            for one in [one for one in tokens.values() if dies(one)]:
                del tokens[one.text]

    # --- checking ---

    def caller(self, header: str, method: Method) -> Token:
        """Whose token the Authorization header carries, if it may call that method."""
        token = self.holder(header)
        if not token.scopes & method.scopes:
            raise insufficient()
        return token

    def holder(self, header: str) -> Token:
        """Whose token the Authorization header carries."""
        token = self.access.get(header.removeprefix("Bearer "))
        if header.startswith("Bearer ") and token is not None and self.seconds(token) > 0:
            return token
        raise Refused(
            401,
            "authError" if header else "required",
            "Request had invalid authentication credentials. Expected OAuth 2 access token.",
            info="ACCESS_TOKEN_EXPIRED" if header else "CREDENTIALS_MISSING",
            location="Authorization",
            headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
        )


def insufficient() -> Refused:
    """A token that has not the scope for a method."""
    challenge = 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'
    return Refused(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        info="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        headers={"WWW-Authenticate": challenge},
    )


def _opens_gmail(scopes: Iterable[str]) -> bool:
    return any(one.startswith(_GMAIL) for one in scopes)
