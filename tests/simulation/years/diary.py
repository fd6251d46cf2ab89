"""The owner's hours: who has which, so that no two meetings collide unless the world means it."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURS = (9, 11, 14, 16)


class Diary:
    """Hands out hours of local days. Nothing at an hour that a zone may skip or repeat."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.away: set[date] = set()
        self._taken: set[tuple[date, int]] = set()
        self.shared: list[tuple[date, int]] = []  # hours where a collision is welcome

    def hour(
        self, rng: random.Random, after: datetime, within: int, *, collides: bool = False
    ) -> datetime | None:
        """A free hour from the day after `after` on, within so many days; None: all are taken.
        With `collides` it may be one that somebody has already."""
        first = after.astimezone(self.zone).date()
        if collides and rng.random() < 0.3:
            ahead = [one for one in self.shared if one[0] > first]
            if ahead:
                return self.moment(*rng.choice(ahead))
        for _ in range(6):
            day = first + timedelta(days=rng.randint(1, within))
            hour = rng.choice(HOURS)
            if day in self.away or (day, hour) in self._taken:
                continue
            self._taken.add((day, hour))
            if collides:
                self.shared.append((day, hour))
            return self.moment(day, hour)
        return None

    def take(self, day: date, hour: int) -> datetime | None:
        """This very hour, unless somebody has it or the owner is away."""
        if day in self.away or (day, hour) in self._taken:
            return None
        self._taken.add((day, hour))
        return self.moment(day, hour)

    def moment(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self.zone).astimezone(UTC)
