"""How far a mailbox was read, as the text that the core keeps.

history    the newest history id that was told: taken before the first listing
phase      apart: the past is read some other way; compare: what is known has not been compared
           with the mailbox yet; past: the back-fill goes on; now: it is complete
anew       the back-fill reads what is known as well: the reading began without a cursor
since      the back-fill goes back to there, in seconds since 1970; 0 for everything
page       the page of the listing that the back-fill has reached; "" for the first
last       the last mail of it down to which everything was told; "" for none
inner      how far the past was read that other way
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final, Literal

from connectors.errors import CursorExpired

_VERSION: Final = 1
_PHASES: Final = ("apart", "compare", "past", "now")


@dataclass(slots=True)
class Cursor:
    """See above."""

    history: str
    phase: Literal["apart", "compare", "past", "now"] = "past"
    anew: bool = False
    since: int = 0
    page: str = ""
    last: str = ""
    inner: str = ""

    def begin(self, since: int) -> None:
        """The back-fill begins at the newest mail."""
        self.since, self.page, self.last = since, "", ""
        if self.phase == "now":
            self.phase = "past"

    def turn(self, page: str) -> None:
        """All of a page was told; `page` is the next, "" where there is none."""
        self.page, self.last = page, ""
        if not page:
            self.phase, self.anew = "now", False

    def text(self) -> str:
        """What the core keeps."""
        row = {name: value for name, value in asdict(self).items() if value}
        return json.dumps({"v": _VERSION, **row}, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> Cursor:
        """The cursor in a text. Raises `CursorExpired`."""
        try:
            row = json.loads(text)
            if row.pop("v") != _VERSION:
                raise ValueError("another version")
            found = cls(**row)
            texts = all(isinstance(one, str) for one in (found.page, found.last, found.inner))
            if not (found.history.isdigit() and found.phase in _PHASES and texts):
                raise ValueError("another shape")
            found.since = int(found.since)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CursorExpired("the reading of the mailbox starts over") from error
        return found
