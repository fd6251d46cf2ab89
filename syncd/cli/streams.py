"""Standard input, output and error as they were given to us: closed, full, or nobody's any more."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import TextIO

_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO))


def open_streams() -> None:
    """What was closed before we were started (`2>&-`) swallows what is said; its number must not
    become that of a file of ours."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        # A file's name need not be text, and a terminal need not know every character.
        sys.stdout.reconfigure(errors="backslashreplace")


def flushed() -> OSError | None:
    """What keeps that which was printed from being written; None where nothing does."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return error
    return None


def refuses(error: OSError) -> bool:
    """Whether it is standard output that cannot be written. What it did not take is still there,
    unless it keeps nothing (PYTHONUNBUFFERED)."""
    if flushed() is not None:
        return True
    raw = isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase)
    return raw and error.filename is None and error.errno in _NO_ROOM


def let_go(stream: TextIO) -> None:
    """Whatever is still to be written to it goes nowhere. Python would complain once more while it
    closes it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def say(text: str) -> None:
    """On standard error; where that cannot be written, the exit code alone tells."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        let_go(sys.stderr)
