"""A pair's rhythm: the median gap between the days on which they had contact.

Ties decay when the silence exceeds eight times their own rhythm (Navarro, Miritello, Canales and
Moro, "Temporal patterns behind the strength of persistent ties", 2017); days with contact predict
better than counts.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import timedelta

NEEDED = 5  # gaps
SHORTEST, LONGEST = 7.0, 180.0  # days
DECAY_FACTOR = 8
DORMANT_AT_LEAST = timedelta(days=180)


class ContactDays:
    """The distinct days of contact (proleptic ordinals) and the median gap between them."""

    __slots__ = ("_gaps", "days", "rhythm")

    def __init__(self) -> None:
        self.days: list[int] = []
        self.rhythm: float | None = None  # days
        self._gaps: list[int] = []  # sorted

    def add(self, day: int) -> None:
        """Count `day`. Days come nearly in order: only a meeting that spans others comes late."""
        days, gaps = self.days, self._gaps
        if not days:
            days.append(day)
            return
        if day > days[-1]:
            insort(gaps, day - days[-1])
            days.append(day)
        else:
            place = bisect_left(days, day)
            if days[place] == day:
                return
            if place:
                del gaps[bisect_left(gaps, days[place] - days[place - 1])]
                insort(gaps, day - days[place - 1])
            insort(gaps, days[place] - day)
            days.insert(place, day)
        if len(gaps) >= NEEDED:
            half = len(gaps) // 2
            median = float(gaps[half]) if len(gaps) % 2 else (gaps[half - 1] + gaps[half]) / 2
            self.rhythm = min(max(median, SHORTEST), LONGEST)


def dormant_after(rhythm: float | None) -> timedelta:
    """The silence after which a tie is dormant; a pair without a rhythm has the least there is."""
    if rhythm is None:
        return DORMANT_AT_LEAST
    return max(timedelta(days=DECAY_FACTOR * rhythm), DORMANT_AT_LEAST)
