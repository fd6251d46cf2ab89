"""Signing a Google account in and out, for `syncd login` and `syncd logout`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from connectors.errors import SignInNeeded, Unavailable
from syncd.assembly import Assembly
from syncd.config import ConfigErrors, GoogleAccountSettings, NoText, text_of
from syncd.store.errors import StoreError
from syncd.wiring.google import Vault, endpoint, revoke_at, vault_of, wanted_of

if TYPE_CHECKING:
    from connectors.google.grant import Grant
    from connectors.google.signin import Client


@dataclass(frozen=True, slots=True)
class Right:
    """What Google is asked for: its name there, and what it lets us do."""

    name: str
    shown: str


@dataclass(frozen=True, slots=True)
class Done:
    """Who signed in, "" where that cannot be seen, and for how many days, None where for good."""

    account: str
    days: int | None


class WrongFile(ValueError):
    """The file of an OAuth client is no use; the message names it, and says what to do."""


@dataclass(slots=True)
class _Held:
    """A vault that keeps nothing beyond the process."""

    text: str | None = None

    def load(self) -> str | None:
        return self.text

    def save(self, text: str) -> None:
        self.text = text

    def erase(self) -> None:
        self.text = None


@dataclass(frozen=True, slots=True)
class SigningIn:
    """One account that is to be signed in. Raises `ConfigErrors` where the file of its OAuth client
    is no use, and the errors of the contract."""

    assembly: Assembly
    entry: GoogleAccountSettings

    @property
    def vault(self) -> Vault:
        return vault_of(self.entry, self.assembly)

    def prepare(self) -> None:
        """Find out whether a sign-in can be kept, before anybody is asked. Raises `StoreError`."""
        try:
            self.vault.prepare()
        except OSError as error:
            raise _unkept(self.vault, error) from error

    def rights(self) -> Sequence[Right]:
        """What Google will ask the owner about."""
        return [Right(one.name, one.shown) for one in wanted_of(self.entry).scopes()]

    def by_browser(self, show: Callable[[str], None]) -> Done:
        """`show` is handed the page that the owner has to open, on this machine."""
        from connectors.google.signin import by_browser

        client, entry = self.client(), self.entry
        wanted = wanted_of(entry).scopes()
        return self._kept(by_browser(client, wanted, entry.login, show, name=entry.name))

    def by_hand(self, ask: Callable[[str], str]) -> Done:
        """`ask` is handed the page, and gives the address at which it ended."""
        from connectors.google.signin import by_hand

        client, entry = self.client(), self.entry
        wanted = wanted_of(entry).scopes()
        return self._kept(by_hand(client, wanted, entry.login, ask, name=entry.name))

    def client(self) -> Client:
        """The OAuth client. Raises `ConfigErrors`."""
        path = self.assembly.base / Path(self.entry.client).expanduser()
        try:
            return client_of(path)[0]
        except WrongFile as error:
            words = str(error)
        number = self.assembly.settings.accounts.index(self.entry)
        raise ConfigErrors([self.assembly.document.mistake(("accounts", number, "client"), words)])

    def _kept(self, grant: Grant) -> Done:
        from connectors.google.api import Api
        from connectors.google.grant import same_login
        from connectors.google.quota import Quota
        from connectors.google.survey import whose
        from connectors.google.tokens import Tokens

        entry, wanted = self.entry, wanted_of(self.entry)
        held = _Held(grant.to_text())
        tokens = Tokens(held, wanted.scopes(), monotonic, name=entry.name, login=entry.login)
        api = Api(tokens, Quota(monotonic), endpoint=endpoint(), name=entry.name)
        try:
            account = whose(api, mail=wanted.mail, calendars=wanted.calendars)
        finally:
            api.close()
        if account and not same_login(account, entry.login):
            raise SignInNeeded(
                f"{account} signed in, and the configuration names {entry.login}: sign in as that, "
                "or correct `login:`. Nothing was kept"
            )
        try:
            self.vault.save(replace(grant, account=account or entry.login).to_text())
        except OSError as error:
            raise _unkept(self.vault, error) from error
        days = None if grant.lasts is None else round(grant.lasts / 86_400)
        return Done(account, days)


def _unkept(vault: Vault, error: OSError) -> StoreError:
    place = f"{vault.file.parent} cannot be written to ({error.strerror})"
    return StoreError(f"{place}, where the sign-in is kept: check `state:` and its folder")


def client_of(path: Path) -> tuple[Client, str]:
    """The OAuth client of a file, and the file's text. Raises `WrongFile`."""
    from connectors.google.signin import Client, WrongClient

    try:
        text = text_of(path)
        return Client.of_text(text), text
    except FileNotFoundError:
        words = f"there is no {path}, the file of your OAuth client: docs/google.md tells how to "
        raise WrongFile(f"{words}get it") from None
    except (WrongClient, NoText) as error:
        raise WrongFile(f"{path} {error}") from None
    except OSError as error:
        raise WrongFile(f"{path} cannot be read: {error.strerror}") from None


def sign_out(assembly: Assembly, entry: GoogleAccountSettings) -> str | None:
    """Have Google forget the sign-in, and keep it no longer; None where there was none, else why
    Google could not be told, "" where it was. Raises OSError."""
    from connectors.google.grant import Grant, revoke

    vault = vault_of(entry, assembly)
    try:
        text = vault.load()
    except SignInNeeded:
        text = ""  # it cannot be read: what is left of it goes all the same
    if text is None:
        return None
    trouble = ""
    try:
        revoke(Grant.of_text(text), revoke_at())
    except Unavailable as error:
        trouble = str(error)
    except (ValueError, TypeError):
        trouble = "what was kept of it is damaged"
    vault.erase()
    return trouble
