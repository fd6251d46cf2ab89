"""Files: listing them with their stamps, reading them within bounds, and saying what is wrong.

A stamp is mtime, size, inode and mode: it changes when the content or the right to read it may
have. A `ref` is `scope//path below the root`; no path has `//` inside, so no scope's refs begin
with another's.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
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
    if os.path.isfile(root):
        with listing(root):
            return {storable(os.path.basename(root)): Found(root, stamp_of(os.stat(root)))}
    found: dict[str, Found] = {}
    visited: set[tuple[int, int]] = set()
    _walk(root, "", wanted, found, visited, 0)
    return found


def _walk(
    folder: str,
    below: str,
    wanted: Callable[[str], bool],
    found: dict[str, Found],
    visited: set[tuple[int, int]],
    depth: int,
) -> None:
    try:
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in visited or depth > _DEPTH_LIMIT:
            return
        visited.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            listed = list(entries)
    except OSError as error:
        if not below:
            raise _unavailable(folder, error) from error
        if not isinstance(error, FileNotFoundError):
            found[below] = Found(folder, None)
        return
    for entry in listed:
        name = entry.name
        if name.startswith("."):
            continue
        try:
            if entry.is_dir():
                _walk(entry.path, f"{below}{storable(name)}/", wanted, found, visited, depth + 1)
            elif wanted(name) and entry.is_file():
                found[below + storable(name)] = Found(entry.path, stamp_of(entry.stat()))
        except FileNotFoundError:
            continue  # removed since it was listed, or a link to nowhere
        except OSError:
            found[below + storable(name)] = Found(entry.path, "?")


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
    return Unavailable(f"{shown} cannot be listed ({error.strerror or type(error).__name__})")


def refuse_sudden_emptiness(path: str, known: int, found: int) -> None:
    """Raise `Unavailable` where a full source has nothing at all, as an unmounted disk has."""
    if known > _FULL_ONCE and not found:
        raise Unavailable(
            f"{storable(path)} looks empty, though it held {known} items; nothing was deleted: "
            "check the path and the mount"
        )


def read_head(path: str) -> bytes:
    """The header block of a mail file and whatever was read with it. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(descriptor, FIRST_READ)
        while header_end(data) < 0 and len(data) < READ_LIMIT:
            more = os.read(descriptor, 4 * len(data))
            if not more:
                break
            data += more
        return data
    finally:
        os.close(descriptor)


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
    """A sentence for the owner about one file; the file is named by its ref."""
    if isinstance(error, PermissionError):
        return "it may not be read (permissions)"
    return f"it cannot be read ({error.strerror or type(error).__name__})"
