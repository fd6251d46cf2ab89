"""Keys that a task list was found to hold more than once, until that is settled: a reading that
tells of them is not told again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import Connection

from syncd.store import facts

FACT: Final = "doubled:"  # begins the fact's name; an account ends it


def pending(connection: Connection, owner: str, account: str) -> tuple[str, ...]:
    """The keys that are still to be looked at, in order."""
    return tuple(json.loads(facts.get(connection, owner, FACT + account) or "[]"))


def add(connection: Connection, owner: str, account: str, keys: Collection[str]) -> tuple[str, ...]:
    """A reading found these; returns all that are pending."""
    before = pending(connection, owner, account)
    return _store(connection, owner, account, before, {*before, *keys})


def settled(connection: Connection, owner: str, account: str, key: str) -> None:
    """Whatever was to be done about it is done."""
    before = pending(connection, owner, account)
    _store(connection, owner, account, before, {*before} - {key})


def _store(
    connection: Connection, owner: str, account: str, before: tuple[str, ...], keys: Iterable[str]
) -> tuple[str, ...]:
    after = tuple(sorted(keys))
    if after and after != before:
        facts.put(connection, owner, FACT + account, json.dumps(after))
    elif before and not after:
        facts.drop(connection, owner, FACT + account)
    return after
