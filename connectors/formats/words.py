"""Header text: raw 8-bit, RFC 2047 encoded words, and what must never reach a store.

Nothing here raises: bytes that fit no charset are replaced, encoded words that cannot be decoded
stay as they are.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

# A space inside Q text is against RFC 2047 section 4.2, and common.
_ENCODED: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_Q_ESCAPE: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
_ENCODED_AT: Final = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")
# Control characters (NUL breaks PostgreSQL) and lone surrogates (break UTF-8).
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """White space collapsed and trimmed, control characters and lone surrogates dropped."""
    if not text.isascii() or not text.isprintable():
        text = _UNSTORABLE.sub("", text)
    return " ".join(text.split())


def raw_text(data: bytes) -> str:
    """Raw header bytes as text: UTF-8 (RFC 6532), else what Windows mailers meant."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def charset_text(data: bytes, charset: str) -> str:
    """Bytes in a named charset; names that are unknown or wrong fall back to `raw_text`."""
    try:
        return data.decode(_ALIASES.get(charset.lower(), charset))
    except (LookupError, ValueError):  # an unknown codec, a codec that is no charset, bad bytes
        return raw_text(data)


# What mailers write where the registry's name is another, or too narrow for what they send.
_ALIASES: Final = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
}


def decode_words(text: str) -> str:
    """`text` with its encoded words (RFC 2047) decoded; white space between two of them dropped.

    Neighbours in one charset are joined before decoding, because many mailers cut a multi-byte
    character in two (against section 5).
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    held: list[bytes] = []
    held_charset = ""
    position = 0
    for match in _ENCODED.finditer(text):
        charset, encoding, payload = match.groups()
        data = _b_text(payload) if encoding in "bB" else _q_text(payload)
        if data is None:
            continue  # stays as written: it becomes part of the gap before the next one
        charset = charset.split("*", 1)[0].lower()  # RFC 2231 section 5 appends a language
        gap = text[position : match.start()]
        if held and (gap.strip() or charset != held_charset):
            out.append(charset_text(b"".join(held), held_charset))
            held.clear()
        if not held and (gap.strip() or position == 0):
            out.append(gap)
        held.append(data)
        held_charset = charset
        position = match.end()
    if held:
        out.append(charset_text(b"".join(held), held_charset))
    out.append(text[position:])
    return "".join(out)


def has_words(text: str) -> bool:
    """Whether an encoded word is in it."""
    return "=?" in text and _ENCODED_AT.search(text) is not None


def _q_text(payload: str) -> bytes | None:
    try:
        data = payload.replace("_", " ").encode("latin-1")
    except UnicodeEncodeError:
        data = payload.replace("_", " ").encode("utf-8", "replace")
    return _Q_ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), data)


def _b_text(payload: str) -> bytes | None:
    try:
        data = payload.encode("ascii")
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
