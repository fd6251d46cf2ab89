"""`syncd init` and Microsoft: an account at Microsoft 365 or Outlook.com, and its application."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import typer

from syncd import setup
from syncd.cli.init_answers import numbers_of, question
from syncd.cli.init_login import Signed

KIND: Final = "graph"
HINT: Final = (
    "--microsoft-client ID signs in to Microsoft: docs/microsoft.md tells how to get that ID"
)
_LIST: Final = "Follow-ups"
_ALONE: Final = "Outlook.com"  # as the list of providers calls it
_HOW: Final = """\
  Microsoft lets nobody in without an application that is registered. You do that yourself, once,
  free of charge:
    entra.microsoft.com: App registrations, New registration{kind}
    Redirect URI: Public client/native (mobile & desktop), http://localhost
    Authentication: Allow public client flows; its Overview shows the Application (client) ID
  (each step, and the permissions, are in docs/microsoft.md)"""


def asked(
    address: str, settings: setup.Settings, taken: Collection[str], found: str
) -> Signed | None:
    """The account, where the owner wants to sign in to Microsoft; None: it goes on by IMAP."""
    typer.echo("  Microsoft lets it be read in two ways:")
    typer.echo("    1  a sign-in to Microsoft: mail, calendars, contacts, and tasks in To Do")
    typer.echo("    2  access tokens that a program of yours prints: mail alone, by IMAP")
    if question("Which one", numbers_of(2, one=True), "1") == {2}:
        return None
    alone = settings.provider == _ALONE
    typer.echo(_HOW.format(kind=", for personal accounts too" if alone else ""))
    text = "The Application (client) ID, or nothing to leave this account out"
    client = question(text, _or_nothing(address, taken), "")
    if not client:
        typer.echo("  Left out: `syncd init --account` with the address adds it later")
        raise LeftOut
    tenant = "consumers"
    if not alone:
        text = "The organisation: its Directory (tenant) ID, or a domain of it"
        tenant = question(text, _tenant(address, taken), _domain(address))
    return Signed(draft_of(address, client, tenant, taken, found))


class LeftOut(Exception):
    """The owner does not want the account."""


def draft_of(
    address: str, client: str, tenant: str, taken: Collection[str], found: str
) -> setup.Draft:
    """The account. `tenant` "": whatever goes with the address."""
    name = setup.free_name(_domain(address).partition(".")[0], taken)
    keys = {"name": name, "login": address, "client_id": client}
    return setup.Draft(
        KIND, {**keys, "tenant": tenant or tenant_of(address), "tasks": _LIST}, found=found
    )


def tenant_of(address: str) -> str:
    """Where whoever has an address signs in: people for themselves, or by a domain of theirs."""
    own = setup.provider_of(_domain(address))
    return "consumers" if own == _ALONE else _domain(address)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _or_nothing(address: str, taken: Collection[str]) -> Callable[[str], str]:
    def client(text: str) -> str:
        if word := text.strip():
            _check(draft_of(address, word, "common", taken, ""))
        return word

    return client


def _tenant(address: str, taken: Collection[str]) -> Callable[[str], str]:
    nobody = "00000000-0000-0000-0000-000000000000"

    def tenant(text: str) -> str:
        word = text.strip() or _domain(address)
        _check(draft_of(address, nobody, word, taken, ""))
        return word

    return tenant


def _check(draft: setup.Draft) -> None:
    try:
        draft.settings()
    except setup.Wrong as error:
        raise ValueError(str(error)) from None
