"""What texts were found to do. The texts themselves are never here."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, select, text, update

from syncd.inference.model import Reading, Signal, SignalKind
from syncd.store.neighbours import involved_in
from syncd.store.observations import mark
from syncd.store.query import Query, owned
from syncd.store.schema import observation, reading, sighting, wanted
from syncd.store.statements import put_rows
from syncd.store.times import from_int

# Raised when the same text may be found to do other things; applies to texts read from then on.
TEXT_VERSION = 2

_COUNTED = 300

# Stands among a reading's signals where it introduces and its author's mail counts.
_VOUCHED = ["vouched"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A message whose text is wanted, and the (account, ref) pairs where it can be found."""

    key: str
    at: datetime
    places: tuple[tuple[str, str], ...]


def want(connection: Connection, owner: str, keys: Iterable[str]) -> None:
    rows = [(owner, key) for key in sorted(set(keys))]
    put_rows(connection, wanted, rows, ("owner", "key"))


def unread(
    connection: Connection, owner: str, after: str, limit: int, accounts: Collection[str]
) -> list[Unread]:
    """The next wanted messages in key order that are in one of these accounts; a message that is
    gone everywhere has no places. What only other accounts have stays wanted, for they may come
    back."""
    rows = _WANTED(connection, owner=owner, after=after, limit=limit, accounts=accounts)
    places: dict[int, list[tuple[str, str]]] = {number: [] for _, number, _ in rows}
    if places:
        for number, account, ref in _PLACES(connection, numbers=list(places)):
            places[number].append((account, ref))
    return [Unread(key, from_int(at), tuple(places[number])) for key, number, at in rows]


_THERE = (sighting.c.observation == observation.c.id) & sighting.c.gone_at.is_(None)
_WANTED = Query(
    lambda many: (
        select(wanted.c.key, observation.c.id, observation.c.at)
        .join(
            observation,
            (observation.c.owner == wanted.c.owner) & (observation.c.key == wanted.c.key),
        )
        .where(owned(wanted), wanted.c.key > bindparam("after"))
        .where(
            exists().where(_THERE, sighting.c.account.in_(many("accounts")))
            | ~exists().where(_THERE)
        )
        .order_by(wanted.c.key)
        .limit(bindparam("limit"))
    )
)
_PLACES = Query(
    lambda many: (
        select(sighting.c.observation, sighting.c.account, sighting.c.ref)
        .where(sighting.c.observation.in_(many("numbers")), sighting.c.gone_at.is_(None))
        .order_by(sighting.c.account, sighting.c.ref)
    )
)


def tally(connection: Connection, owner: str) -> tuple[int, str]:
    """Another one when other texts are wanted: how many (no more than some), and the last key."""
    ((count, last),) = _TALLY(connection, owner=owner, limit=_COUNTED)
    return count, last or ""


_SOME = select(wanted.c.key).where(owned(wanted)).order_by(wanted.c.key.desc())
_TALLY = Query(
    lambda _: select(func.count(), func.max(text("key"))).select_from(
        _SOME.limit(bindparam("limit")).subquery()
    )
)


def load(connection: Connection, owner: str, keys: Iterable[str]) -> dict[str, Reading]:
    """The readings that exist, by observation key."""
    found: dict[str, Reading] = {}
    asked = list(keys)
    for key, signals, gone in _READINGS(connection, owner=owner, keys=asked) if asked else ():
        found[key] = _reading(signals, bool(gone))
    return found


_READINGS = Query(
    lambda many: select(reading.c.key, reading.c.signals, reading.c.gone).where(
        owned(reading), reading.c.key.in_(many("keys"))
    )
)


def vouch(
    connection: Connection,
    owner: str,
    known: Mapping[str, Reading],
    counts: Mapping[str, bool],
) -> None:
    """Note which mail that introduces counts for the owner, and mark everybody in mail of which
    that is news: whom it introduces is judged by it. `known` are the readings as they were."""
    news = {key: flag for key, flag in counts.items() if known[key].vouched is not flag}
    for key, flag in sorted(news.items()):
        entries = _pack(replace(known[key], vouched=flag))
        connection.execute(
            update(reading)
            .where(reading.c.owner == owner, reading.c.key == key)
            .values(signals=entries)
        )
    _mark_involved(connection, owner, news)


def save(connection: Connection, owner: str, readings: Mapping[str, Reading]) -> None:
    """Keep what was found, stop wanting it, and mark the people it is about. A text that is gone
    leaves what was found in it when it was there."""
    if not readings:
        return
    for gone in (False, True):
        rows = [
            (owner, key, TEXT_VERSION, gone, _pack(one))
            for key, one in readings.items()
            if one.gone is gone
        ]
        put_rows(connection, reading, rows, ("owner", "key"), replace=not gone)
    _mark_involved(connection, owner, readings)
    _READ.do(connection, owner=owner, keys=list(readings))


def _mark_involved(connection: Connection, owner: str, keys: Iterable[str]) -> None:
    asked = list(keys)
    if asked:
        numbers = _NUMBERS.column(connection, owner=owner, keys=asked)
        mark(connection, owner, involved_in(connection, numbers))


_NUMBERS = Query(
    lambda many: select(observation.c.id).where(
        owned(observation), observation.c.key.in_(many("keys"))
    )
)
_READ = Query(lambda many: delete(wanted).where(owned(wanted), wanted.c.key.in_(many("keys"))))


def _pack(one: Reading) -> str:
    entries: list[list[Any]] = [
        [s.kind, s.confidence, s.due.isoformat() if s.due else None] for s in one.signals
    ]
    return json.dumps([*entries, _VOUCHED] if one.vouched else entries, separators=(",", ":"))


@lru_cache(maxsize=1_024)
def _reading(signals: str, gone: bool) -> Reading:
    """Most texts are found to do the same few things."""
    entries = json.loads(signals)
    return Reading(_unpack(entries), gone, _VOUCHED in entries)


def _unpack(entries: Sequence[Any]) -> tuple[Signal, ...]:
    return tuple(
        Signal(SignalKind(kind), confidence, date.fromisoformat(due) if due else None)
        for kind, confidence, due in (entry for entry in entries if entry != _VOUCHED)
    )
