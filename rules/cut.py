"""Text within a limit, whole as people see it: no half emoji, no letter without its accent.

Task lists count characters, and some of them UTF-16 code units, of which there are never fewer;
so that is what is counted here.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_SKIN = range(0x1F3FB, 0x1F400)  # emoji modifiers
_TAGS = range(0xE0020, 0xE0080)  # the flags of Scotland and others are spelt with these
_FLAGS = range(0x1F1E6, 0x1F200)  # regional indicators: two are one flag
_LONGEST = 64  # code points of one visible character; more are a prank


def units(text: str) -> int:
    """How long a text is in UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> str:
    """The text within `limit` units; where it is too long its end becomes `…`."""
    if len(text) * 2 <= limit or units(text) <= limit:
        return text
    place, used = 0, 0
    while used + (size := 1 + (text[place] > "\uffff")) < limit:
        used += size
        place += 1
    return text[: _whole(text, place)].rstrip() + "…"


def _whole(text: str, place: int) -> int:
    """The nearest end of a visible character at or before `place`."""
    for end in range(place, max(place - _LONGEST, 0), -1):
        if not _joined(text, end):
            return end
    return place if place > _LONGEST else 0


def _joined(text: str, place: int) -> bool:
    """Whether what stands before and after this place is seen as one."""
    before, after = text[place - 1], text[place]
    code = ord(after)
    if _JOINER in (before, after) or code in _SKIN or code in _TAGS:
        return True
    if unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if code in _FLAGS and ord(before) in _FLAGS:
        start = place
        while start and ord(text[start - 1]) in _FLAGS:
            start -= 1
        return (place - start) % 2 == 1
    return _is_jamo(before) and _is_jamo(after)


def _is_jamo(char: str) -> bool:
    return "\u1100" <= char <= "\u11ff"
