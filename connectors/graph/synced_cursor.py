"""How far lists were told that Graph tells the changes of by deltaLink, as the text that the core
keeps. What the phases mean: `connectors/graph/synced.py`.
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
    cursor. `compare`: something was known, or told, before all of the list began to be read.
    `doubt`: what was told of in this round, and may have lost parts of which nothing was."""

    phase: Literal["near", "all", "compare", "now"] = "all"
    token: str = ""  # the deltaLink
    page: str = ""  # the link to the page that is asked for next, "" for the first
    anew: bool = False
    compare: bool = False
    doubt: list[str] = field(default_factory=list)

    def begin(self, phase: Literal["near", "all"]) -> None:
        """The list is read from its first page on."""
        self.phase, self.token, self.page, self.compare = phase, "", "", True
        self.doubt = []

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return {name: value for name, value in asdict(self).items() if value}

    def is_sound(self) -> bool:
        """Whether it can have been written by us."""
        texts = (self.token, self.page, *self.doubt)
        return self.phase in _PHASES and all(isinstance(one, str) for one in texts)


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
        if not all(isinstance(text, str) for text in row.values()):
            raise ValueError("another shape")
        if not all(one.is_sound() for one in lists.values()):
            raise ValueError("another shape")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CursorExpired(f"the reading of {scope} starts over") from error
    return Progress(lists, row)
