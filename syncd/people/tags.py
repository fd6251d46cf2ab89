"""Tags that the owner gives in a note: a line `tags: investor, lisbon`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_LINE: Final = re.compile(r"\s*tags?:(.*)", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[,;]")


def tags_in(lines: Iterable[str]) -> frozenset[str]:
    """The tags of these lines, in lower case; other lines say nothing about tags."""
    found = set()
    for line in lines:
        said = _LINE.fullmatch(line)
        for part in _BETWEEN.split(said[1]) if said else ():
            tag = " ".join(part.split()).lstrip("#").strip().lower()
            if tag:
                found.add(tag)
    return frozenset(found)
