"""That a secret was refused is remembered in the state, by a digest whose key is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.store import facts, signins
from syncd.store.database import Database, open_database
from syncd.wiring.refusals import Refusals

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
LONG = "a-very-long-name-of-an-account-" * 4


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/syncd.db", "ana@example.org")
    yield opened
    opened.close()


def refusals(database: Database, now: datetime = NOON, place: str = "imap h ana") -> Refusals:
    return Refusals(database, LONG, f"{LONG}.password", place, lambda: now)


def test_it_is_about_one_secret_at_one_place(database: Database) -> None:
    """Neither another secret nor the same one elsewhere was refused; each is told for what is left
    of the hour, and a clock that had been ahead keeps nobody out."""
    refusals(database).note("hunter2", "no")
    assert refusals(database, place="imap other ana").of("hunter2") is None
    assert refusals(database).of("hunter3") is None
    found = refusals(database, NOON + timedelta(minutes=20)).of("hunter2")
    assert found is not None
    assert (found.left, found.words.startswith("no; it was refused at 12:00 UTC")) == (2400, True)
    assert refusals(database, NOON - timedelta(days=1)).of("hunter2") is None
    assert refusals(database).of("hunter2") is None  # it was forgotten then


@pytest.mark.parametrize("text", ["", "no key\n", None])
def test_without_its_key_it_is_shown_once_more(
    database: Database, tmp_path: Path, text: str | None
) -> None:
    """A key that is lost or damaged is made anew with the next refusal."""
    refusals(database).note("hunter2", "no")
    key = tmp_path / "syncd.db.signin"
    assert key.stat().st_mode & 0o777 == 0o600
    if text is None:
        key.unlink()
    else:
        key.write_text(text)
    assert refusals(database).of("hunter2") is None
    refusals(database).note("hunter2", "no")
    assert refusals(database).of("hunter2") is not None


def test_a_state_that_keeps_nothing(tmp_path: Path) -> None:
    """One in memory remembers nobody, and that is no trouble."""
    database = open_database("sqlite://", "ana@example.org")
    refusals(database).note("hunter2", "no")
    assert refusals(database).of("hunter2") is None
    refusals(database).drop()
    assert signins.standing(database, LONG, "hunter2") is None
    database.close()


def test_each_machine_knows_its_own(tmp_path: Path, database: Database) -> None:
    """Where two have a key each, neither takes the other's refusal for its own, nor away; the owner
    lets both try again."""
    key, other = tmp_path / "syncd.db.signin", tmp_path / "other"
    refusals(database).note("hunter2", "no")
    key.rename(other)
    assert refusals(database).of("hunter2") is None
    refusals(database).note("hunter3", "no")
    refusals(database).accepted("hunter4")
    later = NOON + timedelta(hours=2)
    refusals(database, later).note("hunter3", "no")
    assert refusals(database, later + timedelta(hours=1)).of("hunter3") is None
    refusals(database).note("hunter3", "no")
    own = key.read_text()
    key.write_text(other.read_text())
    assert refusals(database).of("hunter2") is not None
    assert refusals(database).of("hunter3") is None
    refusals(database).drop()
    assert refusals(database).of("hunter2") is None
    key.write_text(own)
    assert refusals(database).of("hunter3") is None


@pytest.mark.parametrize(
    "value", ["{}", "[]", "null", "no", '{"at": "x"}', '{"at": 1, "words": 2}']
)
def test_what_cannot_be_read_says_nothing(database: Database, value: str) -> None:
    """What a later version noted, or a damage left: it is shown once more, and noted anew."""
    for _ in range(2):
        refusals(database).note("hunter2", "no")
        with database.begin() as connection:
            names = connection.exec_driver_sql("select name from fact where name like 'sign%'")
            for (name,) in names.all():
                facts.put(connection, database.owner, name, value)
        assert refusals(database).of("hunter2") is None
        refusals(database).accepted("hunter2")
    assert refusals(database).note("hunter2", "no").doubted
