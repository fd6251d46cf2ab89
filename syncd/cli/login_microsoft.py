"""What `syncd login` and `syncd logout` say of accounts at Microsoft alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from syncd.cli.context import NotFound
from syncd.wiring.microsoft_login import MicrosoftSigningIn, microsoft_sign_out

if TYPE_CHECKING:
    from syncd.wiring.login import Done
    from syncd.wiring.microsoft_login import Code


def by_code(signing: MicrosoftSigningIn) -> Done:
    """Sign in by a code that is typed on another machine. Raises the errors of the contract."""
    return signing.by_code(_shown)


def sign_out_microsoft(signing: MicrosoftSigningIn) -> None:
    """Keep the sign-in no longer, and say where the consent is taken back."""
    name, vault = signing.entry.name, signing.vault
    if signing.by_itself:
        raise typer.BadParameter(
            f"{name} {signing.by_itself}: there is no sign-in to take back; its secrets and "
            "certificates are ended in Entra"
        )
    if vault.given:
        raise NotFound(
            f"the sign-in of {name} is the credential {vault.credential}, which is not kept here: "
            "remove it where the service manager has it"
        )
    found = microsoft_sign_out(signing.assembly, signing.entry)
    if found is None:
        raise NotFound(f"nobody is signed in to {name}")
    work, personal = found
    typer.echo(f"Signed out of {name}: what was kept of the sign-in is deleted.")
    typer.echo(
        f"Microsoft lets no program take a consent back. You can, at {work} (work or school) or "
        f"{personal} (an account of your own)."
    )


def _shown(code: Code) -> None:
    typer.echo(
        f"Open {code.address} in any browser, and type this code there within {code.minutes} "
        f"minutes:\n\n    {code.code}\n\nMany organisations forbid this way: then sign in on a "
        "machine with a browser, or with --no-browser.\nWaiting for you to consent there …"
    )
    sys.stdout.flush()
