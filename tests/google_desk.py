"""A support module: our way to Google, pointed at the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from fakes.google.oauth import Token
from fakes.google.server import FakeGoogle

from connectors.google.api import Api
from connectors.google.quota import LIMITS, Limit, Quota

_AUTH: Final = "https://www.googleapis.com/auth/"
ALL: Final = tuple(
    f"{_AUTH}{one}"
    for one in (
        "gmail.readonly",
        "gmail.compose",
        "calendar.readonly",
        "contacts",
        "contacts.readonly",
        "contacts.other.readonly",
        "tasks",
        "pubsub",
    )
)


class Ticket:
    """Signed in, as long as the fake says so."""

    def __init__(self, google: FakeGoogle, address: str, scopes: Iterable[str]) -> None:
        self._google = google
        self._scopes = tuple(scopes)
        self._token: Token | None = None
        self.address = address

    def token(self) -> str:
        """Another one where the last was refused."""
        if self._token is None:
            self._token = self._google.oauth.give_access(self.address, self._scopes)
        return self._token.text

    def refused(self, token: str) -> None:
        """See `connectors.google.bearer.Bearer`."""
        self._token = None


def api_of(
    google: FakeGoogle,
    address: str = "ana@example.com",
    scopes: Iterable[str] = ALL,
    *,
    quota: Quota | None = None,
    limits: dict[str, Limit] | None = None,
    clock: Callable[[], float] | None = None,
) -> Api:
    """An `Api` whose quota goes by the fake's clock. `limits`: of some APIs others than real."""
    google.account(address)
    seconds = clock or (lambda: google.now().timestamp())
    quota = quota or Quota(seconds, {**LIMITS, **(limits or {})})
    return Api(Ticket(google, address, scopes), quota, endpoint=google.url, name="work")
