"""Opening the state: made once, migrated, or refused with a sentence that says what to do."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pysqlite3 import dbapi2
from sqlalchemy import Engine, create_engine, create_mock_engine, inspect, text

from syncd.store import migrate
from syncd.store.database import APPLICATION_ID, HEAD, open_database
from syncd.store.errors import StoreError, StoreWrong
from syncd.store.tables import metadata

ANA = "ana@example.org"


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def tables_of(path: Path) -> set[str]:
    connection = dbapi2.connect(str(path))
    ours = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    rows = connection.execute(ours).fetchall()
    connection.close()
    return {name for (name,) in rows}


def shape_of(engine: Engine, table: str) -> dict[str, object]:
    """Columns, keys and indexes of a table, as the database itself reports them."""
    found = inspect(engine)
    indexes = [
        {**index, "dialect_options": {k: str(v) for k, v in index["dialect_options"].items()}}
        for index in found.get_indexes(table)
    ]
    return {
        "columns": repr(found.get_columns(table)),
        "key": found.get_pk_constraint(table),
        "foreign": found.get_foreign_keys(table),
        "indexes": indexes,
    }


def test_the_safe_sqlite_is_used(tmp_path: Path) -> None:
    """The driver's library has the write-ahead log repaired (3.51.3 or newer)."""
    database = open_database(url(tmp_path / "s.db"), ANA)
    with database.read() as connection:
        version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
    database.close()
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_the_same_indexes_leave_rows_out_everywhere(kind: str) -> None:
    """PostgreSQL is told only when tables are made there, and told the same as SQLite."""
    made: list[str] = []

    def note(statement: object, *_: object, **__: object) -> None:
        made.append(str(statement.compile(dialect=engine.dialect)))  # type: ignore[attr-defined]

    engine = create_mock_engine(f"{kind}://", note)
    metadata.create_all(engine, checkfirst=False)
    partial = {one.split()[2] for one in made if one.startswith("CREATE INDEX") and "WHERE" in one}
    assert partial == {
        "ix_item_reason",
        "ix_observation_long",
        "ix_observation_parent",
        "ix_observation_topic",
        "ix_trial_next_at",
    }


def test_a_fresh_schema_equals_a_migrated_one(tmp_path: Path) -> None:
    """Tables made at once and tables made by every migration in turn are the same."""
    open_database(url(tmp_path / "fresh.db"), ANA).close()
    migrated = create_engine(url(tmp_path / "migrated.db"), module=dbapi2)
    migrate.upgrade(migrated)
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    migrated.dispose()
    fresh = create_engine(url(tmp_path / "fresh.db"), module=dbapi2)
    migrated = create_engine(url(tmp_path / "migrated.db"), module=dbapi2)
    for table in metadata.tables:
        assert shape_of(fresh, table) == shape_of(migrated, table), table
    fresh.dispose()
    migrated.dispose()


def test_the_newest_revision_is_known() -> None:
    """HEAD, which is written without importing Alembic, is the newest migration there is."""
    assert max(migrate.revisions()) == HEAD


def test_an_older_schema_is_migrated(tmp_path: Path) -> None:
    """A database that an earlier migration left is opened and brought up to date."""
    engine = create_engine(url(tmp_path / "old.db"), module=dbapi2)
    migrate.upgrade(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
    engine.dispose()
    database = open_database(url(tmp_path / "old.db"), ANA)
    with database.read() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        told = set(connection.execute(text("SELECT idx FROM sqlite_stat1")).scalars())
    database.close()
    assert found == HEAD
    assert {index.name for table in metadata.tables.values() for index in table.indexes} <= told


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    """The file is 0600 and a folder that is made for it 0700, whatever the umask says."""
    before = os.umask(0)
    try:
        open_database(url(tmp_path / "state" / "s.db"), ANA).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "state" / "s.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_loose_file_is_tightened(tmp_path: Path) -> None:
    """A state that others could read is closed to them."""
    open_database(url(tmp_path / "s.db"), ANA).close()
    (tmp_path / "s.db").chmod(0o644)
    open_database(url(tmp_path / "s.db"), ANA).close()
    assert stat.S_IMODE((tmp_path / "s.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"From ana@example.org\n", b"\x00" * 200])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """Some other file is left as it is."""
    (tmp_path / "s.db").write_bytes(content)
    with pytest.raises(StoreWrong, match="choose another file"):
        open_database(url(tmp_path / "s.db"), ANA)
    assert (tmp_path / "s.db").read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """An SQLite file without our signature is not ours, and stays as it is."""
    other = dbapi2.connect(str(tmp_path / "s.db"))
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()
    before = (tmp_path / "s.db").read_bytes()
    with pytest.raises(StoreWrong, match="belongs to another program"):
        open_database(url(tmp_path / "s.db"), ANA)
    assert (tmp_path / "s.db").read_bytes() == before


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """What a newer syncd wrote is not touched by an older one."""
    database = open_database(url(tmp_path / "s.db"), ANA)
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreWrong, match="newer syncd"):
        open_database(url(tmp_path / "s.db"), ANA)


def test_another_owners_state_is_refused(tmp_path: Path) -> None:
    """One file is one owner; an owner who got a further address is still the same."""
    open_database(url(tmp_path / "s.db"), ANA).close()
    with pytest.raises(StoreWrong, match="another owner"):
        open_database(url(tmp_path / "s.db"), "ben@example.com")
    database = open_database(url(tmp_path / "s.db"), "ana@example.com", frozenset({ANA}))
    assert database.owner == ANA
    database.close()


def test_a_locked_state_says_so(tmp_path: Path) -> None:
    """Another writer is waited for, then named as the reason."""
    database = open_database(url(tmp_path / "s.db"), ANA)
    other = dbapi2.connect(str(tmp_path / "s.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with database.read() as connection:
        connection.execute(text("PRAGMA busy_timeout = 50"))
    with pytest.raises(StoreError, match="in use by another syncd"), database.begin():
        pass
    other.execute("ROLLBACK")
    other.close()
    database.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """What was written before an error is not there afterwards."""
    database = open_database(url(tmp_path / "s.db"), ANA)
    statement = text("INSERT INTO dirty VALUES (:owner, 'x@example.com')")

    def fail() -> None:
        with database.begin() as connection:
            connection.execute(statement, {"owner": ANA})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM dirty")).scalar() == 0
    database.close()


def test_a_creation_that_died_is_done_again(tmp_path: Path) -> None:
    """An empty file, or one where only the log mode was set, is a fresh state."""
    (tmp_path / "s.db").touch()
    half = dbapi2.connect(str(tmp_path / "s.db"))
    half.execute("PRAGMA journal_mode = WAL")
    half.close()
    open_database(url(tmp_path / "s.db"), ANA).close()
    assert tables_of(tmp_path / "s.db") == {*metadata.tables, "alembic_version"}
