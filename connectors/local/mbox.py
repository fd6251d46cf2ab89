"""Mboxes as a Source: one file, or those of a folder tree.

A mail's ref is a fingerprint of its header, so it stays when the mbox is rewritten around it: marks
set, mails deleted, sorted, compacted. The second of two equal mails is told by "~2". Its stamp is
the length of its body. What was only appended to is read from its last mail on; what was rewritten
is looked through again, and of that only what is new is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.contract import Chunk, Known, Text, Unread
from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.formats.mbox_line import written
from connectors.local.boxes import Found, boxes
from connectors.local.files import FULL_LIMIT, listing, ref_prefix, why
from connectors.local.mailfile import oldest_of
from connectors.local.mbox_file import OpenBox, Places
from connectors.local.mbox_listing import Listing
from connectors.local.mbox_mark import read_cursor
from connectors.records import Bad, Batch, Facet, Gone, Item, Message, Seen


class Mbox:
    """The mboxes at `root`, a file or a folder tree. `zone` is where floating times of what mails
    carry are local; `history`: older mails are acknowledged, and not observed."""

    facet = Facet.MAIL

    def __init__(self, root: Path, scope: str, zone: ZoneInfo, history: date | None = None) -> None:
        self.root = str(root)
        self.scope = scope
        self._zone = zone
        self._oldest = oldest_of(history)
        self._places: dict[str, Places] = {}

    def __getstate__(self) -> dict[str, object]:
        """What another process needs: not where the mails were seen."""
        return self.__dict__ | {"_places": {}}

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        for chunk in self.chunks(cursor, known, now):
            yield self.read_chunk(chunk)

    def chunks(
        self, cursor: str | None, known: Known, now: datetime, found: Found | None = None
    ) -> Iterator[Chunk]:
        """See `connectors.contract.Divisible`. An mbox has to be looked through to know what is in
        it, some hundred MB a second. `found` is what lies at the root, if the caller knows."""
        found = self._files() if found is None else found
        marks = read_cursor(cursor, self.scope)
        prefix = ref_prefix(self.scope)
        reading = Listing(self.root, prefix, known, now, marks, found.count)
        for box, path in sorted(found.boxes.items()):
            try:
                yield from reading.box(box, path, self._places.setdefault(box, Places()))
            except FileNotFoundError:
                continue  # removed since it was listed: the next reading tells
            except OSError as error:
                if not box:
                    with listing(path):
                        raise
                reading.trouble(box, why(error))
        for rel, reason in sorted(found.broken.items()):
            reading.trouble(rel, reason)
        yield from reading.rest(found.boxes, found.hidden)

    def read_chunk(self, chunk: Chunk) -> Batch:
        """See `connectors.contract.Divisible`."""
        items: list[Item] = []
        files: dict[str, OpenBox] = {}
        with ExitStack() as stack:
            for item in chunk.items:
                if isinstance(item, Unread):
                    read = self._read(item, files, stack)
                    if read is not None:
                        items.append(read)
                else:
                    items.append(item)
        return Batch(tuple(items), chunk.cursor, chunk.done)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`. A mail is found where it was listed, or looked for
        when the mbox was rewritten. Raises `Unavailable`: then it is not gone."""
        with listing(self.root):
            os.stat(self.root)
        for ref in refs:
            box, name = self._parts(ref)
            path = self._path(box)
            with listing(path):
                plain = self._text(path, self._places.setdefault(box, Places()), name)
            yield Text(ref, plain)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`. Raises `Unavailable`: then it is not gone."""
        with listing(self.root):
            os.stat(self.root)
        with ExitStack() as stack:
            files: dict[str, OpenBox] = {}
            for ref in refs:
                path = self._path(self._parts(ref)[0])
                yield self._read(Unread(ref, "", f"0:{path}"), files, stack) or Gone(ref)

    def _text(self, path: str, places: Places, name: str) -> str | None:
        from connectors.formats.text import plain_text  # costs 40 ms, and headers do without

        try:
            with OpenBox(path) as file:
                span = places.look(file, name)
                return None if span is None else plain_text(file.mail(span, FULL_LIMIT))
        except FileNotFoundError:
            return None
        except BadItem:
            return ""

    def _read(self, unread: Unread, files: dict[str, OpenBox], stack: ExitStack) -> Item | None:
        ref, stamp, where, _ = unread
        start, _, path = where.partition(":")
        box, name = self._parts(ref)
        try:
            if path not in files:
                files[path] = stack.enter_context(OpenBox(path))
            file = files[path]
            span = self._places.setdefault(box, Places()).look(file, name, int(start))
            if span is None:
                return None  # gone since it was listed: the next reading tells
            found = read_mail(
                span.header,
                lambda: file.mail(span, FULL_LIMIT),
                self._zone,
                written(span.separator),
            )
        except FileNotFoundError:
            return None
        except OSError as error:
            return Bad(ref, stamp, why(error), for_now=True)
        except BadItem as error:
            return Bad(ref, stamp, str(error))
        kept = not isinstance(found[0], Message) or not self._oldest or found[0].at >= self._oldest
        return Seen(ref, stamp, found if kept else ())

    def _files(self) -> Found:
        if os.path.isdir(self.root):
            return boxes(self.root)
        with listing(self.root):
            os.stat(self.root)
        return Found({"": self.root})

    def _parts(self, ref: str) -> tuple[str, str]:
        """The mbox and the name of a mail."""
        box, _, name = ref.removeprefix(ref_prefix(self.scope)).rpartition("//")
        return box, name

    def _path(self, box: str) -> str:
        path = os.path.join(self.root, box) if box else self.root
        if os.path.exists(path):
            return path
        # A name that is no UTF-8, or an mbox that is gone.
        return boxes(self.root).boxes.get(box, path) if box else path
