"""What the owner says at the command line, taken in as one transaction and followed at once.

    alone            lock --> derive anew what is stale --> the act, committed --> settle, follow
    beside a daemon  the act, committed --> the daemon is woken, follows, and says so

Nothing is read from an account and nothing delivered: the next pass does that. A crash after the
commit loses nothing, because the act left its marks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncd.pipeline.incidents import accept, to_accept
from syncd.pipeline.putback import put_back
from syncd.pipeline.step import decider_of, settler_of
from syncd.pipeline.whole import refresh
from syncd.pipeline.workshop import Workshop
from syncd.store import acts, facts
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.lock import exclusive
from syncd.store.poke import poke
from syncd.store.times import to_int

PATIENCE = 5.0  # seconds that a command waits for the daemon; what it does then, it does later
_LOOK = 0.01


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to store an act. `alone`: nothing else is at work on the state."""

    shop: Workshop
    now: datetime
    alone: bool

    def catch_up(self) -> None:
        """Bring everything to `now`, so that what follows is the owner's doing alone. A daemon
        keeps it there."""
        if self.alone:
            refresh(self.shop, self.now)
            follow(self.shop, self.now)

    def follow(self, shop: Workshop | None = None) -> bool:
        """Bring up to date whoever the act is about (as `shop` sees it); False where the daemon
        is too busy to do it now."""
        if self.alone:
            follow(shop or self.shop, self.now)
            return True
        return _followed(self.shop.database)


@contextmanager
def turn(shop: Workshop, now: datetime) -> Iterator[Turn]:
    """Hold the state, or share it with the daemon that holds it. Raises `StoreError` while another
    run is under way."""
    with ExitStack() as stack:
        # A server may just have ended the session of a daemon that is well.
        served = shop.database.engine.dialect.name != "sqlite"
        alone = not (served and poke(shop.database))
        try:
            if alone:
                stack.enter_context(exclusive(shop.database, guest=True))
        except StoreError:
            if not poke(shop.database):
                raise
            alone = False
        yield Turn(shop, now, alone)


@contextmanager
def acting(shop: Workshop, now: datetime) -> Iterator[Connection]:
    """The transaction in which the owner's act is stored; whoever it marks is up to date when it
    ends. Raises `StoreError` while another run is under way."""
    with turn(shop, now) as mine:
        if mine.alone:
            refresh(shop, now)
        with stored(shop.database) as connection:
            yield connection
        mine.follow()


@contextmanager
def stored(database: Database) -> Iterator[Connection]:
    """The transaction of an act; a daemon beside us notices it."""
    with database.begin() as connection:
        yield connection
        acts.raise_number(connection, database.owner)


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


def wait(database: Database, done: Callable[[Connection], bool], patience: float) -> bool:
    """Wake the daemon, and wait until `done` or for so many seconds; whether it is done."""
    end = time.monotonic() + patience
    there = poke(database)
    while True:
        with database.read() as connection:
            if done(connection):
                return True
        if not there or time.monotonic() >= end:
            return False
        time.sleep(_LOOK)
        there = poke(database)


def accept_deletions(shop: Workshop) -> bool | None:
    """Tell the daemon that what vanished was deleted on purpose; whether it has taken that in. None
    where no daemon runs."""
    database, owner = shop.database, shop.database.owner
    if not poke(database):
        return None
    with stored(database) as connection:
        accept(connection, owner, shop.lists)
    return wait(database, lambda c: not to_accept(c, owner, shop.lists), 2 * PATIENCE)


def _followed(database: Database) -> bool:
    with database.read() as connection:
        number = acts.number(connection, database.owner)
    return wait(database, lambda c: acts.followed(c, database.owner) >= number, PATIENCE)
