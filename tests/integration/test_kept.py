"""Connections that are kept between transactions carry nothing from one to the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import remembered
from sqlalchemy import Connection

from syncd.store import facts, observations, people
from syncd.store.database import Database, open_database

ANA = "ana@example.org"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 's.db'}", ANA)
    yield database
    database.close()


def driver_of(connection: Connection) -> object:
    return connection.connection.dbapi_connection


def synchronous(connection: Connection) -> object:
    return connection.exec_driver_sql("PRAGMA synchronous").scalar()


def test_the_next_transaction_has_the_same_connection(database: Database) -> None:
    """Whether it reads or writes; two at the same time have one each."""
    with database.begin() as connection:
        first = driver_of(connection)
    with database.read() as reading:
        assert driver_of(reading) is first
        with database.begin() as connection:
            assert driver_of(connection) is not first


def test_each_transaction_is_as_safe_as_it_says(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that may be undone by a power cut does not make the next one so."""
    monkeypatch.setattr(remembered, "SYNCHRONOUS", True)
    database.engine.dispose()
    for repeatable in (False, True, False, False, True, True, False):
        with database.begin(repeatable=repeatable) as connection:
            assert synchronous(connection) == (1 if repeatable else 2)


def test_a_reader_holds_no_writer_up_after_it_has_written(database: Database) -> None:
    """The connection that wrote takes no lock when it reads next, nor does the view stay open."""
    with database.begin() as connection:
        facts.put(connection, ANA, "name", "one")
    with database.read() as reading, database.begin() as connection:
        assert facts.get(reading, ANA, "name") == "one"
        facts.put(connection, ANA, "name", "two")
    with database.read() as reading:
        assert facts.get(reading, ANA, "name") == "two"


def test_marks_that_were_held_are_held_in_that_transaction_alone(database: Database) -> None:
    """What is marked after a step goes into the state."""
    with database.begin(repeatable=True) as connection:
        observations.hold(connection)
        said = connection.get_execution_options()
        assert said["syncd_held_marks"] == set()
    with database.begin() as connection:
        assert connection.get_execution_options()["syncd_held_marks"] is None


def test_whatever_went_wrong_is_not_kept(database: Database) -> None:
    """A transaction that failed is undone, and the next one does not notice."""

    def fail() -> None:
        with database.begin() as connection:
            observations.mark(connection, ANA, ["x@example.com"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.begin() as connection:
        assert people.dirty_addresses(connection, ANA, 10) == set()


def test_a_closed_database_leaves_no_connection_open(tmp_path: Path) -> None:
    """The last one that is closed takes the log with it, also where it was at work meanwhile."""
    path = tmp_path / "s.db"
    database = open_database(f"sqlite:///{path}", ANA)
    with database.begin() as connection:
        facts.put(connection, ANA, "name", "value")
        log = path.with_name("s.db-wal")
        assert log.exists()
        database.engine.dispose()
    with database.read() as reading:
        assert facts.get(reading, ANA, "name") == "value"
    database.close()
    assert not log.exists()
