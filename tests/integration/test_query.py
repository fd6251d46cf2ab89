"""The statements that are asked all day: right on both databases, and never a scan."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url, select

import syncd.store
from syncd.store import facts, people, schema
from syncd.store.agenda import Agenda
from syncd.store.database import Database, open_database
from syncd.store.errors import StoreError
from syncd.store.observations import mark
from syncd.store.people import PersonRow
from syncd.store.query import Query, driver_of

ANA = "ana@example.org"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Tables with a row for each account or switch, what is marked now, and the question that takes the
# first entry of an index.
SMALL = {
    "sources._ALL", "mutes._ALL", "people._DIRTY", "people.NEXT", "health._ALL", "trials._ALL",
    "ledger_outbox._PENDING", "readings._TALLY", "sources._FAILED", "ledger_outbox._POINTLESS",
    "ledger_outbox._OF_KEY", "ledger_outbox._DROP_KEY", "removals._PENDING",
}  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = open_database(f"sqlite:///{tmp_path / 's.db'}", ANA)
    yield found
    found.close()


def queries() -> dict[str, Query]:
    """Every statement of the store, by module and name."""
    found: dict[str, Query] = {}
    for module in pkgutil.iter_modules(syncd.store.__path__):
        if module.ispkg:
            continue
        there = vars(importlib.import_module(f"syncd.store.{module.name}"))
        found |= {f"{module.name}.{k}": v for k, v in there.items() if isinstance(v, Query)}
    return found


@pytest.mark.parametrize("several", [1, 2], ids=["one", "a list"])
def test_no_statement_looks_at_all_that_the_owner_has(database: Database, several: int) -> None:
    """In an empty state as in a full one, SQLite takes an index that leads to what is wanted: what
    a step costs does not grow with the number of people."""
    with database.read() as connection:
        for name, query in queries().items():
            sql, values = query.bound(connection, **values_for(query, connection, several))
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(values)).all()
            for step in (row[3] for row in plan):
                scanned = step.startswith("SCAN") and "VIRTUAL TABLE" not in step
                # An EXISTS ends at the first row.
                everything = re.search(r"(?<! EXISTS) USING .*\(owner=\?\)$", step) is not None
                assert name in SMALL or not (scanned or everything), (name, sql, step)


def values_for(query: Query, connection: Connection, several: int) -> dict[str, object]:
    """A value for everything that the statement is given."""
    return {name: [1] * several if name in query.lists else 1 for name in query.names(connection)}


def test_every_statement_is_one_for_postgresql_too() -> None:
    """It compiles, for one value and for lists, which travel as arrays."""
    postgresql = make_url("postgresql+psycopg://").get_dialect()()
    for query in queries().values():
        for one in ((), query.lists):
            sql = query.text(postgresql, one)
            assert "json_each" not in sql
            assert bool(query.lists) <= ("unnest" in sql or bool(one))


def test_values_come_and_go_as_they_are(database: Database) -> None:
    """Quotes, signs and nothing at all are values like others."""
    odd = ["o'brien@example.com", "münze@example.com", '"a b"@example.com', "[]", ""]
    with database.begin() as connection:
        people.assign(connection, ANA, dict.fromkeys(odd, "p1"))
        assert people.owners_of(connection, ANA, odd) == dict.fromkeys(odd, "p1")
        assert people.owners_of(connection, ANA, odd[:1]) == {odd[0]: "p1"}
        assert people.owners_of(connection, ANA, []) == {}
        assert people.addresses_of(connection, ANA, ["p1", "p2"]) == {"p1": sorted(odd)}


def test_a_statement_belongs_to_its_transaction(database: Database) -> None:
    """What it wrote is undone with the transaction, and a view stays what it was at its start."""

    def fail() -> None:
        with database.begin() as connection:
            mark(connection, ANA, ["x@example.com"])
            assert people.dirty_addresses(connection, ANA, 10) == {"x@example.com"}
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as reading:
        assert people.dirty_addresses(reading, ANA, 10) == set()
        with database.begin() as connection:
            facts.put(connection, ANA, "name", "value")
        assert facts.get(reading, ANA, "name") is None
        assert reading.execute(select(schema.fact.c.value)).first() is not None  # the owner's
    with database.read() as reading:
        assert facts.get(reading, ANA, "name") == "value"


def test_trouble_of_the_driver_says_what_to_do(database: Database) -> None:
    """A statement that the driver refuses is told as any other trouble with the state."""

    def write() -> None:
        with database.begin() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
            facts.put(connection, ANA, "name", "value")

    with pytest.raises(StoreError, match="check its permissions"):
        write()


def test_an_agenda_holds_nothing_open(database: Database) -> None:
    """It tells what others have committed since, and keeps no view that the log would have to be
    kept for."""
    with Agenda(database) as agenda:
        assert agenda.next_moment() is None
        assert not agenda.is_due(MONDAY)
        row = PersonRow("p1", "Ben", "person", "[]", True, 0.0, None, "{}", MONDAY, MONDAY)
        with database.begin() as connection:
            people.save(connection, ANA, [row])
        assert agenda.next_moment() == MONDAY
        assert agenda.is_due(MONDAY)
        with database.engine.connect() as connection:
            driver = driver_of(connection)
            driver.execute("COMMIT")  # a checkpoint is made outside of any transaction
            busy, pages, moved = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            driver.execute("BEGIN")
        assert (busy, pages, moved) == (0, 0, 0)
