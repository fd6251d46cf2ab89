"""`syncd init`: find mail and calendars, ask little, write a configuration, and try it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncd import wiring
from syncd.cli.context import JsonOption, NowOption, call_of, default_config, print_json
from syncd.config import ConfigErrors

if TYPE_CHECKING:  # it brings what reads mail, and every other command starts without
    from syncd import setup

_STATE = "sqlite:///"


def register(app: typer.Typer) -> None:
    app.command("init")(command)


def command(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is found.")] = (
        False
    ),
    name: Annotated[str, typer.Option(metavar="NAME", help="Your name.")] = "",
    address: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="An address that you write from (repeat for more)."),
    ] = None,
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="Your time zone, like Europe/Lisbon.")
    ] = "",
    mail: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A Maildir, an mbox or a folder of mail (repeat)."),
    ] = None,
    calendar: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A folder of .ics files, or one such file (repeat)."),
    ] = None,
    contacts: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A folder of .vcf files, or one such file (repeat)."),
    ] = None,
    tasks: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The folder of .ics files that takes the tasks."),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="A mailbox on a server, by its address, or calendars by their URL (repeat). With "
            "a configuration that is there it is added to that.",
        ),
    ] = None,
    imap: Annotated[
        str, typer.Option(metavar="HOST[:PORT]", help="Its mail server, where it is not found.")
    ] = "",
    caldav: Annotated[
        str, typer.Option(metavar="URL", help="Its calendars and contacts, likewise.")
    ] = "",
    user: Annotated[
        str, typer.Option(metavar="NAME", help="Who signs in there, where it is not the address.")
    ] = "",
    password_command: Annotated[
        str, typer.Option(metavar="COMMAND", help="What prints its password (no shell runs it).")
    ] = "",
    google_client: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Sign in to Google with this OAuth client, for mail, calendars, contacts and "
            "tasks (docs/google.md).",
        ),
    ] = None,
    microsoft_client: Annotated[
        str,
        typer.Option(
            metavar="ID",
            help="Sign in to Microsoft 365 or Outlook.com with this application, for mail, "
            "calendars, contacts and tasks (docs/microsoft.md).",
        ),
    ] = "",
    tenant: Annotated[
        str,
        typer.Option(
            metavar="ID", help="Its organisation (directory ID or domain), if not the address's."
        ),
    ] = "",
    exchange: Annotated[
        str,
        typer.Option(
            metavar="HOST", help="Its Exchange server (a name, or the URL of EWS), if not found."
        ),
    ] = "",
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The configuration file to write.")
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Look in this folder instead of your home folder."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a configuration that exists, and keep it.")
    ] = False,
    look: Annotated[
        bool, typer.Option("--look/--no-look", help="Read everything and show what comes of it.")
    ] = True,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a first configuration from what is found on this machine and on servers, and look what
    comes of it; or add an account to one.

    Nothing is written to any task list before you say `syncd enable`. No password is written into
    the configuration.
    """
    from syncd import setup
    from syncd.cli import (
        init_add,
        init_ask,
        init_choice,
        init_given,
        init_look,
        init_signing,
        init_state,
        init_tasks,
    )
    from syncd.cli.ends import Stopped, stoppable
    from syncd.cli.init_desk import Desk
    from syncd.cli.init_login import code_of
    from syncd.cli.shown import busy

    call = call_of(context)
    call.moment(now)  # found wrong before anything is asked
    words = init_given.server_words(
        account,
        init_given.ServerWords(
            imap=imap,
            caldav=caldav,
            user=user,
            password_command=password_command,
            client=google_client,
            application=microsoft_client,
            tenant=tenant,
            exchange=exchange,
        ),
    )
    given = init_given.checked(name, address, timezone, mail, calendar, contacts, tasks, words)
    if home is not None and not home.is_dir():
        raise typer.BadParameter(f"{home} is no folder", param_hint="--home")
    place = setup.Home.of(home)
    target = (to or call.config or _default(place)).expanduser().absolute()
    asking = not (yes or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    adding = bool(words.accounts) and not force and target.is_file()
    _refuse_existing(target, force or adding)
    try:
        if adding:
            init_given.refuse_others(given, target)
            if not (yes or asking):
                raise typer.BadParameter("there is no terminal to ask on: give --yes")
            assembly = wiring.assemble(target)
            moment = call.moment(now, assembly)
            program = program_of(target)
            init_add.add(assembly, words, program, moment, asking=asking, as_json=as_json)
            return
        desk = Desk(setup.place_of(target).parent, words)
        with busy("Looking for mail, calendars and contacts"):
            finds = setup.find(place, given.mail, given.calendar, given.contacts)
            guess = setup.guess(place, finds.boxes)
        zone = given.timezone or setup.time_zone({} if home else os.environ)
        if not yes and not asking:
            raise typer.BadParameter(init_choice.no_terminal(given, finds, guess, zone))
        if not as_json:
            init_look.show_finds(finds, place, listed=not asking)
        if asking:
            answers = init_ask.ask(place, given, finds, guess, zone, target, desk)
        else:
            answers = init_choice.taken(place, given, finds, guess, zone, desk)
    except (typer.Abort, Stopped):
        typer.echo("\nsyncd: stopped; nothing was written", err=True)
        raise typer.Exit(130) from None
    answers.state = _state(place, to or call.config, target)
    if not (as_json or asking):
        for line in answers.lines(place):
            typer.echo(line)
    secrets = {one.secret_name: one.secret for one in answers.drafts if one.secret}
    beside = {name: text for one in answers.drafts for name, text in one.beside.items()}
    words_then = "the configuration is written, and nothing is read yet"
    try:
        with (
            stoppable(words_then) as step,
            setup.written(secrets, desk.base, beside) as places,
        ):
            kept = _written(target, answers.document(place), force)
    except OSError as error:
        raise _unwritable(setup.place_for("", desk.base), error) from None
    step()
    if not as_json:
        if kept is not None:
            typer.echo(f"The configuration that was there is kept as {kept}.")
        for written_to in (target, *places):
            typer.echo(f"Written: {written_to}")
        for line in init_tasks.still_to_do(answers.servers, desk.base):
            typer.echo(line)
    assembly = wiring.assemble(target)
    if asking:
        answers.servers = init_signing.sign_in(assembly, answers.servers)
    again = init_state.preview_again(assembly)
    if again and not as_json:
        typer.echo("It was enabled before; now it is a preview again.")
    further = init_look.Further(
        program_of(target),
        target,
        preview=assembly.settings.mode == "preview",
        list_to_show=place.short(Path(answers.new_list)) if answers.new_list else "",
        to_sign_in=init_signing.to_sign_in(answers.servers),
    )
    # Where nothing can be read yet, there is nothing to be seen.
    look = look and (answers.here or any(one.works is not None for one in answers.servers))
    written = {"config": str(target), **answers.plain()}
    moment = call.moment(now, assembly)
    init_state.remember(assembly, answers.servers, moment)
    code = code_of(answers.servers, others=answers.reads_here)
    if look:
        told = written if as_json else None
        code = init_look.first_look(assembly, moment, further, told)
    elif as_json:
        print_json(written)
    else:
        ailing = [one.draft.name for one in answers.servers if one.works is False]
        init_look.onwards(further, ailing, looked=False)
    raise typer.Exit(code)


def program_of(target: Path) -> str:
    """How to call syncd with this configuration."""
    program = "syncd" if shutil.which("syncd") else sys.argv[0]
    if default_config().absolute() == target and not os.environ.get("SYNCD_CONFIG"):
        return program
    return f"{program} --config {shlex.quote(str(target))}"


def _default(place: setup.Home) -> Path:
    """Where `syncd` looks for its configuration when nobody names one."""
    if place.own:
        return default_config()
    return place.path / ".config" / "syncd" / "syncd.yaml"


def _refuse_existing(target: Path, force: bool) -> None:
    from syncd import setup

    try:
        setup.place_of(target)
    except setup.NoFile:
        what = "is a folder" if target.is_dir() else "is no regular file"
        raise typer.BadParameter(
            f"{target} {what} and is left as it is; name the file to write, like "
            f"{target / 'syncd.yaml' if target.is_dir() else target.with_name('syncd.yaml')}",
            param_hint="--to",
        ) from None
    except OSError as error:
        raise _unwritable(target, error) from None
    if os.path.lexists(target) and not force:
        raise typer.BadParameter(
            f"{target} exists and is left as it is. `syncd check` looks at it; --account ADDRESS "
            "adds an account to it; --force writes a new one and keeps this one beside it; --to "
            "writes another"
        )


def _state(place: setup.Home, named: Path | None, target: Path) -> str:
    """Where the state goes: by itself for the configuration that is the default, else beside the
    file, so that two configurations never share one."""
    if named is not None:
        return f"{_STATE}{target.stem}.db"
    if place.own:
        return ""
    return f"{_STATE}{place.path / '.local' / 'state' / 'syncd' / 'syncd.db'}"


def _written(target: Path, text: str, force: bool) -> Path | None:
    from syncd import setup

    try:
        return setup.write(target, text, wiring.assemble, force=force)
    except (setup.Exists, setup.NoFile):
        _refuse_existing(target, False)
        raise
    except ConfigErrors as error:  # the environment may overrule the file
        raise ConfigErrors([replace(one, file=str(target)) for one in error.mistakes]) from None
    except OSError as error:
        raise _unwritable(target, error) from None


def _unwritable(target: Path, error: OSError) -> typer.BadParameter:
    return typer.BadParameter(f"{target} cannot be written: {error.strerror}", param_hint="--to")
