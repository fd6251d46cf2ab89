"""`syncd init` and accounts on servers: from an address, or a URL, to accounts that are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import typer

from syncd import setup
from syncd.cli import init_google, init_microsoft, init_signing
from syncd.cli.init_answers import an_account, question
from syncd.cli.init_correct import correct, server_of
from syncd.cli.init_desk import Desk, right
from syncd.cli.init_given import ServerWords
from syncd.cli.init_login import Signed, signed_in, tried
from syncd.cli.init_ways import asked_page, by_page, drafts_of, one_way
from syncd.cli.shown import busy, shown

_WIDTH = 23


def ask_servers(desk: Desk, suggested: str, needed: bool) -> list[Signed]:
    """The accounts that the command line names, else those that the owner does. `needed`: nothing
    else is there to read, so that an answer is proposed."""
    found: list[Signed] = []
    for given in desk.words.accounts:
        found += _asked(desk, given)
    if desk.words.accounts:
        return found
    text = "Mail or calendars on a server? The address of the account, or a URL, or nothing"
    default = suggested if needed else ""
    while True:
        given = question(text, _or_nothing, default)
        if not given:
            return found
        found += _asked(desk, given)
        text, default = "Another one? Its address, a URL, or nothing", ""


def taken_servers(desk: Desk) -> list[Signed]:
    """The accounts that the command line names, without asking. What signs in is tried; what does
    not is kept all the same, with its trouble."""
    found: list[Signed] = []
    for given in desk.words.accounts:
        if desk.words.client is not None or desk.words.application:
            found.append(by_page(desk, given))
            continue
        settings = _proposed(desk, given)
        if settings.exchange and settings.mail is not None and settings.mail.found == setup.GUESSED:
            settings = replace(settings, mail=None)  # this one is known, and reads more
        proposed = drafts_of(desk, settings)
        drafts = _agreed(proposed)
        for note in (*settings.notes, *desk.twice(drafts)):
            typer.echo(f"Note: {note}", err=True)
        if settings.kind == init_google.KIND:
            typer.echo(f"Note: {init_google.HINT}", err=True)
        for draft in drafts:
            _refuse(draft, desk.words, settings.kind)
        if not drafts:
            if not proposed:
                typer.echo(f"syncd: {_unknown(given, settings)}", err=True)
            raise typer.Exit(1)
        if desk.words.password_command:
            drafts = [
                one.having(**{one.command_key: desk.words.password_command}) for one in drafts
            ]
        signed = [tried(right(draft), desk.base) for draft in drafts]
        desk.add(signed)
        found += signed
    return found


def show(settings: setup.Settings, drafts: Sequence[setup.Draft]) -> None:
    """What is proposed, and how it was come by."""
    if settings.provider:
        typer.echo(f"  {'Provider:':<{_WIDTH}} {settings.provider}")
    for draft in drafts:
        user = f", user {draft.keys['user']}" if "user" in draft.keys else ""
        where = shown(f"{draft.where}{user}")
        typer.echo(f"  {draft.what + ':':<{_WIDTH}} {where}  ({draft.found})")
        if draft.far:
            typer.echo(f"  {'':<{_WIDTH}} Is that your provider? The DNS can be forged on the way.")
    if settings.password:
        typer.echo(f"  {'Password:':<{_WIDTH}} {settings.password}")
    for note in (*settings.notes, *settings.missed):
        typer.echo(f"  {'Note:':<{_WIDTH}} {note}")


def _asked(desk: Desk, given: str) -> list[Signed]:
    """The accounts for an address or URL, each proposed, corrected and tried."""
    if desk.words.client is not None or desk.words.application:
        return [by_page(desk, given)]
    settings = _proposed(desk, given)
    by_password = desk.words.imap or desk.words.password_command
    if settings.kind in init_signing.KINDS and settings.mail is not None and not by_password:
        typer.echo(f"  {'Provider:':<{_WIDTH}} {settings.provider}")
        try:
            signed = asked_page(desk, desk.words.user or given, settings)
        except init_microsoft.LeftOut:
            return []
        if signed is not None:
            for note in desk.twice([signed.draft]):
                typer.echo(f"  {'Note:':<{_WIDTH}} {shown(note)}")
            desk.add([signed])
            return [signed]
    if settings.exchange and settings.mail is not None and not by_password:
        settings = one_way(settings, settings.mail)
    if "://" in given and not desk.words.user:
        user = question("Who signs in there, or nothing where nobody does", str.strip, "")
        settings = setup.look_url(given, user)
    drafts = drafts_of(desk, settings)
    show(settings, drafts)
    for note in desk.twice(drafts):
        typer.echo(f"  {'Note:':<{_WIDTH}} {shown(note)}")
    if not drafts:
        typer.echo(f"  No server was found for {given.rpartition('@')[2]}: name them.")
        typer.echo(
            "  (An Exchange server is named by `syncd init --account ADDRESS --exchange HOST`.)"
        )
    if not drafts or not typer.confirm("Is that right?", default=True):
        drafts = _corrected(desk, settings, drafts)
    if desk.words.password_command:
        drafts = [one.having(**{one.command_key: desk.words.password_command}) for one in drafts]
    found = signed_in(drafts, desk.base, lambda one, why: correct(desk.network, one, why))
    desk.add(found)
    return found


def _proposed(desk: Desk, given: str) -> setup.Settings:
    words = desk.words
    if "://" in given:
        return setup.look_url(given, words.user)
    if words.exchange:
        return setup.Settings(given, exchange=words.exchange)
    settings = setup.Settings(given)
    if not (words.imap and words.caldav):
        with busy(f"Looking for the servers of {given.rpartition('@')[2]}"):
            settings = setup.look(given, desk.network)
    if words.imap:
        host, port, tls = server_of(desk.network, words.imap)
        mail = setup.MailServer(host, words.user or given, port, tls, found="as you said")
        settings = replace(settings, mail=mail, missed=())
    if words.caldav:
        dav = setup.DavServer(words.caldav, words.user or given, found="as you said")
        settings = replace(settings, calendars=dav, contacts=dav, missed=())
    if words.user:
        settings = _with_user(settings, words.user)
    return settings


def _with_user(settings: setup.Settings, user: str) -> setup.Settings:
    changed: dict[str, Any] = {
        key: replace(server, user=user)
        for key in ("mail", "calendars", "contacts")
        if (server := getattr(settings, key)) is not None
    }
    return replace(settings, **changed)


def _corrected(
    desk: Desk, settings: setup.Settings, drafts: Sequence[setup.Draft]
) -> list[setup.Draft]:
    """The owner's own settings, beginning with what was proposed."""
    given = [one for one in drafts if (one.kind == "imap")]
    mail = given[0] if given else None
    name = setup.free_name(drafts[0].name if drafts else settings.domain or "server", desk.taken)
    name = question("What is it called in tasks and messages", _name_of(desk), name)
    found: list[setup.Draft] = []
    whole = next((one.having(name=name) for one in drafts if one.kind == "exchange"), None)
    if whole is not None and (own := correct(desk.network, whole)) is not None:
        return [own]
    if "@" in settings.address:
        start = mail or setup.Draft("imap", {"name": name, "user": settings.address})
        if (one := correct(desk.network, start.having(name=name))) is not None:
            found.append(one)
    others = [one for one in drafts if one.kind == "caldav"]
    for one in others or [setup.Draft("caldav", {"name": name, "user": settings.address or None})]:
        taken = {*desk.taken, *(draft.name for draft in found)}
        label = "contacts" if one.keys.get("calendars") is False else "calendar"
        free = setup.free_name(f"{name}-{label}" if found else name, taken)
        if (draft := correct(desk.network, one.having(name=free))) is not None:
            found.append(draft)
    return found


def _agreed(drafts: Sequence[setup.Draft]) -> list[setup.Draft]:
    """Without calendars beside the mail that are only guessed, or that only the DNS names: nobody
    agreed that a password goes there."""
    found = []
    mail = any(draft.kind == "imap" for draft in drafts)
    for draft in drafts:
        guessed = draft.found == setup.GUESSED
        if draft.kind == "caldav" and (guessed or (draft.far and mail)):
            why = "is only guessed" if guessed else "only the DNS says, which can be forged"
            typer.echo(
                f"Left out: {draft.where} may have calendars too, which {why}: where that is "
                f"right, add --caldav {draft.where}",
                err=True,
            )
        else:
            found.append(draft)
    return found


def _refuse(draft: setup.Draft, words: ServerWords, kind: str) -> None:
    """Raise for what needs somebody to agree, or to say more. `kind`: of the account that would
    read all of it, where there is one."""
    if draft.by_token and not words.password_command:
        page = "--microsoft-client ID, to sign in to Microsoft (docs/microsoft.md), or "
        raise typer.BadParameter(
            f"{draft.keys['host']} takes access tokens alone: give "
            f"{page if kind == init_microsoft.KIND else ''}--password-command with a program that "
            "prints one",
            param_hint="--account",
        )
    guessed = draft.found == setup.GUESSED
    if draft.far or guessed:
        option = "--imap" if draft.kind == "imap" else "--caldav"
        where = draft.keys.get("url") or draft.keys["host"]
        if "port" in draft.keys:
            where = f"{where}:{draft.keys['port']}"
        why = f"only the DNS says that {where} serves this address, and the DNS can be forged"
        if guessed:
            why = f"that {where} serves this address is only guessed"
        raise typer.BadParameter(
            f"{why}: where that is right, add {option} {where}",
            param_hint="--account",
        )


def _unknown(given: str, settings: setup.Settings) -> str:
    domain = given.rpartition("@")[2]
    why = "; ".join(settings.missed)
    return (
        f"no server is known for {domain}, and none was found{f' ({why})' if why else ''}: name "
        "it, with --imap HOST and --caldav URL, or --exchange HOST"
    )


def _or_nothing(text: str) -> str:
    return an_account(text) if text.strip() else ""


def _name_of(desk: Desk) -> Any:
    def name(text: str) -> str:
        word = text.strip()
        if setup.free_name(word, ()) != word:
            raise ValueError("write it with letters, digits, dots, dashes and underscores")
        if word in desk.taken:
            raise ValueError(f"there is an account {word!r} already: write another name")
        return word

    return name
