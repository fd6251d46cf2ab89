"""Task --observe--> the owner's hand: what was ticked, moved, edited or deleted in a task list.

All that one sync finds is taken in together, because many deletions at once are an incident (a
list that was emptied, a folder that is not mounted) and no answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from connectors.contract import TaskList
from connectors.errors import ConnectorError, CursorExpired
from connectors.records import Item, Seen, Task
from syncd import log
from syncd.people.forgotten import Forgotten
from syncd.pipeline.observe import Outcome, is_news
from syncd.store import facts, ledger, ledger_hand, notes, observations, people, sources
from syncd.store.database import Database
from syncd.store.ledger_hand import Received
from syncd.store.observations import Where
from syncd.store.portions import acknowledged
from syncd.veil import task_without


@dataclass(frozen=True, slots=True)
class HandReader:
    """Reads task lists on behalf of one owner."""

    database: Database
    now: datetime
    accept: bool = False  # the owner says that what vanished was deleted on purpose
    forgotten: Forgotten = field(default=Forgotten())

    def observe(self, account: str, tasks: TaskList) -> Outcome:
        """Take in what changed in a list; trouble is noted with the account."""
        outcome = Outcome(account, str(tasks.facet))
        owner = self.database.owner
        with self.database.read() as connection:
            row = sources.get(connection, owner, account, outcome.facet, tasks.scope)
            before = sources.count(connection, owner, account, outcome.facet)
        known = sources.StoredItems(self.database, account, outcome.facet, self.forgotten)
        items: list[Item] = []
        try:
            try:
                cursor = self._list(tasks, row.cursor, known, items)
            except CursorExpired:
                items.clear()
                cursor = self._list(tasks, None, known, items)
        except ConnectorError as error:
            outcome.error, outcome.error_kind = str(error), type(error).__name__
            log.event(
                "source.failed", account=account, facet=outcome.facet, error=outcome.error_kind
            )
            with self.database.begin() as connection:
                failed = replace(
                    row, error=outcome.error, error_kind=outcome.error_kind, error_at=self.now
                )
                sources.put(connection, owner, failed)
            return outcome
        outcome.items = len(items)
        if not items and not self.accept and not is_news(row, cursor, self.now):
            return outcome
        with self.database.begin() as connection:
            outcome.twins = self._take(connection, account, items, before)
            row = replace(
                row,
                cursor=cursor,
                ok_at=self.now,
                done_at=row.done_at or self.now,
                error="",
                error_kind="",
                error_at=None,
            )
            sources.put(connection, owner, row)
        return outcome

    def _list(
        self, tasks: TaskList, cursor: str | None, known: sources.StoredItems, items: list[Item]
    ) -> str | None:
        for batch in tasks.changes(cursor, known, self.now):
            items += (_without(item, self.forgotten) for item in batch.items)
            cursor = batch.cursor
        return cursor

    def _take(
        self, connection: Connection, account: str, items: Sequence[Item], before: int
    ) -> tuple[str, ...]:
        """Store what the owner did; returns the keys that the list has more than once."""
        owner = self.database.owner
        where = Where(owner, account, "tasks")
        observations.acknowledge(connection, where, [acknowledged(item) for item in items])
        after = sources.count(connection, owner, account, "tasks")
        received = ledger_hand.receive(
            connection,
            owner,
            account,
            items,
            self.now,
            listed_before=before,
            listed_after=after,
        )
        # A vanished task that turns up again settles its part of the incident.
        if self.accept:
            received = self._accepted(connection, account, items, received)
        before_it = set(incident(connection, owner, account))
        missing = set(received.missing)
        if not self.accept:
            missing |= before_it - _keys(items)
        if before_it and not missing:
            # Nothing was decided meanwhile: everybody is judged anew.
            people.evaluate_all(connection, owner, self.now)
        facts.put(connection, owner, f"incident:{account}", json.dumps(sorted(missing)))
        written = people.addresses_of(connection, owner, sorted({p for p, _ in received.lines}))
        lines = [(min(written[person]), line) for person, line in received.lines if written[person]]
        notes.add(connection, owner, lines, self.now)
        theirs = people.addresses_of(connection, owner, sorted(received.persons))
        for addrs in theirs.values():
            observations.mark(connection, owner, addrs)
        return received.twins

    def _accepted(
        self, connection: Connection, account: str, items: Sequence[Item], received: Received
    ) -> Received:
        """Take the tasks of an incident for deleted: each is a "no", as if deleted alone."""
        owner = self.database.owner
        keys = {*incident(connection, owner, account), *received.missing} - _keys(items)
        people_ = set(received.persons)
        for row in ledger.by_key(connection, owner, keys).values():
            if row.live:
                ledger_hand.dismiss(connection, owner, row, self.now)
                people_.add(row.person)
        return replace(received, persons=frozenset(people_), missing=())


def _without(item: Item, forgotten: Forgotten) -> Item:
    """The item, its ref and the texts of its tasks without whoever is forgotten."""
    if not forgotten:
        return item
    item = replace(item, ref=forgotten.ref(item.ref))
    if not isinstance(item, Seen):
        return item
    tasks = (task_without(o, forgotten) if isinstance(o, Task) else o for o in item.observations)
    return replace(item, observations=tuple(tasks))


def _keys(items: Sequence[Item]) -> set[str]:
    return {
        one.key
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Task)
    }


def incident(connection: Connection, owner: str, account: str) -> list[str]:
    """Keys of tasks that vanished from this list in a way that is not believed to be an answer."""
    return list(json.loads(facts.get(connection, owner, f"incident:{account}") or "[]"))
