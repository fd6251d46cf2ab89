"""The program's entry: quiet about a Ctrl-C that comes while Python still loads it.

`syncd run` as services start it, with nothing but `--config` and `--verbose`, is read here: the
framework that reads all other command lines is 3 MB that a daemon would keep for life.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence

_VALUED = frozenset(("--config", "-c", "--now"))  # options before the command that take a value


def _leave(number: int, _frame: object) -> None:
    os._exit(128 + number)  # nothing is open yet


def _end(_number: int, _frame: object) -> None:
    os._exit(0)  # to be ended is what a service is there for


def _is_service(arguments: Sequence[str]) -> bool:
    """Whether this is `syncd run`, as far as can be told before anything is loaded."""
    words = iter(arguments)
    for word in words:
        if word in _VALUED:
            next(words, None)
        elif not word.startswith("-"):
            return word == "run"
    return False


def plain(arguments: Sequence[str]) -> tuple[str | None, bool] | None:
    """The configuration and whether to be verbose, of a `run` without anything else; None for all
    that is not as plain as that."""
    config, verbose = os.environ.get("SYNCD_CONFIG") or None, False
    words = list(arguments)
    if words[-1:] != ["run"]:
        return None
    words.pop()
    while words:
        word = words.pop(0)
        if word in ("--config", "-c") and words and not words[0].startswith("-"):
            config = words.pop(0)
        elif word.startswith("--config=") and word != "--config=":
            config = word.removeprefix("--config=")
        elif word in ("--verbose", "-v"):
            verbose = True
        else:
            return None
    return config, verbose


def main() -> None:
    """Load what the command line asks for, and run it."""
    service = _is_service(sys.argv[1:])
    if service:
        # It comes through when there is somebody who can read the configuration anew.
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP,))
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _end if service else _leave)
    gc.disable()  # what is being loaded stays: looking for garbage in it costs a tenth of the start
    run = _loaded(plain(sys.argv[1:]) if service else None)
    gc.freeze()
    gc.enable()
    run()


def _loaded(given: tuple[str | None, bool] | None) -> Callable[[], None]:
    if given is None:
        from syncd.cli.main import main as run

        return run
    from syncd.cli.watch import serve

    return lambda: serve(*given)


if __name__ == "__main__":
    main()
