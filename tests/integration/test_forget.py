"""Forgetting with task lists that fail: gone here at once, and there as soon as they answer."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.records import Facet, PartStat
from syncd.pipeline import Workshop
from syncd.pipeline import forget as forgetting
from syncd.store import shred, tombstones
from syncd.store.database import Database
from syncd.store.lock import exclusive
from syncd.store.target import Target

from worlds import ANA, BEN, CLEO, Lab, card, coffee, day, mail, meeting

LATER = day(8)
RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    due: 20d
    expires: 60d
    task: {title: "After meeting {{ first_name }}", notes: "{{ evidence }}"}
  - id: first
    since: first_meeting
    due: 30d
    expires: 60d
    task: {title: "First met {{ name }}"}
"""


@dataclass(slots=True)
class Forgetful(Lab):
    """A lab whose workshop knows who is forgotten, as the command line's does."""

    def shop(self, database: Database) -> Workshop:
        shop = Lab.shop(self, database)
        known = tombstones.load(database)
        return replace(shop, ignore=replace(shop.ignore, forgotten=known))

    def forget(self, now: datetime, *addrs: str, keep: frozenset[str] = frozenset()) -> int:
        """Forget Cleo; returns how much is left to do in the lists."""
        database = self.open()
        try:
            shop = self.shop(database)
            with exclusive(database):
                if not shop.ignore.forgotten:
                    with database.read() as connection:
                        from syncd.views.people import find

                        row = find(connection, database.owner, CLEO.addr).person
                    assert row is not None
                    target = Target(frozenset(addrs or (CLEO.addr,)), row.id, row.name)
                    shop, _ = forgetting.forget(shop, now, target, keep)
                forgetting.finish(shop, now)
                return len(forgetting.left_to_do(shop))
        finally:
            database.close()


def furnish(lab: Lab) -> None:
    """Coffee with Ben and with Cleo, a lunch of three, mail both ways: tasks about both."""
    yes = PartStat.ACCEPTED
    world = lab.world
    world.put_card(card(CLEO))
    world.put_card(card(BEN))
    world.put_event(coffee(day(0), BEN))
    world.put_event(coffee(day(0.2), CLEO))
    world.put_event(
        meeting(ANA, {ANA: yes, BEN: yes, CLEO: yes}, day(1), "Cleo Marsh, Ben and Ana")
    )
    for number, who in enumerate((BEN, CLEO)):
        world.deliver(mail(ANA, who, day(0.5 + number / 10)))
        world.deliver(mail(who, ANA, day(0.6 + number / 10), "An answer"))
    lab.once(day(2))


@pytest.fixture
def lab(tmp_path: Path) -> Forgetful:
    made = Forgetful(tmp_path, rules=RULES)
    furnish(made)
    return made


def titles(lab: Lab) -> list[str]:
    """The tasks that are in the list."""
    return sorted(lab.world.task(ref).title for ref in lab.world.alive(Facet.TASKS))


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("syncd.db*"))


def test_hidden_and_completed_tasks_go_too(lab: Forgetful) -> None:
    """Every task with a key of theirs is deleted, whatever became of it; others stay."""
    theirs = [ref for ref in lab.world.alive(Facet.TASKS) if "Cleo" in lab.world.task(ref).title]
    assert len(theirs) >= 2
    lab.world.tick(theirs[0], day(3))
    lab.once(day(3.1))
    assert lab.forget(LATER) == 0
    assert titles(lab)
    assert not any("Cleo" in title for title in titles(lab))
    assert CLEO.addr.encode() not in bytes_of(lab.folder)
    assert b"Cleo Marsh" not in bytes_of(lab.folder)


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("the server is down"),
        SignInNeeded("sign in again"),
        Refused("you may not write there"),
    ],
    ids=["down", "sign-in", "refused"],
)
def test_what_a_list_does_not_confirm_stays_pending(lab: Forgetful, error: ConnectorError) -> None:
    """Their rows are gone at once; the tasks as soon as the list answers."""
    before = titles(lab)
    lab.world.fail_next(error)
    assert lab.forget(LATER) > 0
    assert titles(lab) == before
    assert CLEO.addr.encode() not in bytes_of(lab.folder)
    report = lab.once(LATER)
    assert not report.failed
    assert not any("Cleo" in title for title in titles(lab))
    assert lab.forget(LATER) == 0


@pytest.mark.parametrize("happened", [True, False])
def test_a_deletion_that_times_out_is_done_once(lab: Forgetful, *, happened: bool) -> None:
    """Whether it arrived or not: the next look tells."""
    lab.world.time_out_next_write(happened=happened)
    assert lab.forget(LATER) > 0
    assert lab.forget(LATER) == 0
    assert not any("Cleo" in title for title in titles(lab))


def test_a_task_that_is_kept_stays(lab: Forgetful) -> None:
    """What the owner wants to keep is left in the list, under no rule of ours."""
    theirs = [ref for ref in lab.world.alive(Facet.TASKS) if "Cleo" in lab.world.task(ref).title]
    keys = {lab.world.task(ref).key for ref in theirs}
    assert lab.forget(LATER, keep=frozenset(keys)) == 0
    assert [ref for ref in theirs if ref in lab.world.alive(Facet.TASKS)] == theirs
    lab.once(LATER)
    assert CLEO.addr.encode() not in bytes_of(lab.folder)


def test_the_state_is_that_of_reading_anew(lab: Forgetful, tmp_path: Path) -> None:
    """Forgotten after it was read, or before anything was: people and interactions are the same."""
    assert lab.forget(LATER) == 0
    lab.once(LATER)
    other = Forgetful(tmp_path / "other", worlds=lab.worlds, rules=RULES)
    other.folder.mkdir()
    database = other.open()
    known = _tombstones_of(lab)
    shutil.copy(lab.folder / "syncd.db.key", other.folder / "syncd.db.key")
    with database.begin() as connection:
        tombstones.put(connection, database.owner, known, "whose")
    database.close()
    other.once(LATER)
    mine, theirs = lab.view(LATER), other.view(LATER)
    assert mine["people"] == theirs["people"]
    assert [one["interactions"] for one in mine["explain"]] == [
        one["interactions"] for one in theirs["explain"]
    ]


def _tombstones_of(lab: Lab) -> Any:
    database = lab.open()
    try:
        return tombstones.load(database)
    finally:
        database.close()


def test_another_reader_delays_the_overwriting(lab: Forgetful) -> None:
    """While somebody looks at an old view the log cannot be emptied; the next run does it."""
    watching = lab.open()
    with watching.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM person").scalar()
        database = lab.open()
        assert lab.forget(LATER) == 0
        assert shred.due(database)
        database.close()
    watching.close()
    lab.once(LATER)
    assert CLEO.addr.encode() not in bytes_of(lab.folder)
