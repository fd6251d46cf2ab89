"""The program's entry: quiet about a Ctrl-C that comes while Python still loads it."""

from __future__ import annotations

import gc
import os
import signal


def _leave(number: int, _frame: object) -> None:
    os._exit(128 + number)  # nothing is open yet


def main() -> None:
    """Load the command line and run it."""
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    gc.disable()  # what is being loaded stays: looking for garbage in it costs a tenth of the start
    from syncd.cli.main import main as run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
