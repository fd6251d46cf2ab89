"""A daemon that is started on a full disk waits for room, and says so once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread, get_ident

import pytest

from syncd import log
from syncd.cli import room
from syncd.notify import Notifier
from syncd.store import disk, facts, lock, refused, trouble
from syncd.store.database import Database, open_database
from syncd.store.errors import StoreUnwritable
from syncd.store.sqlite import engine_of

from worlds import day

ANA = "ana@example.org"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state that nobody has open, and whose lock file is there."""
    path = tmp_path / "syncd.db"
    database = open_database(f"sqlite:///{path}", ANA)
    with lock.exclusive(database):
        database.close()
    return path


def still(state: Path, wrong: StoreUnwritable) -> Database:
    return Database(engine_of(f"sqlite:///{state}", immutable=True), ANA, wrong)


def test_what_can_only_be_read_is_read_by_any_thread(state: Path) -> None:
    """A pool hands its connections from one thread to another."""
    database = still(state, disk.full(str(state)))
    found: list[str | None] = []

    def read() -> None:
        with database.read() as connection:
            found.append(facts.get(connection, ANA, "owner"))

    other = Thread(target=read)
    other.start()
    other.join()
    read()
    assert found == [ANA, ANA]
    database.close()


def test_it_waits_for_room(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tries find no room: one line, and `status` knows; the third goes on, with one line."""
    url = f"sqlite:///{state}"
    wrong = disk.full(str(state))
    tries: Iterator[Callable[[], Database]] = iter(
        (
            lambda: still(state, wrong),
            lambda: still(state, wrong),
            lambda: open_database(url, ANA),
        )
    )
    waited: list[float] = []

    def open_() -> Database:
        return next(tries)()

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        with still(state, wrong).read() as connection:
            (one,) = trouble.standing(connection, ANA)
        assert (one.kind, one.since) == (trouble.DISK, day(0))
        if len(waited) == 2:
            room_again[0] = 1 << 30
        return False

    room_again = [0]
    monkeypatch.setattr(disk, "free", lambda _: room_again[0])
    told: list[str] = []
    monkeypatch.setattr(log, "event", lambda name, **_: told.append(name))
    found = room.opened(open_, url, Notifier(), day(0), wait)
    assert found is not None
    with found.read() as connection:
        assert trouble.standing(connection, ANA) == []
    found.close()
    assert waited == [room.AGAIN] * 2
    assert told == ["disk.failed", "disk.recovered"]


def test_what_no_room_helps_is_said_at_once(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that may not be written is no full disk; and whoever is told to leave does."""
    wrong = StoreUnwritable("it cannot be written: check its permissions")
    url = f"sqlite:///{state}"
    with pytest.raises(StoreUnwritable, match="permissions"):
        room.opened(lambda: still(state, wrong), url, Notifier(), day(0), lambda _: False)
    monkeypatch.setattr(disk, "free", lambda _: 0)
    assert room.opened(lambda: still(state, wrong), url, Notifier(), day(0), lambda _: True) is None
    with room.waiting() as wait:
        assert not wait(0)
        for number, leave in ((signal.SIGHUP, False), (signal.SIGTERM, True)):
            # To this thread: there may be others, of the test runner, which do not wait.
            signal.pthread_kill(get_ident(), number)
            assert wait(60) == leave


def test_a_refused_configuration_is_the_running_daemons(state: Path) -> None:
    """`status` tells of it while somebody uses an older one; not for ever."""
    database = open_database(f"sqlite:///{state}", ANA)
    with lock.exclusive(database):
        with database.begin() as connection:
            refused.note(connection, ANA, ["it is wrong"], day(0))
        with database.read() as connection:
            assert refused.standing(connection, ANA) == {"at": day(0), "mistakes": ["it is wrong"]}
    with database.read() as connection:
        assert refused.standing(connection, ANA) is None
    database.close()


def test_closed_streams(tmp_path: Path) -> None:
    """`2>&-`: what would have been said is not, and the exit code is as ever."""
    (tmp_path / "mail").mkdir()
    config = tmp_path / "syncd.yaml"
    config.write_text(
        "owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}\n"
        "accounts: [{name: home, kind: local, mail: [mail/]}]\nrules: [open-loops]\n"
        f"state: sqlite:///{tmp_path}/syncd.db\n"
    )
    program = [sys.executable, "-m", "syncd", "--config", str(config), "once"]
    closed = ["sh", "-c", '"$@" 2>&-', "sh", *program]
    found = subprocess.run(closed, stdout=subprocess.PIPE, check=False, timeout=60)
    assert (found.returncode, (tmp_path / "syncd.db").exists()) == (0, True)


def test_permissions_are_no_full_disk(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that may not be written is not noted as a disk that is full: once it may be, nothing
    is wrong any more."""
    database = open_database(f"sqlite:///{state}", ANA)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with lock.exclusive(database):
        assert not trouble.note_disk(database, day(0))
    monkeypatch.undo()
    with database.read() as connection:
        assert trouble.standing(connection, ANA) == []
    with lock.exclusive(database):
        assert trouble.note_disk(database, day(0))
    database.close()
