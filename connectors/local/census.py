"""Counting what lies on the disk by other means than reading it, for `contract.Countable`.

Nothing here knows a cursor, a mark, a stamp or what was read before: each count walks the whole
tree. Only what a ref is called, and what is no mail by its name, is shared with the readers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from typing import Final

from connectors.contract import Counted
from connectors.formats.mbox import alive, fingerprint, spans
from connectors.local.boxes import boxes
from connectors.local.files import listing, read_up_to, storable
from connectors.local.maildir_names import files_in, is_unsent, uniques
from connectors.local.mbox_file import OpenBox
from connectors.local.mbox_names import Names

_HEAD: Final = 64 * 1024
_DATE: Final = re.compile(
    rb"^date[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_RECEIVED: Final = re.compile(
    rb"^received[ \t]*:[^;]*;([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE
)


def files(root: str, prefix: str, wanted: Callable[[str], bool]) -> Iterator[Counted]:
    """One item for each wanted file of a tree, or for one file. Raises `Unavailable`."""
    for name, _ in _tree(root, wanted):
        yield Counted(prefix + storable(name))


def maildirs(root: str, prefix: str) -> Iterator[Counted]:
    """One for each mail in the Maildirs of a tree. Raises `Unavailable`."""
    with listing(root):
        os.scandir(root).close()
    for path, folders, _ in _walk(root):
        below = os.path.relpath(path, root)
        named = below == "." or os.path.basename(below).startswith(".")
        if not ("cur" in folders or ("new" in folders and named)) or is_unsent(below):
            continue
        for unique in sorted(set(uniques(files_in(root, below)))):
            yield Counted(f"{prefix}{storable(below)}/{unique}")


def mails_in_boxes(root: str, prefix: str) -> Iterator[Counted]:
    """One for each mail in the mboxes of a tree, or in one mbox. Raises `Unavailable`."""
    found = boxes(root).boxes if os.path.isdir(root) else {"": root}
    for box, path in sorted(found.items()):
        ours = f"{prefix}{box}//" if box else prefix
        names = Names()
        with listing(path), OpenBox(path) as file:
            for span in spans(file.read, file.size):
                if alive(span):
                    yield Counted(ours + names.next(fingerprint(span)))


def day_of_mail(head: bytes) -> date | None:
    """The day of a mail by its header: Date, else the newest Received."""
    header = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    for field in (_DATE, _RECEIVED):
        match = field.search(header)
        if match is None:
            continue
        try:
            at = parsedate_to_datetime(b" ".join(match[1].split()).decode("ascii", "replace"))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return (at.astimezone(UTC) if at.tzinfo else at).date()
    return None


def days(
    paths: Mapping[str, str], day_of: Callable[[bytes], date | None], size: int = _HEAD
) -> dict[str, date]:
    """The days of files, by ref; what cannot be read has none."""
    found = {}
    for ref, path in paths.items():
        try:
            day = day_of(read_up_to(path, size))
        except OSError:
            continue
        if day is not None:
            found[ref] = day
    return found


def days_in_boxes(root: str, prefix: str, refs: Sequence[str]) -> dict[str, date]:
    """The days of mails in mboxes."""
    asked, found = set(refs), {}
    every = boxes(root).boxes if os.path.isdir(root) else {"": root}
    for box, path in every.items():
        ours = f"{prefix}{box}//" if box else prefix
        if not any(ref.startswith(ours) for ref in asked):
            continue
        names = Names()
        with listing(path), OpenBox(path) as file:
            for span in spans(file.read, file.size):
                ref = ours + names.next(fingerprint(span)) if alive(span) else ""
                if ref in asked and (day := day_of_mail(span.header)) is not None:
                    found[ref] = day
    return found


def _tree(root: str, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """(path below the root, path) of each wanted file. Raises `Unavailable`."""
    if os.path.isfile(root):
        yield os.path.basename(root), root
        return
    with listing(root):
        os.scandir(root).close()
    for path, _, names in _walk(root, hidden=False):
        for name in sorted(names):
            full = os.path.join(path, name)
            if name[0] != "." and wanted(name) and os.path.isfile(full):
                yield os.path.relpath(full, root), full


def _walk(root: str, *, hidden: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """What os.walk says, through links, each folder once; without `hidden` folders if told."""
    visited: set[tuple[int, int]] = set()
    for path, folders, names in os.walk(root, followlinks=True):
        try:
            status = os.stat(path)
        except OSError:
            folders.clear()
            continue
        if (status.st_dev, status.st_ino) in visited:
            folders.clear()
            continue
        visited.add((status.st_dev, status.st_ino))
        inside = sorted(folders)
        folders[:] = [one for one in inside if hidden or one[0] != "."]
        yield path, inside, names
