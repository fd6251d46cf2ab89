"""What the owner did to a task, taken to heart: whoever it is about is looked at anew, and what the
owner wrote into it becomes notes on the person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from syncd.planner import Hand, Tracked
from syncd.store import ledger_hand, notes, observations, people
from syncd.store.ledger_hand import Found


def heed(
    connection: Connection,
    owner: str,
    persons: Iterable[str],
    lines: Collection[tuple[str, str]],
    now: datetime,
) -> None:
    """Mark these persons, and keep these (person, line) pairs."""
    written = people.addresses_of(connection, owner, sorted({person for person, _ in lines}))
    mine = [(min(written[person]), line) for person, line in lines if written[person]]
    notes.add(connection, owner, mine, now)
    theirs = people.addresses_of(connection, owner, sorted(set(persons)))
    for addrs in theirs.values():
        observations.mark(connection, owner, addrs)


def meet(
    connection: Connection,
    owner: str,
    row: Tracked,
    found: Found,
    now: datetime,
    *,
    restored: bool = False,
    unwritten: int = 0,
) -> Hand:
    """Take in a task that was come upon in its list while it was written: no reading of the list
    will find what was done to it again. `restored`: the state may be older than the list; for
    `unwritten` see `ledger_hand.observe`."""
    seen = ledger_hand.observe(connection, owner, row, found, now, unwritten=unwritten)
    # In another copy of it our own words may be others than we know.
    known = row.task is not None and row.task.ref in (None, found.ref) and not restored
    _heed_one(connection, owner, row, seen, now, seen.lines if known else ())
    return seen


def refuse(connection: Connection, owner: str, row: Tracked, now: datetime) -> None:
    """Take in a deletion that was come upon so: a "no"."""
    seen = ledger_hand.dismiss(connection, owner, row, now)
    _heed_one(connection, owner, row, seen, now, ())


def _heed_one(
    connection: Connection,
    owner: str,
    row: Tracked,
    seen: Hand,
    now: datetime,
    lines: Iterable[str],
) -> None:
    persons = ledger_hand.affected(connection, owner, row, seen)
    heed(connection, owner, persons, [(row.person, line) for line in lines], now)
    people.set_next(connection, owner, dict.fromkeys(sorted(persons), now))
