"""Who signs in on a page of their provider's: what `syncd login` and `init` need of each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from syncd import config
from syncd.assembly import Assembly
from syncd.config import GoogleAccountSettings, GraphAccountSettings
from syncd.wiring.login import Done, Right, SigningIn
from syncd.wiring.microsoft_login import MicrosoftSigningIn
from syncd.wiring.vault import Vault


class Signing(Protocol):
    """One account that is to be signed in."""

    @property
    def assembly(self) -> Assembly: ...

    @property
    def entry(self) -> Any:
        """The account."""

    @property
    def provider(self) -> str:
        """Whose page it is: Google, Microsoft."""

    @property
    def by_itself(self) -> str:
        """Why nobody has to sign in, as in "has a service account"; "" where somebody has to."""

    @property
    def vault(self) -> Vault:
        """Where it is kept."""

    def equipped(self) -> None:
        """Raise `ConfigErrors` where an extra is missing."""

    def client(self) -> object:
        """Raise `ConfigErrors` where what asks in the owner's name is wrong."""

    def prepare(self) -> None:
        """Raise `StoreError` where a sign-in could not be kept."""

    def rights(self) -> Sequence[Right]:
        """What the provider will ask about."""

    def by_browser(self, show: Callable[[str], None]) -> Done:
        """`show` is handed the page that the owner has to open, on this machine."""

    def by_hand(self, ask: Callable[[str], str]) -> Done:
        """`ask` is handed the page, and gives the address at which it ended."""


def signing_of(assembly: Assembly, entry: config.Account) -> Signing | None:
    """How somebody signs in to an account; None for those that go by secrets, or need nobody."""
    if isinstance(entry, GoogleAccountSettings):
        return SigningIn(assembly, entry)
    if isinstance(entry, GraphAccountSettings):
        return MicrosoftSigningIn(assembly, entry)
    return None
