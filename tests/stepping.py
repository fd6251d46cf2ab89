"""Small steps by hand: an owner whose accounts were empty, and whatever they have to say since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from connectors.memory.world import World
from connectors.records import Card, Meeting, Message
from syncd.pipeline import Workshop
from syncd.pipeline.observe import READABLE
from syncd.pipeline.read import TextReader
from syncd.pipeline.step import Step, step
from syncd.planner import Policy
from syncd.store import observations, sources, tombstones
from syncd.store.database import Database
from syncd.store.portions import Terms
from syncd.store.sightings import Where

from worlds import LISBON, WEEKDAYS, Lab, day


class Forgetful(Lab):
    """A lab whose workshop knows who is forgotten, as the command line's does."""

    def shop(self, database: Database) -> Workshop:
        shop = Lab.shop(self, database)
        known = tombstones.load(database)
        return replace(shop, ignore=replace(shop.ignore, forgotten=known))


def lab_in(folder: Path, kind: type[Lab] = Lab, **more: Any) -> Lab:
    """An owner whose accounts have been read, and were empty."""
    more.setdefault("policy", Policy(zone=LISBON, working_days=WEEKDAYS, preview=True))
    lab = kind(folder, **more)
    lab.once(day(-1))
    return lab


def put(world: World, thing: Message | Meeting | Card, text: str) -> None:
    """Let it come in."""
    if isinstance(thing, Message):
        world.deliver(thing, text)
    elif isinstance(thing, Meeting):
        world.put_event(thing)
    else:
        world.put_card(thing)


def steps(shop: Workshop, now: datetime, *, texts: bool = True, finish: bool = True) -> list[Step]:
    """Whatever the accounts have to say, each batch a step, and a last one with the texts. Where it
    does not `finish`, what the texts say is left for the next time."""
    database, account = shop.database, shop.accounts[0]
    owner, done = database.owner, []
    for source in (one for one in account.sources if one.facet in READABLE):
        with database.read() as connection:
            row = sources.get(connection, owner, account.name, source.facet, source.scope)
        known = sources.StoredItems(database, account.name, source.facet)
        terms = Terms(account.name, shop.ignore, None, shop.indexer.row)
        where = Where(owner, account.name, source.facet)
        for batch in source.changes(row.cursor, known, now):
            portion = terms.portion(batch)

            def take(
                connection: Connection, where: Where = where, taken: Any = portion.taken
            ) -> int:
                return observations.apply(connection, where, taken, shop.indexer, now)

            done.append(step(shop, now, take))
            with database.begin() as connection:
                moved = sources.get(connection, owner, account.name, source.facet, source.scope)
                moved = sources.SourceRow(
                    moved.account, moved.facet, moved.scope, batch.cursor, moved.done_at, now
                )
                sources.put(connection, owner, moved)
    if texts:
        TextReader(database, LISBON, {account.name: list(account.sources)[:1]}).read()
    return [*done, step(shop, now)] if finish else done
