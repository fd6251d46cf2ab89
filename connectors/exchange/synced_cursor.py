"""How far folders were told that Exchange tells the changes of by sync state, as the text that the
core keeps. What the phases mean: `connectors/exchange/synced.py`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from connectors.errors import CursorExpired

_VERSION: Final = 1
_PHASES: Final = ("all", "compare", "now")


@dataclass(slots=True)
class State:
    """How far one folder was told. `anew`: what is known is told as well, the reading began without
    a cursor. `compare`: something was known, or told, before all of the folder began to be read.
    `again`: what is to be read again was, up to this ref; None where nothing is."""

    phase: Literal["all", "compare", "now"] = "all"
    token: str = ""
    anew: bool = False
    compare: bool = False
    again: str | None = None

    def begin(self) -> None:
        """The folder is read from its first page on."""
        self.phase, self.token, self.compare = "all", "", True

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return {name: value for name, value in asdict(self).items() if value or value == ""}


@dataclass(slots=True)
class Progress:
    """A cursor: the folders by their keys, and what a kind of source adds to it."""

    folders: dict[str, State] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The cursor."""
        folders = {key: one.row() for key, one in self.folders.items()}
        row = {"v": _VERSION, "in": folders, **self.extra}
        return json.dumps(row, separators=(",", ":"), ensure_ascii=False)


def progress_of(cursor: str | None, scope: str) -> Progress:
    """What a cursor says. Raises `CursorExpired` for no cursor of ours."""
    if cursor is None:
        return Progress()
    try:
        row = json.loads(cursor)
        if row.pop("v") != _VERSION:
            raise ValueError("another version")
        folders = {key: State(**one) for key, one in row.pop("in").items()}
        texts = (*row.values(), *(one.token for one in folders.values()))
        texts += tuple(one.again or "" for one in folders.values())
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("another shape")
        if any(one.phase not in _PHASES for one in folders.values()):
            raise ValueError("another phase")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CursorExpired(f"the reading of {scope} starts over") from error
    return Progress(folders, row)
