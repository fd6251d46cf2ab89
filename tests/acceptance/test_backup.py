"""`syncd backup` and `restore`: everything comes back, nothing is written twice, and nobody who was
forgotten returns."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pysqlite3
import pytest
from acceptance_bad import BEN, one_line
from acceptance_world import ANA, Home, Result, at
from sqlalchemy import create_engine, text

from syncd.store import migrate
from syncd.store.database import APPLICATION_ID
from syncd.store.lock import held as holding

CLEO = "cleo@studio.example.net"
RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    due: 20d
    expires: 60d
    task: {title: "After meeting {{ first_name }}"}
"""
LATER = "2026-06-16T12:00:00+00:00"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana met Ben and Cleo on Friday; `once` has written a task about each."""
    home = Home(
        tmp_path_factory.mktemp("model"),
        rules="rules.yaml",
        more="limits: {per_day: 50, open: 50}\n",
    )
    home.write("rules.yaml", RULES)
    for who, name in ((BEN, "Ben Archer"), (CLEO, "Cleo Marsh")):
        home.mail(ANA, f"{name} <{who}>", at("2026-06-11T09:00"))
        home.mail(f"{name} <{who}>", ANA, at("2026-06-11T15:00"))
        home.event(
            at("2026-06-12T09:00" if who == BEN else "2026-06-12T14:00"),
            "Coffee",
            organizer=ANA,
            attendees={ANA: "ACCEPTED", who: "ACCEPTED"},
        )
    home.once()
    assert len(tasks(home)) == 2
    return home.folder


@pytest.fixture
def home(model: Path, tmp_path: Path) -> Home:
    """A house of one's own like that; paths in the configuration are relative to it."""
    shutil.copytree(model, tmp_path / "home")
    text = (model / "syncd.yaml").read_text()
    home = Home(tmp_path / "home")
    home.configure(text)
    return home


def tasks(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home.folder / "tasks").iterdir()}


def fine(result: Result) -> Result:
    assert result.code == 0, (result.code, result.err)
    return result


def backed_up(home: Home, name: str = "kept.backup", *more: str) -> Path:
    path = home.folder / name
    fine(home.syncd("backup", str(path), *more))
    return path


def shown(home: Home) -> object:
    return home.people(), home.everything(), home.syncd("tasks", "--json").json


def lose(home: Home) -> None:
    for path in home.folder.glob("syncd.db*"):
        path.unlink()


def test_all_of_it_comes_back(home: Home) -> None:
    """After a lost disk the backup alone is the whole state, and the next run changes nothing."""
    before, files = shown(home), tasks(home)
    result = fine(home.syncd("backup", str(home.folder / "kept.backup"), "--json")).json
    assert (result["people"], result["tasks"], result["observations"]) == (2, 2, 6)
    path = home.folder / "kept.backup"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in home.folder.glob(".syncd-*")] == []
    lose(home)
    told = fine(home.syncd("restore", str(path), "--json")).json
    assert (told["kept"], told["forgotten_again"], told["people"]) == (None, 0, 2)
    assert shown(home) == before
    assert home.database.stat().st_mode & 0o777 == 0o600
    home.once()
    assert (shown(home), tasks(home)) == (before, files)


@pytest.mark.parametrize("lock", [True, False], ids=["beside its lock", "on another machine"])
def test_an_older_state_doubts_the_lists(home: Home, lock: bool) -> None:
    """What happened since the backup is not written twice and not undone: a task that the owner
    deleted stays deleted, one that was written since is found."""
    path = backed_up(home)
    home.event(
        at("2026-06-15T08:00"), "Lunch", organizer=ANA,
        attendees={ANA: "ACCEPTED", "dora@mill.example.com": "ACCEPTED"},
    )  # fmt: skip
    home.once(LATER)
    new = tasks(home)
    assert len(new) == 3
    gone = min(new)
    (home.folder / "tasks" / gone).unlink()
    home.once(LATER)
    if not lock:
        lose(home)
    fine(home.syncd("restore", str(path)))
    left = {name: data for name, data in new.items() if name != gone}
    for _ in range(2):
        home.once(LATER)
        assert tasks(home) == left


def test_what_is_replaced_is_kept(home: Home) -> None:
    """The state that a restore replaces lies beside it, as a backup that can be restored itself."""
    path = backed_up(home)
    home.mail(ANA, "dora@mill.example.com", at("2026-06-12T09:00"))
    home.once()
    before = shown(home)
    kept = fine(home.syncd("restore", str(path), "--json")).json["kept"]
    assert len(home.people()) == 2
    assert Path(kept).name.startswith("syncd.db.before-restore-")
    assert Path(kept).stat().st_mode & 0o777 == 0o600
    fine(home.syncd("restore", kept))
    assert shown(home) == before


def test_nobody_comes_back_who_was_forgotten(home: Home) -> None:
    """Who is forgotten after the backup stays so: no row, no byte, no task, not by the next run."""
    path = backed_up(home)
    fine(home.syncd("forget", CLEO, "--yes"))
    told = fine(home.syncd("restore", str(path), "--json")).json
    assert told["forgotten_again"] == 1
    for _ in range(2):
        assert [one["addresses"] for one in home.people()] == [[BEN]]
        content = b"".join(one.read_bytes() for one in home.folder.glob("syncd.db*")
                           if "before" not in one.name)  # fmt: skip
        assert b"cleo" not in content.lower()
        home.once()
    assert len(tasks(home)) == 1


@pytest.mark.parametrize("how", ["damaged", "copied by hand"])
def test_forgotten_by_what_lies_beside(home: Home, how: str) -> None:
    """Tombstones lie beside the state as well: a damaged one, or an old copy that somebody puts
    back by hand, lets nobody in."""
    path = backed_up(home)
    fine(home.syncd("forget", CLEO, "--yes"))
    if how == "damaged":
        data = bytearray(home.database.read_bytes())
        data[100:] = b"\xa5" * (len(data) - 100)
        home.database.write_bytes(bytes(data))
        kept = Path(fine(home.syncd("restore", str(path), "--json")).json["kept"])
        assert kept.read_bytes() == bytes(data)
    else:
        home.database.write_bytes(path.read_bytes())
    home.once()
    assert [one["addresses"] for one in home.people()] == [[BEN]]
    assert home.syncd("explain", CLEO).code == 1
    assert b"cleo" not in home.database.read_bytes().lower()


def test_a_backup_keeps_them_out_elsewhere(home: Home) -> None:
    """The key lies beside the backup and not in it, so that they stay out on a new machine; without
    it the restore says what is missing and leaves all as it was."""
    fine(home.syncd("forget", CLEO, "--yes"))
    with_key, without = backed_up(home), backed_up(home, "apart.backup", "--without-key")
    key = (home.folder / "syncd.db.key").read_text().strip()
    beside = home.folder / "kept.backup.key"
    assert (beside.read_text().strip(), beside.stat().st_mode & 0o777) == (key, 0o600)
    assert not (home.folder / "apart.backup.key").exists()
    for one in (with_key, without):
        assert b"cleo" not in one.read_bytes().lower()
        assert key.encode() not in one.read_bytes()
        assert bytes.fromhex(key) not in one.read_bytes()
    lose(home)
    one_line(home.syncd("restore", str(without)), 78, "apart.backup.key", "syncd.db.key", "copy")
    assert not home.database.exists()
    fine(home.syncd("restore", str(with_key)))
    assert (home.folder / "syncd.db.key").read_text().strip() == key
    assert key.encode() not in home.database.read_bytes()
    home.once()
    assert [one["addresses"] for one in home.people()] == [[BEN]]


def test_a_key_of_old_is_in_the_backup(home: Home) -> None:
    """What an older version wrote holds the key itself, and needs no file beside it."""
    fine(home.syncd("forget", CLEO, "--yes"))
    path, key = backed_up(home), (home.folder / "syncd.db.key").read_text().strip()
    (home.folder / "kept.backup.key").unlink()
    sqlite(path, f"INSERT INTO backup VALUES ('key', '{key}')")
    lose(home)
    fine(home.syncd("restore", str(path)))
    home.once()
    assert [one["addresses"] for one in home.people()] == [[BEN]]


def test_a_lost_key_is_not_a_lost_state(home: Home) -> None:
    """Everything comes back without it, and whoever was forgotten may as well, if told so."""
    fine(home.syncd("forget", CLEO, "--yes"))
    path = backed_up(home, "kept.backup", "--without-key")
    lose(home)
    assert home.syncd("restore", str(path)).code == 78
    fine(home.syncd("restore", str(path), "--without-key"))
    assert [one["addresses"] for one in home.people()] == [[BEN]]
    home.once()
    assert len(home.people()) == 2


def test_no_key_where_nobody_is_forgotten(home: Home) -> None:
    """One file is all there is; and a file of that name that is something else is left alone."""
    path = backed_up(home)
    assert not (home.folder / "kept.backup.key").exists()
    fine(home.syncd("forget", CLEO, "--yes"))
    other = home.write("second.backup.key", "something else")
    refused = home.syncd("backup", str(home.folder / "second.backup"))
    assert (refused.code, other.read_text()) == (2, "something else")
    fine(home.syncd("backup", str(path), "--force"))
    assert (home.folder / "kept.backup.key").exists()


def test_let_in_again(home: Home) -> None:
    """`forget --undo` takes them out of what lies beside the state as well."""
    fine(home.syncd("forget", CLEO, "--yes"))
    assert (home.folder / "syncd.db.forgotten").read_text()
    fine(home.syncd("forget", CLEO, "--undo"))
    assert (home.folder / "syncd.db.forgotten").read_text() == ""
    home.once()
    assert len(home.people()) == 2


def test_what_is_refused(home: Home, tmp_path: Path) -> None:
    """Nothing is written over, and nothing becomes the state that is not a backup of it."""
    path = backed_up(home)
    before, data = shown(home), path.read_bytes()
    assert home.syncd("backup", str(path)).code == 2
    assert path.read_bytes() == data
    home.write(".syncd-killed.partial", b"half of one")
    fine(home.syncd("backup", str(path), "--force"))
    assert home.syncd("backup", str(home.database), "--force").code == 2
    assert home.syncd("backup", str(home.folder)).code == 2
    assert home.syncd("backup", str(home.folder / "no" / "where")).code == 2
    one_line(home.syncd("restore", str(home.folder / "missing")), 1, "does not exist")
    junk = home.write("junk", b"Dear diary.\n" * 999)
    one_line(home.syncd("restore", str(junk)), 78, "junk")
    foreign = home.folder / "foreign.db"
    sqlite(foreign, "CREATE TABLE songs (title TEXT)")
    one_line(home.syncd("restore", str(foreign)), 78, "no state of syncd")
    newer = home.folder / "newer"
    newer.write_bytes(data)
    sqlite(newer, "UPDATE alembic_version SET version_num = '9999'")
    one_line(home.syncd("restore", str(newer)), 78, "newer", "update")
    half = home.write("half", data[: len(data) // 2])
    one_line(home.syncd("restore", str(half)), 78, "damaged")
    other = Home(tmp_path / "otto", addresses="otto@example.net")
    one_line(other.syncd("restore", str(path)), 78, "another owner")
    assert not other.database.exists()
    one_line(other.syncd("backup", str(tmp_path / "x")), 1, "nothing to back up")
    assert shown(home) == before
    assert [*home.folder.glob("*restor*"), *home.folder.glob(".syncd-*")] == []


def test_a_state_on_a_server(home: Home) -> None:
    """PostgreSQL has tools of its own for that, and is not asked."""
    text = home.config.read_text()
    home.configure(text.replace("sqlite:///syncd.db", "postgresql+psycopg://nowhere.invalid/x"))
    for command in ("backup", "restore"):
        result = home.syncd(command, str(home.folder / "x"))
        assert (result.code, "pg_dump" in result.err) == (2, True), result


def sqlite(path: Path, statement: str) -> None:
    connection = pysqlite3.connect(str(path))
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_beside_a_daemon(home: Home) -> None:
    """A backup is made while another process writes; a restore is refused with its pid."""
    path = home.folder / "kept.backup"
    held, go = os.pipe()
    asked, done = os.pipe()
    child = os.fork()
    if not child:
        _daemon(home.database, done, held)
    assert os.read(asked, 1) == b"!"
    try:
        fine(home.syncd("backup", str(path)))
        one_line(home.syncd("restore", str(path)), 1, f"process {child}")
    finally:
        os.write(go, b"!")
        os.waitpid(child, 0)
    fine(home.syncd("restore", str(path)))
    assert len(home.people()) == 2


def _daemon(state: Path, done: int, held: int) -> None:
    """Hold the state, in the middle of a transaction, until told to leave."""
    with holding(Path(f"{state}.lock")):
        connection = pysqlite3.connect(str(state), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM person")
        os.write(done, b"!")
        os.read(held, 1)
        os._exit(0)


def test_an_older_schema(home: Home) -> None:
    """A backup that an older version made is brought up to date as it is restored."""
    path = home.folder / "old.backup"
    engine = create_engine(f"sqlite:///{path}", module=pysqlite3.dbapi2)
    migrate.upgrade(engine, "0006")
    with engine.begin() as connection:
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
        connection.execute(text(f"INSERT INTO fact VALUES ('{ANA}', 'owner', '{ANA}')"))
    engine.dispose()
    before = tasks(home)
    lose(home)
    assert fine(home.syncd("restore", str(path), "--json")).json["schema"] == "0006"
    home.once()
    assert len(home.people()) == 2
    assert tasks(home) == before
