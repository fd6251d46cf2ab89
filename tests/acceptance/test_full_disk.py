"""A disk that takes nothing: one clear line, nothing closed, nothing half-written; `status` shows
it, and the first run with room goes on as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from acceptance_bad import BEN, one_line
from acceptance_world import ANA, Home, at
from sqlalchemy import Connection, Engine, event

RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    until: [message_sent]
    due: 20d
    expires: 60d
    task: {title: "After meeting {{ first_name }}"}
"""
NEXT = "2026-06-16T12:00:00+00:00"


@contextmanager
def pages(limit: int) -> Iterator[None]:
    """SQLite itself says that the disk is full when the file would have more pages."""

    def bound(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limit}")

    event.listen(Engine, "begin", bound)
    try:
        yield
    finally:
        event.remove(Engine, "begin", bound)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A task about Ben is written; a mail that closes it has come since, and much else."""
    home = Home(tmp_path_factory.mktemp("model"), rules="rules.yaml")
    home.write("rules.yaml", RULES)
    home.mail(ANA, BEN, at("2026-06-11T09:00"))
    yes = {ANA: "ACCEPTED", BEN: "ACCEPTED"}
    home.event(at("2026-06-12T09:00"), "Coffee", organizer=ANA, attendees=yes)
    home.once()
    for number in range(60):
        home.mail(ANA, f"guest{number}@c{number}.example.com", at("2026-06-12T15:00"))
    home.mail(ANA, BEN, at("2026-06-13T15:00"))
    return home.folder


def copy_of(model: Path, folder: Path) -> Home:
    shutil.copytree(model, folder)
    text = (model / "syncd.yaml").read_text()
    home = Home(folder)
    home.configure(text)
    return home


def tasks(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home.folder / "tasks").iterdir()}


def test_every_write_may_fail(model: Path, tmp_path: Path) -> None:
    """Wherever in a run the disk is full: exit code 1, no task touched, `status` says so; and with
    room the next run does all of it, and `status` is calm."""
    home = copy_of(model, tmp_path / "home")
    before = tasks(home)
    size = home.database.stat().st_size // 4096
    calm = copy_of(model, tmp_path / "calm")
    calm.once(NEXT)
    grown = calm.database.stat().st_size // 4096 - size
    assert grown > 10
    for more in (0, grown // 4, grown // 2, grown - 1):
        with pages(size + more):
            one_line(home.syncd("once", now=NEXT), 1, "full")
        assert tasks(home) == before
        status = home.syncd("status", "--json", now=NEXT)
        assert status.code == 1
        (trouble,) = status.json["trouble"]
        assert (trouble["kind"], trouble["since"]) == ("disk", NEXT)
        assert "full" in home.syncd("status", now=NEXT).out
    home.once(NEXT)
    status = home.syncd("status", "--json", now=NEXT)
    assert (status.code, status.json["trouble"]) == (0, [])
    found = home.syncd("tasks", "--json", now=NEXT).json
    assert [one["status"] for one in found] == ["closed"]
    assert found == calm.syncd("tasks", "--json", now=NEXT).json
    assert home.people(NEXT) == calm.people(NEXT)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here, so no real disk is filled: {done.stderr}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True, timeout=60)


def fill(disk: Path) -> Path:
    path = disk / "ballast"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            os.write(descriptor, b"0" * 4096)
    except OSError:
        return path
    finally:
        os.close(descriptor)


def test_a_real_disk_is_full(model: Path, tmp_path: Path, disk: Path) -> None:
    """On a full disk everything can still be looked at, though SQLite cannot even make its shared
    memory there; `once` and an act of the owner's are one line each."""
    home = copy_of(model, tmp_path / "home")
    shutil.move(home.database, disk / "syncd.db")
    home.configure(home.config.read_text().replace("///syncd.db", f"///{disk}/syncd.db"))
    before, people = tasks(home), home.people(NEXT)
    ballast = fill(disk)
    for _ in range(2):
        one_line(home.syncd("once", now=NEXT), 1, "full")
        assert home.people(NEXT) == people
        assert [one["status"] for one in home.syncd("tasks", "--json", now=NEXT).json] == ["open"]
        status = home.syncd("status", "--json", now=NEXT)
        assert (status.code, [one["kind"] for one in status.json["trouble"]]) == (1, ["disk"])
        one_line(home.syncd("note", BEN, "needs: a tiler", now=NEXT), 1, "full")
    assert tasks(home) == before
    assert home.syncd("backup", str(disk / "copy"), now=NEXT).code == 1
    assert not [*disk.glob("copy*"), *disk.glob(".syncd-*")]
    ballast.unlink()
    home.once(NEXT)
    assert home.syncd("status", now=NEXT).code == 0
    assert tasks(home) != before


def test_a_first_run_on_a_full_disk(tmp_path: Path, disk: Path) -> None:
    """No state can be made: one line, and with room it is made."""
    home = Home(tmp_path / "home")
    home.mail(ANA, BEN, at("2026-06-11T09:00"))
    home.configure(home.config.read_text().replace("///syncd.db", f"///{disk}/syncd.db"))
    ballast = fill(disk)
    one_line(home.syncd("once"), 1, "full")
    one_line(home.syncd("status"), 1, "full")
    ballast.unlink()
    home.once()
    assert len(home.people()) == 1


def test_the_task_list_lies_on_a_full_disk(model: Path, tmp_path: Path, disk: Path) -> None:
    """The list fails alone and keeps its files whole; what is to be written there waits."""
    home = copy_of(model, tmp_path / "home")
    shutil.copytree(home.folder / "tasks", disk / "tasks")
    shutil.rmtree(home.folder / "tasks")
    (home.folder / "tasks").symlink_to(disk / "tasks")
    before = tasks(home)
    ballast = fill(disk)
    result = home.syncd("once", now=NEXT)
    assert (result.code, "space" in result.err) == (1, True), result
    assert tasks(home) == before
    assert len(home.people(NEXT)) == 61
    assert home.syncd("status", now=NEXT).code == 1
    ballast.unlink()
    home.once("2026-06-16T13:00:00+00:00")
    (task,) = tasks(home).values()
    assert b"COMPLETED" in task


def test_a_read_only_file_system(model: Path, tmp_path: Path, disk: Path) -> None:
    """A disk that the kernel has made read-only is told from one without the right to write."""
    home = copy_of(model, tmp_path / "home")
    shutil.move(home.database, disk / "syncd.db")
    home.configure(home.config.read_text().replace("///syncd.db", f"///{disk}/syncd.db"))
    people = home.people(NEXT)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, timeout=60)
    one_line(home.syncd("once", now=NEXT), 1, "read-only")
    assert home.people(NEXT) == people
    status = home.syncd("status", "--json", now=NEXT)
    assert (status.code, [one["kind"] for one in status.json["trouble"]]) == (1, ["disk"])
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True, timeout=60)
    home.once(NEXT)
    assert home.syncd("status", now=NEXT).code == 0
