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
from connectors.local.maildir_arrivals import Arrivals
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

    def __init__(
        self,
        root: Path,
        scope: str,
        zone: ZoneInfo,
        history: date | None = None,
        arrivals: Arrivals | None = None,
    ) -> None:
        self.root = str(root)
        self.scope = scope
        self._zone = zone
        self._oldest = oldest_of(history)
        self._places = Places(self.root)
        self._arrivals = arrivals or Arrivals(self.root)

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
        fresh: Times = {}
        changed = folders
        if listed is None:  # what just arrived goes first, without listing all of cur/
            arrived, changed = self._arrived(prefix, folders, times, known, now_ns, fresh)
            held += arrived
            if held and changed:
                yield Chunk(tuple(held), _cursor(times, listed))
                held = []
        committed, found = 0, len(folders) - len(changed)
        gone: list[Item] = []
        for folder in changed:
            before = {key: times.get(key) for key in (f"{folder}/new", f"{folder}/cur")}
            moved = {key: mtime_of(os.path.join(self.root, key)) for key in before}
            below = f"{prefix}{folder}/"
            stamps = dict(known.under(below))
            committed += len(stamps)
            spoilt = False
            news: set[str] = set()
            files = files_in(self.root, folder)
            self._arrivals.listed(folder, files)
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
                news.add(place[: place.rindex("/")])
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
                quiet = key not in news and not spoilt
                fresh[key] = [0, 0] if spoilt else _seen(mtime, before[key], quiet, now_ns)
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

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`. Raises `Unavailable` when the root is not there."""
        with listing(self.root):
            os.scandir(self.root).close()
        for ref in refs:
            self._places.forget(ref.removeprefix(ref_prefix(self.scope)).rpartition("/")[0])
            path = self.path_of(ref)
            read = None if path is None else self._read(ref, path)
            yield read or Gone(ref)

    def path_of(self, ref: str) -> str | None:
        """Where a mail lies; None where it does not any more."""
        folder, _, unique = ref.removeprefix(ref_prefix(self.scope)).rpartition("/")
        place = self._places.of(folder, unique)
        return None if place is None else os.path.join(self.root, place)

    def _text(self, folder: str, unique: str) -> str | None:
        place = self._places.of(folder, unique)
        return None if place is None else text_of_file(os.path.join(self.root, place))

    def _arrived(
        self,
        prefix: str,
        folders: Sequence[str],
        times: Times,
        known: Known,
        now_ns: int,
        fresh: Times,
    ) -> tuple[list[Unread], list[str]]:
        """Unknown mails in new/ where nothing happened in cur/, and the folders that have to be
        listed all the same. The times of the others are put into `fresh`."""
        found: list[Unread] = []
        changed: list[str] = []
        for folder in folders:
            new, cur = f"{folder}/new", f"{folder}/cur"
            moved = {key: mtime_of(os.path.join(self.root, key)) for key in (new, cur)}
            before = {key: times.get(key) for key in moved}
            if all(before[key] == [mtime, 2] for key, mtime in moved.items()):
                fresh |= {key: [mtime, 2] for key, mtime in moved.items()}
                continue
            looked = None
            if (before[cur] or [0])[0] == moved[cur]:
                looked = self._arrivals.look(folder, f"{prefix}{folder}/", known)
            arrived, complete = looked or ([], False)
            found += arrived
            if complete and before[cur] == [moved[cur], 2]:
                fresh[cur] = [moved[cur], 2]
                fresh[new] = _seen(moved[new], before[new], not arrived, now_ns)
            else:
                changed.append(folder)
        return found, changed

    def _read(self, ref: str, path: str, *, moved: bool = False) -> Item | None:
        try:
            return Seen(ref, "", mail_in(path, self._zone, self._oldest))
        except FileNotFoundError:
            # Its flags may have changed since it was listed, of which nobody need tell.
            folder, _, unique = ref.removeprefix(ref_prefix(self.scope)).rpartition("/")
            place = None if moved else self._places.of(folder, unique)
            if place is None:
                return None  # removed: the next reading tells
            return self._read(ref, os.path.join(self.root, place), moved=True)
        except OSError as error:
            return Bad(ref, _bad_stamp(path), why(error), for_now=True)
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


def _seen(mtime: int, before: list[int] | None, quiet: bool, now_ns: int) -> list[int]:
    """What the cursor says of a folder just listed, in which nothing is new if it is `quiet`."""
    if now_ns - mtime < _SETTLED_NS:
        return [0, 0]
    return [mtime, 2 if quiet and before is not None and before[0] == mtime else 1]


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
