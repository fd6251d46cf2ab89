"""`syncd run`: watch every account, and write the tasks that are due, until a signal ends it."""

from __future__ import annotations

import typer

from syncd.cli.context import NowOption, call_of
from syncd.cli.watch import watch


def register(app: typer.Typer) -> None:
    app.command("run")(command)


def command(context: typer.Context, now: NowOption = None) -> None:
    """Watch every account and write the tasks that are due, until you stop it."""
    watch(call_of(context), now)
