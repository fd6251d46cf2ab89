"""Tasks that only a list knows and nobody can place: what they cost, and when they are dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from stepping import lab_in, put, steps

from connectors.records import Task
from syncd.store import doubled, strays
from syncd.store.database import Database
from syncd.store.errors import StoreUnwritable
from syncd.store.ledger_hand import Found
from syncd.twins import settle_twins

from worlds import ANA, BEN, Lab, day, mail

RULES = """
version: 1
rules:
  - {id: answer, since: asked_me, due: 3d, task: {title: "Answer {{ name }}"}}
"""


def some(many: int, *, completed: bool = False) -> list[Found]:
    """Tasks of a rule that is gone."""
    return [
        Found(f"r{i}", "s", Task(f"syncd-{i:024x}", "Old", "", None, completed))
        for i in range(many)
    ]


def kept(database: Database) -> set[str]:
    with database.read() as connection:
        return set(strays.load(connection, database.owner))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return lab_in(tmp_path, rules=RULES)


def test_no_step_reads_what_is_about_nobody_in_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are: each person's keys are asked for, and no other."""
    database = lab.open()
    try:
        shop = lab.shop(database)
        with database.begin() as connection:
            strays.take(connection, database.owner, "home", some(300), day(0))
        read: list[str] = []
        unpacked = strays._unpacked

        def reading(key: str, values: Sequence[Any]) -> strays.Stray:
            read.append(key)
            return unpacked(key, values)

        monkeypatch.setattr(strays, "_unpacked", reading)
        put(lab.world, mail(ANA, BEN, day(-1)), "All is well.")
        put(lab.world, mail(BEN, ANA, day(-0.5)), "Could you send me the plan?")
        assert sum(one.judged for one in steps(shop, day(0))) > 0
        assert read == []
        assert len(kept(database)) == 300
    finally:
        database.close()


def test_a_reading_that_finds_one_twice_again_writes_nothing(lab: Lab) -> None:
    """While it cannot be placed, nothing is to be settled."""
    database = lab.open()
    try:
        (found,) = some(1)
        with database.begin() as connection:
            strays.take(connection, database.owner, "home", [found], day(0))
            key = found.task.key
            assert doubled.add(connection, database.owner, "home", [key]) == (key,)
        tasks = lab.shop(database).lists["home"]
        still = Database(database.engine, database.owner, StoreUnwritable("not to be written"))
        assert settle_twins(still, database.owner, "home", tasks, [key], day(1)) == 0
    finally:
        database.close()


def test_each_is_dropped_alone(lab: Lab) -> None:
    """Placing one writes no other anew, and the last one leaves no trace."""
    database = lab.open()
    try:
        owner, found = database.owner, some(3)
        with database.begin() as connection:
            assert strays.take(connection, owner, "home", found, day(0))
        with database.begin() as connection:
            strays.drop(connection, owner, [found[0].task.key, "syncd-another"])
        assert kept(database) == {one.task.key for one in found[1:]}
        with database.begin() as connection:
            strays.drop(connection, owner, [one.task.key for one in found])
            assert not strays.take(connection, owner, "home", [], day(1))
        assert kept(database) == set()
    finally:
        database.close()


def test_they_are_kept_for_a_year(lab: Lab) -> None:
    """From when they were first found, however often they are found again."""
    database = lab.open()
    try:
        owner, last = database.owner, day(0) + strays.KEPT
        for now in (day(0), day(9), last):
            with database.begin() as connection:
                news = strays.take(connection, owner, "home", some(2, completed=True), now)
            assert news is (now == day(0))
        with database.begin() as connection:
            strays.take(connection, owner, "home", [], last + timedelta(seconds=1))
        assert kept(database) == set()
    finally:
        database.close()
