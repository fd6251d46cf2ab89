"""What the owner says at the command line, taken in as one transaction and followed at once.

    lock --> derive anew what is stale --> the act, committed --> settle --> follow

Nothing is read from an account and nothing delivered: the next pass does that. A crash after the
commit loses nothing, because the act left its marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from syncd.pipeline import Workshop, refresh
from syncd.pipeline.decide import Decider
from syncd.pipeline.hand import incident
from syncd.pipeline.putback import put_back
from syncd.pipeline.settle import Settler
from syncd.pipeline.switches import in_force
from syncd.store import facts
from syncd.store.dossiers import Shelf
from syncd.store.lock import exclusive
from syncd.store.times import to_int


@contextmanager
def acting(shop: Workshop, now: datetime) -> Iterator[Connection]:
    """The transaction in which the owner's act is stored; whoever it marks is up to date when it
    ends. Raises `StoreError` while another run is under way."""
    with exclusive(shop.database):
        refresh(shop, now)
        with shop.database.begin() as connection:
            yield connection
        follow(shop, now)


def follow(shop: Workshop, now: datetime) -> None:
    """Settle whoever is marked, and judge whoever's moment has come."""
    owner = shop.database.owner
    shelf = Shelf()
    with shop.database.read() as connection:
        portraits = shop.portraits(connection)
        gallery = shop.gallery(connection, shelf)
        names = [account.name for account in shop.accounts]
        lost = frozenset(name for name in names if incident(connection, owner, name))
        switches = in_force(connection, owner, shop.policy)
    Settler(shop.database, shop.owner, shop.lawyer, portraits, now, shelf=shelf).settle()
    put_back(shop.database, now)
    Decider(
        shop.database,
        gallery,
        shop.ruleset,
        shop.clock,
        switches.policy,
        shop.tasks_in,
        now,
        incidents=lost,
        mutes=switches.mutes,
        ignored=shop.ignore.matches,
    ).follow()
    with shop.database.begin() as connection:
        facts.put(connection, owner, "as_of", str(to_int(now)))
