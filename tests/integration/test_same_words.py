"""The owner writes what we are about to write: that is theirs, unless we may have written it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from integration.test_outbox import OWNER, Desk
from unit.planner.desk import day, on

from connectors.records import Facet
from syncd.planner import Act
from syncd.store import ledger, ledger_hand
from syncd.store.database import open_database
from syncd.store.ledger_hand import Found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = open_database(f"sqlite:///{tmp_path}/state.db", OWNER)
    yield Desk(database)
    database.close()


def delivered(desk: Desk) -> str:
    key = desk.decide()
    desk.deliver()
    return key


def moves(desk: Desk, number: int) -> None:
    """The owner moves the task to this day."""
    ref = desk.ref()
    desk.world.put(Facet.TASKS, ref, (replace(desk.world.task(ref), due=on(number)),))


def read(desk: Desk, key: str) -> frozenset[Act]:
    """The list is read, and what it says taken in."""
    (remote,) = desk.list.find(key)
    found = Found(remote.ref, remote.stamp, remote.task)
    with desk.database.begin() as connection:
        row = ledger.by_key(connection, OWNER, [key])[key]
        return ledger_hand.observe(connection, OWNER, row, found, day(1)).acts


def the_rule_moves_on(desk: Desk, key: str) -> None:
    desk.update(key, due=on(50))
    desk.deliver(2)


def test_the_day_that_waits_to_be_written(desk: Desk) -> None:
    """Read before anybody tried to write it, it is the owner's, and stays."""
    key = delivered(desk)
    desk.update(key, due=on(40))
    moves(desk, 40)
    assert read(desk, key) == {Act.MOVED}
    desk.deliver(1)
    assert not desk.pending(key)
    the_rule_moves_on(desk, key)
    assert desk.remote()[0].due == on(40)


def test_the_day_that_was_tried_in_vain(desk: Desk) -> None:
    """The list says that it is another one by now: of our day nothing was written."""
    key = delivered(desk)
    desk.update(key, due=on(40))
    moves(desk, 40)
    desk.deliver(1)
    the_rule_moves_on(desk, key)
    assert desk.remote()[0].due == on(40)


def test_the_day_that_may_have_been_written(desk: Desk) -> None:
    """Without an answer it is taken for ours, and goes on with the rule."""
    key = delivered(desk)
    desk.update(key, due=on(40))
    desk.world.time_out_next_write()
    desk.deliver(1)
    read(desk, key)
    desk.deliver(1.5)
    the_rule_moves_on(desk, key)
    assert desk.remote()[0].due == on(50)
