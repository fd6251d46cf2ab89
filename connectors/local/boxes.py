"""Which files of a folder tree are mboxes: Thunderbird's, mutt's, Apple Mail's and archives.

    boxes(root, single) -> Found

An mbox has no name of its own (Inbox, Sent, archive.mbox, 2024-March.txt, X.mbox/mbox), so what
does not say by its ending that it is something else is looked into. A file with one mail in it is a
mail, though it begin with a "From " line: archives keep mails like that.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.mbox import begins, spans
from connectors.local.files import listing, read_up_to, stamp_of, storable, why
from connectors.local.mailfile import mail_in

_FIRST: Final = 4096
_DEPTH_LIMIT: Final = 32
_ENDINGS: Final = frozenset((".mbox", ".mbx", ".mboxo", ".mboxrd", ".mboxcl", ".mboxcl2"))
_PACKED: Final = {
    ".gz": "gunzip", ".xz": "unxz", ".bz2": "bunzip2", ".zst": "unzstd", ".zip": "unzip",
    ".lzma": "unlzma", ".7z": "7z x",
}  # fmt: skip
_UNPACK: Final = "it is compressed and not read: unpack it ({}) and configure the mbox"
# How a compressed file begins, whatever it is called.
_MAGIC: Final = {
    b"\x1f\x8b": "gunzip", b"\xfd7zXZ\x00": "unxz", b"BZh": "bunzip2",
    b"\x28\xb5\x2f\xfd": "unzstd", b"PK\x03\x04": "unzip", b"7z\xbc\xaf\x27\x1c": "7z x",
}  # fmt: skip
_MAILS: Final = frozenset((".eml", ".emlx"))
# What lies beside mailboxes and is none.
_OTHERS: Final = frozenset(
    (
        ".bak", ".cats", ".cfg", ".css", ".csv", ".dat", ".db", ".doc", ".docx", ".gif", ".htm",
        ".html", ".ics", ".idx", ".ini", ".jpeg", ".jpg", ".js", ".json", ".lock", ".log", ".md",
        ".msf", ".msg", ".pdf", ".plist", ".png", ".pst", ".py", ".sh", ".sqlite", ".tar", ".tmp",
        ".toc", ".tsv", ".vcf", ".xlsx", ".xml", ".yaml", ".yml",
    )
)  # fmt: skip
# What was never sent, by Thunderbird, mutt and Pine.
_UNSENT: Final = frozenset(
    ("Drafts", "Templates", "Unsent Messages", "postponed", "postponed-msgs")
)
_BESIDE: Final = frozenset(("table_of_contents",))  # Apple Mail's
_MAILDIR: Final = frozenset(("cur", "new", "tmp"))


Single = Callable[[str, str], bool]


@dataclass(slots=True)
class Found:
    """What lies in a tree, by storable path below its root."""

    boxes: dict[str, str] = field(default_factory=dict)  # paths of mboxes
    broken: dict[str, str] = field(default_factory=dict)  # why a file was not looked at
    hidden: set[str] = field(default_factory=set)  # what begins like that cannot be seen just now
    mails: set[str] = field(default_factory=set)  # names of files that may be single mails
    count: int = 0  # of those, and of the .eml files


def is_box(path: Path) -> bool:
    """Whether one configured file is an mbox, or no mail either. Its name may be anything."""
    ending = path.suffix.lower()
    if ending in _ENDINGS or packed(path.name):
        return True
    if ending in _MAILS:
        return False
    try:
        first = read_up_to(str(path), _FIRST)
    except OSError:
        return False
    # An empty one may be filled again, and what became of an mbox is for its reader to say.
    return not first or begins(first) or not is_mail(str(path))


def is_mail(path: str) -> bool:
    """Whether a file is a mail. Raises nothing: what cannot be read may well be one."""
    try:
        mail_in(path, ZoneInfo("UTC"), None)
    except BadItem:
        return False
    except OSError:
        return True
    return True


def packed(name: str) -> str:
    """What is to be done about a compressed mbox of that name; "" for any other file."""
    stem, ending = os.path.splitext(name.lower())
    if ending not in _PACKED or os.path.splitext(stem)[1] not in _ENDINGS | {""}:
        return ""
    if os.path.splitext(stem)[1] == "" and "mbox" not in stem:
        return ""
    return _UNPACK.format(_PACKED[ending])


def compressed(first: bytes) -> str:
    """The same about a file that begins with `first`."""
    found = (program for magic, program in _MAGIC.items() if first.startswith(magic))
    return next((_UNPACK.format(program) for program in found), "")


def may_matter(name: str, *, maildir: bool) -> bool:
    """Whether a file of that name may be an mbox, or one that the owner has to be told of; beside
    a Maildir (`maildir`) indexes and the like lie, which change all the time."""
    ending = os.path.splitext(name)[1].lower()
    if maildir:
        return ending in _ENDINGS | _MAILS
    return bool(packed(name)) or not (ending in _OTHERS or name.endswith("~"))


def boxes(root: str, single: Single | None = None) -> Found:
    """Everything below `root`, a folder. What is in a Maildir's folders is left to its reader.

    `single` says whether a file, by its storable path and stamp, is already known as a mail of its
    own and need not be looked into; without it no file is one. Raises `Unavailable` when the root
    cannot be listed.
    """
    with listing(root):
        os.scandir(root).close()
    found = Found()
    visited: set[tuple[int, int]] = set()
    waiting = [("", root, 0)]
    while waiting:
        below, folder, depth = waiting.pop()
        try:
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in visited or depth > _DEPTH_LIMIT:
                continue
            visited.add((status.st_dev, status.st_ino))
            listed = _listed(folder, found, alone=single is not None)
        except FileNotFoundError:
            continue
        except OSError:
            found.hidden.add(below)
            continue
        maildir = "cur" in listed or {"new", "tmp"} <= listed.keys()
        for name, entry in listed.items():
            rel = below + storable(name)
            try:
                if entry.is_dir():
                    if not (maildir and name in _MAILDIR):
                        waiting.append((rel + "/", entry.path, depth + 1))
                elif maildir and os.path.splitext(name)[1].lower() not in _ENDINGS | _MAILS:
                    continue  # indexes and the like
                elif entry.is_file():
                    _sort(found, rel, entry, f"{name}.msf" in listed, single)
            except FileNotFoundError:
                continue
            except OSError as error:
                if single is None:
                    found.broken[rel] = why(error)
                else:  # whoever reads it as a mail will say so
                    found.mails.add(name)
                    found.hidden.add(rel)
    return found


def _listed(folder: str, found: Found, *, alone: bool) -> dict[str, os.DirEntry[str]]:
    """What is in a folder by name, but for what is hidden. Where no Maildir is near (`alone`),
    plain mails are only counted."""
    listed: dict[str, os.DirEntry[str]] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if alone and name.endswith(".eml") and not entry.is_dir():
                found.count += 1
            elif name[0] != ".":
                listed[name] = entry
    return listed


def _sort(
    found: Found, rel: str, entry: os.DirEntry[str], index: bool, single: Single | None
) -> None:
    """Put one file where it belongs. `index`: Thunderbird keeps an index of it."""
    name = entry.name
    ending = os.path.splitext(name)[1].lower()
    if advice := packed(name):
        found.broken[rel] = advice
    elif ending in _MAILS and single is None:
        found.broken[rel] = "it lies beside a Maildir: configure a folder of .eml files by itself"
    elif ending in _MAILS:
        found.count += 1
    elif name in _UNSENT or name in _BESIDE:
        return
    elif ending in _ENDINGS or index or name == "mbox":
        found.boxes[rel] = entry.path
    elif ending in _OTHERS or name.endswith("~"):
        return
    elif single is not None and single(rel, stamp_of(entry.stat())):
        found.mails.add(name)
        found.count += 1
    elif not ending and not entry.stat().st_size:
        found.boxes[rel] = entry.path  # the mbox that mutt leaves when it moves the last mail out
    elif begins(read_up_to(entry.path, _FIRST)) and (single is None or _several(entry.path)):
        found.boxes[rel] = entry.path
    else:
        found.mails.add(name)
        found.count += 1


def _several(path: str) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        mails = spans(lambda at, wanted: os.pread(descriptor, wanted, at), size)
        return len(list(islice(mails, 2))) == 2
    finally:
        os.close(descriptor)
