"""The owner says who is one person, and the state follows at once.

What is said is stored with the marks of whom it is about, so a crash in between is made good by
the next run. Nothing is delivered here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from syncd.pipeline import Workshop, refresh
from syncd.pipeline.act import follow
from syncd.store import identity, people, putback, said
from syncd.store.errors import StoreError
from syncd.store.lock import exclusive
from syncd.store.observations import mark


def merge(shop: Workshop, now: datetime, one: str, other: str) -> str:
    """Let the holders of these two addresses be one person; returns the person's id.

    Raises `StoreError` while another run is under way, and when one of them turns out to be nobody:
    whoever is ignored since the last run is gone only now.
    """
    database, owner = shop.database, shop.database.owner
    with exclusive(database):
        _catch_up(shop, now)
        with database.begin() as connection:
            whose = people.owners_of(connection, owner, [one, other])
            _refuse_unknown(addr for addr in (one, other) if not whose.get(addr))
            if whose[one] == whose[other]:
                return whose[one]
            sides = people.addresses_of(connection, owner, sorted(set(whose.values())))
            here, there = sides[whose[one]], sides[whose[other]]
            # What kept them apart until now is overruled pair by pair, so that it can come back.
            words = identity.words_about(connection, owner, here)
            overruled = {
                (word.one, word.other)
                for word in words
                if not word.same
                and (
                    (word.one in here and word.other in there)
                    or (word.one in there and word.other in here)
                )
            }
            before = putback.remember(connection, owner, set(whose.values()))
            number = said.say(connection, owner, {_pair(one, other), *overruled}, ())
            said.keep(connection, owner, number, {"before": before}, now)
            mark(connection, owner, {*here, *there})
        follow(shop, now)
        with database.begin() as connection:
            now_whose = people.owners_of(connection, owner, [*here, *there])
            persons = set(now_whose.values()) - {""}
            after = putback.remember(connection, owner, persons)
            said.keep(connection, owner, number, {"before": before, "after": after}, now)
        return now_whose[one]


def split(shop: Workshop, now: datetime, person: str) -> bool:
    """Take back the newest merge of that person; False where there was none."""
    database, owner = shop.database, shop.database.owner
    with exclusive(database):
        _catch_up(shop, now)
        with database.begin() as connection:
            addrs = _addresses(connection, owner, person)
            numbers = said.merges(connection, owner, addrs)
            if not numbers:
                return False
            said.take_back(connection, owner, numbers[0])
            said.put_back_later(connection, owner, numbers[0])
            mark(connection, owner, addrs)
        follow(shop, now)
    return True


def split_off(shop: Workshop, now: datetime, person: str, addrs: Collection[str]) -> None:
    """Let these addresses of that person be somebody else's, whatever says otherwise."""
    database, owner = shop.database, shop.database.owner
    with exclusive(database):
        _catch_up(shop, now)
        with database.begin() as connection:
            theirs = _addresses(connection, owner, person)
            off = set(theirs) & set(addrs)
            rest = set(theirs) - off
            for number in said.merges(connection, owner, theirs):
                pairs = said.pairs_of(connection, owner, number)
                if any((one in off) != (other in off) for one, other in pairs):
                    said.put_back_later(connection, owner, number)
            said.say(connection, owner, (), {_pair(a, b) for a in off for b in rest})
            mark(connection, owner, theirs)
        follow(shop, now)


def _addresses(connection: Connection, owner: str, person: str) -> list[str]:
    theirs = people.addresses_of(connection, owner, [person]).get(person, [])
    _refuse_unknown([] if theirs else ["these addresses"])
    return theirs


def _refuse_unknown(addrs: Iterable[str]) -> None:
    for addr in addrs:
        raise StoreError(f"nobody has {addr} any more: see `ignore:` and `syncd people`")


def _pair(one: str, other: str) -> tuple[str, str]:
    return min(one, other), max(one, other)


def _catch_up(shop: Workshop, now: datetime) -> None:
    """Bring everything to `now` first, so that what follows is the owner's doing alone."""
    refresh(shop, now)
    follow(shop, now)
