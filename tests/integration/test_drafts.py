"""How a task was first drafted is kept while a late writing of it may land, and no longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.pipeline.doubt import doubt
from syncd.pipeline.forget import finish, forget
from syncd.store import drafts, people
from syncd.store.target import Target

from worlds import ANA, BEN, Lab, coffee, day, mail

RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], due: 10d, expires: 40d,
     task: {title: "Write to {{ name }}"}}
"""


def drafted(lab: Lab) -> list[str]:
    database = lab.open()
    try:
        with database.read() as connection:
            query = "SELECT name FROM fact WHERE name LIKE 'drafted%'"
            return list(connection.exec_driver_sql(query).scalars())
    finally:
        database.close()


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A copy of the state was put back, so the list is searched before the task is written."""
    lab = Lab(tmp_path, rules=RULES, creates_once=False)
    lab.world.deliver(mail(BEN, ANA, day(-1)))
    lab.once(day(0))
    database = lab.open()
    with database.begin() as connection:
        doubt(connection, database.owner, ["home"])
    database.close()
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(1))
    assert len(drafted(lab)) == 1
    return lab


def test_it_goes_when_somebody_is_forgotten(lab: Lab) -> None:
    """A digest of a text about them could be compared with a guess."""
    database = lab.open()
    with database.read() as connection:
        who = people.owners_of(connection, database.owner, [BEN.addr])[BEN.addr]
    shop, _ = forget(lab.shop(database), day(2), Target(frozenset({BEN.addr}), who, BEN.name))
    assert finish(shop, day(2)) == {}
    database.close()
    assert drafted(lab) == []


def test_it_goes_a_while_after_the_task(lab: Lab) -> None:
    """Not while the task is open, nor at once when it is closed."""
    lab.once(day(35))
    assert len(drafted(lab)) == 1
    lab.world.deliver(mail(ANA, BEN, day(35.1)))
    lab.once(day(36))
    assert drafted(lab) == []


def test_it_stays_while_it_may_land(lab: Lab) -> None:
    """Of a task that was closed soon; one of no task at all goes."""
    lab.world.deliver(mail(ANA, BEN, day(1.5)))
    database = lab.open()
    with database.begin() as connection:
        drafts.put(connection, database.owner, "syncd-0", "digest")
    database.close()
    lab.once(day(2))
    (left,) = drafted(lab)
    assert not left.endswith("syncd-0")
