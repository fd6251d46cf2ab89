"""Opaque-signed mail (S/MIME signed-data, RFC 8551 section 3.5.2): what was signed, as parts.

The content lies in the clear inside a CMS envelope (RFC 5652, BER). Signatures are not verified,
as they are not for multipart/signed. Enveloped data stays what it is: unreadable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connectors.formats.parts import Part, decoded, leaves

_LIMIT: Final = 4 * 1024 * 1024
_KINDS: Final = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")
_DATA: Final = bytes.fromhex("2a864886f70d010701")
_CHUNKS_LIMIT: Final = 10_000

_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_INTEGER: Final = 0x02
_OID: Final = 0x06
_OCTETS: Final = 0x04
_OCTETS_IN_CHUNKS: Final = 0x24
_EXPLICIT: Final = 0xA0


def opened(parts: Sequence[Part]) -> list[Part]:
    """The same parts, those that are signed envelopes replaced by what is in them."""
    if not any(part.kind in _KINDS for part in parts):
        return list(parts)
    found: list[Part] = []
    for part in parts:
        inside = _content(decoded(part, _LIMIT)) if part.kind in _KINDS else b""
        found += leaves(inside) if inside else [part]
    return found


def _content(data: bytes) -> bytes:
    """The content of a signed-data; b"" for everything else."""
    try:
        at = _enter(data, 0, _SEQUENCE)
        oid, at = _value(data, at, _OID)
        if oid != _SIGNED_DATA:
            return b""
        at = _enter(data, at, _EXPLICIT)
        at = _enter(data, at, _SEQUENCE)
        _, at = _value(data, at, _INTEGER)
        _, at = _value(data, at, _SET)
        at = _enter(data, at, _SEQUENCE)
        oid, at = _value(data, at, _OID)
        if oid != _DATA:
            return b""
        at = _enter(data, at, _EXPLICIT)
        if data[at] == _OCTETS:
            return _value(data, at, _OCTETS)[0]
        at = _enter(data, at, _OCTETS_IN_CHUNKS)
        chunks: list[bytes] = []
        # The end is an end-of-contents mark, or whatever follows that is no chunk.
        while at < len(data) and data[at] == _OCTETS and len(chunks) < _CHUNKS_LIMIT:
            chunk, at = _value(data, at, _OCTETS)
            chunks.append(chunk)
        return b"".join(chunks)
    except (IndexError, ValueError):  # cut off, or no CMS at all
        return b""


def _enter(data: bytes, at: int, tag: int) -> int:
    """Where the contents of the element at `at` begin. ValueError for another tag."""
    if data[at] != tag:
        raise ValueError("another element")
    return _length(data, at + 1)[1]


def _value(data: bytes, at: int, tag: int) -> tuple[bytes, int]:
    """The contents of the element at `at`, and where the next one begins."""
    if data[at] != tag:
        raise ValueError("another element")
    length, start = _length(data, at + 1)
    if length is None:
        raise ValueError("a primitive element without a length")
    return data[start : start + length], start + length


def _length(data: bytes, at: int) -> tuple[int | None, int]:
    """The length that stands at `at` (None: indefinite) and where the contents begin."""
    first = data[at]
    if first < 0x80:
        return first, at + 1
    size = first & 0x7F
    if size == 0:
        return None, at + 1
    if size > 4:
        raise ValueError("longer than any mail")
    return int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size
