"""An older copy of the state is put back: what it must not do.

write       before all of each task list was read: it may be older than they are
remember    whom the owner had forgotten since it was made
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from syncd import log
from syncd.intake import without_ignored
from syncd.pipeline.doubt import doubt
from syncd.pipeline.workshop import Workshop
from syncd.store import facts, ledger_outbox, observations, people, rewound, shred, tombstones
from syncd.store.database import Database
from syncd.store.lock import GENERATION, raise_generation, was_restored
from syncd.store.schema import address, cursor, involved, note
from syncd.store.target import Target, look


def prepare(shop: Workshop, beside: int) -> tuple[int, int]:
    """Make a copy of a state ready to be the state; returns how many people were forgotten again,
    and its generation, which is later than its own and the one `beside` the state."""
    database, owner = shop.database, shop.database.owner
    tombstones.settle(database)
    again = forget_again(shop)
    with database.begin() as connection:
        written = select(cursor.c.account).where(cursor.c.owner == owner, cursor.c.facet == "tasks")
        lists = {*connection.execute(written).scalars(), *shop.lists, *_taking(shop)}
        distrust(connection, owner, lists)
        generation = max(int(facts.get(connection, owner, GENERATION) or 0), beside) + 1
        facts.put(connection, owner, GENERATION, str(generation))
    shred.shred(database)
    return again, generation


def notice_restored(shop: Workshop, now: datetime) -> None:
    """See whether an older copy of the state was put back by hand. Under the lock."""
    _notice(shop)
    _date(shop.database, now)


def _notice(shop: Workshop) -> None:
    database = shop.database
    # Whoever lets somebody in again tells the file first, so only an older copy knows fewer.
    fewer = bool(shop.ignore.forgotten) and not tombstones.beside(database) <= (
        tombstones.stored(database)
    )
    if not fewer and not was_restored(database):
        return
    log.event("state.restored")
    with database.begin() as connection:
        distrust(connection, database.owner, list(shop.lists))
    tombstones.settle(database)
    forget_again(shop)
    # Behind all of it, so that a crash leaves it to be done again.
    raise_generation(database)


def distrust(connection: Connection, owner: str, accounts: Collection[str]) -> None:
    """Doubt everything that these lists have not confirmed."""
    ledger_outbox.doubt_all(connection, owner)
    rewound.note(connection, owner)
    doubt(connection, owner, accounts)


def _date(database: Database, now: datetime) -> None:
    with database.read() as connection:
        undated = rewound.is_undated(connection, database.owner)
    if undated:
        with database.begin() as connection:
            rewound.date(connection, database.owner, now)


def _taking(shop: Workshop) -> Collection[str]:
    """The accounts that may be written to, opened for that or not."""
    return set(shop.tasks_in.values())


def forget_again(shop: Workshop) -> int:
    """Erase whoever is to stay forgotten and is known here all the same; how many there were."""
    database, owner, forgotten = shop.database, shop.database.owner, shop.ignore.forgotten
    if not forgotten:
        return 0
    with database.read() as connection:
        known = {addr for addr in _addresses(connection, owner) if forgotten.matches(addr)}
    if not known:
        return 0
    from syncd.store.erasure import Eraser  # few states were ever put back

    with database.begin() as connection:
        targets = _targets(connection, owner, known)
        for target in targets:
            found = look(connection, owner, target)
            eraser = Eraser(
                connection,
                owner,
                target,
                forgotten,
                shop.indexer,
                lambda record: without_ignored(record, shop.ignore),
                found.names,
            )
            eraser.erase(found, ())
        shred.order(connection, owner)
    log.event("person.forgotten")
    return len(targets)


def _addresses(connection: Connection, owner: str) -> set[str]:
    found: set[str] = set()
    for table in (involved, address, note):
        query = select(table.c.addr).where(table.c.owner == owner).distinct()
        found |= set(connection.execute(query).scalars())
    return found


def _targets(connection: Connection, owner: str, known: Collection[str]) -> list[Target]:
    """Whom these addresses belong to: a person where all of theirs are among them."""
    whose = people.owners_of(connection, owner, sorted(known))
    rows = people.load(connection, owner, sorted(set(whose.values())))
    targets = [Target(frozenset({addr})) for addr in sorted(known) if addr not in whose]
    for person, addrs in sorted(people.addresses_of(connection, owner, sorted(rows)).items()):
        theirs = frozenset(addrs) & frozenset(known)
        if len(theirs) == len(addrs):
            targets.append(Target(theirs, person, rows[person].name))
        else:
            targets.append(Target(theirs))
            observations.mark(connection, owner, set(addrs) - theirs)
    return targets
