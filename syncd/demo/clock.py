"""When things happen: every moment of the demo is counted back from its end.

Nothing reads the wall clock, so that the same `end` gives the same year, byte for byte.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncd.demo.cast import OWNER_ZONE

YEAR = 365  # days the demo looks back
_AWAY_AGO = 150  # days; far enough back that no rule of today still looks at that week


class Clock:
    """Days and hours before `end` (aware), on working days and in somebody's zone."""

    def __init__(self, end: datetime) -> None:
        if end.tzinfo is None:
            raise ValueError("the end of the demo needs a time zone")
        self.end = end
        self.today = end.astimezone(ZoneInfo(OWNER_ZONE)).date()
        middle = self.today - timedelta(days=_AWAY_AGO)
        self.away = middle - timedelta(days=middle.weekday())  # the Monday of the owner's holiday

    def day(self, ago: int) -> date:
        """The working day `ago` days back, or the last one before it; ahead of today the next."""
        step = timedelta(days=1 if ago < 0 else -1)
        day = self.today - timedelta(days=ago)
        while day.weekday() >= 5:
            day += step
        return day

    def at(self, ago: int, hour: str, zone: str = OWNER_ZONE) -> datetime:
        """`hour` ("10:30") in `zone` on the working day `ago` days back."""
        return moment(self.day(ago), hour, zone)

    def later(self, start: datetime, hours: float) -> datetime:
        """`hours` after `start`, put off to the next working morning when nobody would be there."""
        then = start + timedelta(hours=hours)
        if then.hour >= 19:
            then = then.replace(hour=9) + timedelta(days=1)
        elif then.hour < 8:
            then = then.replace(hour=9)
        while then.weekday() >= 5 or self.is_away(then.date()):
            then += timedelta(days=1)
        return then

    def is_away(self, day: date) -> bool:
        return self.away <= day < self.away + timedelta(days=7)

    def is_past(self, then: datetime) -> bool:
        return then < self.end


def moment(day: date, hour: str, zone: str = OWNER_ZONE) -> datetime:
    """The aware moment when clocks in `zone` show `hour` on that day."""
    return datetime.combine(day, time.fromisoformat(hour), ZoneInfo(zone))
