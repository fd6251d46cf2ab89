"""Calendars: the events of all of them, or of those that were chosen.

Series are expanded inside a window, as calendars on disk are: from `history` (ten years before the
first reading) to 400 days ahead. Its end is kept in the cursor and moved once fewer than 200 days
are left; then only items that may hold more are read again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.caldav.cursor import Progress
from connectors.caldav.discovery import Collection
from connectors.caldav.server import Server
from connectors.caldav.source import Content, DavSource
from connectors.errors import CursorExpired
from connectors.records import Facet

AHEAD: Final = timedelta(days=400)
ENOUGH_AHEAD: Final = timedelta(days=200)
_BACK: Final = timedelta(days=3653)
_START: Final = re.compile(
    rb"^BEGIN:VEVENT\b.*?^DTSTART[^:\r\n]*:(\d{4})(\d\d)(\d\d)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


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

    def read(self, data: bytes, progress: Progress) -> Content:
        """The meetings of one item inside the window."""
        from connectors.formats.ical import read_calendar

        start, end = _day(progress.extra["from"]), _day(progress.extra["to"])
        reading = read_calendar(data, start, end, self._zone)
        return Content(tuple(reading.meetings), reading.beyond, reading.broken)

    def day_of(self, data: bytes) -> date | None:
        """When the first event of an item starts."""
        if (match := _START.search(data)) is None:
            return None
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), UTC)
