"""A pair's rhythm: the median gap between the days on which they had contact.

Ties decay when the silence exceeds eight times their own rhythm (Navarro, Miritello, Canales and
Moro, "Temporal patterns behind the strength of persistent ties", 2017); days with contact predict
better than counts.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rules.history import Beyond

NEEDED = 5  # gaps
SHORTEST, LONGEST = 7.0, 180.0  # days
DECAY_FACTOR = 8
DORMANT_AT_LEAST = timedelta(days=180)
_KEPT = 10  # of the last days


class ContactDays:
    """The distinct days of contact (proleptic ordinals) and the median gap between them."""

    __slots__ = ("_before", "_first", "_gaps", "days", "rhythm")

    def __init__(self) -> None:
        self.days: list[int] = []  # the latest of them, where it goes on from what was stored
        self.rhythm: float | None = None  # days
        self._gaps: list[int] = []  # sorted
        self._before = 0  # how many days there were before those
        self._first: int | None = None  # the first of all, where there were

    def __len__(self) -> int:
        return self._before + len(self.days)

    @property
    def span(self) -> int:
        """Days from the first to the last."""
        return self.days[-1] - (self.days[0] if self._first is None else self._first)

    def state(self) -> list[Any]:
        """What to go on from, as plain values; empty where there is nothing."""
        if not self.days:
            return []
        kept = self.days[-_KEPT:]
        first = self.days[0] if self._first is None else self._first
        runs = sorted(Counter(self._gaps).items())
        return [first, len(self) - len(kept), kept, runs, self.rhythm]

    @classmethod
    def of(cls, state: Sequence[Any]) -> ContactDays:
        """Those behind a `state`."""
        found = cls()
        if state:
            found._first, found._before, days, runs, found.rhythm = state
            found.days = list(days)
            found._gaps = [gap for gap, count in runs for _ in range(count)]
        return found

    def add(self, day: int) -> None:
        """Count `day`. Days come nearly in order: only a meeting that spans others comes late.
        Raises `Beyond` for one that is earlier than all that are kept."""
        days, gaps = self.days, self._gaps
        if not days:
            days.append(day)
            return
        if day > days[-1]:
            insort(gaps, day - days[-1])
            days.append(day)
        else:
            place = bisect_left(days, day)
            if not place and self._before and days[0] != day:
                raise Beyond
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
