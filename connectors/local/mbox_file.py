"""One mbox that is open, and where its mails were seen last."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from types import TracebackType
from typing import Final, Self

from connectors.formats.mbox import Span, alive, fingerprint, span_at, spans, unquoted
from connectors.local.mbox_names import Names, finger_of

_WORD: Final = 1 << 64


class OpenBox:
    """An mbox as it was when it was opened. It is read in parts, never mapped: a mapping of what
    somebody else truncates kills the process. Raises OSError."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.status = os.fstat(self._descriptor)
        except OSError:
            self.close()
            raise
        self.size = self.status.st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)

    def read(self, offset: int, size: int) -> bytes:
        """A part of it; less than `size` at the end of the file."""
        return os.pread(self._descriptor, size, offset)

    def grown(self) -> bool:
        """Whether there is more now than when it was opened."""
        return os.fstat(self._descriptor).st_size > self.size

    def changed(self) -> bool:
        """Whether anybody wrote to it since it was opened."""
        return identity(os.fstat(self._descriptor)) != identity(self.status)

    def mail(self, span: Span, limit: int) -> bytes:
        """The first `limit` bytes of a mail, as they were before the mbox quoted them."""
        return unquoted(self.read(span.head, min(span.end - span.head, limit)))


class Places:
    """Where the mails of one mbox begin, by name, in 16 bytes each. What it says is a hint."""

    def __init__(self) -> None:
        self._clear()
        self._complete: tuple[int, int, int] | None = None  # the file all of it was noted of

    def _clear(self) -> None:
        self._keys, self._starts = array("Q"), array("Q")
        self._order = array("Q")

    def add(self, name: str, start: int) -> None:
        """Note where a mail was seen."""
        self._keys.append(_key(name))
        self._starts.append(start)

    def look(self, box: OpenBox, name: str, hint: int | None = None) -> Span | None:
        """The mail of that name: where it was seen, else wherever it is now; None if nowhere."""
        if hint is not None and (span := _there(box, name, hint)) is not None:
            return span
        if (span := self._noted(box, name)) is not None:
            return span
        if self._complete == identity(box.status):
            return None
        self._clear()
        names = Names()
        for span in spans(box.read, box.size):
            if alive(span):
                self.add(names.next(fingerprint(span)), span.start)
        self._complete = identity(box.status)
        return self._noted(box, name)

    def _noted(self, box: OpenBox, name: str) -> Span | None:
        keys = self._keys
        if len(self._order) != len(keys):
            self._order = array("Q", sorted(range(len(keys)), key=keys.__getitem__))
        key = _key(name)
        at = bisect_left(self._order, key, key=keys.__getitem__)
        starts = []
        while at < len(self._order) and keys[self._order[at]] == key:
            starts.append(self._starts[self._order[at]])
            at += 1
        return next(
            (span for start in reversed(starts) if (span := _there(box, name, start)) is not None),
            None,
        )


def identity(status: os.stat_result) -> tuple[int, int, int]:
    """Size, time and inode: what tells whether a file is still the same."""
    return status.st_size, status.st_mtime_ns, status.st_ino


def _there(box: OpenBox, name: str, start: int) -> Span | None:
    """The mail that begins at `start`, if it is the one of that name."""
    span = span_at(box.read, box.size, start)
    if span is None or not alive(span):
        return None
    return span if fingerprint(span) == finger_of(name) else None


def _key(name: str) -> int:
    finger, _, number = name.partition("~")
    try:
        return (int(finger[:16], 16) + int(number or 1) - 1) % _WORD
    except ValueError:
        return 0  # no name of ours: there is no such mail
