"""`syncd demo`: an invented year as real files, read by the real pipeline."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from syncd import wiring
from syncd.cli.context import NowOption, call_of
from syncd.cli.once import bar
from syncd.cli.session import Session
from syncd.pipeline import once
from syncd.views.tasks import tasks_list
from syncd.views.truth import truth_of

_WIDTH = 100


def register(app: typer.Typer) -> None:
    app.command("demo")(command)


def command(
    context: typer.Context,
    now: NowOption = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Where to write it (default: a temporary folder).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number, another year.")] = 7,
) -> None:
    """Watch an invented year of mail and calendar turn into a handful of tasks."""
    from syncd.demo import write

    moment = call_of(context).moment(now)
    where = folder or Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    if where.exists() and any(where.iterdir()):
        raise typer.BadParameter(f"{where} is not empty: name a new folder", param_hint="--dir")
    started = time.perf_counter()
    write(where, seed=seed, end=moment)
    written = time.perf_counter() - started
    assembly = wiring.assemble(where / "syncd.yaml")
    database = wiring.open_state(assembly)
    try:
        shop = wiring.open_workshop(assembly, database)
        started = time.perf_counter()
        with bar(shown=sys.stderr.isatty()) as progress:
            report = once(shop, moment, progress)
        took = time.perf_counter() - started
        with database.read() as connection:
            session = Session(shop, assembly, connection, moment)
            truth = truth_of(connection, shop.gallery(connection), moment)
            tasks = tasks_list(connection, session.decider(), moment, everything=True)
    finally:
        database.close()
    zone = shop.owner.zone
    items = {o.facet: o.items for o in report.outcomes}
    _say(
        f"{assembly.settings.owner.name}'s year: {items.get('mail', 0):,} mails, "
        f"{items.get('calendar', 0):,} calendar files, {items.get('contacts', 0):,} cards "
        f"(written in {written:.1f} s, read and judged in {took:.1f} s)"
    )
    _week(truth, zone)
    _tasks(tasks)
    _refused(truth, zone)
    _onwards(where)
    if report.failed:
        raise typer.Exit(1)


def _say(text: str = "", indent: str = "") -> None:
    """One paragraph in 100 columns."""
    import textwrap

    if not text:
        typer.echo("")
        return
    for line in textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  "):
        typer.echo(line)


def _heading(text: str) -> None:
    typer.echo("")
    typer.echo(typer.style(text, bold=True))


def _week(truth: dict[str, Any], zone: tzinfo) -> None:
    since, until = (truth[k].astimezone(zone) for k in ("since", "until"))
    _heading(f"The truth of this week ({since:%d %b} to {until:%d %b %Y})")
    ways = ", ".join(f"{n} × {way}" for way, n in truth["ways"].items())
    _say(f"You really interacted with {len(truth['people'])} people: {ways or 'nobody'}.", "  ")
    _say(", ".join(entry["name"] for entry in truth["people"]), "  ")


def _tasks(tasks: list[dict[str, Any]]) -> None:
    written = [task for task in tasks if task["status"] == "open"]
    written.sort(key=lambda task: (task["due"], task["title"]))
    held = [task for task in tasks if task["status"] == "held"]
    _heading(f"{len(written)} tasks written to tasks/")
    for task in written:
        _say(f"{task['due']}  {task['title']}", "  ")
        _say(f"by rule {task['rule']}, because of", "              ")
        for one in task["evidence"]:
            mode = "" if one["mode"] == "unknown" else f", {one['mode'].replace('_', ' ')}"
            _say(
                f"{one['kind']} {one['at']:%Y-%m-%d}{mode}: {one['title']} "
                f"[{', '.join(one['reasons'])}]",
                "                ",
            )
    if held:
        shown = ", ".join(f"{task['title']} ({task['reasons'][0]})" for task in held[:6])
        more = f" and {len(held) - 6} more" if len(held) > 6 else ""
        _say(f"Held back for now: {shown}{more}.", "  ")


def _refused(truth: dict[str, Any], zone: tzinfo) -> None:
    _heading("What it did not count this week, and why")
    for entry in truth["not_counted"]:
        one = entry["examples"][0]
        title = one["title"] if len(one["title"]) <= 44 else one["title"][:43] + "…"
        at = one["at"].astimezone(zone)
        line = f"{entry['count']:>4} × {entry['reason']:<30} {at:%a %d %b}  {one['who']}: {title}"
        typer.echo(line[:_WIDTH])


def _onwards(where: Path) -> None:
    _heading("Look around in it, then try your own mail")
    # Run from an environment that is not on the path, it says how it was called.
    program = f"{'syncd' if shutil.which('syncd') else sys.argv[0]} --config {where / 'syncd.yaml'}"
    typer.echo(f"  {program} people")
    typer.echo(f"  {program} tasks --all")
    typer.echo(f'  {program} explain "NAME OR ADDRESS"')
    typer.echo(
        "  Your own: `syncd init` finds your mail, calendars and cards, and shows what it would"
    )
    typer.echo("  write before it writes any of it. Nothing leaves this machine.")
    typer.echo(f"  Done with it: rm -r {where}")
