"""Calendars: the events of all of them, or of those that were chosen.

Series are expanded inside a window, as calendars on disk are: from `history` (ten years before the
first reading) to 400 days ahead. Its end is kept in the cursor and moved once fewer than 200 days
are left; then only items that may hold more are read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.caldav.cursor import Progress
from connectors.caldav.discovery import Collection
from connectors.caldav.server import Server
from connectors.caldav.source import Content, DavSource
from connectors.formats import window
from connectors.records import Facet


class Calendars(DavSource):
    """Events. `zone` is where floating times are local."""

    facet = Facet.CALENDAR
    service = "caldav"
    what = "calendar"

    def __init__(
        self,
        server: Server,
        scope: str,
        zone: ZoneInfo,
        history: date | None = None,
        chosen: Sequence[str] | None = None,
    ) -> None:
        super().__init__(server, scope, chosen)
        self._zone = zone
        self._history = history

    def wanted(self, place: Collection) -> bool:
        """A calendar that takes events."""
        return place.takes("VEVENT")

    def resume(self, progress: Progress, now: datetime) -> None:
        """Set the window, or move its end."""
        if window.move(progress.extra, now, self._history, self.scope):
            progress.again = ""

    def read(self, data: bytes, progress: Progress) -> Content:
        """The meetings of one item inside the window."""
        from connectors.formats.ical import read_calendar

        start, end = window.bounds(progress.extra)
        reading = read_calendar(data, start, end, self._zone)
        return Content(tuple(reading.meetings), reading.beyond, reading.broken)

    def day_of(self, data: bytes) -> date | None:
        """When the first event of an item starts."""
        return window.day_of_event(data)
