"""A support module: what a test starts dies with the process that runs the test, however that ends.

Otherwise a server that was left behind would keep the output of the whole run open, and whoever
waits for its end (`make`, a CI) would wait for ever.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, Final

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_SETPRIV: Final = shutil.which("setpriv")  # util-linux
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def mortal(command: Sequence[str | Path], by: str = "KILL") -> list[str]:
    """The same program, sent a signal when the thread that starts it ends. It has the process id of
    what is started."""
    words = [str(word) for word in command]
    return words if _SETPRIV is None else [_SETPRIV, "--pdeathsig", by, *words]


@contextmanager
def within(seconds: float, process: subprocess.Popen[Any]) -> Iterator[None]:
    """It is killed when it takes longer, so that whoever reads what it says comes to an end."""
    timer = Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def forks_die_with_us() -> None:
    """From now on every `os.fork` makes a child that is killed when we end."""
    os.register_at_fork(after_in_child=_die_with_parent)
