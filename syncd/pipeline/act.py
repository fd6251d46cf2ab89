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
from syncd.pipeline.putback import put_back
from syncd.pipeline.step import decider_of, settler_of
from syncd.store import facts
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
    with shop.database.read() as connection:
        gallery = shop.gallery(connection)
        decider = decider_of(shop, connection, gallery, now)
    settler_of(shop, gallery, now).settle()
    put_back(shop.database, now)
    decider.follow()
    with shop.database.begin() as connection:
        facts.put(connection, owner, "as_of", str(to_int(now)))
