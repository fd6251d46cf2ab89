"""What a sign-in leaves, where it is kept, and which application it was given to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from connectors.errors import SignInNeeded

# Microsoft takes nothing back on behalf of an app: people do that themselves, at their organisation
# or for an account of their own.
REMOVE_AT: Final = (
    "https://myapps.microsoft.com",
    "https://account.live.com/consent/Manage",
)

_VERSION: Final = 1
# Below the hour after which what was refused is tried again: once for all sources together.
APART: Final = 3_300.0


class Client(NamedTuple):
    """An application that is registered in Entra. `tenant`: an organisation by its id or a domain
    of it, else common, organizations or consumers. `authority`: another Entra than the real one, on
    this machine, with which it is tried."""

    client_id: str
    tenant: str = "common"
    authority: str = ""


class Vault(Protocol):
    """Where an account's sign-in is kept. A connector keeps nothing itself."""

    @property
    def given(self) -> bool:
        """Whether it comes from elsewhere, so that nothing can be kept."""

    def load(self) -> str | None:
        """What was saved last; None where nothing is. Raises `SignInNeeded` where it cannot be
        used."""

    def save(self, text: str) -> None:
        """Keep it where nobody else can read it. Raises OSError."""

    def erase(self) -> None:
        """Keep nothing any more. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in left. `cache` is msal's: tokens, and who signed in."""

    client_id: str
    tenant: str
    cache: str = field(repr=False)
    scopes: tuple[str, ...] = ()  # granted
    account: str = ""
    # Of a new sign-in alone, and never kept: a token, and what Microsoft calls who signed in.
    token: str = field(default="", repr=False, compare=False)
    names: tuple[str, ...] = field(default=(), compare=False)

    def to_text(self) -> str:
        """As it is kept."""
        told = {
            "v": _VERSION,
            "type": "msal",
            "account": self.account,
            "client_id": self.client_id,
            "tenant": self.tenant,
            "scopes": list(self.scopes),
            "cache": json.loads(self.cache),
        }
        return json.dumps(told, indent=1) + "\n"

    @classmethod
    def of_text(cls, text: str) -> Grant:
        """What was kept. Raises ValueError for anything else."""
        told = json.loads(text)
        if not isinstance(told, dict) or (told.get("v"), told.get("type")) != (_VERSION, "msal"):
            raise ValueError("no sign-in")
        client, tenant, cache = (told.get(name) for name in ("client_id", "tenant", "cache"))
        if not isinstance(client, str) or not isinstance(tenant, str):
            raise ValueError("no sign-in")
        if not isinstance(cache, dict) or not all(isinstance(one, dict) for one in cache.values()):
            raise ValueError("no sign-in")
        scopes = told.get("scopes")
        return cls(
            client,
            tenant,
            json.dumps(cache),
            tuple(str(one) for one in scopes) if isinstance(scopes, list) else (),
            str(told.get("account") or ""),
        )


def same_login(one: str, other: str) -> bool:
    """Whether two addresses are one account's, as far as they tell."""
    return one.strip().lower() == other.strip().lower()


class Dead:
    """A secret that was no use: Microsoft is not asked about it again within the hour. The clock
    goes in seconds."""

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
