"""Calendars on disk: a folder tree of .ics files (a vdir), or one .ics file with everything.

Series are expanded inside a window: from `history` (ten years before the first reading) to 400 days
ahead. Its end is kept in the cursor and moved once fewer than 200 days are left; then only files
that may hold more are read again: their stamps end with "+".
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import CursorExpired
from connectors.local.files import read_whole
from connectors.local.folder import Content, FolderSource, Progress
from connectors.records import Facet

AHEAD: Final = timedelta(days=400)
ENOUGH_AHEAD: Final = timedelta(days=200)
_BACK: Final = timedelta(days=3653)


class Vdir(FolderSource):
    """Calendar files. `zone` is where floating times are local."""

    facet = Facet.CALENDAR

    def __init__(self, root: Path, scope: str, zone: ZoneInfo, history: date | None = None) -> None:
        super().__init__(root, scope)
        self._zone = zone
        self._history = history

    def wanted(self, name: str) -> bool:
        """An .ics file."""
        return name.lower().endswith((".ics", ".ical", ".icalendar"))

    def day_of(self, data: bytes) -> date | None:
        """When the first event of a file starts."""
        from connectors.local import census  # only an audit counts

        return census.day_of_event(data)

    def resume(self, progress: Progress, now: datetime) -> None:
        """Set the window, or move its end."""
        try:
            start, end = _day(progress.extra["from"]), _day(progress.extra["to"])
        except KeyError:  # the first reading
            start = datetime.combine(self._history, time(), UTC) if self._history else now - _BACK
        except ValueError as error:
            raise CursorExpired(f"the reading of {self.scope} starts over") from error
        else:
            if ENOUGH_AHEAD <= end - now <= AHEAD:
                return
            progress.again = ""
        progress.extra["from"] = start.astimezone(UTC).date().isoformat()
        progress.extra["to"] = (now + AHEAD).astimezone(UTC).date().isoformat()

    def read(self, path: str, progress: Progress) -> Content:
        """The meetings of one file inside the window."""
        from connectors.formats.ical import read_calendar  # icalendar costs 160 ms

        start, end = _day(progress.extra["from"]), _day(progress.extra["to"])
        reading = read_calendar(read_whole(path), start, end, self._zone)
        return Content(tuple(reading.meetings), reading.beyond, reading.broken)


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), UTC)
