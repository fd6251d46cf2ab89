"""What a daemon waits for: a poke, the hour of the draw, a turn of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from syncd.engine.guard import Guarded, Outdated, guarded
from syncd.pipeline import draws
from syncd.planner import Policy
from syncd.store import acts
from syncd.store.database import Database, open_database
from syncd.store.poke import Ear, path_of, poke

ANA = "ana@example.org"
LISBON = ZoneInfo("Europe/Lisbon")
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)  # Lisbon is at UTC
POLICY = Policy(zone=LISBON)
PATIENCE = 30.0


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'state.db'}", ANA)


def test_a_poke_wakes_and_says_whether_anybody_listens(database: Database) -> None:
    """Nobody listens, somebody does, nobody does any more; many pokes block nobody."""
    assert not poke(database)
    with Ear(database) as ear:
        assert not ear.listen(0)
        heard: list[bool] = []
        waiting = Thread(target=lambda: heard.append(ear.listen(PATIENCE)))
        waiting.start()
        assert poke(database)
        waiting.join(PATIENCE)
        assert heard == [True]
        assert all(poke(database) for _ in range(5000))
        assert ear.listen(0)
    assert not poke(database)
    path = path_of(database)
    assert path is not None
    path.unlink()
    path.write_text("somebody's notes")
    assert not poke(database)
    assert path.read_text() == "somebody's notes"


def test_an_act_of_another_process_is_noticed(database: Database) -> None:
    """A guarded transaction that begins after an act starts over; so does one that was told before
    to begin."""
    mine: Guarded = guarded(database)
    with mine.begin() as connection:
        assert acts.number(connection, ANA) == 0
    with database.begin() as connection:
        number = acts.raise_number(connection, ANA)
    with pytest.raises(Outdated), mine.begin():
        pass
    mine.known.act = number
    with mine.begin() as connection:
        acts.follow(connection, ANA)
    with database.read() as connection:
        assert acts.followed(connection, ANA) == number


@pytest.mark.parametrize(
    ("hour", "drawn", "expected"),
    [
        (6, None, 7.5),  # to come
        (9, None, 7.5),  # missed: at once
        (9, 8, 31.5),  # done: tomorrow
        (9, 6, 7.5),  # drawn before its hour: again
        (105, 104, 7 * 24 + 7.5),  # Friday: on Monday
    ],
)
def test_the_hour_of_the_draw(
    database: Database, hour: float, drawn: float | None, expected: float
) -> None:
    """Once a working day, at its hour or as soon as the machine is awake."""
    with database.begin() as connection:
        if drawn is not None:
            draws.note(connection, ANA, POLICY, MONDAY + timedelta(hours=drawn))
        now = MONDAY + timedelta(hours=hour)
        moment = draws.moment(connection, ANA, POLICY, now)
    assert moment == MONDAY + timedelta(hours=expected)


def test_a_draw_that_was_ordered(database: Database) -> None:
    """It is due at once, whatever the day, but not while nothing may be written; and a draw in a
    preview or a pause is none."""
    sunday = MONDAY + timedelta(days=6, hours=3)
    preview = Policy(zone=LISBON, preview=True)
    paused = Policy(zone=LISBON, paused_until=sunday + timedelta(hours=1))
    with database.begin() as connection:
        draws.order(connection, ANA)
        for policy in (preview, paused):
            draws.note(connection, ANA, policy, sunday)
        assert draws.moment(connection, ANA, preview, sunday) is None
        assert draws.moment(connection, ANA, paused, sunday) == paused.paused_until
        assert draws.moment(connection, ANA, POLICY, sunday) == sunday
        draws.note(connection, ANA, POLICY, sunday)
        assert draws.moment(connection, ANA, POLICY, sunday) == MONDAY + timedelta(
            days=7, hours=7.5
        )
