"""FETCH answers (RFC 3501 7.4.2) as imaplib collects them, one record for each mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from connectors.formats.dates import mail_date

_UID: Final = re.compile(rb"[( ]UID (\d+)", re.IGNORECASE)
_LITERAL: Final = re.compile(
    rb"([A-Z0-9.\[\]_-]+(?: \([^()]*\)\])?)(?:<\d+>)? ~?\{\d+\}$", re.IGNORECASE
)
_SHORT: Final = re.compile(rb'(BODY\[[0-9A-Z.]*\])(?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
_ARRIVED: Final = re.compile(
    rb'INTERNALDATE " ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) ([^"]{8,16})"', re.IGNORECASE
)
_FLAGS: Final = re.compile(rb"FLAGS \(([^()]*)\)", re.IGNORECASE)


@dataclass(slots=True)
class Fetched:
    """What came for one mail. `pieces` are the answer in order: bytes, and literals as tuples."""

    uid: int
    pieces: list[bytes | tuple[bytes, bytes]]
    bodies: dict[bytes, bytes] = field(default_factory=dict)  # by item: BODY[HEADER], BODY[1.2]

    @property
    def plain(self) -> bytes:
        """The answer without its literals."""
        return b" ".join(one if isinstance(one, bytes) else one[0] for one in self.pieces)

    @property
    def size(self) -> int:
        """RFC822.SIZE; 0 where it was not said."""
        match = _SIZE.search(self.plain)
        return int(match[1]) if match else 0

    @property
    def arrived(self) -> datetime | None:
        """INTERNALDATE in UTC."""
        match = _ARRIVED.search(self.plain)
        if match is None:
            return None
        at = mail_date(b"%b %b %b %b" % (match[1], match[2], match[3], match[4]))
        return at.astimezone(UTC) if at is not None else None

    @property
    def is_draft(self) -> bool:
        """Whether its owner is still writing it."""
        match = _FLAGS.search(self.plain)
        return match is not None and b"\\draft" in match[1].lower()


def fetched(data: Iterable[Any]) -> Iterator[Fetched]:
    """The mails in what a UID FETCH came to. What has no UID is not about them: a flag changed."""
    pieces: list[bytes | tuple[bytes, bytes]] = []
    for one in data:
        pieces.append(one)
        if isinstance(one, tuple):
            continue
        record = _record(pieces)
        if record is not None:
            yield record
        pieces = []


def _record(pieces: list[bytes | tuple[bytes, bytes]]) -> Fetched | None:
    uid = None
    bodies: dict[bytes, bytes] = {}
    for one in pieces:
        plain = one if isinstance(one, bytes) else one[0]
        uid = uid or _UID.search(plain)
        if b'] "' in plain or b'> "' in plain:
            for match in _SHORT.finditer(plain):
                bodies[match[1].upper()] = _ESCAPE.sub(rb"\1", match[2])
        if isinstance(one, tuple) and (name := _LITERAL.search(plain)):
            bodies[name[1].upper()] = one[1]
    return Fetched(int(uid[1]), pieces, bodies) if uid else None
