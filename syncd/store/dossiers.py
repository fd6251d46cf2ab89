"""Dossiers: everything stored that inference needs to judge one person, gathered in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, func, select

from connectors import wire
from connectors.records import Meeting, Message
from syncd.inference.itip import is_dropped
from syncd.inference.model import Dossier, Evidence, Owner, Sighted, Tick
from syncd.inference.sharing import only_shared
from syncd.store import logged, neighbours, readings, series
from syncd.store.portions import Record
from syncd.store.schema import involved, named, observation, sighting
from syncd.store.statements import chunked
from syncd.store.times import from_int

_FEW = 100  # meetings whose company is looked up one by one
_SHELVED = 8000  # observations kept unpacked, some 2 KB each


@dataclass(frozen=True, slots=True)
class Lawyer:
    """The pure decisions that a dossier needs about *other* observations; handed in."""

    merge: Callable[[Sequence[tuple[Record, bool]]], Record]
    letters: Callable[[Sequence[tuple[str, Any, str, frozenset[str]]]], frozenset[str]]
    clashes: Callable[[Sequence[Sighted[Any]], frozenset[str]], Mapping[str, str]]


def _link(record: Any) -> str:
    """Where the thing itself can be opened: a mail by its Message-ID (`mid:`, RFC 2392)."""
    if not isinstance(record, Message) or record.message_id.startswith("none:"):
        return ""
    return "mid:" + quote(record.message_id, safe="@!$*+.,=~_-")


@dataclass(slots=True)
class Shelf:
    """Observations unpacked and merged, for as long as nothing new is stored, and the double
    bookings among them. Each message is wanted by several passes, one after the other."""

    sighted: dict[int, Sighted[Any]] = field(default_factory=dict)
    clashing: Mapping[str, str] | None = None


@dataclass(slots=True)
class Desk:
    """Where dossiers are put together."""

    owner_id: str
    owner: Owner
    lawyer: Lawyer
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def sighted(self) -> dict[int, Sighted[Any]]:
        return self.shelf.sighted

    def gather(
        self,
        connection: Connection,
        groups: Sequence[frozenset[str]],
        people: Sequence[str] = (),
        ticks: Mapping[str, Sequence[Tick]] | None = None,
    ) -> list[Dossier]:
        """A dossier for each group of addresses (`people` are their ids, for titles and ticks)."""
        rows = self._involved(connection, frozenset().union(*groups))
        titles = self._named(connection, people)
        numbers = {n for found in rows.values() for n in found}
        numbers |= {n for found in titles.values() for n in found}
        self.load(connection, numbers)
        messages = [self.sighted[n] for n in numbers if self.sighted[n].key.startswith("message:")]
        read = readings.load(connection, self.owner_id, [m.key for m in messages])
        parents = self._parents(connection, messages)
        letters = self._letters(connection, numbers)
        lists = self._lists(connection, numbers)
        meetings = {n for n in numbers if self.sighted[n].key.startswith("meeting:")}
        clashes = self._clashes(connection, meetings) if meetings else {}
        logs = logged.of(connection, self.owner_id, groups)
        dossiers = []
        for index, addrs in enumerate(groups):
            person = people[index] if index < len(people) else ""
            own = {n for addr in addrs for n in rows.get(addr, ())}
            solo = titles.get(person, set())
            found = [self.sighted[n] for n in sorted(own | solo)]
            mine = tuple(o for o in found if o.key.startswith("message:"))
            dossiers.append(
                Dossier(
                    addresses=addrs,
                    messages=mine,
                    meetings=tuple(o for o in found if o.key.startswith("meeting:")),
                    cards=tuple(
                        o for o in found if o.key.startswith("card:") and o.gone_at is None
                    ),
                    ticks=tuple((ticks or {}).get(person, ())),
                    logs=logs[addrs],
                    readings={m.key: read[m.key] for m in mine if m.key in read},
                    parents=parents,
                    letters=letters,
                    lists=lists,
                    clashes=clashes,
                    unsaved=frozenset(
                        o.key
                        for o in found
                        if o.key.startswith("card:") and only_shared(o, self.owner)
                    ),
                    named=frozenset(self.sighted[n].key for n in solo),
                )
            )
        return dossiers

    def clear(self) -> None:
        """Let go of most of what was unpacked, but for the calendar: a mailbox is too large."""
        if len(self.sighted) > _SHELVED:
            kept = {n: o for n, o in self.sighted.items() if o.key.startswith("meeting:")}
            self.shelf.sighted = kept

    def _involved(self, connection: Connection, addrs: Iterable[str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for some in chunked(sorted(addrs)):
            query = select(involved.c.addr, involved.c.observation).where(
                involved.c.owner == self.owner_id,
                involved.c.addr.in_(some),
                involved.c.role != logged.LOG,
            )
            for addr, number in connection.execute(query):
                found[addr].append(number)
        return found

    def _named(self, connection: Connection, people: Sequence[str]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for some in chunked(people):
            query = select(named).where(named.c.owner == self.owner_id, named.c.person.in_(some))
            for row in connection.execute(query):
                found[row.person].add(row.observation)
        return found

    def load(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Unpack and merge the observations that are not on the desk yet."""
        for some in chunked(n for n in numbers if n not in self.sighted):
            query = (
                select(observation.c.kind, observation.c.key, sighting)
                .join(observation, observation.c.id == sighting.c.observation)
                .where(sighting.c.observation.in_(some))
                .order_by(sighting.c.observation, sighting.c.account, sighting.c.ref)
            )
            seen: dict[int, list[Any]] = defaultdict(list)
            for row in connection.execute(query):
                seen[row.observation].append(row)
            keys = [rows[0].key for rows in seen.values()]
            said = series.statements(connection, self.owner_id, keys)
            for number, rows in seen.items():
                self.sighted[number] = self._merge(rows, said)
            meetings = [number for number, rows in seen.items() if rows[0].kind == "meeting"]
            self._drop(connection, meetings)

    def _drop(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Take back invitations to instances that their series lost since."""
        asked = {
            number: one
            for number in numbers
            if (one := self.sighted[number]).record.method == "request"
            and series.is_instance(one.key)
        }
        if not asked:
            return
        keys = {series.series_of(one.key) for one in asked.values()}
        there = series.instances(connection, self.owner_id, keys)
        for number, one in asked.items():
            if is_dropped(one.record, there[series.series_of(one.key)]):
                record = replace(one.record, status="cancelled")
                self.sighted[number] = replace(one, record=record)

    def _merge(
        self, rows: Sequence[Any], said: Mapping[str, list[tuple[Meeting, bool]]]
    ) -> Sighted[Any]:
        records: list[tuple[Any, bool]] = [
            (wire.unpack(row.kind, row.record), row.gone_at is not None) for row in rows
        ]
        # Mail that disappears remains what it was: only a calendar shows that a meeting is gone.
        gone = [
            row.gone_at
            for row, (record, _) in zip(rows, records, strict=True)
            if not (isinstance(record, Meeting) and record.method)
        ] or [None]
        if said and series.is_instance(rows[0].key):
            records += said.get(series.series_of(rows[0].key), ())
        alone = len(records) == 1 and not getattr(records[0][0], "method", "")
        record = records[0][0] if alone else self.lawyer.merge(records)
        return Sighted(
            key=rows[0].key,
            record=record,
            evidence=tuple(Evidence(row.account, row.ref, _link(record)) for row in rows),
            seen_at=from_int(min(row.seen_at for row in rows)),
            gone_at=None if None in gone else from_int(max(gone)),
        )

    def _parents(self, connection: Connection, messages: Sequence[Sighted[Any]]) -> dict[str, str]:
        """Who wrote the messages that these answer, by Message-ID."""
        keys = {f"message:{m.record.in_reply_to}" for m in messages if m.record.in_reply_to}
        found: dict[str, str] = {}
        for some in chunked(sorted(keys)):
            query = select(observation.c.key, observation.c.author).where(
                observation.c.owner == self.owner_id, observation.c.key.in_(some)
            )
            found |= {k.removeprefix("message:"): author for k, author in connection.execute(query)}
        return found

    def _letters(self, connection: Connection, numbers: Iterable[int]) -> frozenset[str]:
        """Which of the owner's mails are one letter sent to many, one by one."""
        topics: set[str] = set()
        for some in chunked(numbers):
            query = (
                select(observation.c.topic)
                .where(observation.c.id.in_(some), observation.c.topic != "")
                .distinct()
            )
            topics |= set(connection.execute(query).scalars())
        found: frozenset[str] = frozenset()
        for named_so in chunked(sorted(topics)):
            often = (
                select(observation.c.topic)
                .where(observation.c.owner == self.owner_id, observation.c.topic.in_(named_so))
                .group_by(observation.c.topic)
                .having(func.count() > 1)
            )
            query = (
                select(observation.c.key, observation.c.at, observation.c.topic, involved.c.addr)
                .join(involved, involved.c.observation == observation.c.id)
                .where(observation.c.owner == self.owner_id, observation.c.topic.in_(often))
            )
            to: dict[tuple[str, int, str], set[str]] = defaultdict(set)
            for key, at, topic, addr in connection.execute(query):
                to[key, at, topic].add(addr)
            sent = [(key, from_int(at), topic, frozenset(a)) for (key, at, topic), a in to.items()]
            found |= self.lawyer.letters(sent)
        return found

    def _lists(self, connection: Connection, numbers: Iterable[int]) -> frozenset[str]:
        """Addresses in these observations that any message shows to be a mailing list."""
        addrs: set[str] = set()
        for some in chunked(numbers):
            here = select(involved.c.addr).where(involved.c.observation.in_(some))
            query = (
                select(involved.c.addr)
                .where(
                    involved.c.owner == self.owner_id,
                    involved.c.role == "list",
                    involved.c.addr.in_(here),
                )
                .distinct()
            )
            addrs |= set(connection.execute(query).scalars())
        return frozenset(addrs)

    def _clashes(self, connection: Connection, meetings: set[int]) -> Mapping[str, str]:
        """Double bookings of these meetings: of a few by what is at the same time, of many by one
        sweep over the whole calendar, which then serves the rest of the sitting."""
        if self.shelf.clashing is not None:
            return self.shelf.clashing
        if len(meetings) <= _FEW:
            traces = neighbours.traces_of(connection, meetings)
            spans = {(trace.at, trace.until) for trace in traces}
            numbers = meetings | neighbours.at_the_same_time(connection, self.owner_id, spans)
        else:
            query = select(observation.c.id).where(
                observation.c.owner == self.owner_id, observation.c.kind == "meeting"
            )
            numbers = set(connection.execute(query).scalars())
        self.load(connection, numbers)
        solo = select(observation.c.key).join(named).where(named.c.owner == self.owner_id)
        meant = frozenset(connection.execute(solo).scalars())
        found = self.lawyer.clashes([self.sighted[n] for n in sorted(numbers)], meant)
        if len(meetings) > _FEW:
            self.shelf.clashing = found
        # What overlaps these was looked at without its own company: say nothing about it.
        return (
            found
            if len(meetings) > _FEW
            else {
                self.sighted[n].key: found[self.sighted[n].key]
                for n in meetings
                if self.sighted[n].key in found
            }
        )
