"""`syncd`: options that every command has, and what its exit code says.

0   fine (items that were set aside are counted in `status`)
1   an account failed or needs sign-in, the rest is done; also: not found
2   wrong usage
77  no account could sign in
78  the configuration or the rules are wrong
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd import log
from syncd.cli.call import Call
from syncd.cli.commands import Commands
from syncd.cli.ends import ending

app = typer.Typer(
    name="syncd",
    cls=Commands,
    help="Watch your mail and calendars, and write the follow-up tasks that are due.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"syncd {version('syncd')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        # Whether it can be read is told with what is wrong in it.
        typer.Option(
            "--config",
            "-c",
            help="The configuration file.",
            envvar="SYNCD_CONFIG",
            readable=False,
        ),
    ] = None,
    now: Annotated[
        str | None, typer.Option("--now", help="The moment to judge at (ISO 8601).")
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_version, help="Print the version and leave."
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell what happens, on standard error.")
    ] = False,
) -> None:
    context.obj = Call(config=config, now=now, verbose=verbose)
    if verbose:
        log.listen("debug")


def main() -> None:
    """Run the command line; every expected trouble becomes a sentence and an exit code."""
    ending(app)
