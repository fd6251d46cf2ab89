"""Who wrote the mails in a folder, and to whom: the headers of a sample of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from connectors.formats.addresses import mailboxes
from connectors.formats.mbox import spans
from connectors.records import Mailbox
from syncd.setup.mailboxes import is_single
from syncd.setup.model import Box

SAMPLE = 200  # mails of one folder
_HEADER = 32 * 1024
_LISTED = 5_000
_END = 4 * 1024 * 1024  # of an mbox: the newest mails are at its end

_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_FIELD = re.compile(rb"^(from|to|cc)[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom one mail is from, and to."""

    author: Mailbox
    recipients: tuple[Mailbox, ...]


def envelopes(box: Box) -> Iterator[Envelope]:
    """A sample of the mails in a folder, the newest where that is cheap to tell. What cannot be
    read is passed over."""
    try:
        for header in islice(_headers(box), SAMPLE):
            envelope = envelope_of(header)
            if envelope is not None:
                yield envelope
    except OSError:
        return


def envelope_of(header: bytes) -> Envelope | None:
    """From, To and Cc of a mail (RFC 5322); None where nobody, or more than one, wrote it."""
    found: dict[str, list[Mailbox]] = {"from": [], "to": [], "cc": []}
    head = re.split(rb"\r?\n\r?\n", header, maxsplit=1)[0]
    for match in _FIELD.finditer(_FOLD.sub(b"", head)):
        found[match[1].decode().lower()] += mailboxes(match[2].strip())
    if len(found["from"]) != 1:
        return None
    return Envelope(found["from"][0], (*found["to"], *found["cc"]))


def _headers(box: Box) -> Iterator[bytes]:
    if box.kind == "mbox":
        yield from _of_mbox(str(box.path))
        return
    folders = [box.path / "cur", box.path / "new"] if box.kind == "Maildir" else [box.path]
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in islice(entries, _LISTED)]
        except OSError:
            continue
        if box.kind == "mails":
            names = [n for n in names if n.lower().endswith((".eml", ".emlx")) or is_single(n)]
        # A Maildir's names begin with the second of delivery.
        for name in sorted(names, reverse=True)[:SAMPLE]:
            path = folder / name
            if os.path.isfile(path):
                try:
                    with open(path, "rb") as file:
                        yield file.read(_HEADER)
                except OSError:
                    continue


def _of_mbox(path: str) -> Iterator[bytes]:
    """The headers in the end of an mbox."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        start = max(0, size - _END)
        found = spans(lambda at, wanted: os.pread(descriptor, wanted, start + at), size - start)
        yield from (span.header[:_HEADER] for span in found)
    finally:
        os.close(descriptor)
