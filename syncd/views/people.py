"""The list of people, and finding one of them by what the owner typed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from rules.evaluate import Clock, tier_of
from rules.history import Facts, Subject
from rules.model import RuleSet
from syncd.inference.humans import kind_of
from syncd.people import name_key, normalise, words_of
from syncd.pipeline.people import Gallery, snapshot_of
from syncd.store import identity, people
from syncd.store.people import PersonRow

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_SHOWN = 5  # near matches
_TRIED = 50
_CLOSE = 0.6  # see difflib.SequenceMatcher.ratio


def people_list(
    connection: Connection,
    gallery: Gallery,
    ruleset: RuleSet,
    now: datetime,
    clock: Clock | None = None,
) -> list[dict[str, Any]]:
    """The rows of `people --json`, most recent interaction first. `clock` is what tiers are read
    by; without one, the owner's zone from Monday to Friday."""
    clock = clock or Clock(gallery.owner.zone)
    entries: list[dict[str, Any]] = []
    stale: list[str] = []
    for row in people.everyone(connection, gallery.owner_id, ("person", "silent", "machine")):
        snapshot = snapshot_of(row, now)
        if snapshot is None:
            stale.append(row.id)
        elif row.kind == "person":
            entries.append(_entry(snapshot.summary(now), snapshot.facts(now), ruleset, clock))
    desk = gallery.desk()
    for portrait in gallery.look(connection, stale, now, desk):
        if kind_of(portrait.dossier, portrait.claims)[0] == "person":
            history = portrait.history
            entries.append(_entry(history.summary(now), history.facts_at(now), ruleset, clock))
    entries.sort(key=lambda entry: (entry["name"], entry["id"]))
    entries.sort(key=lambda entry: entry["last_interaction"] or _LONG_AGO, reverse=True)
    return entries


def _entry(summary: dict[str, Any], facts: Facts, ruleset: RuleSet, clock: Clock) -> dict[str, Any]:
    subject = Subject(summary["id"], summary["name"], tuple(summary["addresses"]))
    tier = tier_of(ruleset, subject, facts, clock)
    return summary | {"tier": tier.name if tier else None}


@dataclass(frozen=True, slots=True)
class Found:
    """What a word meant: a person, an address that is no person's, or neither with near matches;
    `several` when each of those is known by it."""

    person: PersonRow | None = None
    address: str = ""
    near: tuple[str, ...] = ()
    several: bool = False


def find(connection: Connection, owner: str, word: str) -> Found:
    """`word` is an id, an address or a unique name."""
    row = people.load(connection, owner, [word]).get(word)
    if row is not None:
        return Found(row)
    addr = normalise(word)
    if addr:
        return _by_address(connection, owner, addr)
    everybody = people.everyone(connection, owner, ("person", "silent"))
    wanted = " ".join(word.lower().split())
    same = [one for one in everybody if one.name.lower() == wanted]
    if not same and (key := name_key(word)):  # "Silva, Ana" is Ana Silva
        same = [one for one in everybody if name_key(one.name) == key]
    if len(same) != 1:
        same = same or [one for one in everybody if wanted in one.name.lower().split()]
    if len(same) == 1:
        return Found(same[0])
    if not same:  # a name they go by, though another one is shown
        same = _also_called(connection, owner, word)
        if len(same) == 1:
            return Found(same[0])
    if same:
        return Found(near=_near(connection, owner, same), several=True)
    partly = [one for one in everybody if wanted and wanted in one.name.lower()]
    names = {one.name.lower(): one for one in everybody}
    close = difflib.get_close_matches(wanted, names, n=_SHOWN, cutoff=_CLOSE)
    return Found(near=_near(connection, owner, [*partly, *(names[name] for name in close)]))


def _also_called(connection: Connection, owner: str, word: str) -> list[PersonRow]:
    """Who goes, under any of their addresses, by a full name that holds these words."""
    addrs = identity.called(connection, owner, words_of(word))
    whose = set(people.owners_of(connection, owner, addrs).values()) - {""}
    rows = people.load(connection, owner, sorted(whose)).values()
    return [row for row in rows if row.kind in ("person", "silent")]


def _by_address(connection: Connection, owner: str, addr: str) -> Found:
    whose = people.owners_of(connection, owner, [addr]).get(addr)
    if whose:
        row = people.load(connection, owner, [whose]).get(whose)
        if row is not None:
            return Found(row)
    if whose is not None or people.roles(connection, owner, [addr]):
        return Found(address=addr)
    return Found(near=_alike(addr, people.all_addresses(connection, owner)))


def _alike(addr: str, known: Sequence[str]) -> tuple[str, ...]:
    """Addresses that it may be a slip for. Whoever is at the same place is not meant for that
    alone; whoever has the same name at another one may be."""
    name = addr.partition("@")[0]
    close = difflib.get_close_matches(addr, known, n=_TRIED, cutoff=_CLOSE)
    near = [one for one in close if _is_slip(name, one.partition("@")[0])]
    near += [one for one in known if one.partition("@")[0] == name]
    return tuple(dict.fromkeys(near))[:_SHOWN]


def _is_slip(name: str, other: str) -> bool:
    """Whether one may be typed for the other, or is a part of it ("ben", "ben.archer")."""
    short, long = sorted((name, other), key=len)
    is_part = len(short) > 2 and short in long
    return is_part or difflib.SequenceMatcher(None, name, other).ratio() >= _CLOSE


def _near(connection: Connection, owner: str, rows: Sequence[PersonRow]) -> tuple[str, ...]:
    """Names with an address, so that the owner can tell them apart and copy one."""
    unique = list({row.id: row for row in rows}.values())[:_SHOWN]
    addrs = people.addresses_of(connection, owner, [row.id for row in unique])
    return tuple(f"{row.name} <{addrs[row.id][0]}>" for row in unique)
