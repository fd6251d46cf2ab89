"""Which way an account is read, where there are several: `syncd init`."""

from __future__ import annotations

from dataclasses import replace

import typer

from syncd import setup
from syncd.cli import init_google, init_microsoft
from syncd.cli.init_answers import numbers_of, question
from syncd.cli.init_desk import Desk, right
from syncd.cli.init_login import Signed
from syncd.cli.shown import shown


def asked_page(desk: Desk, login: str, settings: setup.Settings) -> Signed | None:
    """The account, where its owner wants to sign in on a page of the provider's; None: it goes on
    by IMAP. Raises `LeftOut`."""
    how = settings.mail.found if settings.mail is not None else ""
    if settings.kind == init_microsoft.KIND:
        return init_microsoft.asked(login, settings, desk.taken, how)
    return init_google.asked(desk.base, login, desk.taken, desk.beside, how)


def one_way(settings: setup.Settings, mail: setup.MailServer) -> setup.Settings:
    """The settings for one of two ways to a mailbox on an Exchange server that does IMAP too."""
    typer.echo(f"  An Exchange server answers at {settings.exchange}. It can be read in two ways:")
    typer.echo("    1  as such: mail, calendars, contacts, and tasks in Outlook")
    typer.echo(f"    2  by IMAP, which is mail alone: {shown(str(mail))}")
    if question("Which one", numbers_of(2, one=True), "1") == {1}:
        return replace(settings, mail=None)
    return replace(settings, exchange="")


def drafts_of(desk: Desk, settings: setup.Settings) -> list[setup.Draft]:
    """The accounts for what was found, or named."""
    words = desk.words
    return [
        replace(one, found="as you said" if words.exchange else one.found).having(
            user=words.user or None
        )
        if one.kind == "exchange"
        else one
        for one in setup.drafts_of(settings, desk.taken)
    ]


def by_page(desk: Desk, given: str) -> Signed:
    """The account that the command line names, with the client or application that signs in on a
    page."""
    words, login = desk.words, desk.words.user or given
    if words.application:
        draft = init_microsoft.draft_of(
            login, words.application, words.tenant, desk.taken, "as you said"
        )
    else:
        draft = init_google.draft_of(
            desk.base, login, words.client, desk.taken, desk.beside, "as you said"
        )
    for note in desk.twice([draft]):
        typer.echo(f"Note: {note}", err=True)
    signed = Signed(right(draft))
    desk.add([signed])
    return signed
