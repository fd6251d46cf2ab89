"""Source --observe--> Observation: read what changed, store it, move the cursor with it.

Nothing is decided here. A batch and its cursor are one transaction; between two transactions the
source is asked for more, so no lock is held while a disk or a network is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.contract import Source
from connectors.errors import ConnectorError, CursorExpired, SignInNeeded
from connectors.records import Bad, Card, Facet, Item, Meeting, Message, Seen
from syncd import log
from syncd.intake import Ignore, key_of, without_ignored
from syncd.store import observations, sources
from syncd.store.database import Database
from syncd.store.observations import Indexer, Taken, Where
from syncd.store.sources import SourceRow

_HEARTBEAT = timedelta(minutes=15)


@dataclass(slots=True)
class Outcome:
    """What reading one source came to."""

    account: str
    facet: str
    items: int = 0  # listed by the source: new, changed, gone or bad
    changed: int = 0  # observations that are new or say something else
    error: str = ""
    error_kind: str = ""  # the error's class: SignInNeeded, Unavailable, …
    twins: tuple[str, ...] = ()  # task lists only: keys that stand there more than once

    @property
    def sign_in_needed(self) -> bool:
        return self.error_kind == SignInNeeded.__name__


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads sources into the database, on behalf of one owner."""

    database: Database
    indexer: Indexer
    ignore: Ignore
    now: datetime
    progress: Callable[[str, str, int], None] = field(default=lambda *_: None)

    def observe(self, account: str, source: Source, since: datetime | None = None) -> Outcome:
        """Read everything that changed; trouble is noted with the source and stops nothing else.

        What happened before `since` is acknowledged and not stored.
        """
        outcome = Outcome(account, str(source.facet))
        try:
            try:
                self._pull(account, source, outcome, since, fresh=False)
            except CursorExpired:
                self._pull(account, source, outcome, since, fresh=True)
        except ConnectorError as error:
            outcome.error, outcome.error_kind = str(error), type(error).__name__
            log.event(
                "source.failed", account=account, facet=outcome.facet, error=outcome.error_kind
            )
            self._note(account, source, outcome)
        return outcome

    def _pull(
        self,
        account: str,
        source: Source,
        outcome: Outcome,
        since: datetime | None,
        *,
        fresh: bool,
    ) -> None:
        facet = str(source.facet)
        owner = self.database.owner
        with self.database.read() as connection:
            row = sources.get(connection, owner, account, facet, source.scope)
        known = sources.StoredItems(self.database, account, facet)
        for batch in source.changes(None if fresh else row.cursor, known, self.now):
            taken = [self._take(account, item, since) for item in batch.items]
            if not taken and not is_news(row, batch.cursor, self.now):
                continue
            row = replace(
                row,
                cursor=batch.cursor,
                ok_at=self.now,
                done_at=row.done_at or (self.now if batch.done else None),
                error="",
                error_kind="",
                error_at=None,
            )
            with self.database.begin() as connection:
                if taken:
                    where = Where(owner, account, facet)
                    outcome.changed += observations.apply(
                        connection, where, taken, self.indexer, self.now
                    )
                sources.put(connection, owner, row)
            outcome.items += len(taken)
            log.event("source.batch_committed", account=account, facet=facet, items=len(taken))
            self.progress(account, facet, len(taken))

    def _take(self, account: str, item: Item, since: datetime | None) -> Taken:
        if isinstance(item, Bad):
            return Taken(item, state="bad")
        if not isinstance(item, Seen):
            return Taken(item)
        records = []
        ignored = False
        for record in item.observations:
            if not isinstance(record, Message | Meeting | Card):
                continue  # tasks are the ledger's, see `syncd.pipeline.hand`
            if since is not None and _moment(record, since) < since:
                ignored = True
                continue
            left = without_ignored(record, self.ignore)
            ignored |= left is not record
            if left is not None:
                records.append((key_of(left, account, item.ref), left))
        return Taken(item, tuple(records), "ignored" if ignored else "ok")

    def _note(self, account: str, source: Source, outcome: Outcome) -> None:
        facet = str(source.facet)
        with self.database.begin() as connection:
            row = sources.get(connection, self.database.owner, account, facet, source.scope)
            failed = replace(
                row, error=outcome.error, error_kind=outcome.error_kind, error_at=self.now
            )
            sources.put(connection, self.database.owner, failed)


def is_news(row: SourceRow, cursor: str | None, now: datetime) -> bool:
    """Whether a reading that found no items has to be noted: a quiet run writes nothing, but
    `status` shall not show a last success of yesterday either."""
    fresh = row.ok_at is not None and abs(now - row.ok_at) < _HEARTBEAT
    return cursor != row.cursor or row.done_at is None or bool(row.error) or not fresh


def _moment(record: Message | Meeting | Card, otherwise: datetime) -> datetime:
    """When a record is over; a card has no time."""
    if isinstance(record, Message):
        return record.at
    return record.end if isinstance(record, Meeting) else otherwise


READABLE = (Facet.CONTACTS, Facet.CALENDAR, Facet.MAIL)  # cards first: they join addresses
