"""An engine goes on behind a full disk as if nothing had been: what it keeps in memory is never
ahead of what was committed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from engine_acts import act, acts_of, complete, tables
from integration.test_engine import LATER, NOW, Found, by_once, lab_in, the_owner_is_busy
from integration.test_step import POOL
from pysqlite3 import dbapi2
from sqlalchemy import Connection, event
from sqlalchemy import Engine as Driver
from stepping import put

from syncd.engine.engine import Engine
from syncd.store.errors import StoreUnwritable


@contextmanager
def full_at(chance: Callable[[], bool]) -> Iterator[None]:
    """Commits fail by chance, in the words of SQLite."""

    def refuse(_: Connection) -> None:
        if chance():
            raise dbapi2.OperationalError("database or disk is full")

    event.listen(Driver, "commit", refuse)
    try:
        yield
    finally:
        event.remove(Driver, "commit", refuse)


undisturbed = cache(by_once)


def without_cursors(found: Found) -> Found:
    """A list that is read again behind a write has a later cursor."""
    return found | {"cursor": [(*row[:4], *row[5:]) for row in found["cursor"]]}


@pytest.mark.parametrize("seed", range(2))
def test_every_commit_may_fail(tmp_path: Path, seed: int) -> None:
    """Acts whose commits fail are done again by the same engine, and it all comes to what one run
    without any trouble comes to."""
    reference = undisturbed()
    dice = random.Random(seed)
    lab = lab_in(tmp_path)
    database = lab.open()
    engine = Engine(lab.shop(database))
    failures = 0

    def insist(what: Callable[[], None]) -> None:
        nonlocal failures
        for _ in range(40):
            try:
                with full_at(lambda: dice.random() < 0.3):
                    what()
            except StoreUnwritable:
                failures += 1
            else:
                return
        what()

    insist(lambda: engine.start(NOW))
    names = acts_of(engine)
    for thing, text in POOL:
        put(lab.world, thing, text)
        name = dice.choice(names)
        insist(lambda name=name: act(engine, name, NOW))  # type: ignore[misc]
    insist(lambda: complete(engine, NOW))
    assert without_cursors(tables(database)) == without_cursors(reference[0])
    the_owner_is_busy(lab.world)
    insist(lambda: complete(engine, LATER))
    assert without_cursors(tables(database)) == without_cursors(reference[1])
    assert failures > 10
    database.close()
