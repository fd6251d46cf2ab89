"""Maildir, with Maildir++ sub-folders and folders of Maildirs, as dovecot and mbsync write it.

A mail's ref is its folder and its name up to the flags, so that reading, flagging or moving it from
new/ to cur/ changes nothing. A mail in a Maildir never changes: its stamp is "", but for what could
not be read. Folders whose times have not moved are not listed again.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from connectors.contract import Known, Text
from connectors.errors import BadItem, CursorExpired
from connectors.formats.mime import read_message
from connectors.local.eml import text_of_file
from connectors.local.files import (
    BATCH,
    listing,
    read_head,
    ref_prefix,
    refuse_sudden_emptiness,
    stamp_of,
    storable,
    why,
)
from connectors.records import Bad, Batch, Facet, Gone, Item, Seen

_FEW: Final = 50  # up to this many new mails are looked up one by one
_DEPTH_LIMIT: Final = 16
# A folder that changed this recently may change again without its time moving (ticks of 1-10 ms);
# for a replayed `now`, which says nothing about files, two listings have to agree besides.
_SETTLED_NS: Final = 2_000_000_000
# The info part: ":2,S" by the standard, "!" or ";" where a file system forbids the colon.
_INFO: Final = re.compile(r":|[!;]2,")

Times = dict[
    str, list[int]
]  # "folder/cur" or "folder/new" -> [mtime in ns, listings that saw it: 0, 1, 2]


class Maildir:
    """One Maildir tree as a Source. `history`: older mails are acknowledged, and not observed."""

    facet = Facet.MAIL

    def __init__(self, root: Path, scope: str, history: date | None = None) -> None:
        self.root = str(root)
        self.scope = scope
        self._oldest = datetime.combine(history, time(), UTC) if history else None

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        times, listed = _read_cursor(cursor, self.scope)
        prefix = ref_prefix(self.scope)
        folders = maildirs(self.root)
        now_ns = int(now.timestamp() * 1e9)
        held: list[Item] = []
        if listed is None:
            for folder in folders:  # what just arrived goes first, without listing all of cur/
                held += self._arrived(prefix, folder, times, known)
            if held:
                yield Batch(tuple(held), _cursor(times, listed))
                held = []
        fresh: Times = {}
        committed = found = 0
        gone: list[Item] = []
        for folder in folders:
            before = {key: times.get(key) for key in (f"{folder}/new", f"{folder}/cur")}
            moved = {key: _mtime(os.path.join(self.root, key)) for key in before}
            if listed is None and all(before[key] == [mtime, 2] for key, mtime in moved.items()):
                fresh |= {key: [mtime, 2] for key, mtime in moved.items()}
                found += 1
                continue
            names = self._names(folder)
            stamps = _directly_under(known, f"{prefix}{folder}/")
            committed += len(stamps)
            found += len(names)
            spoilt = False
            for unique in sorted(names):
                ref = f"{prefix}{folder}/{unique}"
                stamp = stamps.get(unique)
                if stamp == "" and (listed is None or ref <= listed):
                    continue
                item = self._read(ref, names[unique], stamp)
                if item is not None:
                    held.append(item)
                spoilt = spoilt or isinstance(item, Bad) or bool(stamp)
                if len(held) >= BATCH:
                    yield Batch(tuple(held), _cursor(times, None if listed is None else ref))
                    held = []
            if missing := stamps.keys() - names.keys():
                # A rename during a listing can hide a mail from it: look twice before it is gone.
                missing -= self._names(folder).keys()
                gone += [Gone(f"{prefix}{folder}/{unique}") for unique in sorted(missing)]
            for key, mtime in moved.items():
                seen = before[key]
                settled = not spoilt and now_ns - mtime >= _SETTLED_NS
                again = settled and seen is not None and seen[0] == mtime
                fresh[key] = [mtime, 2 if again else 1] if settled else [0, 0]
        gone += self._vanished(prefix, folders, times, listed, known)
        refuse_sudden_emptiness(self.root, committed + len(gone), found)
        held += gone
        while len(held) > BATCH:
            yield Batch(tuple(held[:BATCH]), _cursor(times, listed))
            held = held[BATCH:]
        yield Batch(tuple(held), _cursor(fresh, None), done=True)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`. A mail is found again after its flags changed."""
        prefix = ref_prefix(self.scope)
        names: dict[str, dict[str, str]] = {}
        for ref in refs:
            folder, _, unique = ref.removeprefix(prefix).rpartition("/")
            if folder not in names:
                names[folder] = self._names(folder)
            plain = text_of_file(names[folder][unique]) if unique in names[folder] else None
            if plain is None:  # moved since it was listed
                names[folder] = self._names(folder)
                plain = text_of_file(names[folder][unique]) if unique in names[folder] else None
            yield Text(ref, plain)

    def _arrived(self, prefix: str, folder: str, times: Times, known: Known) -> list[Item]:
        """Unknown mails in new/, where only that has changed and they are few."""
        key = f"{folder}/new"
        cur, new = times.get(f"{folder}/cur"), times.get(key)
        if cur is None or cur[0] != _mtime(os.path.join(self.root, folder, "cur")):
            return []
        if new == [_mtime(os.path.join(self.root, key)), 2]:
            return []
        names = self._names(folder, ("new",))
        if len(names) > _FEW:
            return []
        items: list[Item] = []
        for unique in sorted(names):
            ref = f"{prefix}{folder}/{unique}"
            if ref not in known.under(ref):
                item = self._read(ref, names[unique], None)
                if item is not None:
                    items.append(item)
        return items

    def _read(self, ref: str, path: str, stamp: str | None) -> Item | None:
        try:
            status = os.stat(path) if stamp else None
            if status is not None and stamp == stamp_of(status):
                return None  # still what could not be read
            try:
                message = read_message(read_head(path), fallback=None)
            except BadItem:
                message = read_message(read_head(path), fallback=_delivered(path))
        except FileNotFoundError:
            return None  # moved or removed since it was listed: the next reading tells
        except OSError as error:
            return Bad(ref, _bad_stamp(path), why(error))
        except BadItem as error:
            return Bad(ref, _bad_stamp(path), str(error))
        kept = self._oldest is None or message.at >= self._oldest
        return Seen(ref, "", (message,) if kept else ())

    def _names(self, folder: str, parts: Sequence[str] = ("new", "cur")) -> dict[str, str]:
        """Paths by unique name. new/ goes first: a mail that moves meanwhile is in cur/ then."""
        names: dict[str, str] = {}
        for part in parts:
            path = os.path.join(self.root, folder, part)
            try:
                with os.scandir(path) as entries:
                    for entry in entries:
                        name = entry.name
                        if not name.startswith("."):
                            names[storable(_INFO.split(name, maxsplit=1)[0])] = entry.path
            except FileNotFoundError:
                continue  # one of the two may be missing, or the folder was just removed
            except OSError as error:
                with listing(path):  # half a listing would make the rest look removed
                    raise error
        return names

    def _vanished(
        self, prefix: str, folders: Sequence[str], times: Times, listed: str | None, known: Known
    ) -> list[Item]:
        """What is known in folders that no longer exist."""
        before = {key.rpartition("/")[0] for key in times}
        if listed is None and before <= set(folders):
            return []  # nothing was removed, and asking for everything known costs much
        alive = {f"{prefix}{folder}" for folder in folders}
        return [
            Gone(ref) for ref in sorted(known.under(prefix)) if ref.rpartition("/")[0] not in alive
        ]


def maildirs(root: str) -> list[str]:
    """The Maildirs of the tree, relative to `root` ("." for itself), parents first.

    Raises `Unavailable` when the root cannot be listed.
    """
    with listing(root):
        os.scandir(root).close()
    found: list[str] = []
    visited: set[tuple[int, int]] = set()
    waiting = [(".", 0)]
    while waiting:
        folder, depth = waiting.pop(0)
        path = os.path.join(root, folder)
        try:
            status = os.stat(path)
            if (status.st_dev, status.st_ino) in visited or depth > _DEPTH_LIMIT:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                below = sorted(entry.name for entry in entries if entry.is_dir())
        except OSError:
            continue
        # An archive of single mails may well have a folder called "new": that alone is no Maildir
        # below the root, but for the dotted names of Maildir++.
        named = folder == "." or os.path.basename(folder).startswith(".")
        if "cur" in below or ("new" in below and named):
            found.append(folder)
        waiting += [
            (name if folder == "." else f"{folder}/{name}", depth + 1)
            for name in below
            if name not in ("cur", "new", "tmp")
        ]
    return found


def _directly_under(known: Known, folder: str) -> Mapping[str, str]:
    cut = len(folder)
    return {ref[cut:]: stamp for ref, stamp in known.under(folder).items() if "/" not in ref[cut:]}


def _delivered(path: str) -> datetime:
    """When the store says a mail came in, the older of its name's time and the file's."""
    seconds = os.stat(path).st_mtime
    head = os.path.basename(path).partition(".")[0]
    if head.isdigit() and 315532800 <= int(head) < seconds:  # 1980
        seconds = float(head)
    return datetime.fromtimestamp(int(seconds), UTC)


def _bad_stamp(path: str) -> str:
    try:
        return stamp_of(os.stat(path))
    except OSError:
        return "?"


def _mtime(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _cursor(times: Times, listed: str | None) -> str:
    row: dict[str, object] = {"v": 1, "times": times}
    if listed is not None:
        row["listed"] = listed
    return json.dumps(row, separators=(",", ":"))


def _read_cursor(cursor: str | None, scope: str) -> tuple[Times, str | None]:
    if cursor is None:
        return {}, ""
    try:
        row = json.loads(cursor)
        if row["v"] != 1:
            raise ValueError("another version")
        times = {str(key): [int(value[0]), int(value[1])] for key, value in row["times"].items()}
        return times, row.get("listed")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise CursorExpired(f"the reading of {scope} starts over") from error
