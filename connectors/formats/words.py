"""Header text: raw 8-bit, RFC 2047 encoded words, and what must never reach a store.

Nothing here raises: bytes that fit no charset are replaced, encoded words that cannot be decoded
stay as they are.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from connectors.formats.charsets import guess_text

_WORDS_LIMIT: Final = 16 * 1024  # characters; subjects and names are cut much shorter
# Spaces and question marks inside are against RFC 2047 section 4.2, and common; so are words cut
# off at the end of a header.
_ENCODED: Final = re.compile(
    r"=\?([^?\s]{1,60}+)\?([bBqQ])\?([^?]*+(?:\?(?!=)[^?]*+){0,20}+)(?:\?=|(?<!\s)\Z)"
)
_Q_ESCAPE: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
# Control characters (NUL breaks PostgreSQL) and lone surrogates (break UTF-8).
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """White space collapsed and trimmed, control characters and lone surrogates dropped."""
    if not text.isascii() or not text.isprintable():
        text = _UNSTORABLE.sub("", text)
    return " ".join(text.split())


def raw_text(data: bytes) -> str:
    """Raw bytes as text: UTF-8 (RFC 6532), else by their look: see `charsets.py`."""
    if b"\x1b" not in data:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return guess_text(data)


def charset_text(data: bytes, charset: str) -> str:
    """Bytes in a named charset, or in what they are where the name is unknown or wrong."""
    return guess_text(data, charset)


def decode_words(text: str) -> str:
    """`text` with its encoded words (RFC 2047) decoded; white space between two of them dropped.

    Neighbours in one charset are joined before decoding, because many mailers cut a multi-byte
    character in two (against section 5).
    """
    if "=?" not in text:
        return text
    text = text[:_WORDS_LIMIT]
    out: list[str] = []
    held: list[bytes] = []
    held_charset = ""
    open_base64 = ""  # of the word before, where it was cut inside four letters
    position = 0
    for match in _ENCODED.finditer(text):
        charset, encoding, payload = match.groups()
        charset = charset.split("*", 1)[0].lower()  # RFC 2231 section 5 appends a language
        gap = text[position : match.start()]
        joined = bool(held) and not gap.strip() and charset == held_charset
        if encoding in "bB":
            whole = (open_base64 if joined else "") + payload
            data = _b_text(whole)
            if data is None and open_base64:
                open_base64, whole = "", payload
                data = _b_text(payload)
            if data is None:
                continue  # stays as written: it becomes part of the gap before the next one
            if joined and open_base64:
                held.pop()
            open_base64 = whole if len(whole) % 4 and "=" not in whole else ""
        else:
            data = _q_text(payload)
            open_base64 = ""
        if held and not joined:
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
    return "=?" in text and _ENCODED.search(text) is not None


def _q_text(payload: str) -> bytes:
    data = payload.replace("_", " ").encode("utf-8", "replace")
    return _Q_ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), data)


def _b_text(payload: str) -> bytes | None:
    try:
        data = "".join(payload.split()).encode("ascii")
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
