"""A folder of items, one a file, that may change in place: mails, calendars, cards.

Each reading lists the whole tree and compares stamps with what is known, so a cursor has little to
say: how far a full listing got, and what a kind of folder adds (the calendars' window).
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from connectors.contract import Chunk, Counted, Known, Unread
from connectors.errors import BadItem, CursorExpired
from connectors.local.files import (
    BATCH,
    ITEM_LIMIT,
    listing,
    ref_prefix,
    refuse_sudden_emptiness,
    stamp_of,
    stroll,
    why,
)
from connectors.local.spots import Spot, spots_of
from connectors.local.watched import Watched
from connectors.records import Bad, Batch, Facet, Gone, Item, Observation, Seen

AGAIN: Final = "+"  # ends the stamp of an item that has to be read again when the window moves
_KNOWN: Final = "="  # begins the `where` of an item that was known before, else:
_NEW: Final = "+"
_LAST: Final = "\U0010ffff"  # greater than every ref


@dataclass(slots=True)
class Progress:
    """What the cursor says. Items after `listed` (or, with `AGAIN`, after `again`) are read even
    when their stamps are known; None: none of them.
    """

    listed: str | None = None
    again: str | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def text(self, after: str | None) -> str:
        """The cursor once everything up to the ref `after` is yielded; None: everything is."""
        row: dict[str, Any] = {"v": 1, **self.extra}
        if after is not None and self.listed is not None:
            row["listed"] = max(after, self.listed)
        if after is not None and self.again is not None:
            row["again"] = max(after, self.again)
        return json.dumps(row, separators=(",", ":"))


class Content(NamedTuple):
    """What one file holds. `again`: it must be read again when the window moves; `broken`: what of
    it could not be read."""

    observations: tuple[Observation, ...]
    again: bool = False
    broken: str = ""


class FolderSource(Watched, ABC):
    """One folder (or single file) as a Source. Kinds say what is wanted and how it is read."""

    facet: Facet
    may_be_emptied = False  # else a folder that held much and holds nothing was lost

    def __init__(self, root: Path, scope: str) -> None:
        self.root = str(root)
        self.scope = scope

    @abstractmethod
    def wanted(self, name: str) -> bool:
        """Whether a file of that name is an item."""

    @abstractmethod
    def read(self, path: str, progress: Progress) -> Content:
        """What is in a file. Raises OSError or `BadItem`."""

    def where(self) -> str:
        """See `Watched`."""
        return os.path.abspath(self.root)

    def spots(self) -> Iterator[Spot]:
        """See `Watched`."""
        # What is watched with must not keep this object alive.
        return spots_of(self.where(), copy(self).wanted)

    def resume(self, progress: Progress, now: datetime) -> None:
        """Bring `progress` to `now` before a reading."""

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        for chunk in self.chunks(cursor, known, now):
            yield self.read_chunk(chunk)

    def chunks(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Chunk]:
        """See `connectors.contract.Divisible`."""
        progress = self._progress(cursor)
        self.resume(progress, now)
        prefix = ref_prefix(self.scope)
        committed = dict(known.under(prefix))
        held_before, found = len(committed), 0
        hidden: list[str] = []  # folders that cannot be listed just now
        held: list[Item | Unread] = []
        for name, path, stamp in stroll(self.root, self.wanted):
            found += 1
            ref = prefix + name
            before = committed.pop(ref, None)
            if stamp is None:
                hidden.append(ref)
                if before != "?":
                    held.append(Bad(ref, "?", "this folder may not be listed"))
            elif before != stamp or progress.listed is not None:
                if not _to_be_read(ref, stamp, before, progress):
                    continue
                held.append(Unread(ref, stamp, (_KNOWN if before is not None else _NEW) + path))
            if len(held) >= BATCH:
                yield Chunk(tuple(held), progress.text(ref))
                held = []
        if not self.may_be_emptied:
            refuse_sudden_emptiness(self.root, held_before, found)
        # What lies in a folder that cannot be listed just now is not gone.
        held += [Gone(ref) for ref in sorted(committed) if not ref.startswith(tuple(hidden))]
        while len(held) > BATCH:
            yield Chunk(tuple(held[:BATCH]), progress.text(_LAST))
            held = held[BATCH:]
        yield Chunk(tuple(held), progress.text(None), done=True)

    def read_chunk(self, chunk: Chunk) -> Batch:
        """See `connectors.contract.Divisible`."""
        progress = self._progress(chunk.cursor)
        items = (
            self._read(item, progress) if isinstance(item, Unread) else item for item in chunk.items
        )
        return Batch(tuple(item for item in items if item is not None), chunk.cursor, chunk.done)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`. Raises `Unavailable` when the root is not there."""
        progress = self._progress(cursor)
        with listing(self.root):
            os.stat(self.root)
        for ref in refs:
            name = ref.removeprefix(ref_prefix(self.scope))
            path = self._path_of(name)
            try:
                stamp = stamp_of(os.stat(path))
            except FileNotFoundError:
                yield Gone(ref)
                continue
            except OSError as error:
                yield Bad(ref, "?", why(error), for_now=True)
                continue
            yield self._read(Unread(ref, stamp, _KNOWN + path), progress) or Gone(ref)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`. Raises `Unavailable`."""
        from connectors.local import census  # only an audit counts

        return census.files(self.root, ref_prefix(self.scope), self.wanted)

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        from connectors.local import census  # only an audit counts

        cut = len(ref_prefix(self.scope))
        return census.days({ref: self._path_of(ref[cut:]) for ref in refs}, self.day_of, ITEM_LIMIT)

    def day_of(self, data: bytes) -> date | None:
        """The day of an item by its content; None where it has none."""
        return None

    def _path_of(self, name: str) -> str:
        if os.path.isfile(self.root):
            return self.root
        path = f"{self.root}/{name}"
        if "\\x" not in name or os.path.exists(path):
            return path
        # Bytes that are no UTF-8 are spelt out in a ref.
        return next((at for as_, at, _ in stroll(self.root, self.wanted) if as_ == name), path)

    def _read(self, unread: Unread, progress: Progress) -> Item | None:
        ref, stamp, where, _ = unread
        try:
            content = self.read(where[1:], progress)
        except FileNotFoundError:  # removed since it was listed
            return Gone(ref) if where.startswith(_KNOWN) else None
        except OSError as error:
            return Bad(ref, stamp, why(error), for_now=True)
        except BadItem as error:
            return Bad(ref, stamp, str(error))
        return Seen(
            ref, stamp + AGAIN if content.again else stamp, content.observations, content.broken
        )

    def _progress(self, cursor: str | None) -> Progress:
        if cursor is None:
            return Progress(listed="")
        try:
            row = json.loads(cursor)
            if row.pop("v") != 1:
                raise ValueError("another version")
            listed, again = row.pop("listed", None), row.pop("again", None)
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise CursorExpired(f"the reading of {self.scope} starts over") from error
        return Progress(listed, again, row)


def _to_be_read(ref: str, stamp: str, before: str | None, progress: Progress) -> bool:
    if before is None or before.removesuffix(AGAIN) != stamp:
        return True
    if progress.listed is not None and ref > progress.listed:
        return True
    return progress.again is not None and ref > progress.again and before.endswith(AGAIN)
