"""A write whose answer is lost, and a list that lets nobody look just then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.test_outbox import OWNER, Desk
from unit.planner.desk import on

from connectors.contract import Remote
from connectors.errors import ConnectorError, Paused, Refused, SignInNeeded
from connectors.memory.tasks import MemoryTasks
from syncd.store.database import Database, open_database

TROUBLES = [Paused("enough for now", 60), SignInNeeded("sign in again"), Refused("not you")]


class Shut(MemoryTasks):
    """A list that answers the next look for a key with `trouble`."""

    trouble: ConnectorError | None = None

    def find(self, key: str) -> Any:
        if self.trouble is not None:
            trouble, self.trouble = self.trouble, None
            raise trouble
        return super().find(key)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/state.db", OWNER)
    yield opened
    opened.close()


@pytest.fixture(params=TROUBLES, ids=lambda one: type(one).__name__)
def desk(database: Database, request: pytest.FixtureRequest) -> tuple[Desk, Shut, ConnectorError]:
    """One whose list has no creation key."""
    desk = Desk(database, once=False)
    desk.list = shut = Shut(desk.world, creates_once=False)
    return desk, shut, request.param


def test_a_creation_is_in_doubt_all_the_same(desk: tuple[Desk, Shut, ConnectorError]) -> None:
    """What the look met says nothing of the write: the next try looks, and finds it."""
    (one, shut, trouble) = desk
    key = one.decide()
    one.world.time_out_next_write(happened=True)
    shut.trouble = trouble
    assert one.deliver().doubtful == 1
    one.deliver(1)
    assert len(one.remote()) == 1
    assert (one.pending(key), one.state(key).touched) == ([], False)


def test_a_change_is_in_doubt_all_the_same(desk: tuple[Desk, Shut, ConnectorError]) -> None:
    """It is not taken for the owner's: what was perhaps written is ours."""
    (one, shut, trouble) = desk
    key = one.decide()
    one.deliver()
    one.update(key, due=on(40))
    one.world.time_out_next_write(happened=True)
    shut.trouble = trouble
    assert one.deliver(1).doubtful == 1
    one.deliver(2)
    assert (one.remote()[0].due, one.pending(key)) == (on(40), [])
    assert not one.state(key).touched_due


def test_a_write_in_a_later_round_may_be_refused(desk: tuple[Desk, Shut, ConnectorError]) -> None:
    """The first one, which the look did not find made, may land yet: it stays in doubt."""
    (one, shut, trouble) = desk
    key = one.decide()
    one.deliver()
    one.update(key, due=on(40))
    one.world.time_out_next_write(happened=False)
    looked = shut.find

    def find(key: str) -> list[Remote]:
        found: list[Remote] = looked(key)
        one.world.fail_next(trouble)
        return found

    shut.find = find  # type: ignore[method-assign]
    assert one.deliver(1).doubtful == 1
    (entry,) = one.pending(key)
    assert entry.state == "doubt"
