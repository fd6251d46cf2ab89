"""A restore that is killed at any step leaves the old state or the new one, and can be repeated."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pysqlite3
import pytest
from acceptance_world import ANA, Home, at
from pysqlite3 import dbapi2

BEN, CLEO, DORA = "ben@example.com", "cleo@studio.example.net", "dora@mill.example.com"
WRITES = os.O_WRONLY | os.O_RDWR


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backup knows Ben and Cleo; since then Cleo was forgotten and Dora came to be known."""
    home = Home(tmp_path_factory.mktemp("model"))
    for who in (BEN, CLEO):
        home.mail(ANA, who, at("2026-06-01T09:00"))
    home.once()
    assert home.syncd("backup", str(home.folder / "kept.backup")).code == 0
    assert home.syncd("forget", CLEO, "--yes").code == 0
    home.mail(ANA, DORA, at("2026-06-02T09:00"))
    home.once()
    return home.folder


def restore(folder: Path) -> int:
    home = Home(folder)
    return home.syncd("restore", str(folder / "kept.backup")).code


def steps_of(folder: Path) -> int:
    """How many steps a restore takes."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        seen = [0]
        _watch(folder, lambda: seen.__setitem__(0, seen[0] + 1))
        restore(folder)
        os.write(writing, str(seen[0]).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return int(answer.read())


def killed_at(folder: Path, step: int) -> bool:
    """Whether a restore was killed when it came to that step."""
    child = os.fork()
    if not child:
        left = [step]

        def tick() -> None:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        _watch(folder, tick)
        restore(folder)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _watch(folder: Path, tick: Callable[[], None]) -> None:
    """Call `tick` before each step of this process that changes files there: system calls of
    Python, and statements that go past SQLAlchemy."""
    names = {"os.rename", "os.remove", "os.link", "shutil.copyfile", "os.chmod"}

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and bool(int(arguments[2] or 0) & WRITES)
        if (writes or event in names) and str(folder) in str(arguments[0]):
            tick()

    class Connection(pysqlite3.Connection):  # type: ignore[misc]  # it has no types
        def execute(self, *arguments: Any) -> Any:
            tick()
            return super().execute(*arguments)

    real = dbapi2.connect
    dbapi2.connect = lambda *given, **more: real(*given, **{"factory": Connection} | more)
    sys.addaudithook(hook)


def people_of(state: Path) -> Iterator[str]:
    connection = pysqlite3.connect(str(state))
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        yield from (row[0] for row in connection.execute("SELECT addr FROM address"))
    finally:
        connection.close()


def test_killed_at_every_step(model: Path, tmp_path: Path) -> None:
    """Whatever is there afterwards is one state, whole; never a mixture, and never somebody who
    was forgotten. The next restore finishes it and clears away what the first one left."""
    shutil.copytree(model, tmp_path / "counted")
    count = steps_of(tmp_path / "counted")
    assert count > 30
    found = []
    # Most of the steps make the copy; the swap is among the last. SYNCD_STEP=1 tries them all.
    every = int(os.environ.get("SYNCD_STEP", "0"))
    some = range(1, count + 1, every) if every else [count // 3, *range(count - 28, count + 1, 7)]
    for step in some:
        folder = tmp_path / str(step)
        shutil.copytree(model, folder)
        assert killed_at(folder, step), step
        known = set(people_of(folder / "syncd.db"))
        assert known in ({BEN, DORA}, {BEN}), (step, known)
        found.append(known == {BEN})
        if len(found) % 2:
            assert {a for one in Home(folder).people() for a in one["addresses"]} == known
            assert restore(folder) == 0
            assert set(people_of(folder / "syncd.db")) == {BEN}
            assert [*folder.glob("*.restoring*"), *folder.glob(".syncd-*")] == []
        shutil.rmtree(folder)
    assert found == sorted(found)  # the old one up to some step, the new one from there on
    assert {True, False} <= set(found)
