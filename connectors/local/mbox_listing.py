"""One reading of one or several mboxes: what is new, what is gone, and the marks to go on from."""

from __future__ import annotations

import os
from collections.abc import Collection, Generator, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from connectors.contract import Chunk, Known, Unread
from connectors.formats.mbox import Span, alive, fingerprint, is_blank, marked, spans
from connectors.local.boxes import compressed, is_mail
from connectors.local.files import BATCH, refuse_sudden_emptiness
from connectors.local.mbox_file import OpenBox, Places
from connectors.local.mbox_mark import Mark, Marks, cursor_of, mark, settled, stands
from connectors.local.mbox_names import KnownNames, Names, finger_of
from connectors.records import Bad, Gone, Item

_SMALL: Final = 4 * 1024 * 1024  # a file that may as well be looked through once more
_LINE: Final = 1024  # no "From " line is longer
_NO_MBOX: Final = (
    'nothing in it begins with a "From " line and a date: it is no mbox, and none of it is read; '
    "put the mbox back, or take the file out of the configuration"
)
_PREFACE: Final = (
    'what stands before its first "From " line is not read: if it is a mail, give it such a line'
)


class Listing:
    """The reading: each mbox is listed with `box`, then `rest` says what was held back.

    `marks` are those of the last reading, and become those of this one. `besides` is how much else
    is there: what is nearly empty is taken for an unmounted disk.
    """

    def __init__(
        self, root: str, prefix: str, known: Known, now: datetime, marks: Marks, besides: int = 0
    ) -> None:
        self._root = root
        self._prefix = prefix
        self._known = known
        self._now = now
        self._marks = marks
        self._final: dict[str, Mark] = {}  # marks of mboxes with something gone, not yet said
        self._held: list[Item | Unread] = []
        self._gone: list[Item] = []
        self._broken: set[str] = set()
        self._folders: tuple[str, ...] = ()
        self._others: dict[str, bool] = {}  # by what was an mbox: whether it is nothing known now
        self._committed = 0  # items known of what was looked through
        self._found = besides

    def box(self, box: str, path: str, places: Places) -> Iterator[Chunk]:
        """List one mbox. Raises OSError."""
        before = self._marks.boxes.get(box)
        if before is not None and before.settled and not before.later:
            status = os.stat(path)
            if before.same(status):
                self._found += bool(status.st_size)
                self._broken |= {box} & self._marks.broken
                return
        with OpenBox(path) as file:
            told = before is not None and box not in self._marks.broken and _appended(file, before)
            if told and before is not None:
                told = yield from self._tail(box, file, before, places)
            if not told:
                yield from self._whole(box, file, before, places)

    def trouble(self, rel: str, reason: str) -> None:
        """Say that a file cannot be looked at; what is in it is not gone."""
        self._broken.add(rel)
        ref = self._ours(rel)
        if ref not in self._known.under(ref):
            self._held.append(Bad(ref, "?", reason))

    def rest(self, boxes: Collection[str], hidden: Collection[str] = ()) -> Iterator[Chunk]:
        """What is gone, and the last chunk. `boxes` are those that exist; what lies in the `hidden`
        folders cannot be seen just now.

        Raises `Unavailable` where everything is gone that was there.
        """
        self._folders = tuple(hidden)
        self._vanished(boxes)
        for rel in sorted(self._marks.broken - self._broken):
            ref = self._ours(rel)
            if ref in self._known.under(ref):
                self._gone.append(Gone(ref))
        refuse_sudden_emptiness(self._root, self._committed, self._found)
        self._held += dict.fromkeys(self._gone)
        while len(self._held) > BATCH:
            yield self._chunk()
        self._marks.boxes.update(self._final)
        for box in self._marks.boxes.keys() - set(boxes):
            if not self._hidden(box):
                del self._marks.boxes[box]
        self._marks.broken = self._broken
        self._marks.fresh = False
        yield Chunk(tuple(self._held), cursor_of(self._marks), done=True)

    def _tail(
        self, box: str, file: OpenBox, before: Mark, places: Places
    ) -> Generator[Chunk, None, bool]:
        """List what was appended; False where the mail that was the last is not there any more."""
        ours = self._ours(box)
        names = KnownNames(self._known, ours)
        patient = self._patient(file, before)
        reached, first, left = before, before.end > 0, False
        for span in spans(file.read, file.size, before.last):
            if left := _unfinished(file, span, patient):
                first = False
                break
            lives, finger = alive(span), fingerprint(span)
            if first and before.name:
                if span.start != before.last or not lives or finger != finger_of(before.name):
                    return False
                name = names.again(before.name)
            else:
                name = names.next(finger) if lives else ""
            first = False
            self._found += 1
            if name:
                places.add(name, span.start)
                self._list(ours + name, span, file, names.stamp(name))
            reached = replace(
                reached, end=span.end, last=span.start, name=name,
                marked=reached.marked or marked(span), whole=reached.whole or span.short,
            )  # fmt: skip
            while len(self._held) >= BATCH:
                self._marks.boxes[box] = _sealed(file, reached)
                yield self._chunk()
        if first:
            return False
        reached = _sealed(file, reached)
        if not file.changed():
            later = reached.marked if file.size != before.size else before.later
            reached = self._finished(file, before, replace(reached, later=later), left)
        self._marks.boxes[box] = reached
        return True

    def _whole(
        self, box: str, file: OpenBox, before: Mark | None, places: Places
    ) -> Iterator[Chunk]:
        """Look through all of it: list what is new, or where nothing is known yet everything."""
        ours = self._ours(box)
        listing = before is None or before.listing
        if before is not None and not listing:
            # Until this is through, the old mark says nothing about what is known.
            self._marks.boxes[box] = replace(before, whole=True, settled=False)
        after = 0
        if before is not None and before.listing and stands(file.read, file.size, before):
            after = before.end
        gone = {ref[len(ours) :]: stamp for ref, stamp in self._known.under(ours).items()}
        self._committed += len(gone)
        names = Names()
        patient = self._patient(file, before)
        reached, left, first = Mark(0, "", ""), False, 0
        for span in spans(file.read, file.size):
            first = first if reached.end else span.start
            if left := _unfinished(file, span, patient):
                break
            name = names.next(fingerprint(span)) if alive(span) else ""
            self._found += 1
            if name:
                places.add(name, span.start)
                stamp = gone.pop(name, None)
                again = listing and span.start >= after
                self._list(ours + name, span, file, None if again else stamp)
            reached = replace(
                reached, end=span.end, last=span.start, name=name,
                marked=reached.marked or marked(span), whole=reached.whole or span.short,
            )  # fmt: skip
            while len(self._held) >= BATCH:
                if listing:
                    self._marks.boxes[box] = replace(_sealed(file, reached), listing=True)
                yield self._chunk()
        reached = _sealed(file, reached)
        if listing:
            self._marks.boxes[box] = replace(reached, listing=True)
        if file.changed():
            if not listing:  # what is gone can only be told from a file that keeps still
                self._marks.boxes[box] = replace(reached, whole=True)
            self._broken |= {box} & self._marks.broken
            return
        if not reached.end and not left and not _is_blank(file, file.size):
            # What was in the mbox that stood here is not gone for that.
            self.trouble(box, compressed(file.read(0, _LINE)) or _NO_MBOX)
            self._committed -= len(gone)
            gone.clear()
        elif not _is_blank(file, first):
            self.trouble(box, _PREFACE)
            gone.pop("", None)
        self._gone += [Gone(ours + name) for name in sorted(gone)]
        self._final[box] = self._finished(file, before, reached, left)
        if not gone:
            self._marks.boxes[box] = self._final[box]

    def _list(self, ref: str, span: Span, file: OpenBox, known: str | None) -> None:
        """List a mail unless it is known as it is."""
        stamp = f"{span.length:x}"
        if stamp != known:
            self._held.append(Unread(ref, stamp, f"{span.start}:{file.path}"))

    def _chunk(self) -> Chunk:
        items, self._held = self._held[:BATCH], self._held[BATCH:]
        return Chunk(tuple(items), cursor_of(self._marks))

    def _ours(self, box: str) -> str:
        """What the refs of an mbox's mails begin with."""
        return f"{self._prefix}{box}//" if box else self._prefix

    def _patient(self, file: OpenBox, before: Mark | None) -> bool:
        """Whether what looks unfinished may still be written to."""
        twice = before is not None and before.same(file.status)
        return not twice and not settled(file.status, self._now)

    def _finished(self, file: OpenBox, before: Mark | None, reached: Mark, left: bool) -> Mark:
        """The mark of a file that was read to its end, or to what is `left` for the next time."""
        status = file.status
        return replace(
            reached, size=status.st_size, mtime=status.st_mtime_ns, inode=status.st_ino,
            settled=not left and not self._patient(file, before),
        )  # fmt: skip

    def _vanished(self, boxes: Collection[str]) -> None:
        """What is known of mboxes that do not exist any more."""
        if self._marks.fresh:
            refs, gone = self._known.under(self._prefix), None
        else:
            gone = {box for box in self._marks.boxes if box not in boxes}
            refs = {ref: "" for box in gone for ref in self._known.under(self._ours(box))}
        lost = []
        for ref in refs:
            box = ref.removeprefix(self._prefix).rpartition("//")[0]
            if (box in gone if gone is not None else box not in boxes) and not self._hidden(box):
                lost.append(ref)
            elif box not in boxes:
                self._marks.boxes.setdefault(box, Mark(0, "", ""))
        self._committed += len(lost)
        self._gone += [Gone(ref) for ref in sorted(lost)]

    def _hidden(self, box: str) -> bool:
        """Whether an mbox is, or lies in, what cannot be looked at just now; or in its place is a
        file that is neither an mbox nor a mail."""
        if box in self._broken or box.startswith(self._folders):
            return True
        if box not in self._others:
            path = os.path.join(self._root, box)
            self._others[box] = bool(box) and os.path.isfile(path) and not is_mail(path)
        return self._others[box]


def _appended(file: OpenBox, before: Mark) -> bool:
    """Whether, for all that can be seen cheaply, there is only more at the end than before."""
    if before.listing or before.whole or not before.end:
        return False
    if before.same(file.status):
        return not before.later and file.size > _SMALL
    return file.size != before.size and stands(file.read, file.size, before)


def _is_blank(file: OpenBox, end: int) -> bool:
    """Whether nothing stands before `end`."""
    return is_blank(file.read(0, min(end, _LINE))) and end <= _LINE


def _unfinished(file: OpenBox, span: Span, patient: bool) -> bool:
    """Whether somebody is still writing that mail: it is left for the next reading."""
    if span.end == file.size:
        if file.grown():
            return True
        end = file.read(max(span.start, span.end - _LINE), _LINE)
        last = end.rstrip(b"\r\n").rpartition(b"\n")[2]
        ended = span.whole and end.endswith(b"\n") and not last.startswith(b"From ")
        return patient and (span.short or not ended)
    return patient and span.short


def _sealed(file: OpenBox, reached: Mark) -> Mark:
    """The mark with the digests of what it covers, and not yet of a whole file."""
    ends = mark(file.read, reached.end)
    return replace(reached, head=ends.head, tail=ends.tail, size=-1, settled=False, listing=False)
