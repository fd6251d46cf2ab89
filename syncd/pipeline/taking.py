"""One portion of a reading on its way into the store, with the cursor after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from syncd.pipeline.health import Ward
from syncd.pipeline.trying import Trying
from syncd.retry import Retries
from syncd.store import facts, health, observations, sources
from syncd.store.health import Place
from syncd.store.observations import Indexer
from syncd.store.portions import AGAIN, Portion, fault_in
from syncd.store.sightings import Where
from syncd.store.sources import SourceRow

# The fact that says that more people than those marked may have to be judged anew.
UNMARKED = "unmarked"


@dataclass(frozen=True, slots=True)
class Taking:
    """What one transaction stores of a source. `row` is the source as it stood before."""

    owner: str
    row: SourceRow
    portion: Portion
    indexer: Indexer
    retries: Retries | None = None
    paused: bool = False  # it let nothing through before

    @property
    def moves(self) -> bool:
        """Whether the reading is further than before."""
        cursor = self.portion.cursor
        return bool(self.portion.taken) or (bool(cursor) and cursor != self.row.cursor)

    @property
    def alone(self) -> bool:
        """While a back-fill lasts everybody is judged at its end: to mark whoever else each batch
        decides about would cost more than the batch."""
        return self.row.done_at is None

    @property
    def ends(self) -> bool:
        """Whether it ends a back-fill."""
        return self.alone and self.portion.done

    def after(self, now: datetime) -> SourceRow:
        """The source as it stands when this is stored."""
        return replace(
            self.row,
            cursor=self.portion.cursor or self.row.cursor,
            ok_at=now,
            done_at=self.row.done_at or (now if self.portion.done else None),
            error="",
            error_kind="",
            error_at=None,
        )

    def into(self, connection: Connection, now: datetime) -> int:
        """Store it; returns how many observations are new or changed."""
        row, changed = self.row, 0
        if self.portion.taken:
            trying = Trying(self.owner, now)
            changed = observations.apply(
                connection,
                Where(self.owner, row.account, row.facet),
                trying.count(connection, row.account, row.facet, self.portion.taken),
                self.indexer,
                now,
                alone=self.alone,
            )
            if self.alone:
                facts.put(connection, self.owner, UNMARKED, "yes")
        sources.put(connection, self.owner, self.after(now))
        place = Place(row.account, row.facet, row.scope)
        if self.paused and self.moves:
            health.goes_on(connection, self.owner, place)
        if self.portion.done:
            Ward(self.owner, now, self.retries).well(connection, place)
        return changed

    def singly(self) -> Iterator[Taking]:
        """The same, item by item; the last one, without any, moves the cursor."""
        for one in self.portion.taken:
            yield replace(self, portion=Portion([one], self.row.cursor or "", False))
        yield replace(self, portion=self.portion._replace(taken=[]))

    def aside(self, error: Exception) -> Taking:
        """The same, of its items nothing but that they failed."""
        reason = fault_in(error)
        taken = [one._replace(state=AGAIN, reason=reason, entries=()) for one in self.portion.taken]
        return replace(self, portion=self.portion._replace(taken=taken))
