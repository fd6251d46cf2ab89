"""Reading the files that an owner writes: settings, rules, tests."""

from __future__ import annotations

import io
import stat
from pathlib import Path

LARGEST = 4 * 1024 * 1024  # bytes; nobody writes that much by hand


class NoText(ValueError):
    """What has that name is not read. The message says why, as `is no regular file`."""


def text_of(path: Path) -> str:
    """The text of a regular file, in UTF-8 and with plain line ends. Raises `NoText` and OSError.

    What is no regular file might never end, or wait for ever to begin.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise NoText("is a folder" if path.is_dir() else "is no regular file")
    with path.open("rb") as file:
        found = file.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise NoText(f"is larger than {LARGEST // 1024 // 1024} MB")
    try:
        return io.StringIO(found.decode("utf-8"), newline=None).read()
    except UnicodeDecodeError:
        raise NoText("is not UTF-8 text") from None
