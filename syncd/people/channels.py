"""Where the owner says that a relationship lives: a line `channel: elsewhere` in a note."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MAIL: Final = "mail"
ELSEWHERE: Final = "elsewhere"

_LINE: Final = re.compile(r"\s*channel\s*:\s*(mail|elsewhere)\s*\.?\s*", re.IGNORECASE)


def channel_in(lines: Iterable[str]) -> str | None:
    """`mail` or `elsewhere`, as the last line about it says; None where no line does."""
    found = None
    for line in lines:
        said = _LINE.fullmatch(line)
        if said is not None:
            found = said[1].lower()
    return found
