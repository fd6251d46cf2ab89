"""`syncd run`: watch every account, and write the tasks that are due, until a signal ends it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import typer

from syncd import daemon, log, wiring
from syncd.cli import room
from syncd.cli.context import Call, NowOption, call_of
from syncd.config import ConfigErrors
from syncd.engine.voice import Voice
from syncd.notify import Notifier
from syncd.pipeline import Workshop
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.telemetry import Pulse


def register(app: typer.Typer) -> None:
    app.command("run")(command)


def command(context: typer.Context, now: NowOption = None) -> None:
    """Watch every account and write the tasks that are due, until you stop it."""
    call = call_of(context)
    assembly = call.assembly()
    settings = assembly.settings.log
    log.listen("debug" if call.verbose else settings.level, settings.format)
    given = call.now if now is None else now
    clock = _clock(call.moment(now, assembly) if given is not None else None)
    notifier = Notifier.from_environment()
    with room.waiting() as wait:
        found = room.opened(
            lambda: wiring.open_state(assembly),
            wiring.state_url(assembly),
            notifier,
            clock(),
            wait,
        )
    if found is None:
        return
    database = found
    pulse = Pulse()
    voice = Voice(
        notifier,
        pulse,
        lambda: wiring.open_telemetry(assembly, database, pulse, clock),
    )
    watcher = daemon.Daemon(
        wiring.open_workshop(assembly, database),
        clock,
        lambda: _reload(call, assembly, database),
        voice,
        real=given is None,
    )
    if sys.stderr.isatty():
        names = ", ".join(account.name for account in assembly.settings.accounts)
        typer.echo(f"syncd watches {names}. Ctrl-C stops it; `syncd status` shows more.", err=True)
    code = watcher.run()
    log.silence()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that hang in the network, and what the interpreter would wait for at its end, are of
    # no more use: everything is stored.
    os._exit(code)


def _clock(begin: datetime | None) -> Callable[[], datetime]:
    """The one place where a daemon reads the clock. With `--now` it begins there and goes on."""
    if begin is None:
        return lambda: datetime.now(UTC)
    start = time.monotonic()
    return lambda: begin + timedelta(seconds=time.monotonic() - start)


def _reload(call: Call, first: wiring.Assembly, database: Database) -> Workshop:
    """Configuration and rules as they are now. Raises `daemon.Refused`."""
    try:
        assembly = call.assembly()
        if wiring.state_url(assembly) != wiring.state_url(first):
            raise daemon.Refused(["`state:` is another one: start syncd anew to use it"])
        if database.owner not in assembly.settings.addresses:
            raise daemon.Refused(
                ["the state belongs to another owner: start syncd anew with another `state:`"]
            )
        settings = assembly.settings.log
        shop = wiring.open_workshop(assembly, database)
        log.listen("debug" if call.verbose else settings.level, settings.format)
    except ConfigErrors as error:
        raise daemon.Refused(str(error).splitlines()) from error
    except StoreError as error:
        raise daemon.Refused([str(error)]) from error
    return shop
