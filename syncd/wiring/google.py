"""Google accounts: what they sign in with, where that is kept, and how they are opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol
from zoneinfo import ZoneInfo

from connectors.errors import SignInNeeded
from connectors.hosts import is_loopback
from syncd import secrets
from syncd.assembly import Assembly
from syncd.config import ConfigErrors, GoogleAccountSettings, Mistake
from syncd.wiring.vault import Vault, vault_for

if TYPE_CHECKING:
    from connectors.google.account import GoogleAccount
    from connectors.google.scopes import Wanted
    from connectors.imap.gmail import GmailPast

ENDPOINT: Final = "SYNCD_GOOGLE_ENDPOINT"
IMAP: Final = "SYNCD_GOOGLE_IMAP"
_MET: Final = "Met through mail"  # the group of people whose cards we add
_REVOKE: Final = "https://oauth2.googleapis.com/revoke"


class SignIn(Protocol):
    """What a Google account signs in with (`connectors.google.bearer.Bearer`), and what the core
    asks about it."""

    def token(self) -> str: ...

    def refused(self, token: str) -> None: ...

    def again(self) -> None: ...

    def renewed(self) -> bool: ...

    def lacks(self) -> str: ...


def vault_of(entry: GoogleAccountSettings, assembly: Assembly) -> Vault:
    """Where the sign-in of an account is."""
    return vault_for(entry.name, "google-token", assembly)


def wanted_of(entry: GoogleAccountSettings) -> Wanted:
    """What it asks Google for."""
    from connectors.google.scopes import Wanted

    return Wanted(
        mail=entry.mail,
        calendars=bool(entry.calendars),
        contacts=entry.contacts,
        tasks=entry.takes_tasks,
        imap=entry.backfill == "imap",
        pubsub=entry.pubsub is not None,
        drafts=entry.drafts,
        cards=bool(entry.cards),
    )


def sign_in_of(
    entry: GoogleAccountSettings, assembly: Assembly, now: Callable[[], datetime]
) -> SignIn:
    """What an account signs in with. Nothing is asked or read here."""
    wanted = wanted_of(entry).scopes()
    if entry.service_account is None:
        from connectors.google.tokens import Tokens

        vault = vault_of(entry, assembly)
        return Tokens(
            vault,
            wanted,
            monotonic,
            name=entry.name,
            login=entry.login,
            whose=lambda token: _whose(entry, token),
        )
    from connectors.google.delegation import Delegate

    file = assembly.base / Path(entry.service_account).expanduser()
    return Delegate(lambda: _key(entry.name, file), entry.login, wanted, monotonic, now)


class Ticket:
    """An access token, and nothing that could get another (`connectors.google.bearer.Bearer`)."""

    def __init__(self, text: str) -> None:
        self._text = text

    def token(self) -> str:
        """See `Bearer`."""
        return self._text

    def refused(self, token: str) -> None:
        """See `Bearer`: it is told with what was asked."""


def _whose(entry: GoogleAccountSettings, token: str) -> str:
    """Whose an access token is, "" where that cannot be seen. Raises the errors of the contract."""
    from connectors.google.api import Api
    from connectors.google.quota import Quota
    from connectors.google.survey import whose

    api = Api(Ticket(token), Quota(monotonic), endpoint=endpoint(), name=entry.name)
    try:
        return whose(api, mail=entry.mail, calendars=bool(entry.calendars))
    finally:
        api.close()


def _key(name: str, file: Path) -> str:
    """The key of a service account: a credential, or its file."""
    try:
        found = secrets.credential(f"{name}.google-key") or secrets.kept(file)
    except secrets.SecretWrong as error:
        raise SignInNeeded(str(error)) from error
    if found is None:
        raise SignInNeeded(
            f"there is no {file}: put the key of the service account there (chmod 600), or correct "
            "`service_account:`"
        )
    return found.get_secret_value()


def open_google(
    entry: GoogleAccountSettings, _: Path, zone: ZoneInfo, sign_in: SignIn, first: date | None
) -> GoogleAccount:
    """See `syncd.wiring.accounts.opened_one`."""
    from connectors.google.account import GoogleAccount, Push

    return GoogleAccount(
        entry.name,
        entry.login,
        sign_in,
        mail=entry.mail,
        calendars=entry.calendars,
        contacts=entry.contacts,
        tasks=entry.tasks or "",
        zone=zone,
        history=first,
        text_budget=entry.text_budget,
        push=Push(entry.pubsub.topic, entry.pubsub.subscription) if entry.pubsub else None,
        cards=entry.cards if isinstance(entry.cards, str) else _MET if entry.cards else "",
        drafts=entry.drafts,
        past=_past_of(entry, zone, sign_in, first) if entry.backfill == "imap" else None,
        endpoint=endpoint(),
    )


def _past_of(
    entry: GoogleAccountSettings, zone: ZoneInfo, sign_in: SignIn, first: date | None
) -> GmailPast:
    """The way to old mail by IMAP, with the same sign-in."""
    from connectors.imap.gmail import GmailPast
    from connectors.imap.line import Line
    from connectors.imap.mail import ImapMail
    from connectors.imap.session import Server

    stale: set[str] = set()

    def refused(token: str, _words: str) -> bool:
        """The first one may have ended early: the next is a new one, and that is believed."""
        sign_in.refused(token)
        believed = bool(stale)
        stale.add(token)
        return believed

    host, _, port = os.environ.get(IMAP, "").rpartition(":")
    server = Server(
        host or "imap.gmail.com",
        entry.login,
        sign_in.token,
        int(port) if host else 0,
        # Without TLS a token goes to this machine only: the connector sees to that.
        tls="none" if host else "implicit",
        auth="xoauth2",
        refused=refused,
        accepted=lambda _token: stale.clear(),
    )
    return GmailPast(ImapMail(Line(server), history=first, zone=zone))


def endpoint() -> str:
    """Another Google than the real one, for tests: on this machine only. Raises `ConfigErrors`."""
    found = os.environ.get(ENDPOINT, "")
    host = found.removeprefix("http://").partition("/")[0].rpartition(":")[0]
    if found and not (found.startswith("http://") and is_loopback(host)):
        raise ConfigErrors(
            [Mistake(f"${ENDPOINT}", 0, 0, "is for tests: an http:// URL of this machine, or none")]
        )
    return found


def revoke_at() -> str:
    """Where a sign-in is taken back."""
    return f"{endpoint().rstrip('/')}/revoke" if endpoint() else _REVOKE
