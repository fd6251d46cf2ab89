"""How far the folders of a mailbox were read, as the text that the core keeps.

Of each folder, by its key:

phase    past: the mails are listed, newest first; all: every id is held against what is known; now:
         both were done
delta    the deltaLink: what happened since is told by it; "" for none yet
page     the page of that which is reached, "" for the first
last     when the last mail came down to which the listing has told everything; "" for the first
since    how far back it was read, in seconds since 1970; 0 for everything
anew     the listing tells what is known as well: the reading began without a cursor
root     by which name the folder was chosen
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from connectors.errors import CursorExpired

_VERSION: Final = 1
_PHASES: Final = ("past", "all", "now")


@dataclass(slots=True)
class Place:
    """See above."""

    phase: Literal["past", "all", "now"] = "past"
    delta: str = ""
    page: str = ""
    last: str = ""
    since: int = 0
    anew: bool = False
    root: str = ""

    def lose(self) -> None:
        """Graph knows no more what happened since."""
        self.delta, self.page = "", ""
        if self.phase == "now":
            self.phase = "all"

    def listed(self) -> None:
        """The listing has come to its end."""
        self.phase, self.last, self.anew = "now" if self.delta else "all", "", False

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return {name: value for name, value in asdict(self).items() if value}

    def is_sound(self) -> bool:
        """Whether it can have been written by us."""
        texts = (self.delta, self.page, self.last, self.root)
        right = all(isinstance(text, str) for text in texts)
        return right and self.phase in _PHASES and isinstance(self.since, int)


@dataclass(slots=True)
class Cursor:
    """The folders by their keys."""

    places: dict[str, Place] = field(default_factory=dict)

    def text(self) -> str:
        """What the core keeps."""
        row = {"v": _VERSION, "in": {key: one.row() for key, one in self.places.items()}}
        return json.dumps(row, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> Cursor:
        """The cursor in a text. Raises `CursorExpired`."""
        try:
            row = json.loads(text)
            if row["v"] != _VERSION:
                raise ValueError("another version")
            places = {str(key): Place(**one) for key, one in row["in"].items()}
            if not all(one.is_sound() for one in places.values()):
                raise ValueError("another shape")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CursorExpired("the reading of the mailbox starts over") from error
        return cls(places)
