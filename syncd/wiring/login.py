"""Signing a Google account in and out, for `syncd login` and `syncd logout`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final

from connectors.errors import SignInNeeded, Unavailable
from syncd.assembly import Assembly
from syncd.config import ConfigErrors, GoogleAccountSettings, NoText, text_of
from syncd.wiring.google import endpoint, revoke_at, vault_of, wanted_of
from syncd.wiring.vault import Vault, unkept

if TYPE_CHECKING:
    from connectors.google.client import Client
    from connectors.google.grant import Grant
    from connectors.google.survey import Look


_PACKAGES: Final = ("googleapiclient", "httplib2", "google_auth_oauthlib")


@dataclass(frozen=True, slots=True)
class Right:
    """What Google is asked for: its name there, and what it lets us do."""

    name: str
    shown: str


@dataclass(frozen=True, slots=True)
class Done:
    """Who signed in, "" where that cannot be seen; for how many days, None where for good; and what
    keeps the account from being read all the same."""

    account: str
    days: int | None
    troubles: Sequence[str] = ()


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
    provider: ClassVar[str] = "Google"

    @property
    def vault(self) -> Vault:
        return vault_of(self.entry, self.assembly)

    @property
    def by_itself(self) -> str:
        """Why nobody has to sign in; "" where somebody has to."""
        signs_in = "has a service account, which signs in by itself"
        return "" if self.entry.service_account is None else signs_in

    def equipped(self) -> None:
        """Find out whether what speaks to Google is installed. Raises `ConfigErrors`."""
        if all(_is_there(one) for one in _PACKAGES):
            return
        number = self.assembly.settings.accounts.index(self.entry)
        message = f"kind: {self.entry.kind} needs an extra: pip install 'syncd[google]'"
        raise ConfigErrors([self.assembly.document.mistake(("accounts", number, "kind"), message)])

    def prepare(self) -> None:
        """Find out whether a sign-in can be kept, before anybody is asked. Raises `StoreError`."""
        try:
            self.vault.prepare()
        except OSError as error:
            raise unkept(self.vault, error) from error

    def rights(self) -> Sequence[Right]:
        """What Google will ask the owner about."""
        return [Right(one.name, one.shown) for one in wanted_of(self.entry).scopes()]

    def by_browser(self, show: Callable[[str], None]) -> Done:
        """`show` is handed the page that the owner has to open, on this machine."""
        from connectors.google.signin import by_browser

        client, entry, looked = self.client(), self.entry, _Looked(self)
        wanted = wanted_of(entry).scopes()
        grant = by_browser(client, wanted, entry.login, show, name=entry.name, check=looked.at)
        return self._kept(grant, looked)

    def by_hand(self, ask: Callable[[str], str]) -> Done:
        """`ask` is handed the page, and gives the address at which it ended."""
        from connectors.google.signin import by_hand

        client, entry, looked = self.client(), self.entry, _Looked(self)
        wanted = wanted_of(entry).scopes()
        grant = by_hand(client, wanted, entry.login, ask, name=entry.name)
        looked.at(grant)
        return self._kept(grant, looked)

    def client(self) -> Client:
        """The OAuth client. Raises `ConfigErrors`."""
        path = self.assembly.base / Path(self.entry.client).expanduser()
        try:
            return client_of(path)[0]
        except WrongFile as error:
            words = str(error)
        number = self.assembly.settings.accounts.index(self.entry)
        raise ConfigErrors([self.assembly.document.mistake(("accounts", number, "client"), words)])

    def taken_back(self, grant: Grant, account: str) -> str:
        """What is said of a sign-in of somebody else's, which Google is told to forget: where no
        account here is theirs, as that would end all sign-ins of theirs by the same client."""
        from connectors.google.grant import revoke, same_login

        entries = self.assembly.settings.accounts
        able = [one for one in entries if isinstance(one, GoogleAccountSettings)]
        able = [one for one in able if one.service_account is None]
        used = next((one.name for one in able if same_login(one.login, account)), "")
        if used:
            return f"Nothing was kept of it; `syncd logout {used}` ends it at Google as well"
        try:
            revoke(grant, revoke_at())
        except Unavailable:
            where = "https://myaccount.google.com/connections"
            return f"Nothing was kept here; {account} can remove syncd under {where}"
        return "Nothing was kept, here or at Google"

    def _kept(self, grant: Grant, looked: _Looked) -> Done:
        found = looked.found
        unseen = found.troubles and not found.account
        # What is not known is asked before anything is read.
        account = "" if unseen else found.account or self.entry.login
        try:
            self.vault.save(replace(grant, account=account).to_text())
        except OSError as error:
            raise unkept(self.vault, error) from error
        days = None if grant.lasts is None else round(grant.lasts / 86_400)
        return Done(account, days, [str(one) for one in found.troubles])


class _Looked:
    """What is found to be behind a grant."""

    def __init__(self, signing: SigningIn) -> None:
        self._signing = signing
        self._found: Look | None = None

    @property
    def found(self) -> Look:
        """After `at`."""
        assert self._found is not None
        return self._found

    def at(self, grant: Grant) -> None:
        """Look whose it is. Raises `SignInNeeded` where it is somebody else's."""
        from connectors.google.api import Api
        from connectors.google.grant import same_login
        from connectors.google.quota import Quota
        from connectors.google.survey import look
        from connectors.google.tokens import Tokens

        entry, wanted = self._signing.entry, wanted_of(self._signing.entry)
        held = _Held(grant.to_text())
        tokens = Tokens(held, wanted.scopes(), monotonic, name=entry.name, login=entry.login)
        api = Api(tokens, Quota(monotonic), endpoint=endpoint(), name=entry.name)
        try:
            found = look(
                api,
                mail=wanted.mail,
                calendars=wanted.calendars,
                contacts=wanted.contacts,
                tasks=wanted.tasks,
            )
        finally:
            api.close()
        if found.account and not same_login(found.account, entry.login):
            raise SignInNeeded(
                f"{found.account} signed in, and the configuration names {entry.login}: sign in as "
                f"that, or correct `login:`. {self._signing.taken_back(grant, found.account)}"
            )
        self._found = found


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def client_of(path: Path) -> tuple[Client, str]:
    """The OAuth client of a file, and the file's text. Raises `WrongFile`."""
    from connectors.google.client import Client, WrongClient

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
