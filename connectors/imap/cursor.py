"""How far each folder was read, as the text that the core keeps.

validity   UIDVALIDITY: another one makes all that is known of the folder void
next       all mail with lower UIDs was listed, but for what the back-fill has not reached
low        the back-fill has reached down to here; 0 when it is complete
count      mails below `next` at the last look: fewer tell that some were expunged
modseq     HIGHESTMODSEQ then, from which QRESYNC tells which (RFC 7162); 0 without it
oldest     when the oldest mail of the back-fill arrived, in seconds since 1970
resets     when UIDVALIDITY changed lately, in seconds since 1970
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from connectors.errors import CursorExpired
from connectors.imap.refs import SCOPE

_VERSION: Final = 1
_FAR: Final = 1 << 40


@dataclass(slots=True)
class Mark:
    """One folder. See above."""

    validity: int
    next: int
    low: int
    count: int
    modseq: int = 0
    oldest: int = _FAR
    resets: list[int] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether its back-fill is."""
        return self.low == 0

    def row(self) -> list[Any]:
        """Its plain form."""
        row: list[Any] = [
            self.validity, self.next, self.low, self.count, self.modseq, self.oldest,
        ]  # fmt: skip
        return [*row, self.resets] if self.resets else row


class Breaking(NamedTuple):
    """UIDs of one folder, both inclusive, and how many of them to ask for at once."""

    folder: str
    low: int
    high: int
    portion: int


@dataclass(slots=True)
class Cursor:
    """All folders by name. `unsettled`: what is known has not been compared with them yet.

    `breaking`: mails over which the connection broke last, of which fewer are asked for at once.
    """

    folders: dict[str, Mark] = field(default_factory=dict)
    unsettled: bool = False
    breaking: Breaking | None = None

    def text(self) -> str:
        """What the core keeps."""
        row: dict[str, Any] = {
            "v": _VERSION,
            SCOPE: {name: mark.row() for name, mark in self.folders.items()},
        }
        if self.unsettled:
            row["unsettled"] = True
        if self.breaking is not None:
            row["breaking"] = list(self.breaking)
        return json.dumps(row, separators=(",", ":"))

    @classmethod
    def of(cls, text: str | None) -> Cursor:
        """The cursor in a text; a new one for None. Raises `CursorExpired`."""
        if text is None:
            return cls(unsettled=True)
        try:
            row = json.loads(text)
            if row["v"] != _VERSION:
                raise ValueError("another version")
            folders = {str(name): _mark(one) for name, one in row[SCOPE].items()}
            return cls(folders, bool(row.get("unsettled")), _breaking(row.get("breaking")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CursorExpired("the reading of the mailbox starts over") from error


def _mark(row: list[Any]) -> Mark:
    validity, following, low, count, modseq, oldest = map(int, row[:6])
    resets = [int(at) for at in row[6]] if len(row) > 6 else []
    return Mark(validity, following, low, count, modseq, oldest, resets)


def _breaking(row: Any) -> Breaking | None:
    return None if row is None else Breaking(str(row[0]), *map(int, row[1:4]))
