"""What `syncd init` was told on the command line, and what becomes of it without questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from syncd import setup
from syncd.cli.init_answers import a_folder, a_path, a_zone, an_address
from syncd.cli.init_look import nothing_found
from syncd.people import normalise


@dataclass(slots=True)
class Given:
    """What the command line says; empty where it says nothing."""

    name: str
    addresses: tuple[str, ...]
    timezone: str
    mail: tuple[Path, ...]
    calendar: tuple[Path, ...]
    contacts: tuple[Path, ...]
    tasks: Path | None


@dataclass(slots=True)
class Choice:
    """Everything that goes into the file."""

    name: str
    addresses: tuple[str, ...]
    timezone: str
    finds: setup.Finds
    tasks: Path
    state: str = ""

    @property
    def new_list(self) -> bool:
        """Whether tasks go where no program is known to look."""
        return all(self.tasks != one.path for one in self.finds.tasks)

    def plain(self) -> dict[str, Any]:
        """What was decided, for JSON."""
        return {
            "name": self.name,
            "addresses": list(self.addresses),
            "timezone": self.timezone,
            "mail": [str(one.path) for one in self.finds.mail],
            "calendar": [str(one.path) for one in self.finds.calendar],
            "contacts": [str(one.path) for one in self.finds.contacts],
            "tasks": str(self.tasks),
            "passed_over": [str(one) for one in self.finds.passed_over],
        }

    def lines(self, place: setup.Home) -> list[str]:
        """What was decided beside what is read, for the owner."""
        new = "" if self.tasks.exists() else "  (new)"
        return [
            f"{'You:':<11} {self.name} <{', '.join(self.addresses)}>, time zone {self.timezone}",
            f"{'Tasks:':<11} {place.short(self.tasks)}{new}",
        ]

    def document(self, place: setup.Home) -> str:
        return setup.text_of(
            setup.Answers(
                name=self.name,
                addresses=[normalise(addr) for addr in self.addresses],
                timezone=self.timezone,
                mail=[place.short(one.path) for one in self.finds.mail],
                calendar=[place.short(one.path) for one in self.finds.calendar],
                contacts=[place.short(one.path) for one in self.finds.contacts],
                tasks=place.short(self.tasks),
                state=self.state,
            )
        )


def checked(
    name: str,
    address: list[str] | None,
    timezone: str,
    mail: list[Path] | None,
    calendar: list[Path] | None,
    contacts: list[Path] | None,
    tasks: Path | None,
) -> Given:
    """The options, each found right."""
    try:
        addresses = tuple(an_address(one) for one in address or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--address") from None
    if timezone:
        try:
            a_zone(timezone)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--timezone") from None
    for hint, paths in (("--mail", mail), ("--calendar", calendar), ("--contacts", contacts)):
        for path in paths or ():
            try:
                a_path(path)
            except ValueError as error:
                raise typer.BadParameter(str(error), param_hint=hint) from None
    if tasks is not None:
        try:
            a_folder(tasks)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--tasks") from None

    def absolute(paths: list[Path] | None) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(path.expanduser().absolute() for path in paths or ()))

    return Given(
        " ".join(name.split()),
        tuple(dict.fromkeys(addresses)),
        timezone,
        absolute(mail),
        absolute(calendar),
        absolute(contacts),
        tasks.expanduser().absolute() if tasks else None,
    )


def no_terminal(given: Given, finds: setup.Finds, guess: setup.Guess, zone: str) -> str:
    """What has to be given where nobody can be asked."""
    missing = _missing(given, finds, guess, zone)
    needed = ", ".join(["--yes", *missing])
    return (
        f"there is no terminal to ask on: give {needed}"
        f"{'' if missing else ' to take what was found'}"
    )


def _missing(given: Given, finds: setup.Finds, guess: setup.Guess, zone: str) -> list[str]:
    missing = []
    if not (given.name or guess.name):
        missing.append("--name")
    if not (given.addresses or guess.addresses):
        missing.append("--address")
    if not zone:
        missing.append("--timezone")
    if not (finds.mail or finds.calendar):
        missing.append("--mail")
    return missing


def taken(
    place: setup.Home, given: Given, finds: setup.Finds, guess: setup.Guess, zone: str
) -> Choice:
    """The answers without asking."""
    if not (finds.mail or finds.calendar):
        typer.echo(nothing_found(place), err=True)
        raise typer.Exit(1)
    missing = _missing(given, finds, guess, zone)
    if missing:
        raise typer.BadParameter(f"nothing here tells {_WHAT[missing[0]]}: give {missing[0]}")
    return Choice(
        given.name or guess.name,
        given.addresses or guess.addresses,
        zone,
        finds,
        given.tasks or task_folders(place, finds)[0],
    )


_WHAT = {"--name": "your name", "--address": "your addresses", "--timezone": "your time zone"}


def task_folders(place: setup.Home, finds: setup.Finds) -> list[Path]:
    """Where tasks may go, the likeliest first: lists of tasks, a new folder, and calendars that
    hold tasks as well."""
    new = place.folder("XDG_DATA_HOME", ".local/share") / "syncd" / "tasks"
    lists = [one.path for one in finds.tasks if not one.events]
    return [*lists, new, *(one.path for one in finds.tasks if one.events)]
