"""An account whose first reading takes long: the others live on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from engine_acts import act, acts_of, complete, tables

from connectors.contract import Known
from connectors.errors import Unavailable
from connectors.memory.source import MemoryMail
from connectors.memory.world import World
from connectors.records import Batch, Facet
from syncd.engine.engine import Engine, Job
from syncd.engine.mailbox import Leaving
from syncd.engine.pace import APART
from syncd.pipeline import Account, Workshop
from syncd.store import acts, health
from syncd.store.database import Database
from syncd.store.health import Place

from worlds import ANA, BEN, CLEO, DORA, Lab, day, mail

NOW = day(2)
RULES = """
version: 1
rules:
  - {id: answer, since: message_received, until: [message_sent], due: 2d, urgent: true,
     task: {title: "Answer {{ first_name }}"}}
"""


class Long(MemoryMail):
    """A mailbox of many batches, with something going on between them."""

    def __init__(self, world: World, between: Callable[[], None] = lambda: None) -> None:
        super().__init__(world, "long", batch=5)
        self.between = between

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        for batch in super().changes(cursor, known, now):
            yield batch
            self.between()


def lab_in(folder: Path) -> Lab:
    """Ana, who wrote to her friends before; her account at home has been read."""
    folder.mkdir()
    lab = Lab(folder, rules=RULES)
    for number, who in enumerate((BEN, CLEO, DORA)):
        lab.world.deliver(mail(ANA, who, day(-9 + number), name=f"first{number}"))
    lab.once(day(-1))
    return lab


def with_long(lab: Lab, database: Database, long: Long) -> Workshop:
    shop = lab.shop(database)
    return replace(shop, accounts=(*shop.accounts, Account("big", (long,))))


def big_world() -> World:
    world = World()
    for number in range(23):
        world.deliver(mail(CLEO, ANA, day(-30 + number), f"n {number}", name=f"n{number}"))
    world.deliver(mail(ANA, CLEO, day(-2), "Answer", name="last", answers="n22"))
    return world


def tasks(lab: Lab) -> int:
    return len(lab.world.alive(Facet.TASKS))


def test_other_accounts_live_on(tmp_path: Path) -> None:
    """Between two batches of a first reading: a mail at home is judged, its task written, and what
    the owner said is followed. In the end all is as if nothing had come between."""
    lab, plain = lab_in(tmp_path / "a"), lab_in(tmp_path / "b")
    database = lab.open()
    long = Long(big_world())
    engine = Engine(with_long(lab, database, long))
    engine.start(NOW)
    home = [one for one in acts_of(engine) if " home" in one]
    found: list[int] = []

    def between() -> None:
        found.append(tasks(lab))
        if len(found) == 2:
            lab.world.deliver(mail(BEN, ANA, day(1), "Question", name="q"), "What do you think?")
            for name in home:
                act(engine, name, NOW)
        if len(found) == 3:
            with database.begin() as connection:
                acts.raise_number(connection, database.owner)
            assert engine.is_news()
            engine.wake(NOW)
            assert not engine.is_news()

    long.between = between
    complete(engine, NOW)
    assert found[:3] == [0, 0, 1]
    plain.world.deliver(mail(BEN, ANA, day(1), "Question", name="q"), "What do you think?")
    other = plain.open()
    once = Engine(with_long(plain, other, Long(big_world())))
    once.start(NOW)
    complete(once, NOW)
    assert tasks(lab) == tasks(plain)
    mine, theirs = tables(database), tables(other)
    for found_in in (mine, theirs):  # how often a list was read and written is another matter
        found_in["cursor"] = [row for row in found_in["cursor"] if row[2] != "tasks"]
    assert mine == theirs
    database.close()
    other.close()


def test_a_pass_comes_in_time(tmp_path: Path) -> None:
    """A first reading that ends while another goes on is followed by a pass soon, not at once, and
    not only at the end of the other."""
    lab = Lab(tmp_path, rules=RULES)
    lab.world.deliver(mail(ANA, BEN, day(-9), name="first"))
    lab.world.deliver(mail(BEN, ANA, day(1), name="second"))
    database = lab.open()
    long = Long(big_world())
    engine = Engine(with_long(lab, database, long))
    engine.start(NOW)
    seen: list[bool] = []

    def between() -> None:
        seen.append(True)
        if len(seen) != 3:
            return
        home = [one for one in acts_of(engine) if " home" in one]
        for name in home:
            act(engine, name, NOW)
        assert tasks(lab) == 0
        assert engine.next_moment(NOW) == NOW + APART
        engine.wake(NOW + APART)
        act(engine, "deliver home", NOW + APART)
        assert tasks(lab) == 1

    long.between = between
    assert not engine.read("big", long, NOW).error
    assert len(seen) > 3
    database.close()


def test_its_tasks_are_not_put_off(tmp_path: Path) -> None:
    """Whenever it wakes, behind the last portion of a first reading as well: the tasks that come of
    it are drawn on the same day, for nobody knew of them at the day's hour."""
    lab = Lab(tmp_path, rules=RULES.replace(", urgent: true", ""))
    lab.world.deliver(mail(ANA, BEN, day(-9), name="first"))
    lab.world.deliver(mail(BEN, ANA, day(1), name="second"))
    database = lab.open()

    def wake_behind(kind: str, job: Job, now: datetime) -> object:
        done = job(now)
        if kind != "wake":
            engine.wake(now)
        return done

    engine = Engine(lab.shop(database), run=wake_behind)
    engine.start(NOW)
    for name in acts_of(engine):
        act(engine, name, NOW)
    assert tasks(lab) == 1
    database.close()


def test_an_account_that_goes_in_the_middle(tmp_path: Path) -> None:
    """A configuration without the account that is being read: whoever reads it is dismissed, and
    nobody waits for its end."""
    lab = lab_in(tmp_path / "a")
    database = lab.open()
    gone: list[bool] = []

    def run(_kind: str, job: Job, now: datetime) -> object:
        if gone == [True]:
            raise Leaving
        return job(now)

    def between() -> None:
        engine.shop = lab.shop(database)
        gone.append(True)

    long = Long(big_world(), between)
    engine = Engine(with_long(lab, database, long), run=run)
    engine.start(NOW)
    with pytest.raises(Leaving):
        engine.read("big", long, NOW)
    gone.clear()
    engine.start(NOW)
    lab.world.deliver(mail(BEN, ANA, day(1), name="q"))
    for name in acts_of(engine):
        act(engine, name, NOW)
    act(engine, "deliver home", NOW)
    assert engine.has_read_all()
    assert tasks(lab) == 1
    database.close()


def test_a_clock_that_was_ahead_puts_nothing_off(tmp_path: Path) -> None:
    """A source and a list fail while the clock is 60 days ahead: when it is set right both may be
    tried at once."""
    lab = lab_in(tmp_path / "a")
    database = lab.open()
    engine = Engine(lab.shop(database))
    engine.start(NOW)
    complete(engine, NOW)
    lab.world.deliver(mail(BEN, ANA, day(1), name="q"))
    account = engine.shop.accounts[0]
    source = next(one for one in account.readable if one.facet == Facet.MAIL)
    place, writing = Place("home", "mail", source.scope), Place("home", health.DELIVERY)
    ahead = day(62)
    assert not engine.read("home", source, NOW).error
    lab.world.fail_next(Unavailable("busy", wait=600))
    assert engine.deliver("home", ahead).failed
    lab.world.fail_next(Unavailable("busy", wait=600))
    assert engine.read("home", source, ahead).error
    assert not engine.retries.open(place, NOW)
    assert not engine.retries.open(writing, NOW)
    later = engine.next_delivery("home", NOW)
    assert later is not None
    assert later > day(60)
    engine.clock_went_back(NOW)
    engine.start(NOW)
    assert engine.retries.open(place, NOW)
    moment = engine.next_delivery("home", NOW)
    assert moment is not None
    assert moment <= NOW
    act(engine, "deliver home", NOW)
    assert tasks(lab) == 1
    database.close()
