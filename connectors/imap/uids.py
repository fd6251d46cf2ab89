"""Sets of UIDs as ranges: half a million of them take a few bytes, as servers write them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

_HIGHEST = 2**32 - 1


class Uids:
    """UIDs in order, as ranges that do not touch. Nothing changes one once it is made."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        joined: list[tuple[int, int]] = []
        for low, high in sorted(ranges):
            if joined and low <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
            else:
                joined.append((low, high))
        self._ranges = joined
        self._lows = [low for low, _ in joined]

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Uids:
        """The set of these."""
        return cls((number, number) for number in numbers)

    @classmethod
    def parse(cls, text: str) -> Uids:
        """A sequence-set ("1:5,7") or the numbers of a SEARCH ("1 2 7"). Raises ValueError."""
        ranges = []
        for piece in text.replace(",", " ").split():
            low, _, high = piece.partition(":")
            first = int(low)
            last = int(high) if high else first
            if not 0 < min(first, last) <= max(first, last) <= _HIGHEST:
                raise ValueError("no UID")
            ranges.append((min(first, last), max(first, last)))
        return cls(ranges)

    def __str__(self) -> str:
        return ",".join(f"{a}" if a == b else f"{a}:{b}" for a, b in self._ranges)

    def __len__(self) -> int:
        return sum(high - low + 1 for low, high in self._ranges)

    def __contains__(self, uid: int) -> bool:
        at = bisect_right(self._lows, uid) - 1
        return at >= 0 and uid <= self._ranges[at][1]

    def __iter__(self) -> Iterator[int]:
        for low, high in self._ranges:
            yield from range(low, high + 1)

    def newest(self, count: int, below: int) -> list[int]:
        """The `count` highest of those below, the highest first."""
        return list(islice(self._downward(below), count))

    def between(self, low: int, high: int) -> Uids:
        """Those from `low` up to `high`, both inclusive."""
        return Uids(
            (max(low, first), min(high, last))
            for first, last in self._ranges
            if last >= low and first <= high
        )

    @property
    def highest(self) -> int:
        """The last of them; 0 where there are none."""
        return self._ranges[-1][1] if self._ranges else 0

    def _downward(self, below: int) -> Iterator[int]:
        for at in range(bisect_right(self._lows, below - 1) - 1, -1, -1):
            low, high = self._ranges[at]
            yield from range(min(high, below - 1), low - 1, -1)
