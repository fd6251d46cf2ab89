"""What `syncd init` writes, and what it is where nobody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from syncd import setup
from syncd.cli.init_desk import Desk
from syncd.cli.init_given import Given, mail_addresses, with_addresses
from syncd.cli.init_login import Signed
from syncd.cli.init_look import nothing_found
from syncd.cli.init_servers import taken_servers
from syncd.cli.init_tasks import TaskList, server_lines, task_lists, told, with_list
from syncd.people import normalise


@dataclass(slots=True)
class Choice:
    """Everything that goes into the file. `tasks` is a folder, or a list on a server."""

    name: str
    addresses: tuple[str, ...]
    timezone: str
    finds: setup.Finds
    tasks: Path | TaskList
    servers: Sequence[Signed] = ()
    state: str = ""

    @property
    def new_list(self) -> str:
        """The folder of tasks, where no program is known to look there; else ""."""
        if isinstance(self.tasks, TaskList) or any(self.tasks == t.path for t in self.finds.tasks):
            return ""
        return str(self.tasks)

    @property
    def here(self) -> bool:
        """Whether there is something to judge by on this machine."""
        return bool(self.finds.mail or self.finds.calendar)

    @property
    def reads_here(self) -> bool:
        """Whether something on this machine is read at all."""
        return bool(self.here or self.finds.contacts)

    @property
    def drafts(self) -> list[setup.Draft]:
        """The accounts on servers."""
        return with_list([one.draft for one in self.servers], self.tasks)

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
            **({"accounts": self._told()} if self.servers else {}),
        }

    def _told(self) -> list[dict[str, Any]]:
        both = zip(self.servers, self.drafts, strict=True)
        return [told(replace(one, draft=draft)) for one, draft in both]

    def lines(self, place: setup.Home) -> list[str]:
        """What was decided beside what is read, for the owner."""
        where = str(self.tasks)
        if isinstance(self.tasks, Path):
            where = place.short(self.tasks) + ("" if self.tasks.exists() else "  (new)")
        return [
            f"{'You:':<11} {self.name} <{', '.join(self.addresses)}>, time zone {self.timezone}",
            *server_lines(self.servers),
            f"{'Tasks:':<11} {where}",
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
                tasks="" if isinstance(self.tasks, TaskList) else place.short(self.tasks),
                state=self.state,
                servers=self.drafts,
                tasks_in=self.tasks.account if isinstance(self.tasks, TaskList) else "home",
            )
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
    if not (given.addresses or guess.addresses or mail_addresses(given.servers)):
        missing.append("--address")
    if not zone:
        missing.append("--timezone")
    if not (finds.mail or finds.calendar or given.servers.accounts):
        missing.append("--mail or --account")
    return missing


def taken(
    place: setup.Home,
    given: Given,
    finds: setup.Finds,
    guess: setup.Guess,
    zone: str,
    desk: Desk,
) -> Choice:
    """The answers without asking."""
    if not (finds.mail or finds.calendar or given.servers.accounts):
        typer.echo(nothing_found(place), err=True)
        raise typer.Exit(1)
    missing = _missing(given, finds, guess, zone)
    if missing:
        raise typer.BadParameter(f"nothing here tells {_WHAT[missing[0]]}: give {missing[0]}")
    servers = taken_servers(desk)
    lists = [one for one in task_lists(servers) if not one.new and one.own]
    return Choice(
        given.name or guess.name,
        with_addresses(given.addresses or guess.addresses, given.servers),
        zone,
        finds,
        given.tasks or next(iter(lists), None) or task_folders(place, finds)[0],
        servers,
    )


_WHAT = {"--name": "your name", "--address": "your addresses", "--timezone": "your time zone"}


def task_folders(place: setup.Home, finds: setup.Finds) -> list[Path]:
    """Where tasks may go, the likeliest first: lists of tasks, a new folder, and calendars that
    hold tasks as well."""
    new = place.folder("XDG_DATA_HOME", ".local/share") / "syncd" / "tasks"
    lists = [one.path for one in finds.tasks if not one.events]
    return [*lists, new, *(one.path for one in finds.tasks if one.events)]
