"""Bytes as text when the charset is missing, unknown or a lie. Nothing here raises.

The order, for bytes that are not plain ASCII:

1. escape sequences of ISO-2022 (JP, KR) or a byte order mark: they say it themselves
2. UTF-8, which no other text is by accident; also where its last character was cut off
3. the declared charset, if it is one and fits without an error
4. by the look of the bytes: Japanese, Chinese and Korean double bytes, Cyrillic
5. cp1252, which is what Western mailers send

Declared ASCII and ISO-8859-1 come after UTF-8: that lie is frequent, the reverse accident is not.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Final

# What mailers write where the registry's name is another, or too narrow for what they send.
_ALIASES: Final = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "x-euc-jp": "euc_jp",
    "x-big5": "big5hkscs",
    "big5": "cp950",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-cp1252": "cp1252",
    "x-cp1251": "cp1251",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
}
# Of these UTF-8 is tried first: what they name is ASCII, Western, or nothing.
_TRIED_LATER: Final = frozenset(("ascii", "cp1252", "utf-8"))
# Codecs of Python that are no charsets of mail, some of them slow on hostile input.
_NO_CHARSETS: Final = frozenset(
    ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem")
)
_ISO_2022: Final = re.compile(rb"\x1b(?:\$[@AB()]|\([BJIH]|\$\)C)")
_LONE: Final = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_BIG5: Final = re.compile(rb"[\xa1-\xf9][\x40-\x7e\xa1-\xfe]")
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_SAMPLE: Final = 4096  # enough to tell one charset from another


def guess_text(data: bytes, declared: str = "") -> str:
    """`data` as text, in the order above."""
    if data.isascii() and b"\x1b" not in data:
        codec = _codec(declared) if b"+" in data or b"~" in data else ""
        if codec in ("utf-7", "hz"):
            return data.decode(codec, "replace")
        return data.decode("ascii")
    if _ISO_2022.search(data):
        for codec in ("iso2022_jp_ext", "iso2022_jp_2", "iso2022_kr"):
            if (text := _strict(data, codec)) is not None:
                return text
    named = _codec(declared)
    if named and named not in _TRIED_LATER and (text := _strict(data, named)) is not None:
        return text
    if (text := _utf8(data)) is not None:
        return text
    if named and named != "utf-8" and (text := _strict(data, named)) is not None:
        return text
    if looks := _looks_like(data[:_SAMPLE]):
        return data.decode(looks, "replace")
    return data.decode(named if named not in ("", "ascii", "utf-8") else "cp1252", "replace")


@lru_cache(maxsize=512)
def _codec(name: str) -> str:
    """The codec that a declared name means, "" for none."""
    name = name.strip("'\" ").lower()
    if not name or len(name) > 40 or not name.isascii():
        return ""
    try:
        found = codecs.lookup(_ALIASES.get(name, name))
        if found.name in _NO_CHARSETS:
            return ""
        b"".decode(found.name)
    except (LookupError, ValueError):  # nobody knows it, or a codec that makes no text (hex, zip)
        return ""
    return found.name


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A header or a body cut in the middle of a character is UTF-8 all the same.
        if error.start < len(data) - 3 or error.reason != "unexpected end of data":
            return None
        text = data[: error.start].decode("utf-8")
        return None if text.isascii() else text


def _looks_like(data: bytes) -> str:
    """A charset by the frequencies of its bytes; "" where they look Western or say nothing."""
    # Big5 has half of its second bytes among the plain letters; its frequent characters begin with
    # bytes that are no accents.
    pairs = _BIG5.findall(data)
    frequent = sum(0xA4 <= pair[0] <= 0xC6 for pair in pairs)
    plain = sum(pair[1] < 0x80 for pair in pairs)
    if len(pairs) >= 4 and frequent * 10 >= len(pairs) * 8 and plain * 6 >= len(pairs):
        text = _strict(data, "cp950")
        if text is not None:
            return "cp950"
    high = sum(map(len, runs := _HIGH.findall(data)))
    if high < 4 or len(_LONE.findall(data)) * 4 > high:
        return ""  # accents stand alone between plain letters
    letters = sum(byte >= 0xC0 for run in runs for byte in run)
    if letters * 10 >= high * 9:
        return _cyrillic(runs)
    return _double_byte(data, runs)


def _cyrillic(runs: list[bytes]) -> str:
    """KOI8-R has its small letters where cp1251 has its capitals."""
    body = b"".join(run[1:] for run in runs)
    low = sum(0xC0 <= byte <= 0xDF for byte in body)
    return "koi8-r" if low * 2 > len(body) else "cp1251"


def _double_byte(data: bytes, runs: list[bytes]) -> str:
    if (text := _strict(data, "cp932")) and _share(text, "\u3040", "\u30ff") >= 0.3:
        return "cp932"
    if any(len(run) % 2 for run in runs[:-1]):
        return "cp950" if _strict(data, "cp950") is not None else ""
    if (text := _strict(data, "euc_jp")) and _share(text, "\u3040", "\u30ff") >= 0.2:
        return "euc_jp"
    leads = [run[at] for run in runs for at in range(0, len(run) - 1, 2)]
    # Hangul lies in B0-C8, the frequent Chinese characters in B0-D7.
    if len(leads) >= 4 and all(0xB0 <= lead <= 0xC8 for lead in leads):
        return "cp949"
    if sum(0xB0 <= lead <= 0xF7 for lead in leads) * 2 > len(leads):
        return "gb18030"
    return ""


def _share(text: str, first: str, last: str) -> float:
    """Which part of what is not ASCII lies between two characters."""
    others = [char for char in text if not char.isascii()]
    return sum(first <= char <= last for char in others) / len(others) if others else 0.0
