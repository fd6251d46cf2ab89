"""Task --observe--> the owner's hand: what was ticked, moved, edited or deleted in a task list.

All that one sync finds is taken in together, because many deletions at once are an incident (a
list that was emptied, a folder that is not mounted) and no answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from connectors.contract import TaskList
from connectors.errors import CursorExpired, Paused, Vanished
from connectors.records import Gone, Item, Seen, Task
from syncd.people.forgotten import Forgotten
from syncd.pipeline import lull
from syncd.pipeline.doubt import older_than
from syncd.pipeline.gone import gone_in, is_emptied, keys_in, lost_in, ours_among
from syncd.pipeline.health import Ward
from syncd.pipeline.incidents import accepted, asked, asked_of, is_gone
from syncd.pipeline.lull import Lull
from syncd.pipeline.observe import Outcome, is_news
from syncd.retry import Retries
from syncd.store import (
    answers,
    doubled,
    facts,
    health,
    ledger,
    ledger_hand,
    observations,
    people,
    removals,
    sources,
    strays,
)
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.health import Place
from syncd.store.ledger_hand import Received
from syncd.store.portions import acknowledged
from syncd.store.sightings import Where
from syncd.veil import task_without

Take = Callable[[Connection, datetime], int]


@dataclass(frozen=True, slots=True)
class HandReader:
    """Reads task lists on behalf of one owner."""

    database: Database
    now: datetime
    accept: bool = False  # the owner says that what vanished was deleted on purpose
    forgotten: Forgotten = field(default=Forgotten())
    retries: Retries | None = None
    # Who runs a transaction that takes something in, if it is not to be run here and now.
    keep: Callable[[Take], None] | None = None
    waiting: Lull | None = None  # without one, one reading is one sync

    def observe(self, account: str, tasks: TaskList) -> Outcome:
        """Take in what changed in a list; trouble is noted with the account."""
        outcome = Outcome(account, str(tasks.facet))
        owner = self.database.owner
        ward = Ward(owner, self.now, self.retries)
        place = Place(account, outcome.facet, tasks.scope)
        away: list[Item] = []
        with self.database.read() as connection:
            row = sources.get(connection, owner, account, outcome.facet, tasks.scope)
            before = sources.count(connection, owner, account, outcome.facet)
            again = account in older_than(connection, owner, (account,))
            twins = doubled.pending(connection, owner, account)
            paused = health.has_paused(connection, owner, place)
        known = sources.StoredItems(self.database, account, outcome.facet, self.forgotten)
        items: list[Item] = []
        try:
            first = None if again else row.cursor
            try:
                cursor = self._list(tasks, first, known, items)
            except CursorExpired:
                items.clear()
                first = None
                cursor = self._list(tasks, None, known, items)
            except Vanished:
                if not self.accept:
                    raise
                items += (Gone(ref) for ref in known.under(""))
                cursor = None
            if first is None:
                away = self._elsewhere(tasks, known)
                items += away
        except StoreError:
            raise
        except Paused as pause:
            with self.database.begin() as connection:
                vain = ward.in_vain(connection, place, pause)
                if vain is None:
                    outcome.paused = str(pause)
                    ward.rests(connection, place, pause, well=False)
                    return outcome
            return self._failed(row, outcome, vain)
        except Exception as error:  # noqa: BLE001  # whatever it is, it stops nothing else
            return self._failed(row, outcome, error)
        outcome.items = len(items)
        if paused:
            with self.database.begin() as connection:
                health.goes_on(connection, owner, place)
        if self.waiting is not None and self._held(self.waiting, account, items, again=again):
            outcome.held = True
            ward.calm(place)
            return outcome
        if not away and self._is_emptied(account, items, known, again=again, first=first):
            many = max(before, len(gone_in(items)))
            emptied = Vanished(
                f"of the {many:,} tasks in the list none is left; which of ours were among them "
                "is not known for sure, so nothing is taken for deleted: put them back"
            )
            return self._failed(row, outcome, emptied)
        if not items and not self.accept and not is_news(row, cursor, self.now):
            outcome.twins = twins
            ward.calm(place)
            return outcome

        restless = self.waiting is not None and self.waiting.is_restless(account)
        anew = restless or self._is_made_anew(row, items, known)

        def take(connection: Connection, now: datetime) -> int:
            received = self._take(
                connection, account, items, before, now, again=again, moved=bool(away), anew=anew
            )
            outcome.twins = doubled.add(connection, owner, account, received.twins)
            outcome.strays = received.strays
            after = replace(
                row,
                cursor=cursor,
                ok_at=now,
                done_at=row.done_at or now,
                error="",
                error_kind="",
                error_at=None,
            )
            sources.put(connection, owner, after)
            accepted(connection, owner, account)
            lull.clear(connection, owner, account)
            Ward(owner, now, self.retries).well(connection, place)
            for other in sources.load(connection, owner):
                # Should the account go back there, all of that is read again.
                same = (other.account, other.facet) == (account, row.facet)
                if same and other.scope != row.scope and other.cursor:
                    sources.put(connection, owner, replace(other, cursor=None))
            return len(items)

        if self.keep is not None:
            self.keep(take)
        else:
            with self.database.begin() as connection:
                take(connection, self.now)
        return outcome

    def _failed(self, row: sources.SourceRow, outcome: Outcome, error: Exception) -> Outcome:
        """Nothing is taken in of a list that could not be read."""
        if self.waiting is not None:
            self.waiting.forget(row.account)
        outcome.failed(error)
        if isinstance(error, Vanished):
            outcome.error += "; if you deleted it: `syncd once --accept-deletions`"
        with self.database.begin() as connection:
            failed = replace(
                row, error=outcome.error, error_kind=outcome.error_kind[:32], error_at=self.now
            )
            sources.put(connection, self.database.owner, failed)
            ward = Ward(self.database.owner, self.now, self.retries)
            ward.ill(connection, Place(row.account, row.facet, row.scope), error)
        return outcome

    def _held(self, waiting: Lull, account: str, items: Sequence[Item], *, again: bool) -> bool:
        """Whether this reading tells of deletions that are not believed yet."""
        owner, stored = self.database.owner, None
        lost: set[str] = set()
        if not self.accept and any(isinstance(one, Gone) for one in items):
            with self.database.read() as connection:
                lost = lost_in(connection, owner, account, items, again=again)
                stored = lull.load(connection, owner, account) if lost else None
        held = waiting.holds(account, lost, self.now, stored)
        if held is not None and held != stored:
            with self.database.begin() as connection:
                lull.save(connection, owner, account, held)
        return held is not None

    def _is_made_anew(
        self, row: sources.SourceRow, items: Sequence[Item], known: sources.StoredItems
    ) -> bool:
        """Whether the list was gone, and is there again with nothing of what it held."""
        if row.error_kind != Vanished.__name__:
            return False
        before = {self.forgotten.ref(ref) for ref in known.under("")}
        return bool(before) and before <= gone_in(items)

    def _is_emptied(
        self,
        account: str,
        items: Sequence[Item],
        known: sources.StoredItems,
        *,
        again: bool,
        first: str | None,
    ) -> bool:
        """Whether nothing is left of what a list held, and that is no answer. `first` is the cursor
        that was read from."""
        if self.accept or not any(isinstance(one, Gone) for one in items):
            return False
        before = {self.forgotten.ref(ref) for ref in known.under("")}
        if first is not None and all(isinstance(one, Gone) for one in items):
            before |= gone_in(items)  # what came and went between two readings was in it as well
        with self.database.read() as connection:
            return is_emptied(connection, self.database.owner, account, items, before, again=again)

    def _elsewhere(self, tasks: TaskList, known: sources.StoredItems) -> list[Item]:
        """All of the list was read: what the account had under another scope is not there."""
        here = tasks.scope + "//"
        refs = [ref for ref in known.under("") if not ref.startswith(here)]
        return [_without(Gone(ref), self.forgotten) for ref in refs]

    def _list(
        self, tasks: TaskList, cursor: str | None, known: sources.StoredItems, items: list[Item]
    ) -> str | None:
        for batch in tasks.changes(cursor, known, self.now):
            items += (_without(item, self.forgotten) for item in batch.items)
            cursor = batch.cursor
        return cursor

    def _take(
        self,
        connection: Connection,
        account: str,
        items: Sequence[Item],
        before: int,
        now: datetime,
        *,
        again: bool,
        moved: bool,
        anew: bool,
    ) -> Received:
        """Store what the owner did; returns what is still to be done about it. `moved`: the list
        was in another place before; `anew`: it was gone and is another now, or is just
        being emptied."""
        owner = self.database.owner
        where = Where(owner, account, "tasks")
        observations.acknowledge(connection, where, [acknowledged(item) for item in items])
        after = sources.count(connection, owner, account, "tasks")
        before_it = set(asked(connection, owner, account))
        received = ledger_hand.receive(
            connection,
            owner,
            account,
            items,
            now,
            # What came and went since the reading before was in it as well.
            listed_before=max(before, len(gone_in(items))),
            listed_after=after,
            another=anew or (moved and not ours_among(connection, owner, account, items)),
            doubted=again,
            unknown=strays.lost(connection, owner, account, _lost(items), keys_in(items)),
            asked=before_it,
        )
        # A vanished task that turns up again settles its part of the incident.
        if self.accept:
            received = self._accepted(connection, account, items, received, now)
        missing = set(received.missing)
        if not self.accept:
            missing |= before_it - keys_in(items)
        was_gone = is_gone(connection, owner, account)
        if (before_it or was_gone) and not missing:
            # Nothing was decided meanwhile: everybody is judged anew.
            people.evaluate_all(connection, owner, now)
        facts.put(connection, owner, asked_of(account), json.dumps(sorted(missing)))
        if again:
            # What we wrote after that copy was made must not become the owner's notes.
            received = replace(received, lines=())
        answers.heed(connection, owner, received.persons, received.lines, now)
        if self._strays(connection, account, items, received, moved=moved):
            people.evaluate_all(connection, owner, now)
        return received

    def _strays(
        self,
        connection: Connection,
        account: str,
        items: Sequence[Item],
        received: Received,
        *,
        moved: bool,
    ) -> bool:
        """Keep what nobody knows here, until whoever it is about is judged; whether it is news."""
        lost = _lost(items)
        if moved or received.incident:
            lost.clear()
        found = received.strays
        if found:  # what is about to be deleted there is about somebody who is forgotten
            left = removals.of_lists(connection, self.database.owner, account)
            going = {one.key for one in left if one.op == removals.REMOVE}
            found = tuple(one for one in found if one.task.key not in going)
        return strays.take(connection, self.database.owner, account, found, self.now, lost)

    def _accepted(
        self,
        connection: Connection,
        account: str,
        items: Sequence[Item],
        received: Received,
        now: datetime,
    ) -> Received:
        """Take the tasks of an incident for deleted: each is a "no", as if deleted alone."""
        owner = self.database.owner
        keys = {*asked(connection, owner, account), *received.missing} - keys_in(items)
        people_ = set(received.persons)
        for row in ledger.by_key(connection, owner, keys).values():
            if row.live:
                ledger_hand.dismiss(connection, owner, row, now)
                people_.add(row.person)
        return replace(received, persons=frozenset(people_), missing=())


def _lost(items: Sequence[Item]) -> set[str]:
    return gone_in(items) - {item.ref for item in items if isinstance(item, Seen)}


def _without(item: Item, forgotten: Forgotten) -> Item:
    """The item, its ref and the texts of its tasks without whoever is forgotten."""
    if not forgotten:
        return item
    item = replace(item, ref=forgotten.ref(item.ref))
    if not isinstance(item, Seen):
        return item
    tasks = (task_without(o, forgotten) if isinstance(o, Task) else o for o in item.observations)
    return replace(item, observations=tuple(tasks))
