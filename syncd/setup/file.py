"""Writing a configuration: for its owner only, never over another one, and only if it is right."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path


class Exists(Exception):
    """There is a file already."""


class NoFile(Exception):
    """What has that name is no regular file: a folder, a device, a link that leads in a circle."""


def place_of(path: Path) -> Path:
    """The file that `path` names, behind any links; it may be still to be made. Raises `NoFile`."""
    real = Path(os.path.realpath(path))
    if os.path.lexists(real) and not stat.S_ISREG(os.lstat(real).st_mode):
        raise NoFile(str(path))
    return real


def write(path: Path, text: str, check: Callable[[Path], object], *, force: bool) -> Path | None:
    """Write `text` to `path`, mode 0600. `check` reads the new file, still under another name, and
    raises what is wrong with it: then nothing is written.

    With `force` an existing file is kept beside it, and its new name is returned; a link stays, and
    the file that it leads to is replaced. Raises `Exists` without, `NoFile` and OSError.
    """
    if os.path.lexists(path) and not force:
        raise Exists(str(path))
    path = place_of(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(prefix=".syncd-", suffix=".yaml", dir=path.parent)
    fresh = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        check(fresh)
        kept = _kept(path) if force and os.path.lexists(path) else None
        _put(fresh, path)
        return kept
    finally:
        fresh.unlink(missing_ok=True)


def _put(fresh: Path, path: Path) -> None:
    """Give the file its name, which nobody else may have."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise Exists(str(path)) from None
    except OSError:  # no links on this file system
        if os.path.lexists(path):
            raise Exists(str(path)) from None
        os.rename(fresh, path)


def _kept(path: Path) -> Path:
    """Move an existing file out of the way, under a name that is free."""
    number = 1
    while True:
        other = path.with_name(f"{path.name}.{number}.bak")
        if not os.path.lexists(other):
            os.rename(path, other)
            return other
        number += 1
