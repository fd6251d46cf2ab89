"""Which folders have to be watched to hear of every change of a path, and which names in them
matter.

    spots_of(root, wanted)    a folder tree of items, or one file
    mail_spots(root, alone)   whatever mail lies there

Each folder is yielded before it is looked into, so whoever watches it at once hears of every folder
that appears in it after that. What does not exist is waited for above.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from stat import S_ISDIR
from typing import Final

from connectors.local.boxes import may_matter
from connectors.local.maildir_names import is_unsent

_DEPTH_LIMIT: Final = 32
_MAILDIR: Final = frozenset(("cur", "new", "tmp"))

Names = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Spot:
    """One folder to be watched."""

    path: str
    files: Names  # which files matter
    folders: Names  # which folders matter: what lies in them has to be watched as well
    mailbox: str = ""  # the Maildir that it is new/ or cur/ of: there a mail keeps what it is


def spots_of(root: str, wanted: Names) -> Iterator[Spot]:
    """For the `wanted` files below `root`, hidden ones left out; `root` may be one file."""

    def files(name: str) -> bool:
        return name[0] != "." and wanted(name)

    yield from _around(root)
    for folder, below in _tree(root):
        yield Spot(folder, files, _visible)
        below += [name for name in _folders_in(folder) if name[0] != "."]


def mail_spots(root: str, alone: Names) -> Iterator[Spot]:
    """For mail of any kind; `alone` says which files may be single mails, by their names."""
    yield from _around(root)
    for folder, below in _tree(root):
        yield Spot(folder, _mails_in(folder, alone), lambda _: True)
        names = set(_folders_in(folder))
        if "cur" in names or {"new", "tmp"} <= names:
            if folder == root or not is_unsent(os.path.basename(folder)):
                for part in sorted(names & {"new", "cur"}):
                    yield Spot(f"{folder}/{part}", _visible, lambda _: False, folder)
            names -= _MAILDIR
        below += sorted(names)


def _tree(root: str) -> Iterator[tuple[str, list[str]]]:
    """Folders from `root` down, each with a list that takes the names of those to go on with."""
    visited: set[tuple[int, int]] = set()
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            status = os.stat(folder)
        except OSError:
            continue
        # Links can go in circles.
        if (status.st_dev, status.st_ino) in visited or depth > _DEPTH_LIMIT:
            continue
        visited.add((status.st_dev, status.st_ino))
        if S_ISDIR(status.st_mode):
            below: list[str] = []
            yield folder, below
            waiting += [(f"{folder}/{name}", depth + 1) for name in below]


def _folders_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if _is_folder(entry)]
    except OSError:
        return []  # it has gone, or may not be listed: the folder above tells when that changes


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _mails_in(folder: str, alone: Names) -> Names:
    inside = os.path.basename(folder) in _MAILDIR

    def files(name: str) -> bool:
        if inside:
            return _visible(name)
        maildir = os.path.isdir(f"{folder}/cur")
        return _visible(name) and (
            may_matter(name, maildir=maildir) or (alone(name) and not maildir)
        )

    return files


def _around(root: str) -> Iterator[Spot]:
    """What tells that `root` itself comes or goes, where its own folder does not."""
    real = os.path.realpath(root)
    if real != root and os.path.islink(root):
        yield _named(root)
    if not os.path.isdir(real):
        yield _named(real)


def _named(path: str) -> Spot:
    """The nearest folder above `path` that exists, for the name that is looked for in it."""
    above, name = os.path.split(path)
    while not os.path.isdir(above) and above != os.path.dirname(above):
        above, name = os.path.split(above)

    def same(other: str) -> bool:
        return other == name

    return Spot(above, same, same)


def _visible(name: str) -> bool:
    return name[0] != "."
