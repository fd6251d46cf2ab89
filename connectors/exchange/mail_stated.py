"""The ids that a sync state is about: half a million of them take four megabytes."""

from __future__ import annotations

from array import array
from bisect import bisect_left


class Stated:
    """See above. Of another id it may rarely say that it is one of them."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._sorted = True

    def add(self, item_id: str) -> None:
        """One more."""
        self._hashes.append(hash(item_id))
        self._sorted = False

    def __contains__(self, item_id: str) -> bool:
        if not self._sorted:
            self._hashes, self._sorted = array("q", sorted(self._hashes)), True
        wanted = hash(item_id)
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted
