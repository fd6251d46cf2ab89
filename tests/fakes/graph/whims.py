"""A support module: what Microsoft Graph leaves open, decided by a seed.

Sizes of pages, orders, properties that nobody has heard of, items that come again. Seed 0 is the
tamest of all: pages as large as they are asked for, in order, and nothing comes twice.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from random import Random
from typing import Final, TypeVar

from fakes.graph.call import Json

T = TypeVar("T")

_KEY: Final = re.compile(r"/(mailFolders|contactFolders|calendars|lists)/([^/?]+)/")
_STRANGE: Final[tuple[tuple[str, object], ...]] = (
    ("spamConfidence@odata.type", "#Double"),
    ("xUnheardOf", {"a": [1, None]}),
    ("xPreview", "soon"),
    ("@microsoft.graph.tips", "Use $select to choose only the properties your app needs"),
)


class Whims:
    """One seed's way of doing things."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._random = Random(seed)

    @property
    def tame(self) -> bool:
        """Whether nothing is done but what everybody expects."""
        return self.seed == 0

    def size(self, asked: int) -> int:
        """Of a page for which `asked` are wanted: never more."""
        if self.tame or asked <= 1:
            return asked
        return self._random.randint(max(1, asked // 3), asked)

    def order(self, items: Iterable[T]) -> list[T]:
        """In any order."""
        found = list(items)
        if not self.tame:
            self._random.shuffle(found)
        return found

    def listed(self, items: Iterable[str]) -> list[str]:
        """In any order that stays the same, as that of a listing whose pages are asked for."""
        if self.tame:
            return list(items)
        return sorted(items, key=lambda one: zlib.crc32(f"{self.seed}{one}".encode()))

    def chance(self, one_in: int) -> bool:
        """Now and then; never where all is tame."""
        return not self.tame and self._random.randrange(one_in) == 0

    def again(self, items: Sequence[T]) -> list[T]:
        """Some of them, to be told once more."""
        if self.tame or not items:
            return []
        return [one for one in items if self._random.randrange(6) == 0]

    def strange(self, body: Json) -> Json:
        """With properties and annotations that no client knows."""
        if self.tame:
            return body
        return {**body, **{k: v for k, v in _STRANGE if self._random.randrange(2)}}

    def spelt(self, url: str) -> str:
        """An address as links have it: keys may stand in brackets, names in another case."""
        if self.seed % 2 == 0:
            return url
        return _KEY.sub(lambda found: f"/{found[1].lower()}('{found[2]}')/", url)

    def pick(self, *ways: T) -> T:
        """One of several ways that are all as good; always the same one for a seed."""
        return ways[self.seed % len(ways)]
