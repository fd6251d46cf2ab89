"""Source --observe--> Observation: read what changed, store it, move the cursor with it.

Nothing is decided here. A batch and its cursor are one transaction; between two transactions the
source is asked for more, so no lock is held while a disk or a network is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.contract import Rereading, Source
from connectors.errors import BadItem, ConnectorError, CursorExpired, Paused
from connectors.records import Bad, Batch, Facet, Item
from syncd import log
from syncd.intake import Ignore
from syncd.pipeline import backfill
from syncd.pipeline.health import Ward
from syncd.pipeline.taking import Taking
from syncd.pipeline.trying import Trying
from syncd.retry import Retries
from syncd.store import health, sources
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.health import Place
from syncd.store.ledger_hand import Found
from syncd.store.observations import Indexer
from syncd.store.portions import Terms, fault_in
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
    trouble: Exception | None = None  # the error itself
    twins: tuple[str, ...] = ()  # task lists only: keys that stand there more than once
    strays: tuple[Found, ...] = ()  # and those with a key of ours that nobody knew here
    held: bool = False  # nothing was taken in yet: see `syncd.pipeline.lull`
    paused: str = ""  # why it goes on later though nothing is wrong
    moved: bool = False  # something was let through

    @property
    def in_vain(self) -> bool:
        """Whether what is wrong is that it pauses and lets nothing through."""
        return isinstance(self.trouble, Paused)

    @property
    def signed_out(self) -> bool:
        """Whether nobody let us in."""
        return isinstance(self.trouble, health.SIGNED_OUT)

    def failed(self, error: Exception) -> None:
        """Note what stopped the reading."""
        self.error, self.error_kind = health.words_of(error), type(error).__name__
        self.trouble = error


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads sources into the database, on behalf of one owner."""

    database: Database
    indexer: Indexer
    ignore: Ignore
    now: datetime
    progress: Callable[[str, str, int], None] = field(default=lambda *_: None)
    retries: Retries | None = None
    # Who stores what was read, if it is not to be stored here and now.
    keep: Callable[[Taking], int] | None = None

    @property
    def ward(self) -> Ward:
        return Ward(self.database.owner, self.now, self.retries)

    def observe(self, account: str, source: Source, since: datetime | None = None) -> Outcome:
        """Read everything that changed; trouble is noted with the source and stops nothing else.

        What happened before `since` is acknowledged and not stored.
        """
        outcome = Outcome(account, str(source.facet))
        place = Place(account, outcome.facet, source.scope)
        try:
            try:
                self._pull(account, source, outcome, since, fresh=False)
            except CursorExpired:
                self._may_restart(place)
                self._pull(account, source, outcome, since, fresh=True)
            self._reread(account, source, outcome, since)
        except StoreError:
            raise
        except Paused as pause:
            self._rests(place, outcome, pause)
        except Exception as error:  # noqa: BLE001  # whatever it is, it stops nothing else
            outcome.failed(error)
            self._note(place, outcome, error)
        else:
            self.ward.calm(place)
        return outcome

    def _rests(self, place: Place, outcome: Outcome, pause: Paused) -> None:
        """It goes on later, unless that is all it has said for long."""
        with self.database.begin() as connection:
            vain = None if outcome.moved else self.ward.in_vain(connection, place, pause)
            if vain is None:
                outcome.paused = str(pause)
                self.ward.rests(connection, place, pause, well=outcome.moved)
                return
        outcome.failed(vain)
        self._note(place, outcome, vain)

    def _may_restart(self, place: Place) -> None:
        """Count a reading from the beginning. Raises `CursorExpired` when there are too many."""
        with self.database.begin() as connection:
            when = health.may_restart(connection, self.database.owner, place, self.now)
        if when is not None:
            raise health.too_often()

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
            paused = health.has_paused(connection, owner, Place(account, facet, source.scope))
        known = sources.StoredItems(self.database, account, facet, self.ignore.forgotten)
        terms = Terms(account, self.ignore, since, self.indexer.row)
        ill_before = bool(row.error) or paused
        read = backfill.portions(source, None if fresh else row.cursor, known, self.now, terms)
        for portion in read:
            taken, cursor, done = portion
            outcome.moved |= done
            ended = done and ill_before
            if not taken and not ended and not is_news(row, cursor, self.now):
                continue
            taking = Taking(owner, row, portion, self.indexer, self.retries, paused)
            outcome.changed += self._keep(taking)
            outcome.moved |= taking.moves
            row = taking.after(self.now)
            outcome.items += len(taken)
            if taken:
                log.event("source.batch_committed", account=account, facet=facet, items=len(taken))
            self.progress(account, facet, len(taken))

    def _keep(self, taking: Taking) -> int:
        """Store what was read; an item that breaks whoever stores it fails alone."""
        try:
            return self._stored(taking)
        except (StoreError, ConnectorError):
            raise
        except Exception:  # which of them it is shows one by one
            if not taking.portion.taken:
                raise
        changed = 0
        for one in taking.singly():
            try:
                changed += self._stored(one)
            except StoreError:
                raise
            except Exception as error:  # told with the item
                if not one.portion.taken:
                    raise
                changed += self._stored(one.aside(error))
        return changed

    def _stored(self, taking: Taking) -> int:
        if self.keep is not None:
            return self.keep(taking)
        with self.database.begin(repeatable=True) as connection:
            return taking.into(connection, self.now)

    def _reread(
        self, account: str, source: Source, outcome: Outcome, since: datetime | None
    ) -> None:
        """Ask again for what failed by itself."""
        if not isinstance(source, Rereading):
            return
        owner, facet = self.database.owner, outcome.facet
        with self.database.read() as connection:
            refs = Trying(owner, self.now).due_items(connection, account, facet, source.scope)
            if not refs:
                return
            row = sources.get(connection, owner, account, facet, source.scope)
        terms = Terms(account, self.ignore, since, self.indexer.row)
        for ref in refs:
            items = _item_of(source, self.ignore.forgotten.opened(ref), row.cursor or "")
            portion = terms.portion(Batch(items, row.cursor or ""))
            outcome.changed += self._keep(Taking(owner, row, portion, self.indexer, self.retries))
            outcome.items += len(items)
            outcome.moved = True

    def _note(self, place: Place, outcome: Outcome, error: Exception) -> None:
        with self.database.begin() as connection:
            row = sources.get(connection, self.database.owner, *place)
            failed = replace(
                row, error=outcome.error, error_kind=outcome.error_kind[:32], error_at=self.now
            )
            sources.put(connection, self.database.owner, failed)
            self.ward.ill(connection, place, error)


def _item_of(source: Rereading, ref: str, cursor: str) -> tuple[Item, ...]:
    """One item, read again. Raises the errors that are about more than it."""
    try:
        return tuple(source.read_again([ref], cursor))
    except BadItem as error:
        return (Bad(ref, "", str(error)),)
    except ConnectorError:
        raise
    except Exception as error:  # noqa: BLE001  # told with the item
        return (Bad(ref, "", fault_in(error), for_now=True),)


def is_news(row: SourceRow, cursor: str | None, now: datetime) -> bool:
    """Whether a reading that found no items has to be noted: a quiet run writes nothing, but
    `status` shall not show a last success of yesterday either."""
    fresh = row.ok_at is not None and abs(now - row.ok_at) < _HEARTBEAT
    return cursor != row.cursor or row.done_at is None or bool(row.error) or not fresh


READABLE = (Facet.CONTACTS, Facet.CALENDAR, Facet.MAIL)  # cards first: they join addresses
