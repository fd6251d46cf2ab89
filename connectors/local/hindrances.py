"""Why a path cannot be watched, or not wholly, in words for the owner."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from typing import Final

from connectors.local.files import storable

_LIMITS: Final = {
    errno.ENOSPC: "fs.inotify.max_user_watches",
    errno.EMFILE: "fs.inotify.max_user_instances",
}
# These tell of changes made on this machine and of no others.
_REMOTE: Final = frozenset(
    (
        "9p", "afs", "beegfs", "ceph", "cifs", "drvfs", "gfs2", "gpfs", "lustre", "ncpfs", "nfs",
        "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs",
    )
)  # fmt: skip


def no_watch(root: str, error: OSError) -> str:
    """What is to be done when inotify(7) refuses."""
    shown = storable(root)
    if error.errno == errno.EMFILE and _no_descriptor():
        return (
            f"changes in {shown} are noticed late, because syncd may open no more files: raise its "
            "limit (LimitNOFILE, ulimit -n); until then it is looked at from time to time"
        )
    limit = _LIMITS.get(error.errno or 0)
    if limit is None:
        reason = error.strerror or type(error).__name__
        return f"{shown} cannot be watched ({reason}): it is looked at from time to time"
    return (
        f"changes in {shown} are noticed late, because {limit} is used up: raise it with sysctl; "
        "until then it is looked at from time to time"
    )


def _no_descriptor() -> bool:
    """Whether it is this process that may have none: inotify_init(2) says EMFILE for that too."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno == errno.EMFILE
    return False


def deaf(root: str, folders: Iterable[str]) -> str:
    """What to say where a folder lies on a file system that does not tell of every change; ""
    where none does."""
    kinds: dict[int, str] = {}
    mounts: list[tuple[str, str]] = []
    for folder in sorted(folders):
        try:
            device = os.stat(folder).st_dev
        except OSError:
            continue
        if device not in kinds:
            mounts = mounts or list(_mounts())
            kinds[device] = _kind(os.path.realpath(folder), mounts)
    for kind in kinds.values():
        if kind in _REMOTE or kind.startswith("fuse"):
            return (
                f"{storable(root)} lies on a file system ({kind}) that does not tell of changes "
                "made elsewhere: it is looked at from time to time as well"
            )
    return ""


def _kind(folder: str, mounts: Iterable[tuple[str, str]]) -> str:
    """The type of the file system that a folder lies on: that of the last mount above it."""
    best, found = -1, ""
    for point, kind in mounts:
        above = point.rstrip("/")
        if len(above) >= best and (folder == above or folder.startswith(above + "/")):
            best, found = len(above), kind
    return found


def _mounts() -> Iterator[tuple[str, str]]:
    """Mount points and the types of what is mounted there (proc_pid_mountinfo(5))."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                fields, _, rest = line.partition(" - ")
                point = fields.split(" ")[4]
                for octal, char in (("\\040", " "), ("\\011", "\t"), ("\\134", "\\")):
                    point = point.replace(octal, char)
                yield point, rest.partition(" ")[0]
    except (OSError, IndexError):
        return  # without /proc nobody knows
