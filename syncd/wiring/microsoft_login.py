"""Signing an account of Microsoft's in and out, for `syncd login` and `syncd logout`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar, Final

from connectors.errors import ConnectorError, SignInNeeded
from syncd.assembly import Assembly
from syncd.config import ConfigErrors, GraphAccountSettings
from syncd.wiring.google import Ticket
from syncd.wiring.login import Done, Right
from syncd.wiring.microsoft import (
    GRAPH,
    graph_client,
    graph_vault,
    graph_wanted,
    local_only,
    open_graph,
    own_secret,
)
from syncd.wiring.vault import Vault, unkept

if TYPE_CHECKING:
    from connectors.graph.grant import Client, Grant
    from connectors.graph.scopes import Scope
    from connectors.graph.signin import Code as Code  # noqa: PLC0414  # for who shows one

_PACKAGES: Final = ("msal", "requests")


@dataclass(frozen=True, slots=True)
class MicrosoftSigningIn:
    """One account that is to be signed in. Raises `ConfigErrors`, and the errors of the
    contract."""

    assembly: Assembly
    entry: GraphAccountSettings
    provider: ClassVar[str] = "Microsoft"

    @property
    def vault(self) -> Vault:
        return graph_vault(self.entry, self.assembly)

    @property
    def by_itself(self) -> str:
        """Why nobody has to sign in; "" where somebody has to."""
        if not self.entry.app_only:
            return ""
        return f"is an application that signs in by itself, with {own_secret(self.entry)}"

    def equipped(self) -> None:
        """Find out whether what speaks to Microsoft is installed. Raises `ConfigErrors`."""
        if all(find_spec(one) is not None for one in _PACKAGES):
            return
        number = self.assembly.settings.accounts.index(self.entry)
        message = f"kind: {self.entry.kind} needs an extra: pip install 'syncd[graph]'"
        raise ConfigErrors([self.assembly.document.mistake(("accounts", number, "kind"), message)])

    def prepare(self) -> None:
        """Find out whether a sign-in can be kept, before anybody is asked. Raises `StoreError`."""
        try:
            self.vault.prepare()
        except OSError as error:
            raise unkept(self.vault, error) from error

    def rights(self) -> Sequence[Right]:
        """What Microsoft will ask the owner about."""
        return [Right(one.name, one.shown) for one in self._scopes]

    def by_browser(self, show: Callable[[str], None]) -> Done:
        """`show` is handed the page that the owner has to open, on this machine."""
        from connectors.graph.signin import by_browser

        entry = self.entry
        grant = by_browser(self.client(), self._scopes, entry.login, show, name=entry.name)
        return self._kept(grant)

    def by_hand(self, ask: Callable[[str], str]) -> Done:
        """`ask` is handed the page, and gives the address at which it ended."""
        from connectors.graph.signin import by_hand

        entry = self.entry
        grant = by_hand(self.client(), self._scopes, entry.login, ask, name=entry.name)
        return self._kept(grant)

    def by_code(self, show: Callable[[Code], None]) -> Done:
        """`show` is handed the code that the owner types on a page, anywhere."""
        from connectors.graph.signin import by_code

        grant = by_code(self.client(), self._scopes, show, time.sleep, name=self.entry.name)
        return self._kept(grant)

    def client(self) -> Client:
        """The application. Raises `ConfigErrors`."""
        return graph_client(self.entry)

    @property
    def _scopes(self) -> Sequence[Scope]:
        return graph_wanted(self.entry).scopes()

    def _kept(self, grant: Grant) -> Done:
        account = self._whose(grant)
        try:
            self.vault.save(replace(grant, account=self.entry.login).to_text())
        except OSError as error:
            raise unkept(self.vault, error) from error
        return Done(account, None, self._troubles(grant))

    def _troubles(self, grant: Grant) -> list[str]:
        """What keeps the account from being read by a sign-in that is right: no mailbox, a rule."""
        entry, zone = self.entry, self.assembly.settings.owner.zone
        account = open_graph(entry, self.assembly.base, zone, Ticket(grant.token), None)
        try:
            for _ in account.survey():
                pass
        except ConnectorError as error:
            return [str(error)]
        return []

    def _whose(self, grant: Grant) -> str:
        """Who signed in. Raises `SignInNeeded` where it is somebody else."""
        from connectors.graph.api import Api
        from connectors.graph.grant import same_login
        from connectors.graph.survey import whose

        login = self.entry.login
        names = list(grant.names)
        if not any(same_login(one, login) for one in names):
            # The name that signs in is often another than the mailbox's address.
            ticket = Ticket(grant.token)
            api = Api(ticket, login, endpoint=local_only(GRAPH), name=self.entry.name)
            try:
                names = [*whose(api), *names]
            finally:
                api.close()
        if any(same_login(one, login) for one in names):
            return login
        who = names[0] if names else "somebody else"
        raise SignInNeeded(
            f"{who} signed in, and the configuration names {login}: sign in as that, or correct "
            "`login:`. Nothing was kept of it"
        )


def microsoft_sign_out(assembly: Assembly, entry: GraphAccountSettings) -> Sequence[str] | None:
    """Keep a sign-in no longer; where its owner takes the consent back. None where there was none.
    Raises OSError."""
    from connectors.graph.grant import REMOVE_AT

    vault = graph_vault(entry, assembly)
    try:
        if vault.load() is None:
            return None
    except SignInNeeded:
        pass  # it cannot be read: what is left of it goes all the same
    vault.erase()
    return REMOVE_AT
