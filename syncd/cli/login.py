"""`syncd login` and `syncd logout`: let syncd into an account of Google or Microsoft, or out
again."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from connectors.errors import ConnectorError, Refused, Unavailable
from syncd.cli import streams
from syncd.cli.context import Call, NotFound, call_of
from syncd.cli.ends import Stopped
from syncd.cli.login_microsoft import by_code, sign_out_microsoft
from syncd.cli.shown import shown
from syncd.config import ExchangeAccountSettings, ServerAccountSettings
from syncd.wiring.accounts import lacks_extra
from syncd.wiring.login import Done, SigningIn, sign_out
from syncd.wiring.microsoft_login import MicrosoftSigningIn
from syncd.wiring.signing import Signing, signing_of

_NOBODY = 77
_GRAPHICAL = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")

Name = Annotated[
    str | None,
    typer.Argument(help="The account; the only one of kind google or graph, if it is not said."),
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
            help="Print the provider's page, to be opened anywhere, and take the address that it "
            "ends at.",
        ),
    ] = False,
    code: Annotated[
        bool,
        typer.Option(
            "--code",
            help="Microsoft: print a code, to be typed on a page of theirs anywhere. Many "
            "organisations forbid it.",
        ),
    ] = False,
) -> None:
    """Sign in to an account of Google or Microsoft: you consent in a browser, and syncd keeps what
    it gets.

    Exit code 77 where nobody signed in, 78 where the file of the OAuth client is wrong.
    """
    signing = _signing(call_of(context), name)
    entry = signing.entry
    _check_way(signing, no_browser=no_browser, code=code)
    signing.equipped()
    if signing.by_itself:
        raise typer.BadParameter(f"{entry.name} {signing.by_itself}: `syncd doctor` tries it")
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
        done = sign_in(signing, by_hand=no_browser, code=code)
    except ConnectorError as error:
        streams.say(f"syncd: {shown(str(error))}")
        raise typer.Exit(1 if isinstance(error, Unavailable) else _NOBODY) from None
    except Stopped as stopped:
        raise Stopped(stopped.number, "nobody was signed in") from None
    if done.troubles:
        for trouble in done.troubles:
            streams.say(f"syncd: {shown(trouble)}")
        streams.say("syncd: the sign-in is kept: `syncd once` reads as soon as that is mended")
        raise typer.Exit(1)
    typer.echo("A running syncd begins to read within a minute; else `syncd once` does.")


def sign_in(signing: Signing, *, by_hand: bool, code: bool = False) -> Done:
    """Sign in, and say who did. `by_hand`: by a browser that is elsewhere; `code`: by one that is
    typed there, at Microsoft. Raises the errors of the contract."""
    try:
        if code and isinstance(signing, MicrosoftSigningIn):
            done = by_code(signing)
        else:
            done = signing.by_hand(_pasted) if by_hand else signing.by_browser(_opened)
    except ModuleNotFoundError as error:
        if not lacks_extra(error):
            raise
        extra = signing.entry.kind
        raise Refused(f"this needs an extra: pip install 'syncd[{extra}]'") from error
    _tell(done, signing.entry.name)
    return done


def tell_rights(signing: Signing) -> None:
    """Say what the provider will ask about."""
    typer.echo(f"{signing.provider} will ask {signing.entry.login} to let syncd:")
    for right in signing.rights():
        typer.echo(f"  - {right.shown} ({right.name})")
    back = "takes all of it back" if isinstance(signing, SigningIn) else "ends it on this machine"
    typer.echo(f"Nothing ever sends mail. `syncd logout` {back}.")


def _check_way(signing: Signing, *, no_browser: bool, code: bool) -> None:
    if code and not isinstance(signing, MicrosoftSigningIn):
        raise typer.BadParameter(
            f"{signing.provider} has no codes for this: use --no-browser", param_hint="--code"
        )
    if code and no_browser:
        raise typer.BadParameter("these are two ways: leave one of them away", param_hint="--code")


def logout(context: typer.Context, name: Name = None) -> None:
    """Take back what `syncd login` got: it is deleted here, and Google forgets it."""
    signing = _signing(call_of(context), name)
    if isinstance(signing, MicrosoftSigningIn):
        sign_out_microsoft(signing)
        return
    entry, vault = signing.entry, signing.vault
    if entry.service_account is not None:
        raise typer.BadParameter(
            f"{entry.name} has a service account: there is no sign-in to take back; its key, and "
            "what it may do (Admin console, Domain-wide delegation), are ended at Google"
        )
    signing.equipped()
    try:
        trouble = sign_out(signing.assembly, entry)
    except Stopped as stopped:
        raise Stopped(
            stopped.number, f"{entry.name} may still be signed in: say it again"
        ) from None
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


def _signing(call: Call, name: str | None) -> Signing:
    assembly = call.assembly()
    accounts = assembly.settings.accounts
    able = [one for one in (signing_of(assembly, entry) for entry in accounts) if one is not None]
    if name is None:
        if len(able) == 1:
            return able[0]
        names = ", ".join(one.entry.name for one in able)
        hint = f"name one of {names}" if able else "there is no account of kind google or graph"
        raise typer.BadParameter(hint)
    found = next((one for one in accounts if one.name == name), None)
    if found is not None and (signing := signing_of(assembly, found)) is not None:
        return signing
    if isinstance(found, ServerAccountSettings):
        kept = f"what is kept under {found.secret}" if found.signs_in else "what this machine has"
        page = "microsoft" if isinstance(found, ExchangeAccountSettings) else "servers"
        raise typer.BadParameter(f"{name} signs in with {kept}: see docs/{page}.md")
    if found is not None:
        raise typer.BadParameter(f"{name} is on this machine: nobody has to sign in")
    known = ", ".join([one.entry.name for one in able] or [one.name for one in accounts])
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
        f"Open this page in any browser, and consent there:\n\n{url}\n\nIt ends at a page of "
        "this machine (127.0.0.1 or localhost) that cannot be reached. That is right: copy its "
        "whole address.\nPaste it here: ",
        nl=False,
    )
    sys.stdout.flush()
    return sys.stdin.readline()


def _tell(done: Done, name: str) -> None:
    who = f" as {done.account}" if done.account else ""
    typer.echo(f"Signed in to {name}{who}.")
    if done.days is not None:
        typer.echo(
            f"This ends in {done.days} days, for the app is in Testing: publish it to stay signed "
            "in (docs/google.md)."
        )
