"""How a command ends: every expected trouble becomes a sentence and an exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from syncd import log
from syncd.cli import streams
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
    streams.open_streams()
    # The framework would swallow Ctrl-C without a word, and a timer stops us with SIGTERM.
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    try:
        _act(act)
    except SystemExit as error:
        log.silence()  # not in `finally`: an error that nobody caught is still to be told
        _last_words(error)
        raise


def _last_words(end: SystemExit) -> None:
    """Write what was printed. Raises `SystemExit` where all went well but for that."""
    wrong = streams.flushed()
    if wrong is None:
        return
    streams.let_go(sys.stdout)
    if not end.code and not isinstance(wrong, BrokenPipeError):
        streams.say(_unwritten(wrong))
        sys.exit(1)


def _act(act: Callable[[], object]) -> None:
    try:
        act()
    except ConfigErrors as error:
        streams.say(str(error))
        sys.exit(78)
    except StoreError as error:
        streams.say(f"syncd: {error}")
        sys.exit(error.exit_code)
    except NotFound as error:
        streams.say(f"syncd: {error}")
        sys.exit(1)
    except BrokenPipeError:
        streams.let_go(sys.stdout)  # the reader (`| head`) has gone
        sys.exit(0)
    except UnicodeEncodeError:
        odd = next((word for word in sys.argv[1:] if _is_bytes(word)), "")
        if not odd:
            raise
        streams.say(f"syncd: {odd!a} is not UTF-8 text: type it in a UTF-8 locale")
        sys.exit(2)
    except OSError as error:
        if not streams.refuses(error):
            raise
        streams.let_go(sys.stdout)
        streams.say(_unwritten(error))
        sys.exit(1)
    except (Stopped, KeyboardInterrupt) as error:
        stopped = error if isinstance(error, Stopped) else Stopped(signal.SIGINT)
        streams.say(f"syncd: stopped; {stopped.words}")
        sys.exit(128 + stopped.number)


def _is_bytes(word: str) -> bool:
    """Whether an argument is no text: Python hands on such bytes as lone surrogates (PEP 383)."""
    return any("\udc80" <= char <= "\udcff" for char in word)


def _unwritten(error: OSError) -> str:
    return f"syncd: standard output cannot be written: {error.strerror or type(error).__name__}"
