"""The ids that Outlook and Exchange give to meetings, as iCalendar tells them.

[MS-OXOCAL] 2.2.1.27 (PidLidGlobalObjectId): 16 bytes that are always the same, the day of an
instance (4), when it was made (8), nothing (8), the size of what follows (4), and that. A UID from
elsewhere is what follows, behind "vCal-Uid" ([MS-OXCICAL] 2.1.3.1.1.20.26). A series and all of its
instances have one UID: the one without a day.
"""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"040000008200E00074C5B7101A82E008(?:[0-9A-F]{2}){24,}", re.IGNORECASE)
_DAY: Final = slice(16, 20)
_SIZE: Final = slice(36, 40)
_FOREIGN: Final = b"vCal-Uid\x01\x00\x00\x00"


def uid_of(text: str) -> str:
    """The UID (RFC 5545 section 3.8.4.7) of a meeting that goes by that id, in hexadecimal digits.
    What is no such id is returned as it is."""
    text = text.strip()
    if _ID.fullmatch(text) is None:
        return text
    data = bytearray.fromhex(text)
    size = int.from_bytes(data[_SIZE], "little")
    told = bytes(data[_SIZE.stop : _SIZE.stop + size])
    if told.startswith(_FOREIGN):
        uid = told.removeprefix(_FOREIGN).partition(b"\x00")[0].decode("utf-8", "replace").strip()
        if uid:
            return uid
    data[_DAY] = bytes(4)
    return data.hex().upper()
