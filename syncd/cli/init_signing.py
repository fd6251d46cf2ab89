"""`syncd init` signs in to accounts at Google and Microsoft, on their page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import typer

from connectors.errors import ConnectorError
from syncd import wiring
from syncd.cli.ends import Stopped
from syncd.cli.init_answers import question
from syncd.cli.init_login import Signed
from syncd.cli.shown import shown
from syncd.config import ConfigErrors
from syncd.store.health import SIGNED_OUT
from syncd.wiring.signing import Signing, signing_of

KINDS: Final = ("google", "graph")


def sign_in(assembly: wiring.Assembly, servers: Sequence[Signed]) -> list[Signed]:
    """The accounts; those of which somebody signs in on a page signed in to, as far as the owner
    wants that now."""
    entries = {one.name: one for one in assembly.settings.accounts}
    found = []
    for one in servers:
        entry = entries.get(one.draft.name)
        signing = None if entry is None else signing_of(assembly, entry)
        if signing is not None and _can(signing):
            one = _signed_in(signing, one)
        found.append(one)
    return found


def to_sign_in(servers: Sequence[Signed]) -> list[str]:
    """The names of the accounts that nobody has signed in to."""
    return [one.draft.name for one in servers if one.draft.kind in KINDS and not one.works]


def _can(signing: Signing) -> bool:
    """Whether somebody could; else `syncd login` tells what is missing."""
    if signing.by_itself:
        return False
    try:
        signing.equipped()
        signing.client()
    except ConfigErrors:
        return False
    return True


def _signed_in(signing: Signing, one: Signed) -> Signed:
    from syncd.cli.login import graphical, tell_rights
    from syncd.cli.login import sign_in as signed_in

    signing.prepare()
    tell_rights(signing)
    text = (
        f"Sign in to {one.draft.name} now? In a browser here (b), in one elsewhere (e), later (l)"
    )
    default = "b" if graphical() else "e"
    while True:
        try:
            answer = question(text, _letter, default)
        except typer.Abort:
            typer.echo("")
            return one
        except Stopped as stopped:
            raise _stopped(stopped, one) from None
        if answer == "l":
            return one
        try:
            done = signed_in(signing, by_hand=answer == "e")
        except ConnectorError as error:
            words = shown(str(error))
            typer.echo(f"  {words}")
            out = isinstance(error, SIGNED_OUT)
            one = replace(one, works=False, trouble=words, signed_out=out)
            default = answer
        except Stopped as stopped:
            raise _stopped(stopped, one) from None
        else:
            for trouble in done.troubles:
                typer.echo(f"  {shown(trouble)}")
            return replace(one, works=True, trouble="", signed_out=False)


def _stopped(stopped: Stopped, one: Signed) -> Stopped:
    words = f"the configuration is written, and nobody was signed in to {one.draft.name}"
    return Stopped(stopped.number, words)


def _letter(text: str) -> str:
    word = text.strip().lower()[:1]
    if word not in ("b", "e", "l"):
        raise ValueError("write b, e or l")
    return word
