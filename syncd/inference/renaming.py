"""Somebody who changed their name: which of the names is the one to show now.

Who is one person does not depend on it: an address stays whose it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from syncd.people import compatible, name_key, words_of


def renamed(names: Iterable[tuple[str, int]]) -> bool:
    """Whether these (name, how often) cannot all be one name, written at more or less length."""
    said = {words_of(name) for name, _ in names if name_key(name)}
    return any(not compatible(one, other) for one, other in combinations(said, 2))


def current_names(
    names: Sequence[tuple[str, int]], uses: Mapping[str, int]
) -> tuple[tuple[str, int], ...]:
    """Of somebody who changed their name, the names that go with the one used last. A name that was
    used only once changes nothing. `uses` says when each was used last, as any number."""
    often: dict[str, int] = defaultdict(int)
    last: dict[str, int] = defaultdict(int)
    for name, count in names:
        if (key := name_key(name)) and name in uses:
            often[key] += count
            last[key] = max(last[key], uses[name])
    steady = [(last[key], key) for key, count in often.items() if count > 1]
    if not steady:
        return tuple(names)
    words = frozenset(max(steady)[1].split())
    return tuple((name, count) for name, count in names if compatible(words_of(name), words))
