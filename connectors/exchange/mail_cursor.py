"""How far each folder was read, as the text that the core keeps.

phase     list: its sync state is being taken, page by page, before any mail is; past: the back-fill
          goes on, newest first; settle: what is known is still to be compared; now: it is complete
state     SyncFolderItems goes on from there; in `list` it is the page that was reached
compare   what is known has not been compared with the folder yet: in `list` it begins again
anew      the back-fill reads what is known as well: the reading began without a cursor
since     it goes back to there, in seconds since 1970; 0 for everything
before    it has reached mail that was received before that second; 0 where it has not begun
offset    so many of those were told already, where one second has more than a page
count     mails in the folder at the last look
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from connectors.errors import CursorExpired

_VERSION: Final = 1
_PHASES: Final = ("list", "past", "settle", "now")


@dataclass(slots=True)
class Mark:
    """One folder. See above."""

    phase: Literal["list", "past", "settle", "now"] = "list"
    state: str = ""
    compare: bool = False
    anew: bool = False
    since: int = 0
    before: int = 0
    offset: int = 0
    count: int = 0

    def begin(self, since: int) -> None:
        """The back-fill begins at the newest mail."""
        self.phase, self.since, self.before, self.offset = "past", since, 0, 0

    def forget(self) -> None:
        """The state is no use any more."""
        self.phase, self.state, self.compare = "list", "", True

    def row(self) -> dict[str, Any]:
        """Its plain form."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(slots=True)
class Cursor:
    """All folders by their keys. `strays`: what is known of others has not been told gone yet."""

    folders: dict[str, Mark] = field(default_factory=dict)
    strays: bool = False

    def text(self) -> str:
        """What the core keeps."""
        rows = {key: mark.row() for key, mark in self.folders.items()}
        row: dict[str, Any] = {"v": _VERSION, "in": rows}
        if self.strays:
            row["strays"] = True
        return json.dumps(row, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> Cursor:
        """The cursor in a text. Raises `CursorExpired`."""
        try:
            row = json.loads(text)
            if row["v"] != _VERSION:
                raise ValueError("another version")
            folders = {str(key): _mark(one) for key, one in row["in"].items()}
            return cls(folders, bool(row.get("strays")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CursorExpired("the reading of the mailbox starts over") from error


def _mark(row: dict[str, Any]) -> Mark:
    mark = Mark(**row)
    if mark.phase not in _PHASES or not isinstance(mark.state, str):
        raise ValueError("another shape")
    for name in ("since", "before", "offset", "count"):
        setattr(mark, name, int(getattr(mark, name)))
    return mark
