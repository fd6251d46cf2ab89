"""The names in a Maildir: what is one mail whatever its flags, and where it lies.

A listing is kept as lines, "unique name, NUL, mark of new/ or cur/, name", in their order: half a
million of anything larger would not fit.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from connectors.local.files import listing, storable

_MARKS: Final = {"new": "1", "cur": "2"}
_PARTS: Final = {mark: part for part, mark in _MARKS.items()}
# The info part: ":2,S" by the standard, "!" or ";" where a file system forbids the colon.
_INFO: Final = re.compile(r":|[!;]2,")
# The flag D: its owner is still writing it (https://cr.yp.to/proto/maildir.html).
_DRAFT: Final = re.compile(r"[:!;]2,[A-CE-Z]*D[A-Z]*$", re.IGNORECASE)
# Where mail programs keep what was never sent; the encoded ones are modified UTF-7.
_UNSENT: Final = frozenset(
    ("drafts", "templates", "entwürfe", "entw&apw-rfe", "vorlagen", "brouillons", "borradores",
     "rascunhos", "bozze", "concepten")
)  # fmt: skip


def is_unsent(folder: str) -> bool:
    """Whether a folder, by its name, holds drafts: `.Drafts`, `.INBOX.Drafts`, `[Gmail]/Drafts`."""
    return re.split(r"[./]", folder)[-1].lower() in _UNSENT


def files_in(root: str, folder: str, parts: Sequence[str] = ("new", "cur")) -> dict[str, list[str]]:
    """The names in new/ and cur/, but for drafts. new/ goes first: a mail that moves meanwhile is
    in cur/ then."""
    found: dict[str, list[str]] = {}
    for part in parts:
        path = os.path.join(root, folder, part)
        try:
            names = os.listdir(path)
            found[part] = [name for name in names if not ("2," in name and _DRAFT.search(name))]
        except FileNotFoundError:
            continue  # one of the two may be missing, or the folder was just removed
        except OSError as error:
            with listing(path):  # half a listing would make the rest look removed
                raise error
    return found


def lines_of(files: Mapping[str, Iterable[str]]) -> list[str]:
    """All mails as lines, in order."""
    return sorted(
        f"{unique_name(name)}\0{_MARKS[part]}{name}"
        for part, names in files.items()
        for name in names
        if name[0] != "."
    )


def each_once(files: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """(unique name, what `place_of` wants) in order. Of a mail in both the one in cur/ counts."""
    lines = lines_of(files)
    del files
    end = len(lines) - 1
    for number, line in enumerate(lines):
        unique, _, rest = line.partition("\0")
        if number < end and lines[number + 1].startswith(unique + "\0"):
            continue
        yield unique, rest


def place_of(folder: str, rest: str) -> str:
    """The path of a mail below the root."""
    return f"{folder}/{_PARTS[rest[0]]}/{rest[1:]}"


def same_mail(name: str, other: str) -> bool:
    """Whether two names are of one mail, so that a rename from one to the other changes nothing."""
    drafts = (_DRAFT.search(name) is None) == (_DRAFT.search(other) is None)
    return drafts and unique_name(name) == unique_name(other)


def uniques(files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The unique names, in any order and maybe twice."""
    for names in files.values():
        together = "/".join(names)
        plain = together.isascii() and not ("!" in together or ";" in together)
        for name in names:
            if name[0] != ".":
                yield name.partition(":")[0] if plain else unique_name(name)


def unique_name(name: str) -> str:
    """A file's name up to its flags, as every store takes it."""
    if "!" in name or ";" in name:
        return storable(_INFO.split(name, maxsplit=1)[0])
    unique = name.partition(":")[0]
    return unique if unique.isascii() else storable(unique)


class Places:
    """Where the mails of folders lie, kept for as long as the folders do not change: texts are
    asked for a few at a time."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._listed: dict[str, tuple[list[int], list[str]]] = {}

    def __reduce__(self) -> tuple[type[Places], tuple[str]]:
        return Places, (self._root,)  # another process looks for itself

    def of(self, folder: str, unique: str) -> str | None:
        """The path of a mail below the root; None where there is none by that name."""
        times = [mtime_of(os.path.join(self._root, folder, part)) for part in _MARKS]
        kept = self._listed.get(folder)
        if kept is None or kept[0] != times:
            kept = self._listed[folder] = (times, lines_of(files_in(self._root, folder)))
        lines = kept[1]
        # Of a mail in both new/ and cur/ the latter counts, which is the last.
        at = bisect_right(lines, f"{unique}\0\U0010ffff") - 1
        if at < 0 or not lines[at].startswith(unique + "\0"):
            return None
        return place_of(folder, lines[at].partition("\0")[2])

    def forget(self, folder: str) -> None:
        """Look again: times have ticks, and a mail may have moved within one."""
        self._listed.pop(folder, None)


def mtime_of(path: str) -> int:
    """When a folder last changed, in nanoseconds; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
