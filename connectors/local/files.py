"""Files: listing them with their stamps, reading them within bounds, and saying what is wrong.

A stamp is mtime, size, inode and mode: it changes when the content or the right to read it may
have. A `ref` is `scope//path below the root`; no path has `//` inside, so no scope's refs begin
with another's.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from stat import S_ISREG
from typing import Final

from connectors.errors import BadItem, Unavailable
from connectors.formats.mime import FIRST_READ, READ_LIMIT, header_end

FULL_LIMIT: Final = 2 * 1024 * 1024  # of a mail whose text is wanted: attachments come last
ITEM_LIMIT: Final = 64 * 1024 * 1024  # a calendar or address book in one file
BATCH: Final = 500
_FULL_ONCE: Final = 20  # a source that held more than this is not emptied by hand
_DEPTH_LIMIT: Final = 32


@dataclass(frozen=True, slots=True)
class Found:
    """A file that exists. `stamp` is None for a folder that cannot be listed."""

    path: str
    stamp: str | None


def ref_prefix(scope: str) -> str:
    """What every ref of `scope` begins with."""
    return storable(scope) + "//"


def storable(name: str) -> str:
    """A file name as text that every store takes: bytes that are no UTF-8 become `\\xNN`."""
    if name.isascii():
        return name
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def stamp_of(stat: os.stat_result) -> str:
    """The stamp of a file."""
    return f"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}-{stat.st_mode & 0o7777:o}"


def walk(root: str, wanted: Callable[[str], bool]) -> dict[str, Found]:
    """The wanted files below `root` (a folder, or one file) by storable relative path.

    Hidden names are left out, links are followed, loops are not. Raises `Unavailable` when the
    root cannot be listed; a folder below it that cannot is reported as `Found(path, None)`.
    """
    return {name: Found(path, stamp) for name, path, stamp in stroll(root, wanted)}


def stroll(root: str, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str, str | None]]:
    """What `walk` finds, as (name, path, stamp), one by one in the order of the names."""
    if os.path.isfile(root):
        with listing(root):
            yield storable(os.path.basename(root)), root, stamp_of(os.stat(root))
        return
    visited: set[tuple[int, int]] = set()
    with listing(root):
        inside = [(root, "", iter(_inside(root, wanted, visited)))]  # folders, each in the last
    while inside:
        folder, below, names = inside[-1]
        for name in names:
            path, shown = f"{folder}/{name}", below + storable(name)
            try:
                if name[-1] == "/":
                    if len(inside) <= _DEPTH_LIMIT:
                        inside.append((path[:-1], shown, iter(_inside(path[:-1], wanted, visited))))
                        break
                    continue
                status = os.stat(path)
                if S_ISREG(status.st_mode):
                    yield shown, path, stamp_of(status)
            except FileNotFoundError:
                continue  # removed since it was listed, or a link to nowhere
            except OSError:
                yield shown, path.removesuffix("/"), None if name[-1] == "/" else "?"
        else:
            inside.pop()


def _inside(folder: str, wanted: Callable[[str], bool], visited: set[tuple[int, int]]) -> list[str]:
    """The names in a folder in the order of their paths; those of folders end with "/". None where
    it was visited before: links can go in circles."""
    status = os.stat(folder)
    if (status.st_dev, status.st_ino) in visited:
        return []
    visited.add((status.st_dev, status.st_ino))
    names: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            try:
                is_folder = entry.is_dir()
            except OSError:
                is_folder = False  # looking at it tells why
            if is_folder:
                names.append(name + "/")
            elif wanted(name):
                names.append(name)
    names.sort(key=None if "".join(names).isascii() else storable)
    return names


class listing:  # reads as a statement: `with listing(path):`
    """Turn an OSError about a configured path into `Unavailable` with the next step."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise _unavailable(self._path, error) from error


def _unavailable(path: str, error: OSError) -> Unavailable:
    shown = storable(path)
    if isinstance(error, FileNotFoundError):
        return Unavailable(
            f"{shown} does not exist: create it, mount it, or correct the configuration"
        )
    if isinstance(error, NotADirectoryError):
        return Unavailable(f"{shown} is no folder: correct its path in the configuration")
    if isinstance(error, PermissionError):
        return Unavailable(f"{shown} may not be read: give the user that runs syncd access to it")
    return short(error, shown) or Unavailable(
        f"{shown} cannot be listed ({error.strerror or type(error).__name__})"
    )


def short(error: OSError, shown: str) -> Unavailable | None:
    """What to do where the process, and not the file, is short of something."""
    if error.errno not in (errno.EMFILE, errno.ENFILE):
        return None
    return Unavailable(
        f"{shown} cannot be opened, for too many files are open: raise the limit (LimitNOFILE, "
        "ulimit -n, fs.file-max)"
    )


def refuse_sudden_emptiness(path: str, known: int, found: int) -> None:
    """Raise `Unavailable` where a full source has nothing at all, as an unmounted disk has."""
    if known > _FULL_ONCE and not found:
        raise Unavailable(
            f"{storable(path)} looks empty, though it held {known} items; nothing was deleted: "
            "check the path and the mount"
        )


def read_head(descriptor: int) -> bytes:
    """The header block of an open mail file and whatever was read with it. Raises OSError."""
    data = os.read(descriptor, FIRST_READ)
    while len(data) >= FIRST_READ and not _has_blank_line(data) and len(data) < READ_LIMIT:
        more = os.read(descriptor, 4 * len(data))
        if not more:
            break
        data += more
    return data


def _has_blank_line(data: bytes) -> bool:
    """Whether a header that `data` begins with ends in it. Looked for from behind: bodies have
    blank lines as well, and the header is looked through soon enough."""
    if data.find(b"\r\n", 0, 1000) >= 0:
        return data.rfind(b"\n\r\n") >= 0 or data.rfind(b"\n\n") >= 0 or header_end(data) >= 0
    return data.rfind(b"\n\n") >= 0 or header_end(data) >= 0


def read_up_to(path: str, limit: int) -> bytes:
    """The first `limit` bytes of a file. Raises OSError."""
    with open(path, "rb") as file:
        return file.read(limit)


def read_whole(path: str) -> bytes:
    """A calendar, card or task file. Raises OSError; `BadItem` when it is larger than any."""
    data = read_up_to(path, ITEM_LIMIT + 1)
    if len(data) > ITEM_LIMIT:
        raise BadItem("", "it is larger than 64 MiB")
    return data


def why(error: OSError) -> str:
    """A sentence for the owner about one file; the file is named by its ref. Raises `Unavailable`
    where that is no fault of the file's."""
    if lacking := short(error, "a file"):
        raise lacking from error
    if isinstance(error, PermissionError):
        return "it may not be read (permissions)"
    return f"it cannot be read ({error.strerror or type(error).__name__})"
