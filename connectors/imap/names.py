"""Folder names as they are on the wire, in any bytes that a server has for them."""

from __future__ import annotations

import re
from typing import Final

from imapclient.imap_utf7 import decode

# No quoted string can hold them (RFC 3501 4.3): behind a line break there would be a new command.
_UNSAYABLE: Final = re.compile(rb"[\r\n\0]")


def decoded(wire: bytes) -> str:
    """A name in modified UTF-7 (RFC 3501 5.1.3), or in what some servers write instead."""
    try:
        if wire.isascii():
            name: str = decode(wire)
            name.encode()
            return name
        return wire.decode("utf-8")
    except (ValueError, LookupError):
        return wire.decode("latin-1")  # any bytes, and no two names alike


def sayable(wire: bytes) -> bool:
    """Whether a folder can be named in a command."""
    return not _UNSAYABLE.search(wire)


def quoted(text: bytes) -> bytes:
    """A folder's name, or anything else, as an argument. Raises ValueError where no quoted string
    can hold it."""
    if not sayable(text):
        raise ValueError("a line break, or a zero byte")
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
