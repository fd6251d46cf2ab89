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
from connectors.records import Facet
from syncd import log
from syncd.intake import Ignore
from syncd.pipeline import backfill
from syncd.store import facts, observations, sources
from syncd.store.database import Database
from syncd.store.ledger_hand import Found
from syncd.store.observations import Indexer
from syncd.store.portions import Terms
from syncd.store.sightings import Where
from syncd.store.sources import SourceRow

# The fact that says that more people than those marked may have to be judged anew.
UNMARKED = "unmarked"
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
    strays: dict[str, Found] = field(default_factory=dict)  # and by key those nobody knew here

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
        known = sources.StoredItems(self.database, account, facet, self.ignore.forgotten)
        # While a back-fill lasts everybody is judged at its end: to mark whoever else each batch
        # decides about would cost more than the batch.
        alone = row.done_at is None
        terms = Terms(account, self.ignore, since, self.indexer.row)
        read = backfill.portions(source, None if fresh else row.cursor, known, self.now, terms)
        for taken, cursor, done in read:
            if not taken and not is_news(row, cursor, self.now):
                continue
            row = replace(
                row,
                cursor=cursor,
                ok_at=self.now,
                done_at=row.done_at or (self.now if done else None),
                error="",
                error_kind="",
                error_at=None,
            )
            with self.database.begin(repeatable=True) as connection:
                if taken:
                    outcome.changed += observations.apply(
                        connection,
                        Where(owner, account, facet),
                        taken,
                        self.indexer,
                        self.now,
                        alone=alone,
                    )
                    if alone:
                        facts.put(connection, owner, UNMARKED, "yes")
                sources.put(connection, owner, row)
            outcome.items += len(taken)
            log.event("source.batch_committed", account=account, facet=facet, items=len(taken))
            self.progress(account, facet, len(taken))

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


READABLE = (Facet.CONTACTS, Facet.CALENDAR, Facet.MAIL)  # cards first: they join addresses
