"""FETCH answers (RFC 3501 7.4.2) as imaplib collects them, one record for each mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

_UID: Final = re.compile(rb"[( ]UID (\d+)", re.IGNORECASE)
_SHORT: Final = re.compile(rb'(BODY\[[0-9A-Z.]*\])(?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
_ARRIVED: Final = re.compile(
    rb'INTERNALDATE " ?(\d\d?-[A-Z]{3}-\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"',
    re.IGNORECASE,
)
_FLAGS: Final = re.compile(rb"FLAGS \(([^()]*)\)", re.IGNORECASE)
_GMAIL_ID: Final = re.compile(rb"X-GM-MSGID (\d{1,20})", re.IGNORECASE)
_STRUCTURE: Final = b"BODYSTRUCTURE ("
_MONTHS: Final = {
    name: number
    for number, name in enumerate(b"JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)
}


@dataclass(slots=True)
class Fetched:
    """What came for one mail. `outline` is the answer in order, without bodies: bytes, and other
    literals as tuples with what is before them."""

    uid: int
    outline: list[bytes | tuple[bytes, bytes]]
    plain: bytes  # what it says of the whole mail: flags, size, when it arrived
    bodies: dict[bytes, bytes] = field(default_factory=dict)  # by item: BODY[HEADER], BODY[1.2]

    @property
    def size(self) -> int:
        """RFC822.SIZE; 0 where it was not said."""
        match = _SIZE.search(self.plain)
        return int(match[1]) if match else 0

    @property
    def arrived(self) -> datetime | None:
        """INTERNALDATE in UTC."""
        return arrived(self.plain)

    @property
    def gmail_id(self) -> str:
        """X-GM-MSGID as Gmail's API has it, in hexadecimal (developers.google.com/gmail/imap); ""
        where it was not said."""
        text = b" ".join(one for one in self.outline if isinstance(one, bytes))
        match = _GMAIL_ID.search(_QUOTED.sub(b"", text))  # names in it may look like anything
        return f"{int(match[1]):x}" if match else ""


def arrived(plain: bytes) -> datetime | None:
    """INTERNALDATE in UTC; None where it was not said."""
    seconds = arrival(plain)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def arrival(plain: bytes) -> int | None:
    """The same in seconds since 1970."""
    match = _ARRIVED.search(plain)
    if match is None:
        return None
    day, hour, minute, second, sign, off_hours, off_minutes = match.groups()
    midnight = _midnight(day)
    if midnight is None:
        return None
    off = int(off_hours) * 3600 + int(off_minutes) * 60
    of_day = int(hour) * 3600 + int(minute) * 60 + int(second)
    return midnight + of_day + (off if sign == b"-" else -off)


@lru_cache(maxsize=512)
def _midnight(text: bytes) -> int | None:
    """The beginning of "2-Mar-2026" in UTC, in seconds since 1970; None where it is no day."""
    day, month, year = text.split(b"-")
    try:
        at = datetime(int(year), _MONTHS[month.upper()], int(day), tzinfo=UTC)
    except (ValueError, KeyError, OverflowError):
        return None
    return int(at.timestamp())


def is_draft(plain: bytes) -> bool:
    """Whether the owner of a mail is still writing it."""
    match = _FLAGS.search(plain)
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
    bodies: dict[bytes, bytes] = {}
    outline: list[bytes | tuple[bytes, bytes]] = []
    texts: list[bytes] = []
    for one in pieces:
        if isinstance(one, bytes):
            texts.append(one)
            outline.append(one)
            continue
        texts.append(one[0])
        if name := _body(one[0]):
            bodies[name] = one[1]
            outline.append(one[0])
        else:
            outline.append(one)
    whole = b" ".join(texts)
    plain = _plain(whole)
    uid = _UID.search(plain)
    if uid is None:
        return None
    if b'] "' in whole or b'> "' in whole:
        for match in _SHORT.finditer(whole):
            bodies.setdefault(match[1].upper(), _ESCAPE.sub(rb"\1", match[2]))
    return Fetched(int(uid[1]), outline, plain, bodies)


def _plain(text: bytes) -> bytes:
    """An answer without its BODYSTRUCTURE: the names in there may look like anything."""
    at = text.find(_STRUCTURE)
    if at < 0:
        return text
    before = text[:at]
    if (
        b"UID " in before
        and b"FLAGS " in before
        and b"RFC822.SIZE " in before
        and b"INTERNALDATE " in before
    ):
        return before
    # The day it arrived is between quotes as well, and no name can look like it there.
    days = b" ".join(match[0] for match in _ARRIVED.finditer(text))
    return _QUOTED.sub(b'""', text) + b" " + days


def _body(text: bytes) -> bytes:
    """The item whose literal follows: BODY[HEADER] of "1 (BODY[HEADER]<0> {200}"; "" for others."""
    name = text[: text.rfind(b" ")]
    if name.endswith(b">"):
        name = name[: name.rfind(b"<")]
    start = name.upper().rfind(b"BODY[")
    return name[start:].upper() if start >= 0 and name.endswith(b"]") else b""
