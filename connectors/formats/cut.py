"""Texts within a limit, counted in UTF-16 code units: there are at least as many of these as of
anything else that is called a character."""

from __future__ import annotations

import unicodedata


def units(text: str) -> int:
    """How long it is."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> str:
    """The text within `limit`; where it is too long its end becomes `…`."""
    if units(text) <= limit:
        return text
    place, used = 0, 1  # for the ellipsis
    while (used := used + 1 + (text[place] > "\uffff")) <= limit:
        place += 1
    while place and _joined(text[place - 1], text[place]):
        place -= 1
    return text[:place].rstrip() + "…"


def _joined(before: str, after: str) -> bool:
    """Whether both are seen as one: a letter and its accent, parts of one emoji."""
    return unicodedata.category(after).startswith("M") or "\u200d" in (before, after)
