"""The disk under the state: what its trouble is called, and how much room is left.

SQLite says `database or disk is full`, also over quota; `disk I/O error` for a failing disk, and
for a full one on which it cannot make its shared memory; `readonly` for permissions, and for a file
system that the kernel has made read-only because its disk fails.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from syncd.store.errors import StoreUnwritable

ROOM: Final = 1 << 16  # bytes; with less than this hardly a transaction can be written
_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO))


def trouble(where: str, words: str) -> StoreUnwritable | None:
    """What a driver's `words` (in lower case) say about the disk; None where they are about
    something else. `where` is the state's URL or path."""
    if "readonly" in words or "read-only" in words or "unable to open" in words:
        path = Path(where.removeprefix("sqlite:///"))
        return now(path) or _forbidden(where)
    if "full" in words or "disk i/o" in words or "space left" in words:
        return full(where)
    return None


def trouble_of(path: Path, error: OSError) -> StoreUnwritable | None:
    """The same of an error of the operating system."""
    if error.errno == errno.EROFS:
        return _read_only(path)
    return full(str(path)) if error.errno in _NO_ROOM else None


def now(path: Path) -> StoreUnwritable | None:
    """What would be wrong with writing beside `path` now, as far as that shows without trying."""
    left = free(path)
    return _read_only(path) or (full(str(path)) if left is not None and left < ROOM else None)


def forbidden(path: Path) -> StoreUnwritable | None:
    """What is wrong with the permissions of a file, which its disk has no part in."""
    wrong = path.exists() and not os.access(path, os.W_OK) and not is_read_only(path)
    return _forbidden(str(path)) if wrong else None


def _forbidden(where: str) -> StoreUnwritable:
    return StoreUnwritable(f"{where} cannot be written: check its permissions and its folder's")


def is_read_only(path: Path) -> bool:
    """Whether the file system that a path is on takes no writes at all."""
    try:
        return bool(os.statvfs(_there(path)).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def free(path: Path) -> int | None:
    """The bytes that are left for us where a path is; None where nobody can tell."""
    try:
        status = os.statvfs(_there(path))
    except OSError:
        return None
    # Some file systems (overlays, FUSE) count nothing at all.
    return status.f_bavail * status.f_frsize if status.f_blocks else None


def give(path: Path, like: Path) -> None:
    """Let a file that root made belong to whoever the state belongs to: a service that has a user
    of its own could not read it."""
    if os.geteuid() == 0 and path.exists():
        status = like.stat()
        # A link would be somebody's way to another file.
        os.chown(path, status.st_uid, status.st_gid, follow_symlinks=False)


def _there(path: Path) -> Path:
    return path if path.exists() else path.parent


def _read_only(path: Path) -> StoreUnwritable | None:
    if not is_read_only(path):
        return None
    return StoreUnwritable(
        f"{path} is on a file system that is read-only: mount it for writing again (the system's "
        "log says why it is not)"
    )


def full(where: str) -> StoreUnwritable:
    return StoreUnwritable(
        f"the disk of {where} is full or failing: make room, then try again; until then nothing is "
        "decided, written or closed"
    )


def sync(path: Path) -> None:
    """See to it that this file, or what is in this folder, is on the disk; see fsync(2)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
