"""Whoever follows what changed knows the same as whoever lists everything: proven for the fake, by
the real client library, whatever happens in between."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from fakes.exchange.account import Account
from fakes.exchange.clients import client
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.world import START, Clock

__all__ = ["clock", "exchange"]


def something_happens(chance: random.Random, account: Account) -> None:
    """To a task: it is made, changed, read, moved away and back, or deleted."""
    tasks, binned = account.tasks.items(), account.tasks.items("deleteditems")
    act = chance.randrange(7)
    if act < 2 or not tasks:
        account.tasks.add(f"task {chance.randrange(99)}", due=date(2026, 12, 1))
    elif act == 2:
        account.tasks.edit(chance.choice(tasks), Subject=f"task {chance.randrange(99)}")
    elif act == 3:
        account.mailbox.mark_read(chance.choice(tasks), chance.random() < 0.5)
    elif act == 4:
        account.tasks.delete(chance.choice(tasks), chance.choice(["deleted", "soft", "hard"]))
    elif act == 5 and binned:
        account.tasks.restore(chance.choice(binned))
    else:
        account.tasks.tick(chance.choice(tasks))


def followed(folder: Any, known: dict[str, Any], state: str | None) -> str:
    """What is known of a folder is brought up to date: the state afterwards."""
    for kind, one in folder.sync_items(state, only_fields=["subject", "status"]):
        if kind == "delete":
            del known[one.id]
        elif kind == "read_flag_change":
            assert one[0].id in known
        else:
            assert (one.id in known) == (kind == "update")
            known[one.id] = (one.subject, one.status)
    return str(folder.item_sync_state)


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_following_is_listing(exchange: FakeExchange, clock: Clock, seed: int) -> None:
    """Every change is told, as what it is, and nothing else."""
    exchange.reset(clock, seed)
    account, chance = exchange.account(), random.Random(seed)
    with client(exchange) as ana:
        known: dict[str, Any] = {}
        state = None
        for _ in range(6):
            for _ in range(chance.randrange(8)):
                something_happens(chance, account)
            state = followed(ana.tasks, known, state)
            listed = ana.tasks.all().only("subject", "status")
            assert known == {one.id: (one.subject, one.status) for one in listed}
    assert clock() == START
