"""FETCH answers (RFC 3501 7.4.2) as imaplib collects them, one record for each mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_UID: Final = re.compile(rb"[( ]UID (\d+)", re.IGNORECASE)
_SHORT: Final = re.compile(rb'(BODY\[[0-9A-Z.]*\])(?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
_ARRIVED: Final = re.compile(
    rb'INTERNALDATE " ?(\d\d?)-([A-Z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)"',
    re.IGNORECASE,
)
_FLAGS: Final = re.compile(rb"FLAGS \(([^()]*)\)", re.IGNORECASE)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(b"JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)
}


@dataclass(slots=True)
class Fetched:
    """What came for one mail. `pieces` are the answer in order: bytes, and literals as tuples."""

    uid: int
    pieces: list[bytes | tuple[bytes, bytes]]
    plain: bytes  # the answer without its literals
    bodies: dict[bytes, bytes] = field(default_factory=dict)  # by item: BODY[HEADER], BODY[1.2]

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
        day, month, year, hour, minute, second, off_hours, off_minutes = match.groups()
        off = timedelta(hours=int(off_hours), minutes=int(off_hours[:1] + off_minutes))
        try:
            at = datetime(
                int(year), _MONTHS[month.upper()], int(day), int(hour), int(minute), int(second),
                tzinfo=UTC,
            )  # fmt: skip
            return at - off
        except (ValueError, KeyError, OverflowError):
            return None

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
    texts = [one if isinstance(one, bytes) else one[0] for one in pieces]
    plain = b" ".join(texts)
    uid = _UID.search(plain)
    if uid is None:
        return None
    bodies: dict[bytes, bytes] = {}
    if b'] "' in plain or b'> "' in plain:
        for match in _SHORT.finditer(plain):
            bodies[match[1].upper()] = _ESCAPE.sub(rb"\1", match[2])
    for one, text in zip(pieces, texts, strict=True):
        if isinstance(one, tuple) and (name := _body(text)):
            bodies[name] = one[1]
    return Fetched(int(uid[1]), pieces, plain, bodies)


def _body(text: bytes) -> bytes:
    """The item whose literal follows: BODY[HEADER] of "1 (BODY[HEADER]<0> {200}"; "" for others."""
    name = text[: text.rfind(b" ")]
    if name.endswith(b">"):
        name = name[: name.rfind(b"<")]
    start = name.upper().rfind(b"BODY[")
    return name[start:].upper() if start >= 0 and name.endswith(b"]") else b""
