"""Calendars on disk: a folder tree of .ics files (a vdir), or one .ics file with everything.

Series are expanded inside a window: from `history` (ten years before the first reading) to 400 days
ahead. Its end is kept in the cursor and moved once fewer than 200 days are left; then only files
that may hold more are read again: their stamps end with "+".
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.formats import window
from connectors.local.files import read_whole
from connectors.local.folder import Content, FolderSource, Progress
from connectors.records import Facet


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
        return window.day_of_event(data)

    def resume(self, progress: Progress, now: datetime) -> None:
        """Set the window, or move its end."""
        if window.move(progress.extra, now, self._history, self.scope):
            progress.again = ""

    def read(self, path: str, progress: Progress) -> Content:
        """The meetings of one file inside the window."""
        from connectors.formats.ical import read_calendar  # icalendar costs 160 ms

        start, end = window.bounds(progress.extra)
        reading = read_calendar(read_whole(path), start, end, self._zone)
        return Content(tuple(reading.meetings), reading.beyond, reading.broken)
