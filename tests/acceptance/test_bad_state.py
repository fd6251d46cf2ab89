"""A state that cannot be used is one clear line, and nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pysqlite3
import pytest
from acceptance_bad import BEN, aside, one_line
from acceptance_world import ANA, Home, at, calendar
from sqlalchemy import Connection, Engine, event


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana wrote to Ben once; everything is in order."""
    home = Home(tmp_path)
    home.mail(ANA, f"Ben Archer <{BEN}>", at("2026-06-01T09:00"))
    return home


def sqlite(path: Path, *statements: str) -> None:
    connection = pysqlite3.connect(str(path))
    try:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def test_a_foreign_database(home: Home) -> None:
    """Another program's database is refused and left as it was."""
    sqlite(home.database, "CREATE TABLE songs (title TEXT)", "INSERT INTO songs VALUES ('x')")
    before = home.database.read_bytes()
    one_line(home.syncd("once"), 78, "state")
    assert home.database.read_bytes() == before


def test_a_file_that_is_no_database(home: Home) -> None:
    """A file that is no database is refused and left as it was."""
    home.database.write_bytes(b"Dear diary, nothing happened today.\n" * 100)
    before = home.database.read_bytes()
    result = home.syncd("once")
    one_line(result, 78, "state")
    assert home.database.read_bytes() == before


def test_an_empty_file_becomes_the_state(home: Home) -> None:
    """An empty file holds nothing of anybody's, so it may become the state."""
    home.database.touch()
    home.once()
    assert home.people()


def test_another_owners_state(home: Home) -> None:
    """One file is one owner: another owner's configuration is refused."""
    home.once()
    before = home.people()
    home.configure(home.config.read_text().replace(ANA, "otto@example.net"))
    one_line(home.syncd("once"), 78, "owner")
    home.configure(home.config.read_text().replace("otto@example.net", ANA))
    assert home.people() == before


def test_a_newer_schema(home: Home) -> None:
    """A state that a newer version wrote is refused with the remedy, and left as it was."""
    home.once()
    sqlite(home.database, "UPDATE alembic_version SET version_num = '9999'")
    one_line(home.syncd("once"), 78, "newer", "update")
    one_line(home.syncd("people"), 78, "newer")


@pytest.fixture
def tasked(tmp_path: Path) -> Home:
    """Ana met Ben on Friday, and her rules make tasks of it."""
    home = Home(tmp_path, rules="real-networking")
    home.event(
        at("2026-06-12T09:00"),
        "Coffee",
        organizer=ANA,
        attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
    )
    return home


@pytest.fixture
def impatient() -> Iterator[None]:
    """Tests do not wait the seconds that a real run waits for a lock."""

    def hurry(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")

    event.listen(Engine, "begin", hurry)
    yield
    event.remove(Engine, "begin", hurry)


@pytest.mark.usefixtures("impatient")
def test_a_locked_state(home: Home) -> None:
    """While another run writes, `once` gives up in one line; the next run does its work."""
    home.once()
    home.mail(ANA, "dora@example.com", at("2026-06-02T09:00"))
    other = pysqlite3.connect(str(home.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        one_line(home.syncd("once"), 1, "in use")
        assert [one["addresses"] for one in home.people()] == [[BEN]]
    finally:
        other.execute("ROLLBACK")
        other.close()
    home.once()
    assert len(home.people()) == 2


def unless_root(path: Path) -> None:
    if os.access(path, os.W_OK):
        pytest.skip("root may write everything")


def test_a_read_only_state(home: Home) -> None:
    """A state that may not be written is one line; it can still be read, and is written later."""
    home.once()
    home.mail(ANA, "dora@example.com", at("2026-06-02T09:00"))
    home.database.chmod(0o400)
    unless_root(home.database)
    one_line(home.syncd("once"), 1, "syncd.db")
    assert [one["addresses"] for one in home.people()] == [[BEN]]
    home.database.chmod(0o600)
    home.once()
    assert len(home.people()) == 2


def test_a_read_only_folder(home: Home) -> None:
    """A folder in which no state can be made is one line."""
    home.folder.chmod(0o500)
    try:
        unless_root(home.folder)
        one_line(home.syncd("once"), 1, "syncd.db")
    finally:
        home.folder.chmod(0o700)


def test_the_state_is_a_folder(home: Home) -> None:
    """A `state:` that is a folder is one line."""
    home.database.mkdir()
    result = home.syncd("once")
    assert result.code in (1, 78)
    one_line(result, result.code, "syncd.db")


def test_a_folder_of_the_state_that_is_a_file(home: Home) -> None:
    """A `state:` below a file is one line."""
    home.write("blocked", b"")
    home.configure(home.config.read_text().replace("///syncd.db", "///blocked/syncd.db"))
    result = home.syncd("once")
    assert result.code in (1, 78)
    one_line(result, result.code, "blocked")


def test_a_damaged_state(home: Home) -> None:
    """A state whose pages are damaged is one line, not a traceback."""
    home.once()
    data = bytearray(home.database.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    home.database.write_bytes(bytes(data))
    result = home.syncd("once")
    one_line(result, result.code, "state")
    assert result.code in (1, 78)


def test_a_task_folder_that_cannot_be_written(tasked: Home) -> None:
    """A task list that is a file fails alone: reading is done, and the tasks come later."""
    (tasked.folder / "tasks").rmdir()
    tasked.write("tasks", b"")
    result = tasked.syncd("once")
    assert (result.code, result.out) == (1, "")
    assert "Traceback" not in result.err
    assert "tasks" in result.err
    assert tasked.people()[0]["counts"]["meetings"] == 1
    (tasked.folder / "tasks").unlink()
    (tasked.folder / "tasks").mkdir()
    tasked.once()
    assert list((tasked.folder / "tasks").glob("*.ics"))


def test_foreign_files_among_the_tasks(tasked: Home) -> None:
    """Broken or foreign files in the task folder stop nothing and are left as they are."""
    junk = tasked.write("tasks/junk.ics", b"\xff\xfenonsense")
    own = tasked.write(
        "tasks/own.ics", calendar("BEGIN:VTODO\r\nUID:own\r\nSUMMARY:Milk\r\nEND:VTODO")
    )
    before = (junk.read_bytes(), own.read_bytes())
    tasked.once()
    assert (junk.read_bytes(), own.read_bytes()) == before
    assert len(list((tasked.folder / "tasks").iterdir())) > 2
    assert list(aside(tasked)) == ["junk.ics"]


@pytest.mark.parametrize("where", ["other.db", "new/other.db"])
def test_a_look_makes_nothing(home: Home, where: str) -> None:
    """Where there is no state yet, or `state:` has a typing error, it is said that nothing was
    read, and there is none afterwards either."""
    home.configure(home.config.read_text().replace("syncd.db", where))
    before = {*home.config.parent.rglob("*")}
    for command in ("status", "people", "tasks"):
        assert home.syncd(command).code == 0
    assert home.syncd("audit").code == 1  # a mail is there, and nothing was read
    assert "Nothing has been read yet" in home.syncd("status").out
    assert {*home.config.parent.rglob("*")} == before
