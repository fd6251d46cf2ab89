"""How far an mbox has been read, and whether it was only appended to since: what its cursor keeps.

An mbox says nothing about its changes, so its size, time and inode say whether there are any, and
digests of its first and last 4 KiB, as they were, whether all that was read still stands there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Final

from connectors.errors import CursorExpired
from connectors.formats.mbox import Read

_EDGE: Final = 4096
_VERSION: Final = 1
# A file that changed this recently may still be written to, and its time need not move with that.
_SETTLED_NS: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """One mbox as it was last read, up to `end`."""

    end: int  # up to here
    head: str
    tail: str
    last: int = 0  # where the last mail before `end` begins
    name: str = ""  # what its ref ends with; "" where it is none
    size: int = -1  # of the whole file when it was read to its end, else -1
    mtime: int = 0  # ns
    inode: int = 0
    listing: bool = False  # everything after `end` is still to be listed, known or not
    settled: bool = False  # nothing can have changed behind an unchanged size and time
    marked: bool = False  # a mail program writes its marks in place
    whole: bool = False  # all of it has to be looked at when it grows
    later: bool = False  # ... and also as soon as it has stopped growing

    def same(self, status: os.stat_result) -> bool:
        """Whether the file is still what was read to its end."""
        return (self.size, self.mtime, self.inode) == (
            status.st_size,
            status.st_mtime_ns,
            status.st_ino,
        )


@dataclass(slots=True)
class Marks:
    """What a cursor says of all mboxes of a source, by their paths below the configured one."""

    boxes: dict[str, Mark] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # files that could not be looked at
    fresh: bool = False  # it was begun without a cursor, and is not done yet


def mark(read: Read, end: int) -> Mark:
    """The mark of what stands before `end`."""
    return Mark(end, _digest(read(0, min(end, _EDGE))), _digest(_last(read, end)))


def stands(read: Read, size: int, before: Mark) -> bool:
    """Whether what was read is still there, as far as both its ends tell."""
    if size < before.end:
        return False
    head = _digest(read(0, min(before.end, _EDGE)))
    return head == before.head and _digest(_last(read, before.end)) == before.tail


def settled(status: os.stat_result, now: datetime) -> bool:
    """Whether the file was left alone for a while before `now`."""
    return abs(int(now.timestamp() * 1e9) - status.st_mtime_ns) >= _SETTLED_NS


def cursor_of(marks: Marks) -> str:
    """The marks as a cursor."""
    boxes = {box: astuple(one) for box, one in marks.boxes.items()}
    row = {"v": _VERSION, "boxes": boxes, "broken": sorted(marks.broken), "fresh": marks.fresh}
    return json.dumps(row, separators=(",", ":"))


def read_cursor(cursor: str | None, scope: str) -> Marks:
    """The marks in a cursor. Raises `CursorExpired`."""
    if cursor is None:
        return Marks(fresh=True)
    try:
        row = json.loads(cursor)
        if row["v"] != _VERSION:
            raise ValueError("another version")
        boxes = {str(box): _mark_of(values) for box, values in row["boxes"].items()}
        return Marks(boxes, {str(rel) for rel in row["broken"]}, bool(row["fresh"]))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise CursorExpired(f"the reading of {scope} starts over") from error


def _mark_of(values: Sequence[object]) -> Mark:
    example = astuple(Mark(0, "", ""))
    if [type(value) for value in values] != [type(value) for value in example]:
        raise ValueError("no mark of ours")
    return Mark(*values)  # type: ignore[arg-type]  # the types were just compared


def _last(read: Read, end: int) -> bytes:
    begin = max(0, end - _EDGE)
    return read(begin, end - begin)


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()
