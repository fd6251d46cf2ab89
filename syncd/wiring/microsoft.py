"""Microsoft's accounts: what they sign in with, where that is kept, and how they are opened."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connectors.errors import SignInNeeded
from connectors.hosts import is_loopback
from syncd import secrets
from syncd.assembly import Assembly
from syncd.config import (
    ConfigErrors,
    ExchangeAccountSettings,
    GraphAccountSettings,
    Mistake,
)
from syncd.wiring.google import SignIn
from syncd.wiring.keys import Secret
from syncd.wiring.vault import Vault, vault_for

if TYPE_CHECKING:  # each comes with its connector
    from connectors.exchange.account import ExchangeAccount
    from connectors.graph.account import GraphAccount
    from connectors.graph.bearer import Bearer
    from connectors.graph.grant import Client
    from connectors.graph.scopes import Wanted

GRAPH: Final = "SYNCD_GRAPH_ENDPOINT"
AUTHORITY: Final = "SYNCD_MICROSOFT_AUTHORITY"
_MET: Final = "Met through mail"  # the category of cards that are added
_DOCS: Final = "docs/microsoft.md tells how to get one"


def open_exchange(
    entry: ExchangeAccountSettings,
    base: Path,
    zone: ZoneInfo,
    key: Secret | None,
    first: date | None,
) -> ExchangeAccount:
    """See `syncd.wiring.accounts.opened_one`. Without a `key` the system has a ticket."""
    from connectors.exchange.account import ExchangeAccount

    return ExchangeAccount(
        entry.name,
        entry.login,
        key or (lambda: ""),
        url=entry.url or "",
        host=entry.host or "",
        user=entry.user or "",
        auth=entry.auth,
        ca_file=None if entry.ca_file is None else base / Path(entry.ca_file).expanduser(),
        fingerprint=entry.fingerprint or "",
        mail=entry.mail,
        folders=entry.folders,
        calendars=entry.calendars,
        contacts=entry.contacts,
        tasks=entry.tasks or "",
        zone=zone,
        history=first,
        poll=entry.poll.total_seconds(),
        cards=_category(entry.cards),
        drafts=entry.drafts,
        refused=key.refused if key else lambda _secret, _words: True,
        accepted=key.accepted if key else lambda _secret: None,
    )


def open_graph(
    entry: GraphAccountSettings, _: Path, zone: ZoneInfo, sign_in: Bearer, first: date | None
) -> GraphAccount:
    """See `syncd.wiring.accounts.opened_one`."""
    from connectors.graph.account import GraphAccount

    return GraphAccount(
        entry.name,
        entry.login,
        sign_in,
        mail=entry.mail,
        folders=entry.folders,
        calendars=entry.calendars,
        contacts=entry.contacts,
        tasks=entry.tasks or "",
        zone=zone,
        history=first,
        cards=_category(entry.cards),
        drafts=entry.drafts,
        app_only=entry.app_only,
        endpoint=local_only(GRAPH),
    )


def graph_vault(entry: GraphAccountSettings, assembly: Assembly) -> Vault:
    """Where the sign-in of an account is."""
    return vault_for(entry.name, "microsoft-token", assembly)


def graph_client(entry: GraphAccountSettings) -> Client:
    """The application that signs in. Raises `ConfigErrors`."""
    from connectors.graph.grant import Client

    return Client(entry.client_id, entry.tenant, local_only(AUTHORITY))


def graph_wanted(entry: GraphAccountSettings) -> Wanted:
    """What it asks Microsoft for."""
    from connectors.graph.scopes import Wanted

    return Wanted(
        mail=entry.mail,
        calendars=bool(entry.calendars),
        contacts=entry.contacts,
        tasks=entry.takes_tasks,
        drafts=entry.drafts,
        cards=bool(entry.cards),
    )


def graph_sign_in(entry: GraphAccountSettings, assembly: Assembly) -> SignIn:
    """What an account signs in with. Nothing is asked or read here."""
    client, wanted = graph_client(entry), graph_wanted(entry)
    if not entry.app_only:
        from connectors.graph.tokens import Tokens

        vault = graph_vault(entry, assembly)
        return Tokens(vault, client, wanted.scopes(), monotonic, name=entry.name, login=entry.login)
    from connectors.graph.application import Application

    return Application(
        client,
        lambda: _application_secret(entry, assembly.base),
        wanted.permissions(),
        monotonic,
        name=entry.name,
    )


def own_secret(entry: GraphAccountSettings) -> str:
    """The name of the secret by which the application of an account signs in by itself."""
    return f"{entry.name}.{'client-secret' if entry.certificate is None else 'certificate'}"


def _application_secret(entry: GraphAccountSettings, base: Path) -> str:
    """The secret of an application, or its key and certificate. Raises `SignInNeeded`."""
    name = own_secret(entry)
    try:
        if entry.certificate is None:
            place = base / "secrets" / name
            found = secrets.secret(name, base)
        else:
            place = base / Path(entry.certificate).expanduser()
            found = secrets.credential(name) or secrets.kept(place)
    except secrets.SecretWrong as error:
        raise SignInNeeded(str(error)) from error
    if found is None:
        what = "the secret of the application"
        if entry.certificate is not None:
            what = "the private key of the application and its certificate (PEM)"
        raise SignInNeeded(
            f"there is no {place}: put {what} there (chmod 600), or give it as the credential "
            f"{name}; {_DOCS}"
        )
    return found.get_secret_value()


def _category(cards: bool | str) -> str:
    if isinstance(cards, str):
        return cards
    return _MET if cards else ""


def local_only(name: str) -> str:
    """Another Microsoft than the real one, for tests: on this machine only. Raises
    `ConfigErrors`."""
    found = os.environ.get(name, "")
    host = found.removeprefix("http://").partition("/")[0].rpartition(":")[0]
    if found and not (found.startswith("http://") and is_loopback(host)):
        words = "is for tests: an http:// URL of this machine, or none"
        raise ConfigErrors([Mistake(f"${name}", 0, 0, words)])
    return found
