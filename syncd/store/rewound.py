"""When an older copy of the state was put back last. What may have been written to a task list
before that is not known: it may even have been deleted there by now.

A copy is put back without a moment at hand; the next pass says when that was.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from syncd.store import facts
from syncd.store.times import from_int, to_int

_FACT: Final = "rewound"
_UNDATED: Final = ""


def note(connection: Connection, owner: str) -> None:
    """It was put back before now."""
    facts.put(connection, owner, _FACT, _UNDATED)


def is_undated(connection: Connection, owner: str) -> bool:
    """Whether nobody said yet when that was."""
    return facts.get(connection, owner, _FACT) == _UNDATED


def date(connection: Connection, owner: str, now: datetime) -> None:
    """It was put back by `now`."""
    facts.put(connection, owner, _FACT, str(to_int(now)))


def behind(connection: Connection, owner: str, moment: datetime) -> bool:
    """Whether a copy was put back after this moment."""
    value = facts.get(connection, owner, _FACT)
    return value is not None and (value == _UNDATED or moment < from_int(int(value)))
