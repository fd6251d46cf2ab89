"""How far lists were told that Google tells the changes of by sync token, as the text that the core
keeps. What the phases mean: `connectors/google/synced.py`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from connectors.errors import CursorExpired

_VERSION: Final = 1
_PHASES: Final = ("near", "all", "compare", "now")


@dataclass(slots=True)
class State:
    """How far one list was told. `anew`: what is known is told as well, the reading began without a
    cursor. `compare`: something was known, or told, before all of the list began to be read."""

    phase: Literal["near", "all", "compare", "now"] = "all"
    token: str = ""
    page: str = ""  # the next to be asked for, "" for the first
    anew: bool = False
    compare: bool = False

    def begin(self, phase: Literal["near", "all"]) -> None:
        """The list is read from its first page on."""
        self.phase, self.token, self.page, self.compare = phase, "", "", True

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(slots=True)
class Progress:
    """A cursor: the lists by their keys, and what a kind of source adds to it."""

    lists: dict[str, State] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The cursor."""
        lists = {key: one.row() for key, one in self.lists.items()}
        row = {"v": _VERSION, "in": lists, **self.extra}
        return json.dumps(row, separators=(",", ":"), ensure_ascii=False)


def progress_of(cursor: str | None, scope: str) -> Progress:
    """What a cursor says. Raises `CursorExpired` for no cursor of ours."""
    if cursor is None:
        return Progress()
    try:
        row = json.loads(cursor)
        if row.pop("v") != _VERSION:
            raise ValueError("another version")
        lists = {key: State(**one) for key, one in row.pop("in").items()}
        texts = (*row.values(), *(text for one in lists.values() for text in (one.token, one.page)))
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("another shape")
        if any(one.phase not in _PHASES for one in lists.values()):
            raise ValueError("another phase")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CursorExpired(f"the reading of {scope} starts over") from error
    return Progress(lists, row)
