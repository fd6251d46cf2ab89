"""A folder of items, one a file, that may change in place: mails, calendars, cards.

Each reading lists the whole tree and compares stamps with what is known, so a cursor has little to
say: how far a full listing got, and what a kind of folder adds (the calendars' window).
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from connectors.contract import Known
from connectors.errors import BadItem, CursorExpired
from connectors.local.files import (
    BATCH,
    Found,
    ref_prefix,
    refuse_sudden_emptiness,
    walk,
    why,
)
from connectors.records import Bad, Batch, Facet, Gone, Item, Observation, Seen

AGAIN: Final = "+"  # ends the stamp of an item that has to be read again when the window moves


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


class FolderSource(ABC):
    """One folder (or single file) as a Source. Kinds say what is wanted and how it is read."""

    facet: Facet

    def __init__(self, root: Path, scope: str) -> None:
        self.root = str(root)
        self.scope = scope

    @abstractmethod
    def wanted(self, name: str) -> bool:
        """Whether a file of that name is an item."""

    @abstractmethod
    def read(self, path: str, progress: Progress) -> Content:
        """What is in a file. Raises OSError or `BadItem`."""

    def resume(self, progress: Progress, now: datetime) -> None:  # noqa: B027  # most need none
        """Bring `progress` to `now` before a reading."""

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        progress = self._progress(cursor)
        self.resume(progress, now)
        prefix = ref_prefix(self.scope)
        found = {prefix + name: file for name, file in walk(self.root, self.wanted).items()}
        committed = dict(known.under(prefix))
        refuse_sudden_emptiness(self.root, len(committed), len(found))
        held: list[Item] = []
        for ref in sorted(found.keys() | committed.keys()):
            item = self._item(ref, found, committed, progress)
            if item is None:
                continue
            held.append(item)
            if len(held) == BATCH:
                yield Batch(tuple(held), progress.text(ref))
                held = []
        yield Batch(tuple(held), progress.text(None), done=True)

    def _item(
        self, ref: str, found: dict[str, Found], committed: dict[str, str], progress: Progress
    ) -> Item | None:
        file, stamp = found.get(ref), committed.get(ref)
        if file is None:
            # What lies in a folder that cannot be listed just now is not gone.
            hidden = any(found[name].stamp is None for name in _parents(ref) if name in found)
            return None if hidden else Gone(ref)
        if file.stamp is None:
            return None if stamp == "?" else Bad(ref, "?", "this folder may not be listed")
        if stamp is not None and stamp.removesuffix(AGAIN) == file.stamp:
            listed = progress.listed is not None and ref > progress.listed
            again = progress.again is not None and ref > progress.again and stamp.endswith(AGAIN)
            if not listed and not again:
                return None
        try:
            content = self.read(file.path, progress)
        except FileNotFoundError:  # removed since it was listed
            return Gone(ref) if stamp is not None else None
        except OSError as error:
            return Bad(ref, file.stamp, why(error))
        except BadItem as error:
            return Bad(ref, file.stamp, str(error))
        stamp = file.stamp + AGAIN if content.again else file.stamp
        return Seen(ref, stamp, content.observations, content.broken)

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


def _parents(ref: str) -> Iterator[str]:
    end = ref.rfind("/")
    while end > 0:
        yield ref[: end + 1]
        end = ref.rfind("/", 0, end)
