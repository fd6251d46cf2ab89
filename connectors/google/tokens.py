"""Who signs requests: a refresh token, kept in a vault, gives access tokens for an hour each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Final, Protocol

from connectors.errors import SignInNeeded
from connectors.google.grant import Grant, lasting, same_login, token_of
from connectors.google.scopes import Scope, missing

# Below the hour after which what was refused is tried again: once for all sources together.
APART: Final = 3_300.0


class Vault(Protocol):
    """Where an account's sign-in is kept. A connector keeps nothing itself."""

    def load(self) -> str | None:
        """What was saved last; None where nothing is. Raises `SignInNeeded` where it cannot be
        used."""

    def save(self, text: str) -> None:
        """Keep it where nobody else can read it. Raises OSError."""

    def erase(self) -> None:
        """Keep nothing any more. Raises OSError."""


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
    seconds. `whose` asks Google by an access token whose it is, "" where that cannot be seen: for a
    sign-in that was kept without that, once, before anything is read with it."""

    def __init__(
        self,
        vault: Vault,
        wanted: Sequence[Scope],
        clock: Callable[[], float],
        *,
        name: str,
        login: str,
        whose: Callable[[str], str] | None = None,
    ) -> None:
        self._vault = vault
        self._wanted = wanted
        self._clock = clock
        self._login = login
        self._name = name
        self._whose = whose
        self._asked: Grant | None = None  # that is known to be of `login`
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
        self._be_of_login(grant.account)
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
        token = str(told["access_token"])
        if self._whose is not None and not grant.account and grant != self._asked:
            self._be_of_login(self._whose(token))
            self._asked = grant
        self._grant, self._token = grant, token
        self._until = self._clock() + lasting(told)

    def _be_of_login(self, account: str) -> None:
        if account and not same_login(account, self._login):
            raise SignInNeeded(
                f"{account} signed in to Google, and the configuration names {self._login}: "
                f"run `syncd login {self._name}`, or correct `login:`"
            )

    def _check(self, granted: Sequence[str]) -> None:
        if lacking := missing(self._wanted, granted):
            names = ", ".join(one.name for one in lacking)
            raise SignInNeeded(
                f"the sign-in to Google does not include {names}, which the configuration needs: "
                f"run `syncd login {self._name}` and leave every box ticked"
            )
