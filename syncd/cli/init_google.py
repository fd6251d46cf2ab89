"""`syncd init` and Google: the account, and the OAuth client that it takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import typer

from syncd import setup
from syncd.cli.init_answers import numbers_of, question
from syncd.cli.init_login import Signed
from syncd.wiring.login import WrongFile, client_of

KIND: Final = "google"
CLIENT: Final = "google-client.json"
HINT: Final = "--google-client FILE signs in to Google: docs/google.md tells how to get that file"
_LIST: Final = "Follow-ups"
_HOW: Final = """\
  Google lets nobody in without an OAuth client. You make one yourself, once, free of charge:
    console.cloud.google.com: a new project; switch on its Gmail, Calendar, People and Tasks APIs
    Google Auth Platform, Audience: Internal, or External and Publish app (Testing ends in 7 days)
    Clients, Create client, type Desktop app: Download JSON    (each step is in docs/google.md)"""


def asked(
    base: Path, address: str, taken: set[str], beside: Mapping[str, str], found: str
) -> Signed | None:
    """The account, where the owner wants to sign in to Google; None: it goes on by IMAP."""
    typer.echo("  Google lets it be read in two ways:")
    typer.echo("    1  a sign-in to Google: mail, calendars, contacts, and tasks next to Gmail")
    typer.echo("    2  an app password: mail alone, by IMAP")
    if question("Which one", numbers_of(2, one=True), "1") == {2}:
        return None
    return asked_client(base, address, taken, beside, found)


def asked_client(
    base: Path, address: str, taken: set[str], beside: Mapping[str, str], found: str
) -> Signed:
    """The account, with the client that the owner names, or will make later."""
    typer.echo(_HOW)
    lying = _lying(base)
    text = "The file that you downloaded, or - to make it later"
    file = question(text, _file_or_dash, str(lying) if lying else None)
    return Signed(draft_of(base, address, file, taken, beside, found))


def draft_of(
    base: Path,
    address: str,
    file: Path | None,
    taken: set[str],
    beside: Mapping[str, str],
    found: str,
) -> setup.Draft:
    """The account. `file` is that of the client, found right; `beside` what other accounts put
    beside the configuration, in `base`."""
    name = setup.free_name(address.rpartition("@")[2].partition(".")[0], taken)
    draft = setup.Draft(KIND, {"name": name, "login": address, "tasks": _LIST}, found=found)
    if file is None:
        return draft
    _, text = client_of(file)
    within = os.path.relpath(file.resolve(), base.resolve())
    if not within.startswith(os.pardir):
        return draft.having(client=None if within == CLIENT else within)
    own = CLIENT
    if (there := _holds(base / own, beside.get(own))) not in (None, text):
        own = f"{name}.{CLIENT}"  # which nobody else has, as the account's name is new
        draft = draft.having(client=own)
    return draft if there == text else replace(draft, beside={own: text})


def a_client(path: Path) -> Path:
    """The file of an OAuth client. Raises ValueError."""
    full = path.expanduser().absolute()
    client_of(full)
    return full


def still_to_do(one: Signed, base: Path) -> str:
    """What is missing before anybody can sign in; "" where nothing is."""
    place = base / str(one.draft.keys.get("client", CLIENT))
    if one.draft.beside or place.exists():
        return ""
    return f"{one.draft.name}: put the file of your OAuth client at {place} (docs/google.md)"


def _holds(path: Path, coming: str | None) -> str | None:
    """What is there, or about to be; None: nothing."""
    if coming is not None:
        return coming
    try:
        return client_of(path)[1]
    except WrongFile:
        return "" if os.path.lexists(path) else None


def _lying(base: Path) -> Path | None:
    """A client that lies where it is looked for, or where browsers put it."""
    downloads = Path("~/Downloads").expanduser()
    found = sorted(downloads.glob("client_secret_*.json"), key=os.path.getmtime, reverse=True)
    for path in (base / CLIENT, *found[:5]):
        try:
            client_of(path)
        except WrongFile:
            continue
        return path
    return None


def _file_or_dash(text: str) -> Path | None:
    word = text.strip()
    if not word:
        raise ValueError("write its name, or - to make it later")
    return None if word == "-" else a_client(Path(word))
