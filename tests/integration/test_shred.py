"""Writing the state's file anew, in steps: nothing erased is left, and nothing else is lost."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from syncd.engine.judge import Judge
from syncd.store import backup, disk, facts, shred
from syncd.store.database import Database, open_database

from worlds import Lab, day

ANA = "ana@example.org"
SECRET = "cleo-was-here"


class Leave(BaseException):
    """A signal came."""


@pytest.fixture(autouse=True)
def small(mocker: MockerFixture) -> None:
    """Steps that are small beside this state."""
    mocker.patch.object(backup, "_STEPS", 200)
    mocker.patch.object(shred, "_PAGES", 16)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A state of some hundred pages, from which something was erased."""
    database = open_database(f"sqlite:///{tmp_path / 'syncd.db'}", ANA)
    with database.begin() as connection:
        for number in range(400):
            facts.put(connection, ANA, f"fact{number}", f"{SECRET} {number} " * 40)
    with database.begin() as connection:
        for number in range(400):
            if number % 3:
                facts.drop(connection, ANA, f"fact{number}")
            else:
                facts.put(connection, ANA, f"fact{number}", f"kept {number} " * 40)
        shred.order(connection, ANA)
    yield database
    database.close()


def file_of(database: Database) -> Path:
    return Path(str(database.engine.url.database))


def left(database: Database) -> bool:
    """Whether its bytes are still in the file or the log, or in what was made on the way."""
    folder = file_of(database).parent
    return any(SECRET.encode() in path.read_bytes() for path in folder.iterdir())


def kept(database: Database) -> int:
    with database.read() as connection:
        found = [facts.get(connection, ANA, f"fact{number}") or "" for number in range(400)]
    return sum(value.startswith("kept") for value in found)


def partial(database: Database) -> list[Path]:
    return list(file_of(database).parent.glob("*.partial"))


def test_nothing_is_left_and_all_is_there(database: Database) -> None:
    """It comes in several steps, and leaves no other file."""
    assert left(database)
    steps = [0]

    def step() -> None:
        steps[0] += 1

    assert shred.shred(database, step)
    assert not left(database)
    assert steps[0] > 2
    assert (kept(database), partial(database), shred.due(database)) == (134, [], False)
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@pytest.mark.parametrize("at", [1, 4, 12, -1])
def test_it_can_be_left_at_every_step(database: Database, at: int) -> None:
    """Whoever is told to leave leaves it as it was, and the next one begins anew."""
    steps = [0]

    def step() -> None:
        steps[0] += 1
        (copy,) = partial(database)
        if steps[0] == at or (at < 0 and copy.stat().st_size):  # on the way back
            raise Leave

    with pytest.raises(Leave):
        shred.shred(database, step)
    assert (kept(database), partial(database), shred.due(database)) == (134, [], True)
    assert shred.shred(database)
    assert (kept(database), left(database)) == (134, False)


@pytest.mark.parametrize("always", [False, True])
def test_what_others_write_meanwhile_is_not_lost(
    database: Database, mocker: MockerFixture, always: bool
) -> None:
    """It begins anew when somebody has written while the copy was made; where that goes on it gives
    up for now."""
    other = open_database(str(database.engine.url), ANA)
    tries = mocker.spy(shred, "_copy_and_back")
    written: list[int] = []

    def step() -> None:
        if tries.call_count not in written and (always or not written):
            written.append(tries.call_count)
            with other.begin() as connection:
                facts.put(connection, ANA, "late", str(written))

    done = shred.shred(database, step)
    with database.read() as connection:
        assert facts.get(connection, ANA, "late") == str(written)
    assert (done, shred.due(database)) == (not always, always)
    other.close()
    assert shred.shred(database)
    assert (kept(database), left(database)) == (134, False)


def test_a_reader_delays_the_log_alone(database: Database, mocker: MockerFixture) -> None:
    """While somebody looks at an old view the log keeps its bytes; the file is not written twice
    for that."""
    other = open_database(str(database.engine.url), ANA)
    with other.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM fact").scalar()
        assert not shred.shred(database)
    other.close()
    again = mocker.spy(shred, "_write_anew")
    assert shred.due(database)
    assert shred.shred(database)
    assert not again.called
    assert not left(database)


def test_it_takes_room(database: Database, mocker: MockerFixture) -> None:
    """Where there is none nothing is begun, and it is said how much is missing."""
    assert shred.lacks(database) == 0
    room = mocker.patch.object(disk, "free", return_value=1000)
    assert shred.lacks(database) >= 2 * file_of(database).stat().st_size
    assert not shred.shred(database)
    assert shred.due(database)
    mocker.stop(room)
    assert shred.shred(database)


def test_the_engine_goes_on_saying_that_it_lives(tmp_path: Path) -> None:
    """What watches over the thread that writes hears of each step, and may end it there."""

    class Show:
        told = 0
        leave = False

        def step(self, _name: str) -> None:
            pass

        def advance(self, _count: int) -> None:
            self.told += 1
            if self.leave:
                raise Leave

    lab = Lab(tmp_path)
    lab.once(day(1))
    database, show = lab.open(), Show()
    judge = Judge(lab.shop(database), show)
    judge.start(day(1))
    quiet = show.told
    judge.whole(day(1))
    assert show.told - quiet < 3
    with database.begin() as connection:
        shred.order(connection, database.owner)
    show.leave = True
    with pytest.raises(Leave):
        judge.whole(day(1))
    show.leave, quiet = False, show.told
    assert shred.due(database)
    judge.whole(day(1))
    assert show.told - quiet > 3
    assert not shred.due(database)
    database.close()


def test_another_one_tidies_up_too_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new file that is not held yet passes for one that was left behind; another one is made."""
    held = fcntl.flock
    tidied: list[bool] = []

    def late(descriptor: int, how: int) -> None:
        if not tidied:
            tidied.append(True)
            backup.tidy(tmp_path)
        held(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with backup.partial(tmp_path / "state") as file:
        assert (tidied, list(tmp_path.iterdir())) == ([True], [file])
