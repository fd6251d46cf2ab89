"""`syncd tasks`: what was written, and with --all what may still be."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from syncd.cli.context import JsonOption, NowOption, call_of, print_json
from syncd.cli.session import reading
from syncd.views.tasks import tasks_list


def register(app: typer.Typer) -> None:
    app.command("tasks")(command)


def command(
    context: typer.Context,
    now: NowOption = None,
    as_json: JsonOption = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is waiting, held, muted or missed.")
    ] = False,
) -> None:
    """List the tasks that syncd wrote."""
    with reading(call_of(context), now) as session:
        entries = tasks_list(
            session.connection, session.decider(), session.now, everything=everything
        )
    if as_json:
        print_json(entries)
        return
    if not entries:
        typer.echo("No tasks." if everything else "No tasks written yet; --all shows what waits.")
        return
    for entry in entries:
        typer.echo(line_of(entry))
    typer.echo("\nWhy one of them is there: syncd explain KEY")


def line_of(entry: dict[str, Any]) -> str:
    reason = f"  ({', '.join(entry['reasons'])})" if entry["status"] == "held" else ""
    due = entry["due"].isoformat() if entry["due"] else "no date  "
    return f"{entry['status']:<9} {due}  {entry['title']}{reason}\n          {entry['key']}"
