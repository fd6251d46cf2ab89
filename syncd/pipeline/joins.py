"""The owner says who is one person, and the state follows at once.

What is said is stored with the marks of whom it is about, so a crash in between is made good by
the next run. Nothing is delivered here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from syncd.pipeline.act import stored, turn
from syncd.pipeline.workshop import Workshop
from syncd.store import identity, people, putback, said
from syncd.store.errors import StoreError
from syncd.store.observations import mark


def merge(shop: Workshop, now: datetime, one: str, other: str) -> str:
    """Let the holders of these two addresses be one person; returns the person's id.

    Raises `StoreError` while another run is under way, and when one of them turns out to be nobody:
    whoever is ignored since the last run is gone only now.
    """
    database, owner = shop.database, shop.database.owner
    with turn(shop, now) as mine:
        mine.catch_up()
        with stored(database) as connection:
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
            about = {"before": before, "addrs": sorted({*here, *there})}
            said.keep(connection, owner, number, about, now, said.BEGUN)
            mark(connection, owner, {*here, *there})
        followed = mine.follow()
        with database.begin() as connection:
            if followed:
                finish_merges(connection, owner, now)
            now_whose = people.owners_of(connection, owner, [one, other])
        return now_whose[one]


def finish_merges(connection: Connection, owner: str, now: datetime) -> None:
    """Everybody is settled and followed: keep what came of merges, so that they can be taken back.

    Whoever delivers must not have come in between.
    """
    for one in said.begun(connection, owner):
        addrs = one.before["addrs"]
        persons = set(people.owners_of(connection, owner, addrs).values()) - {""}
        found = {"before": one.before["before"]}
        found["after"] = putback.remember(connection, owner, persons)
        said.keep(connection, owner, one.number, found, now)


def split(shop: Workshop, now: datetime, person: str) -> bool:
    """Take back the newest merge of that person; False where there was none."""
    database, owner = shop.database, shop.database.owner
    with turn(shop, now) as mine:
        mine.catch_up()
        with stored(database) as connection:
            addrs = _addresses(connection, owner, person)
            numbers = said.merges(connection, owner, addrs)
            if not numbers:
                return False
            said.take_back(connection, owner, numbers[0])
            said.put_back_later(connection, owner, numbers[0])
            mark(connection, owner, addrs)
        mine.follow()
    return True


def split_off(shop: Workshop, now: datetime, person: str, addrs: Collection[str]) -> None:
    """Let these addresses of that person be somebody else's, whatever says otherwise."""
    database, owner = shop.database, shop.database.owner
    with turn(shop, now) as mine:
        mine.catch_up()
        with stored(database) as connection:
            theirs = _addresses(connection, owner, person)
            off = set(theirs) & set(addrs)
            rest = set(theirs) - off
            for number in said.merges(connection, owner, theirs):
                pairs = said.pairs_of(connection, owner, number)
                if any((one in off) != (other in off) for one, other in pairs):
                    said.put_back_later(connection, owner, number)
            said.say(connection, owner, (), {_pair(a, b) for a in off for b in rest})
            mark(connection, owner, theirs)
        mine.follow()


def _addresses(connection: Connection, owner: str, person: str) -> list[str]:
    theirs = people.addresses_of(connection, owner, [person]).get(person, [])
    _refuse_unknown([] if theirs else ["these addresses"])
    return theirs


def _refuse_unknown(addrs: Iterable[str]) -> None:
    for addr in addrs:
        raise StoreError(f"nobody has {addr} any more: see `ignore:` and `syncd people`")


def _pair(one: str, other: str) -> tuple[str, str]:
    return min(one, other), max(one, other)
