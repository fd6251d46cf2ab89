"""Erasing somebody: their rows, and what shared rows say of them. One transaction, the caller's.

Records are stripped as they would be were they read anew, rows about them alone are deleted, texts
about others lose their names. What is stored about them is said by `target.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, Text, delete, func, select, update

from syncd.people.forgotten import Forgotten, folded
from syncd.store import (
    briefs,
    doubled,
    drafts,
    errands,
    ledger,
    logged,
    observations,
    people,
    quotes,
    removals,
    seals,
    strays,
    tables,
    trials,
)
from syncd.store.erasure_texts import Wording
from syncd.store.observations import Indexer
from syncd.store.portions import Record
from syncd.store.schema import (
    address,
    cursor,
    dirty,
    fact,
    involved,
    item,
    name_token,
    named,
    note,
    observation,
    outbox,
    person,
    reading,
    sighting,
    task,
    verdict,
    wanted,
)
from syncd.store.schema_briefs import brief
from syncd.store.schema_words import logged as logged_table
from syncd.store.schema_words import removal, tombstone
from syncd.store.statements import chunked
from syncd.store.target import Look, Target

# Tables that are brought in order one by one below; any other loses the rows that name them.
_KNOWN = (
    address, brief, cursor, dirty, fact, involved, item, logged_table, name_token, named, note,
    observation, outbox, person, reading, removal, sighting, task, tombstone, verdict, wanted,
)  # fmt: skip
_TOKENS = "title_token"


@dataclass(frozen=True, slots=True)
class Eraser:
    """Takes somebody out of every table. `forgotten` holds their tombstones (and all others)."""

    connection: Connection
    owner: str
    target: Target
    forgotten: Forgotten
    indexer: Indexer
    left: Callable[[Record], Record | None]  # what may be stored of a record from now on
    names: frozenset[str] = frozenset()

    def erase(self, found: Look, keep: Collection[str]) -> list[str]:
        """Erase what `look` found, and whatever else names them; tasks to `keep` are left in their
        lists. Returns the keys of tasks about others that the owner edited and that name them."""
        connection, owner = self.connection, self.owner
        removals.add(connection, owner, removals.of_tasks(connection, owner, found.keys, keep))
        cards = removals.of_cards(connection, owner, self.target.addrs, keep)
        removals.add(connection, owner, cards)
        errands.erase(connection, owner, self.forgotten, self.target.addrs)
        theirs = removals.of_strays(strays.load(connection, owner), self.forgotten)
        removals.add(connection, owner, theirs)
        strays.drop(connection, owner, {one.key for one in theirs if one.op == removals.REMOVE})
        self._logs()
        # Derived, and full of keys: nobody's is kept, they are made anew as people are folded.
        briefs.drop_all(connection, owner)
        drafts.drop_all(connection, owner)
        before = self._keys()
        numbers = self._numbers()
        self._items(numbers)
        said = quotes.said(connection, numbers)
        observations.strip(
            connection, owner, self.indexer, self.left, numbers, forgotten=self.forgotten
        )
        quoted = quotes.changed(said, quotes.said(connection, numbers))
        self._rename(numbers)
        self._readings(before)
        if self.target.person:
            ledger.erase(connection, owner, [self.target.person])
            lost = people.remove(connection, owner, [self.target.person])
            entries = people.entries_with(connection, owner, lost)
            observations.mark(connection, owner, map(observations.entry_mark, entries))
        for table in (address, note, dirty, involved):
            for some in chunked(sorted(self.target.addrs)):
                connection.execute(
                    delete(table).where(table.c.owner == owner, table.c.addr.in_(some))
                )
        instead = quotes.by_person(connection, owner, quoted)
        edited = Wording(connection, owner, self.forgotten, instead).reword()
        self._cursors(found)
        self._others()
        trials.tidy(self.connection, self.owner)
        return edited

    # --- what they took part in ---

    def _logs(self) -> None:
        """Logs of them alone go; of others they become a nameless place."""
        for one in logged.listed(self.connection, self.owner):
            if not one.log.addrs & self.target.addrs:
                title = self.forgotten.text(one.log.title)
                place = self.forgotten.text(one.log.place)
            elif one.log.addrs <= self.target.addrs:
                logged.remove(self.connection, self.owner, one.id)
                continue
            else:
                title = self.forgotten.text(one.log.title, words=True)
                place = self.forgotten.text(one.log.place, words=True)
            if (title, place) != (one.log.title, one.log.place):
                mine = logged_table.c.observation == one.id
                values = {"title": title, "place": place}
                self.connection.execute(update(logged_table).where(mine).values(values))

    def _keys(self) -> set[str]:
        query = select(observation.c.key).where(observation.c.owner == self.owner)
        return set(self.connection.execute(query).scalars())

    def _numbers(self) -> set[int]:
        """Every observation that touches them, or whose record may hold their address or name."""
        found: set[int] = set()
        for some in chunked(sorted(self.target.addrs)):
            query = select(involved.c.observation).where(
                involved.c.owner == self.owner, involved.c.addr.in_(some)
            )
            found |= set(self.connection.execute(query).scalars())
        meant = select(named.c.observation).where(
            named.c.owner == self.owner, named.c.person == self.target.person
        )
        found |= set(self.connection.execute(meant).scalars())
        maybe = self._needle()
        query = select(sighting.c.observation, sighting.c.record, sighting.c.ref).where(
            sighting.c.owner == self.owner
        )
        for number, record, ref in self.connection.execute(query):
            if number not in found and (maybe(record) or maybe(ref)):
                found.add(number)
        return found

    def _needle(self) -> Callable[[str], bool]:
        """A quick test for texts that may hold an address or a full name of theirs; some that pass
        do not."""
        domains = {addr.rpartition("@")[2] for addr in self.target.addrs}
        domains |= {"googlemail.com"} if "gmail.com" in domains else set()
        full = [name.split() for name in self.names if len(name.split()) > 1]
        longest = [max((folded(word) for word in words), key=len) for words in full]
        pattern = re.compile("|".join(re.escape(word) for word in sorted({*domains, *longest})))

        def test(text: str) -> bool:
            return pattern.search(_folded(text)) is not None

        return test

    def _items(self, numbers: Collection[int]) -> None:
        """Items of which something goes are listed again once nobody is forgotten any more; refs
        that show who they are get sealed."""
        maybe = self._needle()
        for some in chunked(sorted(numbers)):
            query = select(sighting.c.account, sighting.c.ref).where(
                sighting.c.observation.in_(some)
            )
            for account, ref in list(self.connection.execute(query)):
                listed = (
                    item.c.owner == self.owner,
                    item.c.account == account,
                    item.c.facet.in_(seals.READ),
                    item.c.ref == ref,
                )
                self.connection.execute(update(item).where(*listed).values(state="ignored"))
        for table in (item, sighting):
            refs = select(table.c.ref).where(table.c.owner == self.owner).distinct()
            for ref in list(self.connection.execute(refs).scalars()):
                sealed = self.forgotten.ref(ref) if maybe(ref) else ref
                if sealed != ref:
                    ours = (table.c.owner == self.owner, table.c.ref == ref)
                    values = {"ref": sealed}
                    if table is item:
                        values |= {"state": "ignored", "reason": ""}
                    self.connection.execute(update(table).where(*ours).values(values))

    def _rename(self, numbers: Collection[int]) -> None:
        """Keys that hold an address of theirs change with the ids in the records, wherever."""
        for some in chunked(sorted(numbers)):
            query = select(observation.c.id, observation.c.key).where(observation.c.id.in_(some))
            for number, key in list(self.connection.execute(query)):
                other = self.forgotten.key_of(key)
                if other == key:
                    continue
                mine = observation.c.id == number
                self.connection.execute(update(observation).where(mine).values(key=other))
                for table in (reading, wanted):
                    ours = (table.c.owner == self.owner, table.c.key == key)
                    self.connection.execute(update(table).where(*ours).values(key=other))
                for column in (verdict.c.anchor, verdict.c.satisfied_by, task.c.evidence):
                    # In JSON a key looks as it does in the other columns, but for its quotes.
                    old, new = json.dumps(key)[1:-1], json.dumps(other)[1:-1]
                    if column.table is verdict:
                        old, new = key, other
                    self.connection.execute(
                        update(column.table)
                        .where(
                            column.table.c.owner == self.owner,
                            column.contains(old, autoescape=True),
                        )
                        .values({column.name: func.replace(column, old, new)})
                    )

    def _readings(self, before: Collection[str]) -> None:
        gone = set(before) - self._keys()
        for table in (reading, wanted):
            for some in chunked(sorted(gone)):
                ours = (table.c.owner == self.owner, table.c.key.in_(some))
                self.connection.execute(delete(table).where(*ours))

    # --- what is said elsewhere ---

    def _cursors(self, found: Look) -> None:
        """Cursors and errors may quote a path; incidents know keys of tasks, strays their texts."""
        cursors = select(cursor).where(cursor.c.owner == self.owner)
        for row in list(self.connection.execute(cursors)):
            values: dict[str, Any] = {}
            for name in ("error", "cursor"):
                text = getattr(row, name)
                if text and self.forgotten.ref(text) != text:
                    values[name] = None if name == "cursor" else ""
            if values:
                ours = (
                    cursor.c.owner == self.owner,
                    cursor.c.account == row.account,
                    cursor.c.facet == row.facet,
                    cursor.c.scope == row.scope,
                )
                self.connection.execute(update(cursor).where(*ours).values(values))
        query = select(fact.c.name, fact.c.value).where(
            fact.c.owner == self.owner,
            fact.c.name.like("incident:%") | fact.c.name.like(f"{doubled.FACT}%"),
        )
        for name, value in list(self.connection.execute(query)):
            left = sorted(set(json.loads(value)) - set(found.keys))
            named_so = (fact.c.owner == self.owner, fact.c.name == name)
            self.connection.execute(update(fact).where(*named_so).values(value=json.dumps(left)))
        strays.strip(self.connection, self.owner, self.forgotten)

    def _others(self) -> None:
        """Rows of any other table that name one of their addresses, or them by id."""
        for table in reversed(tables.metadata.sorted_tables):
            if table in _KNOWN or table.name == _TOKENS or "owner" not in table.c:
                continue
            texts = [c for c in table.c if isinstance(c.type, String | Text)]
            columns = [c for c in texts if c.name != "owner"]
            query = select(*table.primary_key.columns, *columns).where(table.c.owner == self.owner)
            for row in list(self.connection.execute(query).mappings()):
                if any(self._names(str(row[c.name])) for c in columns if row[c.name]):
                    ours = (c == row[c.name] for c in table.primary_key.columns)
                    self.connection.execute(delete(table).where(*ours))

    def _names(self, text: str) -> bool:
        if self.target.person and self.target.person in text:
            return True
        return "@" in text and self.forgotten.text(text) != text


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else folded(text)
