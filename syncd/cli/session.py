"""An open state, as reading commands want it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncd import wiring
from syncd.cli.context import Call
from syncd.pipeline import Workshop
from syncd.pipeline.decide import Decider
from syncd.pipeline.step import decider_of


@dataclass(frozen=True, slots=True)
class Session:
    """One consistent view of the state at `now`; nothing is written through it."""

    shop: Workshop
    assembly: wiring.Assembly
    connection: Connection
    now: datetime

    def decider(self) -> Decider:
        gallery = self.shop.gallery(self.connection)
        return decider_of(self.shop, self.connection, gallery, self.now)


@contextmanager
def reading(call: Call, now: str | None) -> Iterator[Session]:
    """Open the state for a command that only looks."""
    assembly = call.assembly()
    moment = call.moment(now, assembly)
    database = wiring.open_state(assembly, look=True)
    try:
        shop = wiring.open_workshop(assembly, database, writing=False)
        with database.read() as connection:
            yield Session(shop, assembly, connection, moment)
    finally:
        database.close()


@contextmanager
def writing(call: Call, now: str | None) -> Iterator[tuple[Workshop, datetime]]:
    """Open the state for an act of the owner's; no task list is touched."""
    assembly = call.assembly()
    moment = call.moment(now, assembly)
    database = wiring.open_state(assembly)
    try:
        yield wiring.open_workshop(assembly, database, writing=False), moment
    finally:
        database.close()
