"""Dossiers: everything stored that inference needs to judge one person, gathered in few queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, bindparam, select

from connectors import wire
from connectors.records import Meeting, Message
from syncd.inference.acceptance import View
from syncd.inference.itip import is_dropped
from syncd.inference.model import Dossier, Evidence, Owner, Sighted, Tick
from syncd.inference.sharing import only_shared
from syncd.store import logged, neighbours, readings, series
from syncd.store.neighbours import HOUR
from syncd.store.observations import First
from syncd.store.portions import Record
from syncd.store.query import EMPTY, Query, owned
from syncd.store.schema import involved, named, observation, sighting
from syncd.store.sightings import with_moments
from syncd.store.statements import chunked
from syncd.store.times import from_int, to_int

_FEW = 100  # meetings whose company is looked up one by one
_SHELVED = 8000  # observations kept unpacked, some 2 KB each
_REMEMBERED = 2048  # messages kept from one transaction to the next, some 2 KB each
_SAFE = "@!$*+.,=~_-"
_PLAIN = re.compile(r"[A-Za-z0-9@!$*+.,=~_-]*\Z")  # what `quote` leaves as it is


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
    if _PLAIN.match(record.message_id):
        return "mid:" + record.message_id
    return "mid:" + quote(record.message_id, safe=_SAFE)


@lru_cache(maxsize=_REMEMBERED)
def _seen_once(
    key: str, account: str, ref: str, record: str, seen_at: int, gone_at: int | None
) -> Sighted[Any]:
    """A message with a single sighting, from that row. Found again by all that the row says, so it
    is never out of date: whoever writes today has written before."""
    message = wire.unpack("message", record)
    return Sighted(
        key,
        message,
        (Evidence(account, ref, _link(message)),),
        from_int(seen_at),
        None if gone_at is None else from_int(gone_at),
    )


class _Row(NamedTuple):
    """One sighting, with what it is a sighting of."""

    kind: str
    key: str
    account: str
    ref: str
    record: str
    seen_at: int
    gone_at: int | None
    since: str | None


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
        rows, logged_in = self._involved(connection, frozenset().union(*groups))
        titles = self._named(connection, people)
        numbers = {n for found in rows.values() for n in found}
        numbers |= {n for found in titles.values() for n in found}
        self.load(connection, numbers)
        sighted = self.sighted
        messages = [one for n in numbers if (one := sighted[n]).key.startswith("message:")]
        read = readings.load(connection, self.owner_id, [m.key for m in messages])
        parents = self._parents(connection, messages)
        letters = self._letters(connection, numbers)
        lists = self._lists(connection, numbers)
        meetings = {n for n in numbers if self.sighted[n].key.startswith("meeting:")}
        clashes = self._clashes(connection, meetings, len(groups) == 1) if meetings else {}
        logs = logged.of(
            connection, self.owner_id, {n for some in logged_in.values() for n in some}
        )
        dossiers = []
        for index, addrs in enumerate(groups):
            person = people[index] if index < len(people) else ""
            own = {n for addr in addrs for n in rows.get(addr, ())}
            solo = titles.get(person, set())
            found = [self.sighted[n] for n in sorted(own | solo)]
            mine = tuple([o for o in found if o.key.startswith("message:")])
            others = [o for o in found if not o.key.startswith("message:")]
            cards = [o for o in others if o.key.startswith("card:")]
            dossiers.append(
                Dossier(
                    addresses=addrs,
                    messages=mine,
                    meetings=tuple(o for o in others if o.key.startswith("meeting:")),
                    cards=tuple(o for o in cards if o.gone_at is None),
                    ticks=tuple((ticks or {}).get(person, ())),
                    logs=tuple(
                        logs[n] for n in sorted({n for a in addrs for n in logged_in.get(a, ())})
                    ),
                    readings={m.key: read[m.key] for m in mine if m.key in read},
                    parents=parents,
                    letters=letters,
                    lists=lists,
                    clashes=clashes,
                    unsaved=frozenset(o.key for o in cards if only_shared(o, self.owner)),
                    named=frozenset(self.sighted[n].key for n in solo),
                )
            )
        return dossiers

    def clear(self) -> None:
        """Let go of most of what was unpacked, but for the calendar: a mailbox is too large."""
        if len(self.sighted) > _SHELVED:
            kept = {n: o for n, o in self.sighted.items() if o.key.startswith("meeting:")}
            self.shelf.sighted = kept

    def _involved(
        self, connection: Connection, addrs: Collection[str]
    ) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """By address, what was sighted, and what the owner logged."""
        found: dict[str, list[int]] = defaultdict(list)
        logs: dict[str, list[int]] = defaultdict(list)
        rows = _INVOLVED(connection, owner=self.owner_id, addrs=sorted(addrs)) if addrs else ()
        for addr, number, role in rows:
            (logs if role == logged.LOG else found)[addr].append(number)
        return found, logs

    def _named(self, connection: Connection, people: Sequence[str]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        rows = _NAMED(connection, owner=self.owner_id, ids=sorted(people)) if people else ()
        for who, number in rows:
            found[who].add(number)
        return found

    def load(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Unpack and merge the observations that are not on the desk yet."""
        for some in chunked(n for n in numbers if n not in self.sighted):
            seen: dict[int, list[_Row]] = {}
            rows = _SIGHTINGS(connection, numbers=some)
            for row, following in zip(rows, [*rows[1:], (None,)], strict=True):
                number, kind = row[:2]
                if kind != "message" or number == following[0] or number in seen:
                    seen.setdefault(number, []).append(_Row(*row[1:]))
                else:  # seen in one place, as nearly everything is
                    self.sighted[number] = _seen_once(*row[2:8])
            meetings = [number for number, places in seen.items() if places[0].kind == "meeting"]
            keys = [seen[number][0].key for number in meetings]
            said = series.statements(connection, self.owner_id, keys)
            for number, places in seen.items():
                self.sighted[number] = self._merge(places, said)
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

    def _merge(self, rows: Sequence[_Row], said: Mapping[str, Sequence[View]]) -> Sighted[Any]:
        records: list[tuple[Any, bool]] = [
            (wire.unpack(row.kind, row.record), row.gone_at is not None) for row in rows
        ]
        # Mail that disappears remains what it was: only a calendar shows that a meeting is gone.
        gone = [
            row.gone_at
            for row, (record, _) in zip(rows, records, strict=True)
            if not (isinstance(record, Meeting) and record.method)
        ] or [None]
        spoken: Sequence[View] = ()
        if said and series.is_instance(rows[0].key):
            spoken = said.get(series.series_of(rows[0].key), ())
            records += [(one.meeting, False) for one in spoken]
        alone = len(records) == 1 and not getattr(records[0][0], "method", "")
        record = records[0][0] if alone else self.lawyer.merge(records)
        sighted: Sighted[Any] = Sighted(
            key=rows[0].key,
            record=record,
            evidence=tuple(Evidence(row.account, row.ref, _link(record)) for row in rows),
            seen_at=from_int(min(row.seen_at for row in rows)),
            gone_at=None if None in gone else from_int(max(at for at in gone if at is not None)),
        )
        seen = [(one, row.seen_at, row.since) for (one, _), row in zip(records, rows, strict=False)]
        return with_moments(sighted, seen, spoken, self.owner.addresses)

    def _parents(self, connection: Connection, messages: Sequence[Sighted[Any]]) -> dict[str, str]:
        """Who wrote the messages that these answer, by Message-ID."""
        keys = {f"message:{m.record.in_reply_to}" for m in messages if m.record.in_reply_to}
        return neighbours.authors(connection, self.owner_id, keys)

    def _letters(self, connection: Connection, numbers: Iterable[int]) -> frozenset[str]:
        """Which of the owner's mails are one letter sent to many, one by one."""
        found: frozenset[str] = frozenset()
        # A subject may be as common as "Lunch?": only what was sent within the hour is looked at.
        for topic, since, until in _hours(_COPIED(connection, numbers=sorted(numbers))):
            hour = {"topic": topic, "since": since, "until": until}
            to: dict[tuple[str, int], set[str]] = defaultdict(set)
            for key, at, addr in _LETTERS(connection, owner=self.owner_id, **hour):
                to[key, at].add(addr)
            sent = [(key, from_int(at), topic, frozenset(a)) for (key, at), a in to.items()]
            found |= self.lawyer.letters(sent)
        return found

    def _lists(self, connection: Connection, numbers: Iterable[int]) -> frozenset[str]:
        """Addresses in these observations that any message shows to be a mailing list."""
        return frozenset(_LISTS.column(connection, owner=self.owner_id, numbers=sorted(numbers)))

    def _clashes(
        self, connection: Connection, meetings: set[int], alone: bool
    ) -> Mapping[str, str]:
        """Double bookings of these meetings: of a few, or of one person `alone`, by what is at the
        same time; of many by one sweep over the whole calendar, which then serves the rest of the
        sitting."""
        if self.shelf.clashing is not None:
            return self.shelf.clashing
        few = alone or len(meetings) <= _FEW
        if few:
            numbers = neighbours.around(connection, meetings)
        else:
            query = select(observation.c.id).where(
                observation.c.owner == self.owner_id, observation.c.kind == "meeting"
            )
            numbers = set(connection.execute(query).scalars())
        self.load(connection, numbers)
        meant = frozenset(_SOLO.column(connection, numbers=sorted(numbers)))
        found = self.lawyer.clashes([self.sighted[n] for n in sorted(numbers)], meant)
        if not few:
            self.shelf.clashing = found
        # What overlaps these was looked at without its own company: say nothing about it.
        return (
            found
            if not few
            else {
                self.sighted[n].key: found[self.sighted[n].key]
                for n in meetings
                if self.sighted[n].key in found
            }
        )


def sighted_once(one: First, seen_at: datetime) -> Sighted[Any]:
    """A message that came in just now, as it will be found again."""
    return _seen_once(one.entry.key, one.account, one.ref, one.entry.record, to_int(seen_at), None)


def _hours(sent: Iterable[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """For each topic the times (since, until) around what was sent of it, without overlaps."""
    hours: list[tuple[str, int, int]] = []
    for topic, at in sorted(sent):
        if hours and hours[-1][0] == topic and at - HOUR <= hours[-1][2]:
            hours[-1] = (topic, hours[-1][1], at + HOUR)
        else:
            hours.append((topic, at - HOUR, at + HOUR))
    return hours


_INVOLVED = Query(
    lambda many: select(involved.c.addr, involved.c.observation, involved.c.role).where(
        owned(involved), involved.c.addr.in_(many("addrs"))
    )
)
_NAMED = Query(
    lambda many: select(named.c.person, named.c.observation).where(
        owned(named), named.c.person.in_(many("ids"))
    )
)
_SIGHTINGS = Query(
    lambda many: (
        select(
            sighting.c.observation,
            observation.c.kind,
            observation.c.key,
            sighting.c.account,
            sighting.c.ref,
            sighting.c.record,
            sighting.c.seen_at,
            sighting.c.gone_at,
            sighting.c.since,
        )
        .join(observation, observation.c.id == sighting.c.observation)
        .where(sighting.c.observation.in_(many("numbers")))
        .order_by(sighting.c.observation, sighting.c.account, sighting.c.ref)
    )
)
_copy, _here = observation.alias("copy"), involved.alias("here")
_COPIED = Query(
    lambda many: select(observation.c.topic, observation.c.at).where(
        observation.c.id.in_(many("numbers")),
        observation.c.topic != EMPTY,
        (
            select(_copy.c.id).where(
                _copy.c.owner == observation.c.owner,
                _copy.c.topic == observation.c.topic,
                _copy.c.topic != EMPTY,
                _copy.c.at.between(observation.c.at - HOUR, observation.c.at + HOUR),
                _copy.c.id != observation.c.id,
            )
        ).exists(),
    )
)
_LETTERS = Query(
    lambda _: (
        select(observation.c.key, observation.c.at, involved.c.addr)
        .join(involved, involved.c.observation == observation.c.id)
        .where(
            owned(observation),
            observation.c.topic != EMPTY,
            observation.c.topic == bindparam("topic"),
            observation.c.at.between(bindparam("since"), bindparam("until")),
        )
    )
)
_LISTS = Query(
    lambda many: (
        select(involved.c.addr)
        .where(
            owned(involved),
            involved.c.role == "list",
            involved.c.addr.in_(
                select(_here.c.addr).where(_here.c.observation.in_(many("numbers")))
            ),
        )
        .distinct()
    )
)
_SOLO = Query(
    lambda many: (
        select(observation.c.key).join(named).where(named.c.observation.in_(many("numbers")))
    )
)
