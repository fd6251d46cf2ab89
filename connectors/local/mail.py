"""A configured mail path, whatever lies there: Maildirs, mboxes, folders of mails, mixed at will.

What it is is found out at each reading: the path may be mounted after syncd has started. Where
mboxes lie beside other mail, the cursor is that of both readings.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connectors.contract import Chunk, Counted, Known, Text
from connectors.errors import CursorExpired, Refused
from connectors.local.boxes import Found, boxes, compressed, is_box, packed
from connectors.local.eml import EmlFolder
from connectors.local.files import BATCH, read_up_to, ref_prefix, storable
from connectors.local.maildir import Maildir, maildirs
from connectors.local.maildir_arrivals import Arrivals
from connectors.local.spots import Spot, mail_spots
from connectors.local.watched import Watched
from connectors.records import Batch, Facet, Gone, Item

if TYPE_CHECKING:
    from connectors.local.mbox import Mbox

_PARTS: Final = '{"parts":'  # begins the cursor of a path where mboxes and other mail lie
_BOXES: Final = '{"v":1,"boxes":'  # begins that of an mbox


class Mail(Watched):
    """One mail path as a Source that can fetch text."""

    facet = Facet.MAIL

    def __init__(
        self,
        root: Path,
        scope: str,
        history: date | None = None,
        zone: ZoneInfo | None = None,
    ) -> None:
        self.root = root
        self.scope = scope
        self._history = history
        self._zone = zone or ZoneInfo("UTC")
        self._arrivals = Arrivals(str(root))
        self._maildir = Maildir(root, scope, self._zone, history, self._arrivals)

    @cached_property
    def _mbox(self) -> Mbox:
        from connectors.local.mbox import Mbox  # few have any: nobody else pays for it

        return Mbox(self.root, self.scope, self._zone, self._history)

    def where(self) -> str:
        """See `Watched`."""
        return os.path.abspath(self.root)

    def spots(self) -> Iterator[Spot]:
        """See `Watched`."""
        alone = EmlFolder(self.root, self.scope, self._zone, self._history)
        return mail_spots(self.where(), alone.wanted)

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. Raises `Refused` for a compressed mbox."""
        for chunk in self.chunks(cursor, known, now):
            yield self.read_chunk(chunk)

    def chunks(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Chunk]:
        """See `connectors.contract.Divisible`."""
        kind = self._kind()
        self._maildir = Maildir(self.root, self.scope, self._zone, self._history, self._arrivals)
        mixed = cursor is not None and cursor.startswith(_PARTS)
        if self.root.is_dir():
            single = _Single(known, ref_prefix(self.scope)) if kind == "eml" else None
            found = boxes(str(self.root), single)
            boxed = _Part(known, ref_prefix(self.scope), True)
            # Without a cursor only what is known tells of mboxes that are none any more.
            if mixed or found.boxes or found.broken or (cursor is None and boxed.any()):
                yield from self._both(kind, found, cursor, known, now)
                return
        # What does not exist just now is of no other kind for that.
        if mixed or (kind != "mbox" and (cursor or "").startswith(_BOXES) and self.root.exists()):
            raise CursorExpired(f"the reading of {self.scope} starts over")
        for chunk in self._source(kind).chunks(cursor, known, now):
            yield replace(chunk, reader=kind)

    def read_chunk(self, chunk: Chunk) -> Batch:
        """See `connectors.contract.Divisible`."""
        source = self._source(chunk.reader)
        if not chunk.cursor.startswith(_PARTS):
            return source.read_chunk(chunk)
        part = _parts(chunk.cursor, self.scope).get(chunk.reader) or ""
        return replace(source.read_chunk(replace(chunk, cursor=part)), cursor=chunk.cursor)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        kind = self._kind()
        prefix = len(ref_prefix(self.scope))
        in_boxes = [ref for ref in refs if kind == "mbox" or "//" in ref[prefix:]]
        if in_boxes:
            yield from self._mbox.read_text(in_boxes)
        if len(in_boxes) < len(refs):
            others = sorted(set(refs) - set(in_boxes))
            yield from self._source(kind).read_text(others)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        kind = self._kind()
        prefix = len(ref_prefix(self.scope))
        in_boxes = [ref for ref in refs if kind == "mbox" or "//" in ref[prefix:]]
        if in_boxes:
            yield from self._mbox.read_again(in_boxes, cursor)
        others = sorted(set(refs) - set(in_boxes))
        if others:
            part = _parts(cursor, self.scope, kind).get(kind, "")
            yield from self._source(kind).read_again(others, part)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`. Raises `Unavailable`."""
        from connectors.local import census  # only an audit counts

        root, prefix, kind = str(self.root), ref_prefix(self.scope), self._kind()
        if kind == "mbox":
            yield from census.mails_in_boxes(root, prefix)
            return
        found = Found()
        if self.root.is_dir():
            found = boxes(root, None if kind == "maildir" else lambda *_: False)
        if kind == "maildir":
            yield from census.maildirs(root, prefix)
        else:
            mails = EmlFolder(self.root, self.scope, self._zone)
            if found.boxes or found.broken:
                mails = _Mails(self.root, self.scope, self._zone)
                mails.found = found
            in_box = {prefix + rel for rel in found.boxes}
            for one in census.files(root, prefix, mails.wanted):
                if one.ref not in in_box:
                    yield one
        if found.boxes:
            yield from census.mails_in_boxes(root, prefix)

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        from connectors.local import census  # only an audit counts

        root, prefix, kind = str(self.root), ref_prefix(self.scope), self._kind()
        cut = len(prefix)
        in_boxes = [ref for ref in refs if kind == "mbox" or "//" in ref[cut:]]
        paths = {
            ref: self._maildir.path_of(ref) if kind == "maildir" else f"{root}/{ref[cut:]}"
            for ref in set(refs) - set(in_boxes)
        }
        if self.root.is_file():
            paths = dict.fromkeys(paths, root)
        there = {ref: path for ref, path in paths.items() if path is not None}
        days = census.days(there, census.day_of_mail)
        return days | (census.days_in_boxes(root, prefix, in_boxes) if in_boxes else {})

    def _both(
        self, kind: str, found: Found, cursor: str | None, known: Known, now: datetime
    ) -> Iterator[Chunk]:
        """Read the mboxes of a folder tree, then what else is there."""
        from connectors.local.mbox_mark import read_cursor

        parts = _parts(cursor, self.scope, kind)
        prefix = ref_prefix(self.scope)
        inside = replace(found, count=found.count + (kind == "maildir"))
        for chunk in self._mbox.chunks(parts.get("mbox"), _Part(known, prefix, True), now, inside):
            parts["mbox"] = chunk.cursor
            yield replace(chunk, cursor=_joined(parts), done=False, reader="mbox")
        others = _Part(known, prefix, False)
        if kind == "eml" and not found.count:
            gone = [Gone(ref) for ref in sorted(others.under(prefix))]
            while len(gone) > BATCH:
                yield Chunk(tuple(gone[:BATCH]), _joined(parts), reader="mbox")
                gone = gone[BATCH:]
            parts.pop(kind, None)
            yield Chunk(tuple(gone), _joined(parts), done=True, reader="mbox")
            return
        source: Maildir | EmlFolder = self._maildir
        if kind == "eml":
            source = _Mails(self.root, self.scope, self._zone, self._history)
            source.found = found
        for chunk in source.chunks(parts.get(kind), others, now):
            parts[kind] = chunk.cursor
            left = found.boxes or found.broken or read_cursor(parts.get("mbox"), self.scope).boxes
            plain = chunk.done and not left
            yield replace(chunk, cursor=chunk.cursor if plain else _joined(parts), reader=kind)

    def _kind(self) -> str:
        """What lies at the path just now, but for mboxes in a folder: maildir | mbox | eml."""
        if self.root.is_dir():
            return "maildir" if maildirs(str(self.root)) else "eml"
        if self.root.is_file() and is_box(self.root):
            if advice := packed(self.root.name) or _compressed(self.root):
                raise Refused(f"{storable(str(self.root))}: {advice}")
            return "mbox"
        return "eml"

    def _source(self, kind: str) -> Maildir | EmlFolder | Mbox:
        if kind == "maildir":
            return self._maildir
        if kind == "mbox":
            return self._mbox
        return EmlFolder(self.root, self.scope, self._zone, self._history)


class _Mails(EmlFolder):
    """The single mails of a folder tree in which mboxes lie as well."""

    found = Found()

    def wanted(self, name: str) -> bool:
        """A mail, by its name or by what was found in it."""
        return super().wanted(name) and (
            name in self.found.mails or name.lower().endswith((".eml", ".emlx"))
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of mails in mboxes, whose refs have a second "//", or of all others."""

    known: Known
    prefix: str
    boxed: bool

    def under(self, prefix: str) -> Mapping[str, str]:
        cut = len(self.prefix)
        found = self.known.under(prefix)
        return {ref: found[ref] for ref in found if ("//" in ref[cut:]) == self.boxed}

    def any(self) -> bool:
        """Whether there are any."""
        return bool(self.under(self.prefix))


class _Single:
    """Whether a file is known as a mail of its own, and has not changed since."""

    def __init__(self, known: Known, prefix: str) -> None:
        self._known = known
        self._prefix = prefix
        self._stamps: Mapping[str, str] | None = None

    def __call__(self, rel: str, stamp: str) -> bool:
        if self._stamps is None:
            self._stamps = self._known.under(self._prefix)
        return self._stamps.get(self._prefix + rel) == stamp


def _compressed(path: Path) -> str:
    """What is to be done about a file that is compressed, whatever its name; "" for any other."""
    try:
        return compressed(read_up_to(str(path), 8))
    except OSError:
        return ""  # its reader says so


def _joined(parts: Mapping[str, str]) -> str:
    return _PARTS + json.dumps(parts, separators=(",", ":")) + "}"


def _parts(cursor: str | None, scope: str, kind: str = "") -> dict[str, str]:
    """The cursors in a cursor. One of another shape is from when there were no mboxes yet, and only
    a `kind`. Raises `CursorExpired`."""
    if cursor is None:
        return {}
    try:
        row = json.loads(cursor)
        if "parts" not in row and "v" in row:
            return {kind: cursor}
        return {str(name): str(part) for name, part in row["parts"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CursorExpired(f"the reading of {scope} starts over") from error
