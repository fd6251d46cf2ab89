"""Files that are written for good: whole or not at all, and never over another one."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterator
from typing import Final

from connectors.errors import Conflict, Refused, Unavailable
from connectors.local.files import short, storable

_TEMPORARY: Final = re.compile(r"\.syncd-[a-z0-9_]{8}\.tmp")
_NO_LINK: Final = frozenset(
    (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
)


def write_through(path: str, data: bytes) -> None:
    """Write a file and have it on the disk."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def temporary(folder: str, data: bytes) -> str:
    """A new file that no reader looks at, `.syncd-XXXXXXXX.tmp`; its path."""
    descriptor, path = tempfile.mkstemp(prefix=".syncd-", suffix=".tmp", dir=folder)
    os.close(descriptor)
    try:
        write_through(path, data)
    except BaseException:
        os.unlink(path)
        raise
    return path


def tidy(folder: str) -> None:
    """Remove what a write that was killed left behind. One that another process has under way fails
    then, and is tried again. Raises OSError."""
    for name in os.listdir(folder):
        if _TEMPORARY.fullmatch(name):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, name))


def publish(path: str, place: str) -> None:
    """Give a file its name; whatever has it already keeps it."""
    try:
        os.link(path, place)
    except FileExistsError:
        return  # somebody, or we before a crash, was faster
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        _copy_exclusively(path, place)
    sync_folder(os.path.dirname(place))


def put_new(folder: str, name: str, data: bytes, *, by: str = "") -> None:
    """Write `folder/name`, unless there is one; `by` is the folder to prepare it in."""
    path = temporary(by or folder, data)
    try:
        publish(path, os.path.join(folder, name))
    finally:
        os.unlink(path)


def _copy_exclusively(path: str, place: str) -> None:
    with open(path, "rb") as source:
        data = source.read()
    with contextlib.suppress(FileExistsError), open(place, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: str) -> None:
    """Have the names in a folder on the disk."""
    # Not every file system can sync a folder; what is in it is written all the same.
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def writing(root: str, what: str, ref: str = "") -> Iterator[None]:
    """Turn OSErrors of a write below `root` (`what` it is) into the contract's errors."""
    shown = storable(root)
    try:
        yield
    except FileNotFoundError as error:
        if ref and os.path.isdir(root):
            raise Conflict(ref, "the task was removed") from error
        raise Unavailable(f"{shown}, {what}, has vanished: mount it again") from error
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Refused(f"{shown} may not be written: give syncd's user the right to") from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable(f"no space is left for {shown}: free some", wait=300.0) from error
        raise short(error, shown) or Unavailable(
            f"{shown} cannot be written ({error.strerror})"
        ) from error
