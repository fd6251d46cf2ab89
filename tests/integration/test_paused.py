"""A provider that gives so much at a time: nothing is wrong, and it goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from engine_acts import act, complete, tables

from connectors.contract import Known
from connectors.errors import Paused, Unavailable
from connectors.memory.source import MemoryMail
from connectors.memory.world import World
from connectors.records import Batch, Facet
from syncd.cli.once import code_of, paused_of, report_of, troubles_of
from syncd.engine.engine import Engine
from syncd.engine.pace import APART, Pace
from syncd.pipeline import Account, Workshop, once
from syncd.store import health, ledger_outbox, people, sources
from syncd.store.database import Database
from syncd.store.health import DELIVERY, UP, Place

from worlds import ANA, BEN, CLEO, Lab, day, mail

NOW = day(2)
MINUTE = timedelta(minutes=1)
BIG = Place("big", "mail", "rationed")
RULES = """
version: 1
rules:
  - {id: answer, since: message_received, until: [message_sent], due: 2d, urgent: true,
     task: {title: "Answer {{ first_name }}"}}
"""


class Rationed(MemoryMail):
    """A mailbox that gives one batch a minute."""

    def __init__(self, world: World, rations: int = 1) -> None:
        super().__init__(world, "rationed", batch=5)
        self.rations = rations

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        left = self.rations
        for batch in super().changes(cursor, known, now):
            if not left and not batch.done:
                raise Paused("it gives so much at a time", 60.0)
            left -= 1
            yield batch


def lab_in(folder: Path) -> Lab:
    folder.mkdir()
    lab = Lab(folder, rules=RULES)
    lab.world.deliver(mail(ANA, BEN, day(-9), name="first"))
    lab.once(day(-1))
    return lab


def big_world() -> World:
    world = World()
    for number in range(23):
        world.deliver(mail(CLEO, ANA, day(-30 + number), f"n {number}", name=f"n{number}"))
        world.deliver(mail(ANA, CLEO, day(-30 + number), f"re {number}", name=f"r{number}"))
    return world


def with_big(lab: Lab, database: Database, rations: int) -> Workshop:
    shop = lab.shop(database)
    return replace(
        shop, accounts=(*shop.accounts, Account("big", (Rationed(big_world(), rations),)))
    )


def state_of(database: Database, place: Place) -> str:
    with database.read() as connection:
        found = health.get(connection, database.owner, place)
        return found.state if found is not None else "unknown"


def test_a_first_reading_in_rations(tmp_path: Path) -> None:
    """Each ration is kept, the account is well, people are seen after the first; it is asked again
    when it said, and in the end all is as if it had come at once."""
    lab, plain = lab_in(tmp_path / "a"), lab_in(tmp_path / "b")
    database, other = lab.open(), plain.open()
    engine, at_once = Engine(with_big(lab, database, 1)), Engine(with_big(plain, other, 99))
    engine.start(NOW)
    at_once.start(NOW)
    act(engine, "read home 0", NOW)
    big = engine.shop.accounts[1].sources[0]
    now, rations = NOW, 0
    while True:
        outcome = engine.read("big", big, now)
        assert not outcome.error
        if not outcome.paused:
            break
        rations += 1
        assert outcome.items == 5
        assert state_of(database, BIG) == UP
        assert engine.retries.until(BIG) == now + MINUTE
        assert not engine.has_read_all()
        with database.read() as connection:
            assert people.count(connection, database.owner) == 2
            row = sources.get(connection, database.owner, *BIG)
        assert (row.done_at, row.error) == (None, "")
        now += MINUTE
    assert rations == 9
    complete(engine, now)
    complete(at_once, now)
    mine, theirs = tables(database), tables(other)
    for found in (mine, theirs):  # when and how often something was read is another matter
        found["cursor"] = [row[:3] for row in found["cursor"]]
        found.pop("item")
    assert mine == theirs
    database.close()
    other.close()


def test_what_was_down_is_up(tmp_path: Path) -> None:
    """A ration ends an outage; a pause without any leaves it as it is."""
    lab = lab_in(tmp_path / "a")
    database = lab.open()
    engine = Engine(with_big(lab, database, 1))
    engine.start(NOW)
    big = engine.shop.accounts[1].sources[0]
    assert isinstance(big, Rationed)
    big.world.fail_next(Unavailable("it is away"), 2)
    for _ in range(2):
        assert engine.read("big", big, NOW).error
    assert state_of(database, BIG) != UP
    big.rations = 0
    assert engine.read("big", big, NOW).paused
    assert state_of(database, BIG) != UP
    big.rations = 1
    assert engine.read("big", big, NOW).paused
    assert state_of(database, BIG) == UP
    with database.read() as connection:
        assert sources.get(connection, database.owner, *BIG).error == ""
    database.close()


def test_a_list_that_pauses(tmp_path: Path) -> None:
    """A task is written when the list takes it, once; until then the list is well, and what was
    not written is in no doubt."""
    lab = lab_in(tmp_path / "a")
    lab.world.deliver(mail(BEN, ANA, day(1), "Question", name="q"), "What do you think?")
    database = lab.open()
    engine = Engine(lab.shop(database))
    engine.start(NOW)
    for name in ("read home 0", "read home 1", "read home 2", "texts", "hand home"):
        act(engine, name, NOW)
    lab.world.fail_next(Paused("enough for now", 90.0))
    summary = engine.deliver("home", NOW)
    assert (summary.failed, summary.created) == ({}, 0)
    assert state_of(database, Place("home", DELIVERY)) != health.DOWN
    with database.read() as connection:
        entry = ledger_outbox.after(connection, database.owner, "home", 0)
    assert entry is not None
    assert entry.state == ledger_outbox.READY
    assert engine.next_delivery("home", NOW) == NOW + timedelta(seconds=90)
    lab.world.fail_next(Paused("enough for now", 90.0))
    reading = engine.hand("home", NOW + MINUTE)
    assert (reading.error, bool(reading.paused)) == ("", True)
    assert engine.next_delivery("home", NOW + MINUTE) is None  # it has to be read first
    act(engine, "hand home", NOW + 2 * MINUTE)
    act(engine, "deliver home", NOW + 2 * MINUTE)
    assert len(lab.world.alive(Facet.TASKS)) == 1
    database.close()


def test_a_single_pass(tmp_path: Path) -> None:
    """`once` keeps what it got, says that there is more, and fails for nothing."""
    lab = lab_in(tmp_path / "a")
    database = lab.open()
    for count in range(10):
        report = once(with_big(lab, database, 1), NOW + count * MINUTE)
        assert (code_of(report), troubles_of(report)) == (0, [])
        told = paused_of(report)
        assert bool(told) is (count < 9)
        (big,) = [one for one in report_of(report)["read"] if one["account"] == "big"]
        assert ("paused" in big, big["error"]) == (count < 9, None)
        assert all(one.startswith("syncd: big: mail: it gives so much at a time. ") for one in told)
    assert state_of(database, BIG) == UP
    database.close()


@pytest.mark.parametrize("rests", [0, 1, 5])
def test_passes_while_it_rests(rests: int) -> None:
    """The first at once, the others some minutes apart, however long the rest lasts."""
    pace = Pace()
    pace.begin(NOW)
    assert pace.next(NOW) == NOW + APART
    pace.rest(NOW)
    assert pace.next(NOW) == NOW
    pace.passed(NOW)
    for number in range(rests):
        pace.go_on(NOW + number * MINUTE)
        pace.rest(NOW + number * MINUTE)
    assert pace.next(NOW) - NOW <= timedelta(minutes=9)
    assert pace.next(NOW) - NOW >= APART
