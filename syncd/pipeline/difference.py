"""What a newer version of inference changed: how many people are not what they were.

    before = difference.begin(shop)      None where nothing is derived by another version
    …everybody is derived anew…
    difference.end(shop, before, now)    how many people changed

Nobody is named, neither here nor in the log: `explain` shows what each of them came to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from syncd.store import facts, people
from syncd.store.database import Database
from syncd.store.people import PersonRow

# The fact that holds the version everything was last derived with, and its print's name.
PRINT = "inference"
_KINDS = ("person", "silent", "machine")


def begin(database: Database, prints: Mapping[str, str]) -> Mapping[str, PersonRow] | None:
    """Everybody as the last version left them, if this one is another."""
    owner = database.owner
    with database.read() as connection:
        last = facts.get(connection, owner, f"print:{PRINT}")
        first = facts.get(connection, owner, "as_of") is None
        if PRINT not in prints or first or last == prints[PRINT]:
            return None
        return {row.id: row for row in people.everyone(connection, owner, _KINDS)}


def end(database: Database, before: Mapping[str, PersonRow], now: datetime) -> int:
    """How many people came, went or have another past. What time alone may have changed since the
    last run (a meeting that ended) is left out."""
    with database.read() as connection:
        after = {row.id: row for row in people.everyone(connection, database.owner, _KINDS)}
    changed = 0
    for who in before.keys() | after.keys():
        old, new = before.get(who), after.get(who)
        if "person" not in (old.kind if old else "", new.kind if new else ""):
            continue
        if old is not None and _is_over(old, now):
            continue
        changed += old is None or new is None or _sum(old) != _sum(new)
    return changed


def _sum(row: PersonRow) -> tuple[object, ...]:
    told = json.loads(row.snapshot)
    return row.kind, told["addresses"], told["standing"], told["next_meeting"]


def _is_over(row: PersonRow, now: datetime) -> bool:
    until = json.loads(row.snapshot)["valid_until"]
    return until is not None and datetime.fromisoformat(until) <= now
