"""Maildir, with Maildir++ sub-folders and folders of Maildirs, as dovecot and mbsync write it.

A mail's ref is its folder and its name up to the flags, so that reading, flagging or moving it from
new/ to cur/ changes nothing. A mail in a Maildir never changes: its stamp is "", but for what could
not be read. Folders whose times have not moved are not listed again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connectors.contract import Chunk, Known, Text, Unread
from connectors.errors import BadItem, CursorExpired
from connectors.local.eml import text_of_file
from connectors.local.files import (
    BATCH,
    listing,
    ref_prefix,
    refuse_sudden_emptiness,
    stamp_of,
    why,
)
from connectors.local.maildir_names import (
    Places,
    each_once,
    files_in,
    is_unsent,
    mtime_of,
    place_of,
    uniques,
)
from connectors.local.mailfile import mail_in, oldest_of
from connectors.records import Bad, Batch, Facet, Gone, Item, Seen

_FEW: Final = 50  # up to this many new mails are looked up one by one
_DEPTH_LIMIT: Final = 16
# A folder that changed this recently may change again without its time moving (ticks of 1-10 ms);
# for a replayed `now`, which says nothing about files, two listings have to agree besides.
_SETTLED_NS: Final = 2_000_000_000

Times = dict[
    str, list[int]
]  # "folder/cur" or "folder/new" -> [mtime in ns, listings that saw it: 0, 1, 2]


class Maildir:
    """One Maildir tree as a Source. `zone` is where floating times of what a mail carries are
    local; `history`: older mails are acknowledged, and not observed."""

    facet = Facet.MAIL

    def __init__(self, root: Path, scope: str, zone: ZoneInfo, history: date | None = None) -> None:
        self.root = str(root)
        self.scope = scope
        self._zone = zone
        self._oldest = oldest_of(history)
        self._places = Places(self.root)

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        for chunk in self.chunks(cursor, known, now):
            yield self.read_chunk(chunk)

    def chunks(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Chunk]:
        """See `connectors.contract.Divisible`."""
        times, listed = _read_cursor(cursor, self.scope)
        prefix = ref_prefix(self.scope)
        folders = maildirs(self.root)
        now_ns = int(now.timestamp() * 1e9)
        held: list[Item | Unread] = []
        if listed is None:
            for folder in folders:  # what just arrived goes first, without listing all of cur/
                held += self._arrived(prefix, folder, times, known)
            if held:
                yield Chunk(tuple(held), _cursor(times, listed))
                held = []
        fresh: Times = {}
        committed = found = 0
        gone: list[Item] = []
        for folder in folders:
            before = {key: times.get(key) for key in (f"{folder}/new", f"{folder}/cur")}
            moved = {key: mtime_of(os.path.join(self.root, key)) for key in before}
            if listed is None and all(before[key] == [mtime, 2] for key, mtime in moved.items()):
                fresh |= {key: [mtime, 2] for key, mtime in moved.items()}
                found += 1
                continue
            below = f"{prefix}{folder}/"
            stamps = dict(known.under(below))
            committed += len(stamps)
            news = spoilt = False
            files = files_in(self.root, folder)
            if listed is None and not any(stamps.values()):
                refs = {below + unique for unique in uniques(files)}
                if refs == stamps.keys():  # as nearly always: nothing has to be looked at
                    found += len(refs)
                    files, stamps = {}, {}
                del refs
            mails = each_once(files)
            del files
            for unique, rest in mails:
                found += 1
                ref = below + unique
                stamp = stamps.pop(ref, None)
                if stamp == "" and (listed is None or ref <= listed):
                    continue
                place = place_of(folder, rest)
                if stamp:
                    spoilt = True
                    if _bad_stamp(os.path.join(self.root, place)) == stamp:
                        continue  # still what could not be read
                news = True
                held.append(Unread(ref, "", place))
                if len(held) >= BATCH:
                    yield Chunk(tuple(held), _cursor(times, None if listed is None else ref))
                    held = []
            # What lies deeper belongs to another folder.
            deeper = len(below)
            missing = {ref[deeper:] for ref in stamps if "/" not in ref[deeper:]}
            committed -= len(stamps) - len(missing)
            if missing:
                # A rename during a listing can hide a mail from it: look twice before it is gone.
                missing -= set(uniques(files_in(self.root, folder)))
                gone += [Gone(below + unique) for unique in sorted(missing)]
            for key, mtime in moved.items():
                seen = before[key]
                settled = not spoilt and now_ns - mtime >= _SETTLED_NS
                again = settled and not news and seen is not None and seen[0] == mtime
                fresh[key] = [mtime, 2 if again else 1] if settled else [0, 0]
        gone += self._vanished(prefix, folders, times, listed, known)
        refuse_sudden_emptiness(self.root, committed + len(gone), found)
        held += gone
        while len(held) > BATCH:
            yield Chunk(tuple(held[:BATCH]), _cursor(times, listed))
            held = held[BATCH:]
        yield Chunk(tuple(held), _cursor(fresh, None), done=True)

    def read_chunk(self, chunk: Chunk) -> Batch:
        """See `connectors.contract.Divisible`."""
        items = (
            self._read(item.ref, os.path.join(self.root, item.where))
            if isinstance(item, Unread)
            else item
            for item in chunk.items
        )
        return Batch(tuple(item for item in items if item is not None), chunk.cursor, chunk.done)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`. A mail is found again after its flags changed."""
        prefix = ref_prefix(self.scope)
        looked: set[str] = set()
        for ref in refs:
            folder, _, unique = ref.removeprefix(prefix).rpartition("/")
            plain = self._text(folder, unique)
            if plain is None and folder not in looked:  # moved since it was listed
                looked.add(folder)
                self._places.forget(folder)
                plain = self._text(folder, unique)
            yield Text(ref, plain)

    def _text(self, folder: str, unique: str) -> str | None:
        place = self._places.of(folder, unique)
        return None if place is None else text_of_file(os.path.join(self.root, place))

    def _arrived(self, prefix: str, folder: str, times: Times, known: Known) -> list[Item | Unread]:
        """Unknown mails in new/, where only that has changed and they are few."""
        key = f"{folder}/new"
        cur, new = times.get(f"{folder}/cur"), times.get(key)
        if cur is None or cur[0] != mtime_of(os.path.join(self.root, folder, "cur")):
            return []
        if new == [mtime_of(os.path.join(self.root, key)), 2]:
            return []
        files = files_in(self.root, folder, ("new",))
        if len(files.get("new", ())) > _FEW:
            return []
        items: list[Item | Unread] = []
        for unique, rest in each_once(files):
            ref = f"{prefix}{folder}/{unique}"
            if ref not in known.under(ref):
                items.append(Unread(ref, "", place_of(folder, rest)))
        return items

    def _read(self, ref: str, path: str) -> Item | None:
        try:
            return Seen(ref, "", mail_in(path, self._zone, self._oldest))
        except FileNotFoundError:
            return None  # moved or removed since it was listed: the next reading tells
        except OSError as error:
            return Bad(ref, _bad_stamp(path), why(error))
        except BadItem as error:
            return Bad(ref, _bad_stamp(path), str(error))

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
    """The Maildirs of the tree, relative to `root` ("." for itself), parents first; not those in
    which drafts lie.

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
        if ("cur" in below or ("new" in below and named)) and not is_unsent(folder):
            found.append(folder)
        waiting += [
            (name if folder == "." else f"{folder}/{name}", depth + 1)
            for name in below
            if name not in ("cur", "new", "tmp")
        ]
    return found


def _bad_stamp(path: str) -> str:
    try:
        return stamp_of(os.stat(path))
    except OSError:
        return "?"


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
