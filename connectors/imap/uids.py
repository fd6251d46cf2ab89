"""Sets of UIDs as ranges: half a million of them take a few bytes, as servers write them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from typing import Final

_HIGHEST: Final = 2**32 - 1
_UNSIGNED: Final = "Q"
_PIECE: Final = re.compile(r"[^\s,]+")


class Uids:
    """UIDs in order, as ranges that do not touch. Nothing changes one once it is made."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._lows, self._highs = _joined(ranges)
        self._before = array(_UNSIGNED)  # how many are in the ranges before each, once counted

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Uids:
        """The set of these."""
        return cls((number, number) for number in numbers)

    @classmethod
    def parse(cls, text: str) -> Uids:
        """A sequence-set ("1:5,7") or the numbers of a SEARCH ("1 2 7"). Raises ValueError."""
        return cls(_range(piece[0]) for piece in _PIECE.finditer(text))

    def __str__(self) -> str:
        return ",".join(f"{a}" if a == b else f"{a}:{b}" for a, b in self.spans())

    def __len__(self) -> int:
        return sum(self._highs) - sum(self._lows) + len(self._lows)

    def __contains__(self, uid: int) -> bool:
        at = bisect_right(self._lows, uid) - 1
        return at >= 0 and uid <= self._highs[at]

    def __iter__(self) -> Iterator[int]:
        for low, high in self.spans():
            yield from range(low, high + 1)

    def newest(self, count: int, below: int) -> list[int]:
        """The `count` highest of those below, the highest first."""
        return list(islice(self._downward(below), count))

    def between(self, low: int, high: int) -> Uids:
        """Those from `low` up to `high`, both inclusive."""
        first = max(0, bisect_right(self._lows, low) - 1)
        last = bisect_right(self._lows, high)
        some = zip(self._lows[first:last], self._highs[first:last], strict=True)
        return Uids((max(low, a), min(high, b)) for a, b in some if b >= low)

    def count(self, low: int, high: int) -> int:
        """How many they are."""
        if not self._before:
            sizes = (last - first + 1 for first, last in self.spans())
            self._before = array(_UNSIGNED, accumulate(sizes, initial=0))
        return max(0, self._up_to(high) - self._up_to(low - 1))

    def _up_to(self, uid: int) -> int:
        at = bisect_right(self._lows, uid)
        if not at:
            return 0
        return self._before[at] - max(0, self._highs[at - 1] - uid)

    def spans(self) -> Iterator[tuple[int, int]]:
        """As ranges, both inclusive."""
        return zip(self._lows, self._highs, strict=True)

    @property
    def highest(self) -> int:
        """The last of them; 0 where there are none."""
        return self._highs[-1] if self._highs else 0

    def _downward(self, below: int) -> Iterator[int]:
        for at in range(bisect_right(self._lows, below - 1) - 1, -1, -1):
            yield from range(min(self._highs[at], below - 1), self._lows[at] - 1, -1)


def _range(piece: str) -> tuple[int, int]:
    low, _, high = piece.partition(":")
    first = int(low)
    last = int(high) if high else first
    if not 0 < min(first, last) <= max(first, last) <= _HIGHEST:
        raise ValueError("no UID")
    return min(first, last), max(first, last)


def _joined(ranges: Iterable[tuple[int, int]]) -> tuple[array[int], array[int]]:
    """First and last of each, in order; what touches is one."""
    lows, highs = array(_UNSIGNED), array(_UNSIGNED)
    left = iter(ranges)
    for low, high in left:
        if lows and low < lows[-1]:
            return _joined(sorted([*zip(lows, highs, strict=True), (low, high), *left]))
        if highs and low <= highs[-1] + 1:
            highs[-1] = max(high, highs[-1])
        else:
            lows.append(low)
            highs.append(high)
    return lows, highs
