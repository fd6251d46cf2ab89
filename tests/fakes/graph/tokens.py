"""A support module: who may call what."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fakes.graph.call import Refused

CLIENT: Final = "11111111-aaaa-4bbb-8ccc-222222222222"
SECRET: Final = "app~secret"
TENANT: Final = "99999999-8888-4777-8666-555555555555"
DOMAIN: Final = "example.com"
ACCESS: Final = timedelta(seconds=3599)


@dataclass(frozen=True)
class Token:
    """An access token. `address`: "" if it is the app's own; `scopes`: the app's roles then."""

    text: str
    address: str
    scopes: frozenset[str]
    client: str
    made: datetime
    parent: str = ""  # the refresh token that it came of


@dataclass
class Tokens:
    """Those given out, and their deaths."""

    now: Callable[[], datetime]
    access: dict[str, Token] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new(self, kind: str) -> str:
        """Text for a code or a token, never the same twice."""
        return f"{kind}fake-{next(self._numbers):08}"

    def give(
        self, address: str, scopes: Iterable[str], client: str = CLIENT, parent: str = ""
    ) -> str:
        """An access token: its text. Without an address it is the app's own."""
        made = Token(self.new("eyJ0"), address, frozenset(scopes), client, self.now(), parent)
        self.access[made.text] = made
        return made.text

    def expire(self) -> None:
        """Every access token given out so far is refused."""
        self.access.clear()

    def drop(self, dies: Callable[[Token], bool]) -> None:
        """Some of them are refused."""
        self.access = {text: one for text, one in self.access.items() if not dies(one)}

    def holder(self, header: str) -> Token:
        """Whose token the Authorization header carries."""
        text = header.removeprefix("Bearer ")
        if not header.startswith("Bearer ") or not text:
            raise _refused("Access token is empty.")
        found = self.access.get(text)
        if found is None:
            raise _refused("Access token validation failure. Invalid token.")
        if found.made + ACCESS <= self.now():
            raise _refused("Lifetime validation failed, the token is expired.")
        return found


def _refused(message: str) -> Refused:
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/'
    return Refused(
        401,
        "InvalidAuthenticationToken",
        message,
        headers={"WWW-Authenticate": f'{challenge}oauth2/authorize", error="invalid_token"'},
    )


def denied(message: str = "Access is denied. Check credentials and try again.") -> Refused:
    """403: a permission is missing, or a policy keeps the app out."""
    return Refused(403, "ErrorAccessDenied", message)
