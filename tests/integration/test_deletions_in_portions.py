"""A daemon is woken by the first of many deletions: none is believed before the list is quiet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from engine_acts import complete, tables
from integration.test_engine import NOW, by_once, lab_in, the_owner_is_busy
from integration.test_step import POOL
from stepping import put

from connectors.records import Facet, Task
from syncd.engine.engine import Engine
from syncd.pipeline.incidents import incident
from syncd.pipeline.lull import QUIET, Lull
from syncd.store.database import Database

from worlds import Lab, day

SECOND = timedelta(seconds=1)
END = timedelta(minutes=10)


class Beating:
    """An engine as the daemon has it, with tasks written to its list."""

    def __init__(self, folder: Path) -> None:
        self.lab: Lab = lab_in(folder)
        self.database: Database = self.lab.open()
        self.now = NOW
        self.engine = self.started()
        for thing, text in POOL:
            put(self.lab.world, thing, text)
        complete(self.engine, NOW)
        self.tasks = sorted(self.lab.world.alive(Facet.TASKS))

    def started(self) -> Engine:
        engine = Engine(self.lab.shop(self.database), quiet=QUIET)
        engine.start(self.now)
        return engine

    def delete(self, refs: Sequence[str], every: timedelta) -> None:
        """One after the other; the list is read behind each."""
        for ref in refs:
            self.now += every
            self.lab.world.delete_task(ref)
            self.read()

    def read(self) -> None:
        assert not self.engine.hand("home", self.now).error

    def rest(self) -> None:
        """The list is read when it wants to be, until it does not."""
        while (until := self.engine.next_hand("home")) is not None:
            assert until > self.now
            self.now = until
            self.read()

    def asked(self) -> int:
        with self.database.read() as connection:
            return len(incident(connection, self.database.owner, "home"))

    def statuses(self) -> list[str]:
        return sorted(row[0] for row in self._rows())

    def _rows(self) -> list[tuple[str]]:
        with self.database.read() as connection:
            found = connection.exec_driver_sql("SELECT status FROM task WHERE ref IS NOT NULL")
            return [(str(row[0]),) for row in found]


@pytest.fixture
def beating(tmp_path: Path) -> Beating:
    return Beating(tmp_path)


def test_three_in_a_row_are_an_incident(beating: Beating) -> None:
    """Three tasks deleted one by one, each told by a reading of its own, are one sync: nobody is
    dismissed, the owner is asked, nothing is written meanwhile; put back, all is well."""
    before = beating.statuses()
    beating.delete(beating.tasks[:3], 4 * SECOND)
    assert beating.engine.next_delivery("home", beating.now) is None
    assert beating.statuses() == before
    beating.rest()
    assert beating.statuses() == before
    assert beating.asked() == 3


def test_one_is_an_answer(beating: Beating) -> None:
    """One deletion alone, or two far from each other, are answers as soon as the list was quiet."""
    for number, ref in enumerate(beating.tasks[:2]):
        beating.delete([ref], 10 * SECOND)
        assert beating.statuses().count("dismissed") == number
        assert beating.engine.next_moment(beating.now) <= beating.now + QUIET  # type: ignore[operator]
        beating.rest()
        assert beating.statuses().count("dismissed") == number + 1
    assert beating.asked() == 0


def test_a_crash_forgets_nothing(beating: Beating) -> None:
    """Who dies in the middle of it finds all of them again; and who dies every few seconds believes
    them all the same."""
    before = beating.statuses()
    beating.delete(beating.tasks[:2], SECOND)
    beating.engine = beating.started()
    beating.delete(beating.tasks[2:3], SECOND)
    for _ in range(4):
        assert beating.asked() == 0
        beating.now += QUIET / 4
        beating.engine = beating.started()
        beating.read()
    assert (beating.statuses(), beating.asked()) == (before, 3)
    assert beating.engine.next_hand("home") is None


def test_at_rest_it_is_what_once_leaves(tmp_path: Path) -> None:
    """A tick, an edit and a deletion, taken in late: the same tables as by one reading."""
    beating = Beating(tmp_path)
    the_owner_is_busy(beating.lab.world)
    beating.now = day(33) - QUIET
    beating.read()
    assert beating.engine.next_hand("home") == day(33)
    complete(beating.engine, day(33))
    assert tables(beating.database) == by_once()[1]


def test_a_list_that_is_never_quiet(beating: Beating) -> None:
    """It is believed in the end, and a clock that goes back only begins the wait anew."""
    lull, at = Lull(QUIET), NOW
    lost: set[str] = set()
    while lull.holds("home", lost | {f"{len(lost)}"}, at):
        lost.add(f"{len(lost)}")
        at += SECOND
    assert at == NOW + END
    assert lull.until("home") is None
    old = lull.holds("home", {"a"}, NOW - 2 * END)
    assert Lull(QUIET).holds("home", {"a"}, NOW, old) is None
    assert Lull(QUIET).holds("home", {"b"}, NOW, old)
    assert lull.holds("home", {"a", "b"}, NOW)
    assert lull.until("home") == NOW + QUIET
    assert lull.holds("home", {"a"}, NOW - END)
    assert lull.until("home") == NOW - END + QUIET
    assert not lull.holds("home", set(), NOW - END)
    assert lull.until("home") is None
    assert not Lull().holds("home", {"a", "b", "c"}, NOW)


def test_a_long_list_that_is_emptied_for_ever(tmp_path: Path) -> None:
    """When the wait ends few of its open tasks are gone yet: they go with all the rest."""
    beating = Beating(tmp_path)
    for number in range(170):
        beating.lab.world.put(Facet.TASKS, f"old-{number:03}", (Task("", "Old", "", None),))
    beating.read()
    old = sorted(ref for ref in beating.lab.world.alive(Facet.TASKS) if ref.startswith("old-"))
    beating.delete([beating.tasks[0], *old], 4 * SECOND)
    assert beating.now > NOW + END
    assert beating.asked() == 1
    assert "dismissed" not in beating.statuses()
