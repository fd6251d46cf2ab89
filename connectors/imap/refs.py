"""What a mail is called: its folder, the folder's UIDVALIDITY and its UID, as in RFC 5092.

imap//Archive/2024;UIDVALIDITY=385759045/;UID=20
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

SCOPE: Final = "imap"

_REF: Final = re.compile(r"imap//(.*);UIDVALIDITY=(\d{1,10})/;UID=(\d{1,10})", re.DOTALL)
_CODE: Final = re.compile(r"%(?:u([0-9A-F]{4})|([0-9A-F]{2}))")
_ESCAPED: Final = re.compile(r"[%;\x00-\x1f\x7f\ud800-\udfff]")


class Place(NamedTuple):
    """Where a mail lies. `folder` is the name as its owner reads it."""

    folder: str
    validity: int
    uid: int


def folder_prefix(folder: str) -> str:
    """What the refs of a folder begin with, whatever its UIDVALIDITY; no other folder's do."""
    name = _ESCAPED.sub(_escape, folder)
    return f"{SCOPE}//{name};UIDVALIDITY="


def prefix(folder: str, validity: int) -> str:
    """What the refs of a folder begin with, up to the UID."""
    return f"{folder_prefix(folder)}{validity}/;UID="


def place_of(ref: str) -> Place | None:
    """The place in a ref; None for one that is not ours."""
    match = _REF.fullmatch(ref)
    if match is None:
        return None
    name = _CODE.sub(lambda code: chr(int(code[1] or code[2], 16)), match[1])
    return Place(name, int(match[2]), int(match[3]))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"%{code:02X}" if code < 256 else f"%u{code:04X}"
