"""What `syncd init` shows: what was found, and the first look at it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

import typer

from syncd import setup, wiring
from syncd.cli.context import print_json
from syncd.cli.counted import many
from syncd.cli.once import bar, code_of, report_of, troubles_of
from syncd.cli.session import Session
from syncd.cli.shown import shown
from syncd.pipeline import once
from syncd.pipeline.switches import mode_line
from syncd.store import ledger_tasks
from syncd.views.people import people_list
from syncd.views.tasks import tasks_list

PEOPLE, TASKS = 5, 5
_WIDTH = 100
_SHOWN = 8  # lines of each kind
# Colleagues are known anyway; and whoever never answered is not yet somebody to believe in.
_STAGES = ("connection", "acquaintance", "dormant")


def show_finds(finds: setup.Finds, place: setup.Home, *, listed: bool) -> None:
    """What was found (`listed`), and what was passed over."""
    groups: tuple[tuple[str, list[tuple[Path, str]]], ...] = (
        ("Mail:", [(one.path, one.what) for one in finds.mail]),
        ("Calendars:", [(one.path, one.what) for one in finds.calendar]),
        ("Contacts:", [(one.path, one.what) for one in finds.contacts]),
    )
    for title, lines in groups if listed else ():
        for path, what in lines[:_SHOWN]:
            typer.echo(f"{title:<11} {place.short(path)}  ({what})")
            title = ""
        if len(lines) > _SHOWN:
            typer.echo(f"{'':<11} and {len(lines) - _SHOWN} more")
    for passed in finds.passed_over[:_SHOWN]:
        typer.echo(f"Passed over: {passed}", err=True)
    if len(finds.passed_over) > _SHOWN:
        typer.echo(f"Passed over: {len(finds.passed_over) - _SHOWN} more", err=True)


def nothing_found(place: setup.Home) -> str:
    """What was looked for, and how to name it."""
    lines = [f"syncd: there is no mail and no calendar in {place.path}. Looked for:"]
    for what, names in setup.LOOKED_FOR.items():
        lines += textwrap.wrap(
            f"{what}: {', '.join(names)}",
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
    lines.append("Name what to read: syncd init --mail FOLDER --calendar FOLDER --contacts FOLDER")
    lines.append("or an account on a server:  syncd init --account ana@example.org")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Further:
    """What the owner may do next, and with which words."""

    program: str  # how to call syncd with this configuration
    config: Path
    preview: bool
    list_to_show: str = ""  # the folder of tasks, where no program is known to look
    to_sign_in: Sequence[str] = ()  # accounts that nobody has signed in to with `syncd login`


def first_look(
    assembly: wiring.Assembly,
    moment: datetime,
    further: Further,
    written: dict[str, Any] | None,
) -> int:
    """Read everything, deliver nothing, and show some of what it makes of it; as JSON behind
    `written` where that is given. The exit code."""
    from syncd.cli.ends import Stopped

    database = wiring.open_state(assembly)
    try:
        # Without writing no task list is even constructed, whatever `mode` says.
        shop = wiring.open_workshop(assembly, database, writing=False, now=lambda: moment)
        try:
            with database.read() as connection:
                opened = ledger_tasks.open_tasks(connection, database.owner)
            with bar(shown=sys.stderr.isatty() and written is None) as progress:
                report = once(shop, moment, progress)
        except Stopped:
            typer.echo(f"To go on: {further.program} once", err=True)
            raise
        with database.read() as connection:
            gallery = shop.gallery(connection)
            people = _believed(people_list(connection, gallery, shop.ruleset, moment))
            session = Session(shop, assembly, connection, moment)
            every = tasks_list(connection, session.decider(), moment, everything=True)
            tasks = _wanted(every, {row.key for row in opened})
            mode = mode_line(connection, database.owner, shop.policy)
    finally:
        database.close()
    if written is not None:
        print_json(
            {
                **written,
                "people": people[:PEOPLE],
                "tasks": tasks[:TASKS],
                "once": report_of(report),
            }
        )
    else:
        zone = shop.owner.zone
        failed = {one.account for one in report.outcomes if one.error}
        ailing = [one.name for one in assembly.settings.accounts if one.name in failed]
        _people(people, zone, moment, ailing)
        _tasks(tasks, mode, ailing)
        onwards(further, ailing, looked=True)
    for line in troubles_of(report):
        typer.echo(shown(line), err=True)
    return code_of(report)


def _believed(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The people to show: real ties, the strongest first, colleagues last."""
    ties = [one for one in people if one["stage"] in _STAGES]
    return sorted(ties, key=lambda one: (one["colleague"], -one["strength"], one["name"]))


def _wanted(tasks: list[dict[str, Any]], opened: Collection[str]) -> list[dict[str, Any]]:
    """What would be written now: everything that only preview mode, or a limit, holds back, but
    for what was `opened` before."""
    held = [
        task
        for task in tasks
        if (task["status"] == "open" and task["key"] not in opened)
        or (task["status"] == "held" and not any(r.startswith("pause:") for r in task["reasons"]))
    ]
    return sorted(held, key=lambda task: (task["due"] or date.max, task["title"], task["key"]))


def _people(
    people: list[dict[str, Any]], zone: tzinfo, moment: datetime, ailing: Sequence[str]
) -> None:
    _heading(f"People it believes in ({_of(PEOPLE, people)})")
    if not people:
        why = _unread(ailing) if ailing else "nobody was met, and nobody answered you"
        typer.echo(f"  Nobody yet: {why}.")
    for one in people[:PEOPLE]:
        counts = one["counts"]
        met = "never met"
        if one["last_meeting"]:
            day = one["last_meeting"].astimezone(zone)
            times = "once" if counts["meetings"] == 1 else f"{counts['meetings']} times"
            met = f"met {times}, last on {day:%Y-%m-%d}"
        typer.echo(f"  {one['name'] or one['addresses'][0]} <{one['addresses'][0]}>")
        typer.echo(
            f"    {met}; {many(counts['sent'], 'mail')} from you, {counts['received']} from them"
        )


def _tasks(tasks: list[dict[str, Any]], mode: str, ailing: Sequence[str]) -> None:
    _heading(f"Tasks it would write ({_of(TASKS, tasks)})")
    if not tasks:
        why = _unread(ailing) if ailing else "nothing of the last two weeks is waiting for you"
        typer.echo(f"  None: {why}.")
    for task in tasks[:TASKS]:
        who = task["person"]["name"] or ", ".join(task["person"]["addresses"])
        typer.echo(f"  {task['due']}  {task['title']}")
        _say(f"with {who}, by rule {task['rule']}{_because(task)}", "              ")
    if mode:
        typer.echo(f"  {mode}")


def _because(task: dict[str, Any]) -> str:
    """What it rests on."""
    for one in task["evidence"]:
        mode = "" if one["mode"] == "unknown" else f", {one['mode'].replace('_', ' ')}"
        return f", because of the {one['kind']} of {one['at']:%Y-%m-%d}{mode}: {one['title']}"
    return ""


def _unread(ailing: Sequence[str]) -> str:
    return f"not everything of {', '.join(ailing)} could be read"


def onwards(further: Further, ailing: Sequence[str] = (), *, looked: bool) -> None:
    """What to do next; `ailing` are the accounts that could not be read."""
    _heading("What next")
    program = further.program
    steps = [
        (f'{program} explain "NAME OR ADDRESS"', "what counted, what did not, and why"),
        (f"{program} tasks --all", "everything that waits, and for what"),
        (f"{program} check", f"after a change to {further.config}"),
    ]
    if further.list_to_show:
        parent = further.list_to_show.rpartition("/")[0]
        about = f'make your task program show this folder (todoman: path = "{parent}/*")'
        steps.append((further.list_to_show, about))
    if further.preview:
        steps.append((f"{program} enable", "from then on, tasks are written"))
        if not looked:
            steps.insert(0, (f"{program} once", "read everything; no task is written yet"))
    else:
        steps.insert(0, (f"{program} once", "read everything, and write the tasks"))
    ailing = [one for one in ailing if one not in further.to_sign_in]
    if further.preview and looked and (ailing or further.to_sign_in):
        steps.insert(0, (f"{program} once", "read again; no task is written yet"))
    if ailing:
        steps.insert(0, (f"{program} doctor", f"what keeps {', '.join(ailing)} from being read"))
    for name in reversed(further.to_sign_in):
        steps.insert(0, (f"{program} login {name}", "sign in, so that it can be read"))
    for line, why in steps:
        typer.echo(f"  {line}")
        typer.echo(f"      {why}")


def _of(most: int, found: list[dict[str, Any]]) -> str:
    return f"{len(found):,}" if len(found) <= most else f"{most} of {len(found):,}"


def _heading(text: str) -> None:
    typer.echo("")
    typer.echo(typer.style(text, bold=True))


def _say(text: str, indent: str) -> None:
    for line in textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  "):
        typer.echo(line)
