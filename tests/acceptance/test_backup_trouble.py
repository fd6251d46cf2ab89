"""What goes wrong with a backup leaves everything as it was, and says what to do."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pysqlite3
import pytest
from acceptance_bad import BEN, one_line
from acceptance_world import ANA, Home, Result, at
from pytest_mock import MockerFixture

from syncd.store import backup

CLEO = "cleo@studio.example.net"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana writes to Ben and Cleo."""
    home = Home(tmp_path / "home")
    for who in (BEN, CLEO):
        home.mail(ANA, who, at("2026-06-11T09:00"))
    home.once()
    return home


def fine(result: Result) -> Result:
    assert result.code == 0, (result.code, result.err)
    return result


def wrong_usage(result: Result, words: str) -> None:
    assert (result.code, result.out) == (2, ""), result
    assert words in " ".join(result.err.split())


def test_what_is_read_is_not_replaced(home: Home) -> None:
    """Neither the configuration nor what stands in it, by whatever name and with `--force`."""
    (home.folder / "other.yaml").symlink_to(home.config)
    before = home.config.read_bytes()
    for name in ("syncd.yaml", "other.yaml", "none.yaml"):
        done = home.syncd("backup", str(home.folder / name), "--force")
        wrong_usage(done, "is read by syncd itself: name another")
    assert home.config.read_bytes() == before


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_ctrl_c_leaves_nothing_half_done(home: Home, mocker: MockerFixture, command: str) -> None:
    """Whenever it comes before the end, what was there is there, and nothing else."""
    fine(home.syncd("forget", CLEO, "--yes"))
    path = home.folder / "kept.backup"
    fine(home.syncd("backup", str(path)))
    name = "second.backup" if command == "backup" else path.name
    mocker.patch.object(backup, "_STEPS", 100)
    telling, count, stop_at = backup.telling, 0, 1

    def stopped(connection: object, step: Callable[[], None], act: Callable[[], object]) -> object:
        def and_stop() -> None:
            nonlocal count
            count += 1
            if count == stop_at:
                os.kill(os.getpid(), signal.SIGINT)
            step()

        return telling(connection, and_stop, act)

    mocker.patch.object(backup, "telling", stopped)
    before = files(home)
    while (result := home.syncd(command, str(home.folder / name))).code:
        assert (result.code, result.out) == (130, "")
        assert "stopped; no" in result.err
        assert files(home) == before
        count, stop_at = 0, stop_at + 1 + stop_at // 4
    assert stop_at > 20


def files(home: Home) -> dict[str, object]:
    """All there is, the state by what it holds; what only says who has it open is nothing."""
    found: dict[str, object] = {
        one.name: one.read_bytes()
        for one in home.folder.iterdir()
        if one.is_file() and not one.name.endswith(("-shm", "-wal"))
    }
    connection = pysqlite3.connect(str(home.database))
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    found["syncd.db"] = {
        name: connection.execute(f'SELECT * FROM "{name}"').fetchall()  # ours
        for (name,) in tables
    }
    connection.close()
    return found


def test_what_a_backup_is_not_written_to(home: Home) -> None:
    """A device or a pipe is left alone, also with --force; a link goes on to where it points."""
    pipe, link = home.folder / "pipe", home.folder / "link"
    os.mkfifo(pipe)
    wrong_usage(home.syncd("backup", str(pipe), "--force"), "no regular file")
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    (home.folder / "disk").mkdir()
    link.symlink_to(home.folder / "disk" / "real")
    for more in ((), ("--force",)):
        fine(home.syncd("backup", str(link), *more))
        assert link.is_symlink()
        assert (home.folder / "disk" / "real").is_file()
    link.unlink()
    link.symlink_to(home.folder / "nowhere" / "real")
    wrong_usage(home.syncd("backup", str(link)), "make it first")


def test_copies_that_forgetting_does_not_reach_are_named(home: Home) -> None:
    """What a restore left beside the state knows them still: it is said, and how to delete it."""
    path = home.folder / "kept.backup"
    fine(home.syncd("backup", str(path)))
    kept = fine(home.syncd("restore", str(path), "--json")).json["kept"]
    told = fine(home.syncd("forget", CLEO, "--yes")).out
    assert f"rm {kept}" in told
    again = fine(home.syncd("forget", CLEO, "--yes", "--json")).json
    assert (again["forgotten"], again["copies"]) == ("already", [kept])
    Path(kept).unlink()
    assert "rm " not in fine(home.syncd("forget", CLEO, "--yes")).out


def test_whose_state_it_is_and_of_which_version(home: Home) -> None:
    """Another owner's, and a newer version's, is named as it is called, before anything is
    copied."""
    newer = home.folder / "syncd.db"
    text = home.config.read_text()
    home.configure(text.replace(ANA, "zoe@example.org"))
    result = home.syncd("backup", str(home.folder / "x"))
    one_line(result, 78, "syncd.db belongs to another owner")
    home.configure(text)
    connection = pysqlite3.connect(str(newer))
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    result = home.syncd("backup", str(home.folder / "x"))
    one_line(result, 78, "syncd.db was written by a newer syncd", "update syncd")
    assert not (home.folder / "x").exists()


def test_a_key_that_cannot_be_read(home: Home) -> None:
    """A backup without the key that belongs to it is not written."""
    fine(home.syncd("forget", CLEO, "--yes"))
    (home.folder / "syncd.db.key").write_text("no key")
    one_line(home.syncd("backup", str(home.folder / "x")), 78, "syncd.db.key is damaged")
    assert not [*home.folder.glob("x*"), *home.folder.glob(".syncd-*")]


def test_the_disk_of_the_backup_is_full(home: Home, mocker: MockerFixture) -> None:
    """That stops the backup alone, and the words say so."""
    error = pysqlite3.OperationalError("database or disk is full")
    mocker.patch.object(backup, "copy_into", side_effect=error)
    result = home.syncd("backup", str(home.folder / "x"))
    one_line(result, 1, "no backup was written", "another disk")
    assert "nothing is decided" not in result.err
    assert not [*home.folder.glob("x*"), *home.folder.glob(".syncd-*")]
