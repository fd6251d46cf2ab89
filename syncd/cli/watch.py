"""What `syncd run` does, without the framework that reads command lines.

Signals count from the first line of `syncd.__main__` on: SIGTERM ends what is only beginning with
exit code 0, and a SIGHUP waits until there is a configuration to be read anew.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd import log
from syncd.assembly import open_state, state_url
from syncd.cli import room
from syncd.cli.call import Call
from syncd.cli.ends import Stopped, ending
from syncd.notify import Notifier
from syncd.store import tombstones
from syncd.store.lock import exclusive


def serve(config: str | None, verbose: bool) -> None:
    """`syncd run` with these options, from its first line to its exit code."""

    def act() -> None:
        if verbose:
            log.listen("debug")
        watch(Call(config=Path(config) if config else None, verbose=verbose))

    ending(act)


def watch(call: Call, now: str | None = None) -> None:
    """Watch every account until a signal ends it; `now` is `--now` behind the command."""
    try:
        _run(call, now)
    except Stopped as stopped:
        # Before anything was begun. To be ended is what a service is there for.
        if stopped.number != signal.SIGTERM:
            raise


def _run(call: Call, now: str | None) -> None:
    assembly = call.assembly()
    settings = assembly.settings.log
    log.listen("debug" if call.verbose else settings.level, settings.format)
    given = call.now if now is None else now
    clock = _clock(call.moment(now, assembly) if given is not None else None)
    notifier = Notifier.from_environment()
    with room.waiting() as wait:
        database = room.opened(
            lambda: open_state(assembly), state_url(assembly), notifier, clock(), wait
        )
    if database is None:
        return
    with exclusive(database) as hold:
        tombstones.load(database)  # whose key is lost, that is told to whoever starts us
        # That is all a manager waits for: what is loaded now is two fifths of the start.
        notifier.status("checking the state")
        notifier.ready()
        gc.disable()  # as in `syncd.__main__`
        from syncd.cli.life import Configuration, live

        gc.freeze()
        gc.enable()
        if sys.stderr.isatty():
            names = ", ".join(account.name for account in assembly.settings.accounts)
            words = f"syncd watches {names}. Ctrl-C stops it; `syncd status` shows more."
            print(words, file=sys.stderr)
        config = Configuration(call, assembly, database, clock)
        code = live(config, notifier, hold, real=given is None)
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
