"""How a command ends: every expected trouble becomes a sentence and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd import log
from syncd.config import ConfigErrors
from syncd.store.errors import StoreError


class NotFound(Exception):
    """Nothing here by that name (exit code 1)."""


class Stopped(BaseException):
    """A signal asked us to leave. Whatever transaction is open is rolled back on the way out."""

    def __init__(
        self,
        number: int,
        words: str = "what was read so far is kept, the next run goes on from there",
    ) -> None:
        super().__init__(number)
        self.number = number
        self.words = words


def _stop(number: int, _frame: object) -> None:
    raise Stopped(number)


@contextmanager
def stoppable(words: str) -> Iterator[Callable[[], None]]:
    """For long work in one piece, during which Python does not come to look at signals by itself:
    yields what to call now and then. Where it was stopped, `words` say what became of it."""
    told: list[int] = []

    def note(number: int, _frame: object) -> None:
        told.append(number)

    def step() -> None:
        if told:
            raise Stopped(told[0], words)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield step
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ending(act: Callable[[], object]) -> None:
    """Do what the command line asks for. Raises `SystemExit` with what `syncd.cli.main` lists."""
    _open_streams()
    # The framework would swallow Ctrl-C without a word, and a timer stops us with SIGTERM.
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    try:
        _act(act)
    except SystemExit:
        log.silence()  # not in `finally`: an error that nobody caught is still to be told
        raise


def _act(act: Callable[[], object]) -> None:
    try:
        act()
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
    except (Stopped, KeyboardInterrupt) as error:
        stopped = error if isinstance(error, Stopped) else Stopped(signal.SIGINT)
        _say(f"syncd: stopped; {stopped.words}")
        sys.exit(128 + stopped.number)


def _open_streams() -> None:
    """What was closed before we were started (`2>&-`) swallows what is said; its number must not
    become that of a file of ours."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _say(text: str) -> None:
    print(text, file=sys.stderr)
