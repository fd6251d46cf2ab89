"""Who signs requests: msal's cache, kept in a vault, gives access tokens for an hour each.

With every one of them the refresh token is another, and the one before stays good for its time: of
two processes each may keep its own, and none takes away what the other has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from connectors.errors import SignInNeeded
from connectors.graph.errors import signed_out
from connectors.graph.grant import Client, Dead, Grant, Vault, same_login
from connectors.graph.refusals import Asked, refusal
from connectors.graph.scopes import Scope, missing

if TYPE_CHECKING:
    from connectors.graph.entra import Door

_EARLY: Final = 120.0  # seconds before its end a token is no longer used


class Tokens:
    """The `Bearer` of whoever signed in, which should be `login`. From any thread; `clock` goes in
    seconds."""

    def __init__(
        self,
        vault: Vault,
        client: Client,
        wanted: Sequence[Scope],
        clock: Callable[[], float],
        *,
        name: str,
        login: str,
    ) -> None:
        self._vault = vault
        self._client = client
        self._wanted = wanted
        self._clock = clock
        self._login = login
        self._name = name
        self._asked = Asked(client, wanted, name)
        self._alone = Lock()
        self._text: str | None = None  # what the vault held when `_grant` was read
        self._grant: Grant | None = None
        self._door: Door | None = None
        self._app: Any = None
        self._token = ""
        self._until = 0.0
        self._stale = False  # the token that msal keeps was refused
        self._dead = Dead(clock)

    def token(self) -> str:
        """See `Bearer`. Asks the vault each time, so that a new sign-in counts at once."""
        with self._alone:
            text = self._vault.load()
            with self._dead.known(text or ""):
                if text != self._text or self._grant is None:
                    self._take(text)
                if self._clock() >= self._until:
                    self._renew()
            return self._token

    def refused(self, token: str) -> None:
        """See `Bearer`."""
        if token == self._token:
            self._until, self._stale = 0.0, True

    def again(self) -> None:
        """The owner wants it tried again."""
        self._dead.forget()
        self._app = None  # it remembers for a minute what it was answered

    def renewed(self) -> bool:
        """Whether there is another sign-in than the one that was no use."""
        try:
            return self._dead.is_other(self._vault.load() or "")
        except SignInNeeded:
            return False

    def lacks(self) -> str:
        """Why nobody can sign in with what is kept, as far as that can be told here; "" where
        Microsoft has to be asked."""
        try:
            self._read(self._vault.load())
        except SignInNeeded as error:
            return str(error)
        return ""

    def _take(self, text: str | None) -> None:
        """There is another sign-in, or one at all."""
        self._text, self._grant = None, None
        self._grant, self._text = self._read(text), text
        self._app, self._token, self._until, self._stale = None, "", 0.0, False

    def _read(self, text: str | None) -> Grant:
        login = f"run `syncd login {self._name}`"
        if not text:
            raise SignInNeeded(f"nobody has signed in to Microsoft yet: {login}")
        try:
            grant = Grant.of_text(text)
        except (ValueError, TypeError, RecursionError):
            raise SignInNeeded(
                f"what is kept of the sign-in to Microsoft is damaged: {login}"
            ) from None
        if (grant.client_id, grant.tenant) != (self._client.client_id, self._client.tenant):
            raise SignInNeeded(
                "the sign-in to Microsoft is that of another application or tenant than the "
                f"configuration names: {login}"
            )
        if grant.account and not same_login(grant.account, self._login):
            raise SignInNeeded(
                f"{grant.account} signed in to Microsoft, and the configuration names "
                f"{self._login}: {login}, or correct `login:`"
            )
        self._check(grant.scopes)
        return grant

    def _renew(self) -> None:
        from connectors.graph.entra import Door, cache_of, person

        grant = self._grant
        assert grant is not None
        if self._door is None:
            self._door = Door(self._client.authority)
        if self._app is None:
            self._app = person(self._client, self._door, cache_of(grant.cache))
        accounts = self._app.get_accounts()
        told: Mapping[str, Any] | None = None
        if accounts:
            names = [one.name for one in self._wanted]
            told = self._app.acquire_token_silent_with_error(
                names, accounts[0], force_refresh=self._stale
            )
        if told is None:
            raise signed_out(self._name)
        if "access_token" not in told:
            raise refusal(told, self._asked)
        if "scope" in told:
            self._check(str(told["scope"]).split())
        self._token, self._stale = str(told["access_token"]), False
        seconds = told.get("expires_in")
        lasting = float(seconds) - _EARLY if isinstance(seconds, int | float) else 0.0
        self._until = self._clock() + max(0.0, lasting)
        self._keep()

    def _keep(self) -> None:
        """Save what is new, unless somebody has signed in or out meanwhile."""
        cache = self._app.token_cache
        if not cache.has_state_changed:
            return
        assert self._grant is not None
        grant = replace(self._grant, cache=cache.serialize())
        if self._vault.given or self._vault.load() != self._text:
            return
        # What was kept before stays good for its time: nothing is lost if this cannot be kept.
        with suppress(OSError):
            self._vault.save(text := grant.to_text())
            self._text, self._grant = text, grant

    def _check(self, granted: Sequence[str]) -> None:
        if lacking := missing(self._wanted, granted):
            names = ", ".join(one.name for one in lacking)
            raise SignInNeeded(
                f"the sign-in to Microsoft does not include {names}, which the configuration "
                f"needs: run `syncd login {self._name}`"
            )
