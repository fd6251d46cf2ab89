"""`syncd`: options that every command has, and what its exit code says.

0   fine (items that were set aside are counted in `status`)
1   an account failed or needs sign-in, the rest is done; also: not found
2   wrong usage
77  no account could sign in
78  the configuration or the rules are wrong
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from syncd import log
from syncd.cli.context import Call, NotFound
from syncd.config import ConfigErrors
from syncd.store.errors import StoreError


class Stopped(BaseException):
    """A signal asked us to leave. Whatever transaction is open is rolled back on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _stop(number: int, _frame: object) -> None:
    raise Stopped(number)


app = typer.Typer(
    name="syncd",
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
        typer.Option("--config", "-c", help="The configuration file.", envvar="SYNCD_CONFIG"),
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


def _register() -> None:
    from syncd.cli import (
        audit,
        backup,
        check,
        demo,
        doctor,
        enable,
        explain,
        export,
        forget,
        init,
        log,
        merge,
        mute,
        note,
        once,
        pause,
        people,
        restore,
        retry,
        rules,
        run,
        service,
        status,
        tasks,
    )

    for module in (init, run, once, check, status, people, explain, tasks, log, note, merge):
        module.register(app)
    for module in (rules, mute, pause, enable, forget, export, audit, retry):
        module.register(app)
    for module in (backup, restore, doctor, service, demo):
        module.register(app)


def main() -> None:
    """Run the command line; every expected trouble becomes a sentence and an exit code."""
    _open_streams()
    _register()
    # Typer would swallow Ctrl-C without a word, and a timer stops us with SIGTERM.
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    try:
        _run()
    except SystemExit:
        log.silence()  # not in `finally`: an error that nobody caught is still to be told
        raise


def _run() -> None:
    try:
        app()
    except ConfigErrors as error:
        _say(str(error))
        sys.exit(78)
    except StoreError as error:
        _say(f"syncd: {error}")
        sys.exit(error.exit_code)
    except NotFound as error:
        _say(f"syncd: {error}")
        sys.exit(1)
    except BrokenPipeError:
        # The reader (`| head`) has gone. Python would complain once more while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Stopped as stopped:
        _say("syncd: stopped; what was read so far is kept, the next run goes on from there")
        sys.exit(128 + stopped.number)


def _open_streams() -> None:
    """What was closed before we were started (`2>&-`) swallows what is said; its number must not
    become that of a file of ours."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _say(text: str) -> None:
    print(text, file=sys.stderr)
