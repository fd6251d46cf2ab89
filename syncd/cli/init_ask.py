"""The questions of `syncd init`; every answer is looked at as soon as it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import typer

from syncd import setup
from syncd.cli.init_answers import a_folder, a_name, a_path, a_zone, addresses_in
from syncd.cli.init_choice import Choice, Given, task_folders

T = TypeVar("T")


def ask(
    place: setup.Home,
    given: Given,
    finds: setup.Finds,
    guess: setup.Guess,
    zone: str,
    target: Path,
) -> Choice:
    """Everything that the command line did not say. Raises typer.Abort when the owner leaves."""
    name = given.name or _question("Your name", a_name, guess.name or None)
    addresses = given.addresses
    if not addresses:
        if guess.addresses:
            typer.echo(f"  ({guess.why} is {', '.join(guess.addresses)})")
        addresses = _question(
            "The addresses you write from, with commas between them",
            addresses_in,
            ", ".join(guess.addresses) or None,
        )
    timezone = given.timezone or _question("Your time zone", a_zone, zone or None)
    finds = _more(place, _without(place, finds, given))
    tasks = given.tasks or _tasks(place, task_folders(place, finds))
    if not typer.confirm(f"Write {target}?", default=True):
        raise typer.Abort
    return Choice(name, addresses, timezone, finds, tasks)


def _question(text: str, read: Callable[[str], T], default: str | None) -> T:
    """Ask until the answer is right. Enter takes the default, which may be empty; None: it takes
    an answer."""

    def checked(value: str) -> T:
        try:
            return read(value)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    answer: T = typer.prompt(text, default=default, value_proc=checked, show_default=bool(default))
    return answer


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

    def numbers(text: str) -> set[int]:
        words = text.replace(",", " ").split()
        if any(not word.isdigit() or not 1 <= int(word) <= len(found) for word in words):
            raise ValueError(f"write numbers from 1 to {len(found)}, or nothing")
        return {int(word) for word in words}

    out = _question("Leave any out? Their numbers, or nothing", numbers, "")
    left = {id(one) for number, (_, one) in enumerate(found, 1) if number in out}
    return replace(
        finds,
        mail=tuple(one for one in finds.mail if id(one) not in left),
        calendar=tuple(one for one in finds.calendar if id(one) not in left),
        contacts=tuple(one for one in finds.contacts if id(one) not in left),
    )


def _more(place: setup.Home, finds: setup.Finds) -> setup.Finds:
    """The finds with what the owner adds; at least mail or a calendar."""
    text = "More to read? A file or folder of mail, events or cards, or nothing"
    while True:
        path = _question(text, _or_nothing, "")
        if path is None:
            if finds.mail or finds.calendar:
                return finds
            typer.echo("Error: without mail and calendars there is nothing to judge by: name one")
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


def _tasks(place: setup.Home, folders: Sequence[Path]) -> Path:
    """Where tasks go: one of what was found, a new folder, or what the owner writes."""
    typer.echo("Tasks are written as .ics files into one folder:")
    for number, folder in enumerate(folders, 1):
        new = "" if folder.exists() else "  (new)"
        typer.echo(f"  {number}  {place.short(folder)}{new}")

    def chosen(text: str) -> Path:
        word = text.strip()
        if word.isdigit():
            if not 1 <= int(word) <= len(folders):
                raise ValueError(f"write a number from 1 to {len(folders)}, or a folder")
            return folders[int(word) - 1]
        return a_folder(Path(word))

    return _question("Which one? A number, or another folder", chosen, "1")
