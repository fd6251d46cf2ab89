"""A support module: an engine driven act by act, in any order, and the tables it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from syncd.engine.engine import Engine
from syncd.pipeline import draws
from syncd.store import facts, schema
from syncd.store.database import Database
from syncd.store.schema_identity import alias

# What is derived and decided, and how far everything was read: the same whatever the order. Tables
# that number their rows in the order of arrival are seen through these.
TABLES = (
    schema.person,
    schema.address,
    schema.name_token,
    schema.verdict,
    schema.task,
    schema.reading,
    schema.wanted,
    schema.item,
    schema.cursor,
    schema.dirty,
    alias,
)


def acts_of(engine: Engine) -> list[str]:
    """The names of every act that there is for this engine, for `act`."""
    found = ["wake", "texts", "start"]
    for account in engine.shop.accounts:
        found += [f"read {account.name} {n}" for n in range(len(account.readable))]
        if account.tasks is not None:
            found += [f"hand {account.name}", f"deliver {account.name}"]
    return found


def act(engine: Engine, name: str, now: datetime) -> None:
    """One act; a reading that fails is the test's failure."""
    verb, account, number = (*name.split(), "", "")[:3]
    if verb == "read":
        found = next(one for one in engine.shop.accounts if one.name == account)
        outcome = engine.read(account, found.readable[int(number)], now)
        assert not outcome.error, outcome
    elif verb == "hand":
        assert not engine.hand(account, now).error
    elif verb == "deliver":
        assert not engine.deliver(account, now).failed
    elif verb == "texts":
        engine.texts(now)
    elif verb == "wake":
        engine.wake(now)
    else:
        engine.start(now)


def complete(engine: Engine, now: datetime, order: Sequence[int] = ()) -> None:
    """Everything that is left to do at `now`, the readings in some order; tasks are drawn."""
    reads = [one for one in acts_of(engine) if one.startswith("read")]
    for index in [*order, *range(len(reads))]:
        act(engine, reads[index % len(reads)], now)
    while engine.texts(now):
        pass
    for name in acts_of(engine):
        if name.startswith("hand"):
            act(engine, name, now)
    with engine.shop.database.begin() as connection:
        draws.order(connection, engine.shop.database.owner)
    engine.wake(now)
    for name in acts_of(engine):
        if name.startswith("deliver"):
            act(engine, name, now)


def tables(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """What is stored, table by table; the outbox without the numbers of its rows."""
    with database.read() as connection:
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in TABLES
        }
        found["outbox"] = sorted(
            (row.key, row.op, row.payload, row.state)
            for row in connection.execute(select(schema.outbox))
        )
        found["as_of"] = [(facts.get(connection, database.owner, "as_of"),)]
    return found
