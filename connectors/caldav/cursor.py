"""What a cursor says: how far each collection was told, and what a kind of source adds to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.caldav.sync import Mark
from connectors.errors import CursorExpired

_VERSION: Final = 1


@dataclass(slots=True)
class State:
    """One collection. `listed` is how far a full listing got that yields everything; None: it only
    yields what differs from what is known. With a `mark` it is told, and asked for changes."""

    mark: Mark = field(default_factory=Mark)
    listed: str | None = None

    def row(self) -> dict[str, str]:
        """As JSON."""
        told = {"t": self.mark.token, "c": self.mark.ctag}
        row = {key: value for key, value in told.items() if value}
        return row if self.listed is None else {**row, "l": self.listed}


@dataclass(slots=True)
class Progress:
    """A cursor. `again`: items whose stamp ends with AGAIN are read again beyond this ref; None:
    they need not be. `names`: the paths of collections that were chosen by name."""

    everything: bool = False  # the first reading: whatever is known is yielded as well
    places: dict[str, State] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    again: str | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def state(self, path: str) -> State:
        """Of the collection at `path`, a new one where it is new."""
        if path not in self.places:
            self.places[path] = State(listed="" if self.everything else None)
        return self.places[path]

    def text(self) -> str:
        """The cursor."""
        row: dict[str, Any] = {"v": _VERSION, "in": {p: s.row() for p, s in self.places.items()}}
        if self.everything:
            row["all"] = 1
        if self.names:
            row["names"] = self.names
        if self.again is not None:
            row["again"] = self.again
        return json.dumps({**row, **self.extra}, separators=(",", ":"), ensure_ascii=False)


def progress_of(cursor: str | None, scope: str) -> Progress:
    """What a cursor says; None: nothing was told yet. Raises `CursorExpired` for no cursor of
    ours."""
    if cursor is None:
        return Progress(everything=True)
    try:
        row = json.loads(cursor)
        if row.pop("v") != _VERSION:
            raise ValueError("another version")
        places = {
            path: State(Mark(one.get("t", ""), one.get("c", "")), one.get("l"))
            for path, one in row.pop("in").items()
        }
        everything, names = bool(row.pop("all", 0)), dict(row.pop("names", {}))
        return Progress(everything, places, names, row.pop("again", None), row)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CursorExpired(f"the reading of {scope} starts over") from error
