"""What a step takes by itself is never marked; whatever it does not settle is marked with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import Connection
from stepping import lab_in, put, steps

from connectors.records import Batch, Mailbox, Message, Seen
from syncd.pipeline.newest import Newest
from syncd.pipeline.settle import Settler
from syncd.pipeline.step import MOST, step
from syncd.pipeline.workshop import Workshop
from syncd.store import newest, observations, people
from syncd.store.portions import Terms
from syncd.store.sightings import Where

from worlds import ANA, BEN, CLEO, Lab, day, mail

OLD = [
    mail(ANA, BEN, day(0), "Harbour", name="k1"),
    mail(BEN, ANA, day(1), "Harbour tour", name="k2", answers="k1"),
    mail(ANA, CLEO, day(0), "Mill", name="k3"),
    mail(CLEO, ANA, day(1), "The mill", name="k4", answers="k3"),
]
NEW = [mail(BEN, ANA, day(3), "Plan", name="n1"), mail(CLEO, ANA, day(3), "Roof", name="n2")]


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """Ben and Cleo are known, and nobody is marked."""
    lab: Lab = lab_in(tmp_path)
    for message in OLD:
        put(lab.world, message, "")
    shop = lab.shop(lab.open())
    steps(shop, day(2))
    assert not marks(shop)
    return shop


def marks(shop: Workshop) -> set[str]:
    with shop.database.read() as connection:
        return people.dirty_addresses(connection, shop.database.owner, 100)


def stored(shop: Workshop, connection: Connection, message: Message) -> observations.Applied:
    terms = Terms("home", shop.ignore, None, shop.indexer.row)
    seen = Seen(f"memory//{message.message_id}", "1", (message,))
    where = Where(shop.database.owner, "home", "mail")
    taken = terms.portion(Batch((seen,), "")).taken
    return observations.apply(connection, where, taken, shop.indexer, day(4))


def last_of(shop: Workshop, addrs: Sequence[str]) -> set[object]:
    with shop.database.read() as connection:
        found = newest.with_brief(connection, shop.database.owner, addrs)
    return {row.last_at for row, _ in found.values()}


def test_what_is_taken_by_itself_is_never_marked(shop: Workshop) -> None:
    """Nothing is written to the table of marks, and nothing removed from it."""
    said: list[str] = []
    with shop.database.read() as connection:
        driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.set_trace_callback(said.append)
    done = step(shop, day(4), lambda connection: stored(shop, connection, NEW[0]))
    driver.set_trace_callback(None)
    assert (done.taken, done.folded) == (1, 1)
    assert [one for one in said if "INSERT INTO observation" in one]
    assert not [one for one in said if "dirty" in one and not one.startswith("SELECT")]
    assert last_of(shop, [BEN.addr]) == {day(3)}


def test_what_a_step_leaves_is_marked(shop: Workshop) -> None:
    """Too many are due: the message is stored, and whom it is about is left for a pass."""
    with (
        mock.patch.object(Newest, "take", return_value=None),
        mock.patch.object(Settler, "mark_due", return_value=MOST),
    ):
        done = step(shop, day(4), lambda connection: stored(shop, connection, NEW[0]))
    assert done.left
    assert marks(shop) == {BEN.addr}


def test_what_breaks_a_step_is_neither_stored_nor_marked(shop: Workshop) -> None:
    """It is one transaction: what comes again is new again."""
    with (
        mock.patch.object(Newest, "take", return_value=None),
        mock.patch.object(Settler, "mark_due", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        step(shop, day(4), lambda connection: stored(shop, connection, NEW[0]))
    assert not marks(shop)
    assert step(shop, day(4), lambda connection: stored(shop, connection, NEW[0])).taken == 1


def test_what_is_stored_outside_of_a_step_is_marked(shop: Workshop) -> None:
    """Nobody has said that they will see to it."""
    with shop.database.begin() as connection:
        assert stored(shop, connection, NEW[0]).only is not None
    assert marks(shop) == {BEN.addr}


def test_a_message_that_shows_a_list_is_not_alone(shop: Workshop) -> None:
    """What else went to that address was no letter to a person either."""
    team = Mailbox("team@lists.example.com", "Team")
    traits = {"list-id": "<team.lists.example.com>", "list-post": f"<mailto:{team.addr}>"}
    shown = mail(BEN, [ANA, team], day(3), "To all", name="n3", traits=traits)
    with shop.database.begin() as connection:
        assert stored(shop, connection, shown).only is None
    assert team.addr in marks(shop)


def test_two_that_come_one_after_the_other_are_both_settled(shop: Workshop) -> None:
    """Only the last of them is taken by itself; whom the other is about is marked, and folded."""

    def take(connection: Connection) -> int:
        stored(shop, connection, NEW[0])
        return stored(shop, connection, NEW[1])

    step(shop, day(4), take)
    step(shop, day(4))
    assert not marks(shop)
    assert last_of(shop, [BEN.addr, CLEO.addr]) == {day(3)}


def test_a_mark_that_is_there_already_is_no_reason_to_hold_others_back(shop: Workshop) -> None:
    """Whoever is marked is folded anew with all that came."""
    with shop.database.begin() as connection:
        observations.mark(connection, shop.database.owner, [BEN.addr])
    done = step(shop, day(4), lambda connection: stored(shop, connection, NEW[1]))
    assert done.folded == 2
    assert not marks(shop)
