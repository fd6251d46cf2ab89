"""`syncd doctor` says what is wrong and what to do, and writes nothing, whatever is wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pysqlite3
import pytest
from acceptance_bad import BEN
from acceptance_world import ANA, Home, Result, at

from syncd.store import disk
from syncd.store.lock import held as holding

MET = """\
version: 1
rules:
  - {id: met, since: meeting, due: 20d, expires: 60d, task: {title: "After meeting"}}
"""
WRITE = f"INSERT INTO outbox VALUES (9, '{ANA}', 'home', 'k', 'create', '{{}}', 'ready', 0, 0, '')"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana met Ben, a task about him is written, and one mail is a log entry of hers."""
    home = Home(tmp_path_factory.mktemp("model"), rules="rules.yaml")
    home.write("rules.yaml", MET)
    yes = {ANA: "ACCEPTED", BEN: "ACCEPTED"}
    home.event(at("2026-06-12T09:00"), "Coffee", organizer=ANA, attendees=yes)
    home.mail(ANA, f"Ben Archer <{BEN}>", at("2026-06-11T09:00"))
    home.once()
    assert home.syncd("log", "call with Ben, yesterday").code == 0
    return home.folder


@pytest.fixture
def home(model: Path, tmp_path: Path) -> Home:
    """A house of one's own like that."""
    shutil.copytree(model, tmp_path / "home")
    text = (model / "syncd.yaml").read_text()
    home = Home(tmp_path / "home")
    home.configure(text)
    return home


def checks(result: Result) -> dict[str, dict[str, Any]]:
    """What is not in order, by what it is about."""
    return {one["what"]: one for one in result.json["checks"] if one["state"] != "ok"}


def content_of(folder: Path) -> Mapping[Path, tuple[int, bytes]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mode, path.read_bytes()) for path in files}


def test_all_is_well(home: Home) -> None:
    """Nothing is wrong with what syncd made itself; looking changes no file."""
    before = content_of(home.folder)
    result = home.syncd("doctor", "--json", "--full")
    assert (result.code, checks(result)) == (0, {})
    assert {"sqlite", "configuration", "state", "schema", "integrity", "disk", "clock"} <= {
        one["what"] for one in result.json["checks"]
    }
    assert content_of(home.folder) == before
    shown = home.syncd("doctor")
    assert shown.code == 0
    assert all(line.startswith("ok") for line in shown.out.splitlines())


def test_a_full_disk(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told once."""
    monkeypatch.setattr(disk, "now", lambda path: disk.full(str(path)))
    result = home.syncd("doctor", "--json")
    told = [one for one in result.json["checks"] if one["what"] == "disk"]
    assert (result.code, [one["state"] for one in told]) == (1, ["wrong"])


def test_before_the_first_run(tmp_path: Path) -> None:
    """A state that is not there yet is a warning, and none is made."""
    home = Home(tmp_path)
    result = home.syncd("doctor", "--json")
    assert (result.code, list(checks(result))) == (0, ["state"])
    for command in (("check",), ("rules", "list"), ("tasks",)):
        assert home.syncd(*command).code == 0
    assert not home.database.exists()


def test_a_wrong_configuration(home: Home) -> None:
    """Every mistake is told with its place, and the exit code is that of `check`."""
    home.configure(home.config.read_text() + "nonsense: 1\n")
    result = home.syncd("doctor", "--json")
    assert result.code == 78
    assert "nonsense" in checks(result)["configuration"]["says"]
    missing = home.syncd("--config", str(home.folder / "none.yml"), "doctor")
    assert (missing.code, missing.err) == (78, "")


def test_rights(home: Home) -> None:
    """What others may read or change is wrong, with the command that mends it."""
    home.database.chmod(0o644)
    home.config.chmod(0o666)
    (home.folder / "secrets").mkdir()
    home.write("secrets/state-password", "x").chmod(0o644)
    result = home.syncd("doctor", "--json")
    found = checks(result)
    assert (result.code, sorted(found)) == (78, ["configuration", "permissions", "secrets"])
    for what in ("configuration", "permissions"):
        assert found[what]["do"].startswith("chmod")


def damage(home: Home, *statements: str) -> None:
    connection = pysqlite3.connect(str(home.database))
    connection.execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("DELETE FROM verdict", "verdict"),
        ("DELETE FROM person", "address"),
        ("DELETE FROM sighting", "seen somewhere"),
        (WRITE, "write that waits"),
    ],
)
def test_rows_that_do_not_fit(home: Home, statement: str, word: str) -> None:
    """What SQLite finds in order may still break a promise between rows: `--full` sees it."""
    damage(home, statement)
    if statement == WRITE:
        assert home.syncd("doctor").code == 0
    result = home.syncd("doctor", "--full", "--json")
    assert result.code == 78
    says = [one["says"] for one in result.json["checks"] if one["state"] == "wrong"]
    assert any(word in one for one in says), says


@pytest.mark.parametrize("kind", ["pages", "header", "newer", "foreign", "folder"])
def test_a_state_that_cannot_be_used(home: Home, kind: str) -> None:
    """It says what is wrong with it, and still looks at the accounts."""
    data = bytearray(home.database.read_bytes())
    if kind == "pages":
        data[4096:] = b"\xa5" * (len(data) - 4096)
        home.database.write_bytes(bytes(data))
    elif kind == "header":
        home.database.write_bytes(b"Dear diary, nothing happened today.\n" * 100)
    elif kind == "newer":
        damage(home, "UPDATE alembic_version SET version_num = '9999'")
    elif kind == "foreign":
        damage(home, "PRAGMA application_id = 7")
    else:
        home.database.unlink()
        home.database.mkdir()
    result = home.syncd("doctor", "--json")
    assert result.code in ({78} if kind != "folder" else {1, 78}), result
    assert result.err == ""
    assert "home/mail" in {one["what"] for one in result.json["checks"]}
    (found,) = [one for one in result.json["checks"] if one["state"] == "wrong"]
    assert found["says"]


def test_accounts(home: Home) -> None:
    """An account that cannot be listed, or a list that cannot be written, is wrong for itself."""
    shutil.rmtree(home.folder / "calendar")
    shutil.rmtree(home.folder / "tasks")
    home.write("tasks", b"")
    result = home.syncd("doctor", "--json")
    assert (result.code, sorted(checks(result))) == (1, ["home/calendar", "home/tasks"])


def test_the_key_is_lost(home: Home) -> None:
    """A state that keeps people out is of no use without its key."""
    assert home.syncd("forget", BEN, "--yes").code == 0
    assert home.syncd("doctor").code == 0
    (home.folder / "syncd.db.key").unlink()
    result = home.syncd("doctor", "--json")
    assert result.code == 78
    assert "syncd.db.key" in checks(result)["state"]["says"]


def test_beside_a_daemon(home: Home) -> None:
    """The process that holds the state is named, and not disturbed."""
    assert "not running" in home.syncd("doctor").out
    with holding(Path(f"{home.database}.lock")):
        result = home.syncd("doctor", "--json")
        daemon = next(one for one in result.json["checks"] if one["what"] == "daemon")
        assert (result.code, daemon["says"]) == (0, f"running, process {os.getpid()}")
