"""A support module: the ids of meetings, as Exchange makes them ([MS-OXOCAL] 2.2.1.27)."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

_CLASS: Final = bytes.fromhex("040000008200E00074C5B7101A82E008")
_FOREIGN: Final = b"vCal-Uid\x01\x00\x00\x00"


def own(number: object) -> str:
    """A UID of Outlook's own, in hexadecimal digits."""
    digest = hashlib.sha256(repr(number).encode()).digest()
    return _hex(digest[:8], digest[8:24])


def wrapped(uid: str) -> str:
    """A UID from elsewhere within an id of Exchange's."""
    return _hex(bytes(8), _FOREIGN + uid.encode() + b"\x00")


def of_day(uid: str, day: date) -> str:
    """The id of an instance: that of its series with a day in it; other UIDs stay as they are."""
    if not uid.startswith(_CLASS.hex().upper()):
        return uid
    data = bytearray.fromhex(uid)
    data[16:20] = bytes([day.year >> 8, day.year & 0xFF, day.month, day.day])
    return data.hex().upper()


def _hex(made: bytes, told: bytes) -> str:
    data = _CLASS + bytes(4) + made + bytes(8) + len(told).to_bytes(4, "little") + told
    return data.hex().upper()
