"""The questions of `syncd init`; every answer is looked at as soon as it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from syncd import setup
from syncd.cli.init_answers import (
    a_folder,
    a_name,
    a_path,
    a_zone,
    addresses_in,
    numbers_of,
    question,
)
from syncd.cli.init_choice import Choice, task_folders
from syncd.cli.init_desk import Desk
from syncd.cli.init_given import Given, mail_addresses, with_addresses
from syncd.cli.init_login import Signed
from syncd.cli.init_servers import ask_servers
from syncd.cli.init_tasks import TaskList, task_lists
from syncd.people import normalise


def ask(
    place: setup.Home,
    given: Given,
    finds: setup.Finds,
    guess: setup.Guess,
    zone: str,
    target: Path,
    desk: Desk,
) -> Choice:
    """Everything that the command line did not say. Raises typer.Abort when the owner leaves."""
    name = given.name or question("Your name", a_name, guess.name or None)
    addresses = given.addresses
    guess = replace(guess, addresses=guess.addresses or mail_addresses(given.servers))
    if not addresses:
        if guess.addresses and guess.why:
            typer.echo(f"  ({guess.why} is {', '.join(guess.addresses)})")
        addresses = question(
            "The addresses you write from, with commas between them",
            addresses_in,
            ", ".join(guess.addresses) or None,
        )
    timezone = given.timezone or question("Your time zone", a_zone, zone or None)
    nothing = not (finds.mail or finds.calendar)
    servers = ask_servers(desk, addresses[0], nothing)
    addresses = _with_theirs(addresses, servers, given)
    finds = _more(place, _without(place, finds, given), servers)
    tasks = given.tasks or _tasks(place, [*task_lists(servers), *task_folders(place, finds)])
    if not typer.confirm(f"Write {target}?", default=True):
        raise typer.Abort
    return Choice(name, addresses, timezone, finds, tasks, servers)


def _with_theirs(
    addresses: tuple[str, ...], servers: Sequence[Signed], given: Given
) -> tuple[str, ...]:
    """The owner's addresses with those that they sign in to mailboxes by."""
    users = [one.draft.login for one in servers if one.draft.kind != "caldav"]
    both = with_addresses(addresses, given.servers)
    every = dict.fromkeys((*both, *(normalise(user) for user in users if normalise(user))))
    more = [one for one in every if one not in addresses]
    if more:
        typer.echo(f"  Also yours: {', '.join(more)}")
    return tuple(every)


def _without(place: setup.Home, finds: setup.Finds, given: Given) -> setup.Finds:
    """The finds without what the owner leaves out; what the command line named stays."""
    found: list[tuple[str, setup.MailPlace | setup.Collection]] = []
    for kind, named in (
        ("mail", given.mail),
        ("calendar", given.calendar),
        ("contacts", given.contacts),
    ):
        found += [(kind, one) for one in getattr(finds, kind) if not named]
    if not found:
        return finds
    typer.echo("Found:")
    for number, (kind, one) in enumerate(found, 1):
        typer.echo(f"  {number:>2}  {kind:<9} {place.short(one.path)}  ({one.what})")

    out = question("Leave any out? Their numbers, or nothing", numbers_of(len(found)), "")
    left = {id(one) for number, (_, one) in enumerate(found, 1) if number in out}
    return replace(
        finds,
        mail=tuple(one for one in finds.mail if id(one) not in left),
        calendar=tuple(one for one in finds.calendar if id(one) not in left),
        contacts=tuple(one for one in finds.contacts if id(one) not in left),
    )


def _more(place: setup.Home, finds: setup.Finds, servers: Sequence[Signed]) -> setup.Finds:
    """The finds with what the owner adds; at least mail or a calendar, here or on a server."""
    text = "More to read? A file or folder of mail, events or cards, or nothing"
    while True:
        path = question(text, _or_nothing, "")
        if path is None:
            if finds.mail or finds.calendar or servers:
                return finds
            typer.echo(
                "Error: without mail or a calendar there is nothing to judge by: name a file or "
                "folder, or leave with Ctrl-C and begin anew with an account"
            )
            continue
        mail, other = setup.as_mail(path, place), setup.as_collection(path, place)
        if mail.boxes:
            finds = replace(finds, mail=(*finds.mail, mail))
        if other.events:
            finds = replace(finds, calendar=(*finds.calendar, other))
        if other.cards:
            finds = replace(finds, contacts=(*finds.contacts, other))
        if not (mail.boxes or other.events or other.cards):
            typer.echo(f"Error: there is neither mail nor events nor cards in {path}")


def _or_nothing(text: str) -> Path | None:
    return a_path(Path(text.strip())) if text.strip() else None


def _tasks(place: setup.Home, places: Sequence[Path | TaskList]) -> Path | TaskList:
    """Where tasks go: one of what was found, a new folder, or what the owner writes."""
    typer.echo("Tasks are written to one list on a server, or as .ics files into one folder:")
    for number, one in enumerate(places, 1):
        new = "  (new)" if isinstance(one, Path) and not one.exists() else ""
        typer.echo(f"  {number}  {place.short(one) if isinstance(one, Path) else one}{new}")

    def chosen(text: str) -> Path | TaskList:
        word = text.strip()
        if word.isdigit():
            if not 1 <= int(word) <= len(places):
                raise ValueError(f"write a number from 1 to {len(places)}, or a folder")
            return places[int(word) - 1]
        return a_folder(Path(word))

    return question("Which one? A number, or another folder", chosen, "1")
