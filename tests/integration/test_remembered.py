"""What tests do once for all (see `remembered.py`) is what every program does by itself."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from mortal import mortal

from syncd.store.database import open_database

ANA = "ana@example.org"
MAKE = "import sys; from syncd.store.database import open_database as made; made(*sys.argv[1:])"


def inside(path: Path) -> tuple[list[tuple[object, ...]], ...]:
    """The tables and indices of a state, and what SQLite is told of their sizes."""
    from pysqlite3 import dbapi2

    with closing(dbapi2.connect(path)) as state:
        return tuple(
            sorted(state.execute(f"SELECT {columns} FROM {table}").fetchall())
            for columns, table in (
                ("type, name, tbl_name, coalesce(sql, '')", "sqlite_master"),
                ("tbl, idx, stat", "sqlite_stat1"),
                ("*", "alembic_version"),
            )
        )


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state made by a program that knows nothing of tests."""
    path = tmp_path_factory.mktemp("apart") / "s.db"
    program = [sys.executable, "-c", MAKE, f"sqlite:///{path}", ANA]
    subprocess.run(mortal(program), check=True, timeout=120)
    return path


def test_tables_are_those_that_a_program_makes(apart: Path, tmp_path: Path) -> None:
    """Whether they were thought out in this process, or made as they were before."""
    for name in ("one.db", "other.db"):
        open_database(f"sqlite:///{tmp_path / name}", ANA).close()
        assert inside(tmp_path / name) == inside(apart)
    assert len(inside(apart)[0]) > 50
