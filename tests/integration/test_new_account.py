"""A state with people in it, and an account that was never read: how often they are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from engine_acts import act, acts_of, complete, tables

from connectors.memory.source import MemoryMail
from connectors.memory.world import World
from connectors.records import Facet
from syncd import log, pipeline
from syncd.engine.engine import Engine
from syncd.pipeline import Account, Workshop
from syncd.pipeline.report import Silent
from syncd.store.database import Database

from worlds import ANA, BEN, CLEO, DORA, Lab, day, mail

NOW = day(2)
SOON, LATE = NOW + timedelta(seconds=9), NOW + timedelta(seconds=11)
RULES = """
version: 1
rules:
  - {id: answer, since: message_received, until: [message_sent], due: 2d, urgent: true,
     task: {title: "Answer {{ first_name }}"}}
"""


@contextmanager
def folding() -> Iterator[list[int]]:
    """How many people each pass folds, none left out."""
    found: list[int] = []

    def hear(name: str, facts: Mapping[str, Any]) -> None:
        if name == "people.settled" and facts["people"]:
            found.append(facts["people"])

    log.hear(hear)
    try:
        yield found
    finally:
        log.unhear(hear)


def known(folder: Path) -> Lab:
    """Ana and three friends, all of whom were judged."""
    folder.mkdir()
    lab = Lab(folder, rules=RULES)
    for number, who in enumerate((BEN, CLEO, DORA)):
        lab.world.deliver(mail(ANA, who, day(-9 + number), name=f"first{number}"))
    lab.once(NOW)
    return lab


def more(lab: Lab, database: Database, world: World) -> Workshop:
    """One account more, with what is in `world`."""
    shop = lab.shop(database)
    return replace(shop, accounts=(*shop.accounts, Account("new", (MemoryMail(world, "new"),))))


def with_mail() -> World:
    world = World()
    world.deliver(mail(CLEO, ANA, day(1), "Question", name="q"), "What do you think?")
    return world


@pytest.mark.parametrize(("world", "passes"), [(World, 0), (with_mail, 1)])
def test_nobody_is_judged_for_an_account_that_is_about_to_be_read(
    tmp_path: Path, world: Any, passes: int
) -> None:
    """What it has is read first: everybody is folded once if there is anything, nobody if there
    is nothing. In the end all is as `once` leaves it."""
    lab, other = known(tmp_path / "a"), known(tmp_path / "b")
    mine, theirs = lab.open(), other.open()
    with folding() as found:
        engine = Engine(more(lab, mine, world()))
        engine.start(NOW)
        complete(engine, NOW)
    assert len(found) == passes
    pipeline.once(more(other, theirs, world()), NOW)
    assert lab.world.alive(Facet.TASKS).keys() == other.world.alive(Facet.TASKS).keys()
    one, two = tables(mine), tables(theirs)
    for table in one:
        assert one[table] == two[table], table
    mine.close()
    theirs.close()


def test_nothing_is_decided_or_written_before_it_has_answered(tmp_path: Path) -> None:
    """A mail that comes in at home meanwhile is stored, and judged when the account was read."""
    lab = known(tmp_path / "a")
    database = lab.open()
    engine = Engine(more(lab, database, with_mail()))
    engine.start(NOW)
    lab.world.deliver(mail(BEN, ANA, day(1), "Question", name="b"), "What do you think?")
    home = [name for name in acts_of(engine) if " home" in name]
    for name in (*home, "wake", *home):
        act(engine, name, NOW)
    assert not lab.world.alive(Facet.TASKS)
    assert all(engine.next_delivery(account, NOW) is None for account in engine.shop.lists)
    complete(engine, NOW)
    assert len(lab.world.alive(Facet.TASKS)) == 2
    database.close()


def test_one_that_does_not_answer_holds_nobody_up(tmp_path: Path) -> None:
    """After ten seconds whoever else is there is judged without it."""
    lab = known(tmp_path / "a")
    database = lab.open()
    engine = Engine(more(lab, database, with_mail()))
    engine.start(NOW)
    lab.world.deliver(mail(BEN, ANA, day(1), "Question", name="b"), "What do you think?")
    home = [name for name in acts_of(engine) if " home" in name]
    assert engine.next_judgement(SOON) == NOW + timedelta(seconds=10)
    for moment, there in ((SOON, 0), (LATE, 1)):
        engine.wake(moment)
        for name in (*home, "wake", *home):
            act(engine, name, moment)
        assert len(lab.world.alive(Facet.TASKS)) == there
    database.close()


def test_a_clock_that_went_back_puts_nothing_off(tmp_path: Path) -> None:
    """The ten seconds are over at once when the clock is set back behind them."""
    lab = known(tmp_path / "a")
    database = lab.open()
    engine = Engine(more(lab, database, with_mail()))
    engine.start(NOW)
    before = NOW - timedelta(hours=1)
    assert engine.next_judgement(before) == before
    engine.wake(before)
    assert engine.next_judgement(before) != before
    database.close()


class Counted(Silent):
    """How many are done in each step of a pass."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self._last = ""

    def step(self, name: str) -> None:
        self._last = name

    def advance(self, count: int) -> None:
        self.found[self._last] = self.found.get(self._last, 0) + count


def test_a_pass_folds_everybody_once(tmp_path: Path) -> None:
    """Another configuration marks everybody; whoever was folded is not folded again at the same
    moment because the rules have not seen them yet."""
    lab = known(tmp_path / "a")
    database = lab.open()
    shop = lab.shop(database)
    counted = Counted()
    pipeline.once(replace(shop, prints={**shop.prints, "people": "other"}), NOW, counted)
    assert counted.found["Who is who"] == 3
    assert counted.found.get("Who is who, with texts", 0) == 0
    database.close()
