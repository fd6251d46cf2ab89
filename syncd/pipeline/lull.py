"""How long a daemon does not yet believe what a task list says is gone.

A pass meets all the deletions of an hour in one reading; a daemon is woken by the first of them,
and would take an emptied folder for a row of single answers. So a reading that tells of deletions
is not taken in before the list has lost nothing more for a while. The cursor stays where it was,
and whoever dies meanwhile reads the same again; only since when that waits is stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from syncd.planner import MANY_DELETIONS
from syncd.store import facts
from syncd.store.times import from_int, to_int

QUIET: Final = timedelta(seconds=10)  # longer than a program that empties a list pauses in between
_AT_MOST: Final = timedelta(minutes=10)  # from the first deletion on, in a list that is never quiet
_FACT: Final = "lull:"


@dataclass(frozen=True, slots=True)
class Held:
    """What is held back of one list."""

    lost: str  # a digest of the refs that are gone
    first: datetime
    last: datetime  # when they came to be these


class Lull:
    """What is held back of each list. A `quiet` of nothing holds nothing back: one reading is one
    sync."""

    def __init__(self, quiet: timedelta = timedelta()) -> None:
        self._quiet = quiet
        self._held: dict[str, Held] = {}
        self._restless: set[str] = set()

    def holds(
        self, account: str, lost: Set[str], now: datetime, stored: Held | None = None
    ) -> Held | None:
        """What has to wait of a reading that finds these refs gone, None for nothing; asked at each
        reading. `stored` is what an earlier daemon left."""
        before = self._held.pop(account, stored)
        self._restless.discard(account)
        if not lost or not self._quiet:
            return None
        digest = hashlib.sha256("\n".join(sorted(lost)).encode()).hexdigest()
        same = before is not None and digest == before.lost
        # What ended unseen (it was all put back, say), or before a clock was set back, is over.
        if before is None or now < before.last or (not same and before.last + self._quiet <= now):
            before, same = Held(digest, now, now), True
        held = before if same else Held(digest, before.first, now)
        if self._end(held) <= now:
            if now < held.last + self._quiet and len(lost) >= MANY_DELETIONS:
                self._restless.add(account)
            return None
        self._held[account] = held
        return held

    def is_restless(self, account: str) -> bool:
        """Whether the last reading is only believed because nobody waits for ever: somebody is
        still at it, and what is open goes with all the rest."""
        return account in self._restless

    def until(self, account: str) -> datetime | None:
        """When the list has to be read again although it says nothing; None where nothing waits."""
        held = self._held.get(account)
        return None if held is None else self._end(held)

    def forget(self, account: str) -> None:
        """The list could not be read: whoever reads it next asks what is stored."""
        self._held.pop(account, None)

    def _end(self, held: Held) -> datetime:
        return min(held.last + self._quiet, held.first + _AT_MOST)


def load(connection: Connection, owner: str, account: str) -> Held | None:
    value = facts.get(connection, owner, _FACT + account)
    if value is None:
        return None
    lost, first, last = json.loads(value)
    return Held(lost, from_int(first), from_int(last))


def save(connection: Connection, owner: str, account: str, held: Held) -> None:
    value = [held.lost, to_int(held.first), to_int(held.last)]
    facts.put(connection, owner, _FACT + account, json.dumps(value))


def clear(connection: Connection, owner: str, account: str) -> None:
    """All of the list was taken in."""
    facts.drop(connection, owner, _FACT + account)
