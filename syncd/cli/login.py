"""`syncd login` and `syncd logout`: let syncd into a Google account, or out again."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from connectors.errors import ConnectorError, Refused, Unavailable
from syncd.cli import streams
from syncd.cli.context import Call, NotFound, call_of
from syncd.cli.ends import Stopped
from syncd.cli.shown import shown
from syncd.config import GoogleAccountSettings, ServerAccountSettings
from syncd.wiring.accounts import lacks_extra
from syncd.wiring.login import Done, SigningIn, sign_out

_NOBODY = 77
_GRAPHICAL = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")

Name = Annotated[
    str | None, typer.Argument(help="The account; the only one of kind google, if it is not said.")
]


def register(app: typer.Typer) -> None:
    app.command("login")(login)
    app.command("logout")(logout)


def login(
    context: typer.Context,
    name: Name = None,
    no_browser: Annotated[
        bool,
        typer.Option(
            "--no-browser",
            help="Print Google's page, to be opened anywhere, and take the address it ends at.",
        ),
    ] = False,
) -> None:
    """Sign in to a Google account: you consent in a browser, and syncd keeps what it gets.

    Exit code 77 where nobody signed in, 78 where the file of the OAuth client is wrong.
    """
    signing = _signing(call_of(context), name)
    entry = signing.entry
    if entry.service_account is not None:
        raise typer.BadParameter(
            f"{entry.name} has a service account, which signs in by itself: `syncd doctor` tries it"
        )
    if signing.vault.given:
        raise NotFound(
            f"the sign-in of {entry.name} is the credential {signing.vault.credential}, which is "
            "not kept here: sign in without it, then put what is kept in its place"
        )
    signing.client()  # before anything is asked, as is the next
    signing.prepare()
    tell_rights(signing)
    typer.echo("")
    try:
        sign_in(signing, by_hand=no_browser)
    except ConnectorError as error:
        streams.say(f"syncd: {shown(str(error))}")
        raise typer.Exit(1 if isinstance(error, Unavailable) else _NOBODY) from None
    except Stopped as stopped:
        raise Stopped(stopped.number, "nobody was signed in") from None
    typer.echo("A running syncd begins to read within a minute; else `syncd once` does.")


def sign_in(signing: SigningIn, *, by_hand: bool) -> None:
    """Sign in, and say who did. `by_hand`: by a browser that is elsewhere. Raises the errors of the
    contract."""
    try:
        done = signing.by_hand(_pasted) if by_hand else signing.by_browser(_opened)
    except ModuleNotFoundError as error:
        if not lacks_extra(error):
            raise
        raise Refused("this needs an extra: pip install 'syncd[google]'") from error
    _tell(done, signing.entry)


def tell_rights(signing: SigningIn) -> None:
    """Say what Google will ask about."""
    typer.echo(f"Google will ask {signing.entry.login} to let syncd:")
    for right in signing.rights():
        typer.echo(f"  - {right.shown} ({right.name})")
    typer.echo("Nothing ever sends mail. `syncd logout` takes all of it back.")


def logout(context: typer.Context, name: Name = None) -> None:
    """Take back what `syncd login` got: Google forgets it, and syncd does."""
    signing = _signing(call_of(context), name)
    entry, vault = signing.entry, signing.vault
    trouble = sign_out(signing.assembly, entry)
    if trouble is None:
        raise NotFound(f"nobody is signed in to {entry.name}")
    if trouble:
        streams.say(
            f"syncd: {shown(trouble)}: remove syncd under https://myaccount.google.com/connections "
            "as well. Here it is signed out"
        )
        raise typer.Exit(1)
    typer.echo(f"Signed out of {entry.name}: Google lets syncd in no more.")
    if vault.given:
        typer.echo(f"The credential {vault.credential} is of no use any more: remove it.")


def _signing(call: Call, name: str | None) -> SigningIn:
    assembly = call.assembly()
    accounts = assembly.settings.accounts
    able = [one for one in accounts if isinstance(one, GoogleAccountSettings)]
    if name is None:
        if len(able) == 1:
            return SigningIn(assembly, able[0])
        names = ", ".join(one.name for one in able)
        hint = f"name one of {names}" if able else "there is no account of kind google"
        raise typer.BadParameter(hint)
    found = next((one for one in accounts if one.name == name), None)
    if isinstance(found, GoogleAccountSettings):
        return SigningIn(assembly, found)
    if isinstance(found, ServerAccountSettings):
        raise typer.BadParameter(
            f"{name} signs in with what is kept under {found.secret}: see docs/servers.md"
        )
    if found is not None:
        raise typer.BadParameter(f"{name} is on this machine: nobody has to sign in")
    known = ", ".join(one.name for one in able or accounts)
    raise NotFound(f"there is no account {name!r}: there is {known}")


def graphical() -> bool:
    """Whether a browser can be opened here."""
    return sys.platform == "darwin" or any(os.environ.get(one) for one in _GRAPHICAL)


def _opened(url: str) -> None:
    typer.echo(f"Open this page, if it does not open by itself:\n\n{url}\n")
    sys.stdout.flush()
    if graphical():
        import webbrowser  # a terminal has none, and would be taken over by one of text

        webbrowser.open(url)
    else:
        typer.echo("(Is your browser on another machine? Then use --no-browser.)")
    typer.echo("Waiting for you to consent there …")
    sys.stdout.flush()


def _pasted(url: str) -> str:
    typer.echo(
        f"Open this page in any browser, and consent there:\n\n{url}\n\nIt ends at a page that "
        "cannot be reached (127.0.0.1). That is right: copy its whole address.\nPaste it here: ",
        nl=False,
    )
    sys.stdout.flush()
    return sys.stdin.readline()


def _tell(done: Done, entry: Any) -> None:
    who = f" as {done.account}" if done.account else ""
    typer.echo(f"Signed in to {entry.name}{who}.")
    if done.days is not None:
        typer.echo(
            f"This ends in {done.days} days, for the app is in Testing: publish it to stay signed "
            "in (docs/google.md)."
        )
