"""The same observations and the same owner, told to a fresh syncd in another order and at once:
people, interactions, signals and verdicts have to be the same (DESIGN 9.2)."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from simulation.sides import nameless, plain
from simulation.years.owner import Said
from simulation.years.process import Process
from simulation.years.stage import READ, Stage, Version
from sqlalchemy import select

from connectors.contract import Known, Source, Text
from connectors.records import Batch, Facet, Item
from rules.evaluate import evaluate
from syncd.pipeline import Account, Workshop, once
from syncd.pipeline.observe import Reader
from syncd.store import people
from syncd.store.observations import mark
from syncd.store.schema import note, task, verdict
from syncd.views.explain import explain_all
from syncd.views.people import people_list


@dataclass(frozen=True, slots=True)
class Reading:
    """One version of one item, when it was acknowledged."""

    at: datetime
    account: str
    facet: Facet
    ref: str
    stamp: str  # "" where it was gone


class Script:
    """A source that says what it is told to say."""

    def __init__(self, facet: Facet, scope: str, texts: dict[str, str | None]) -> None:
        self.facet, self.scope, self.texts = facet, scope, texts
        self.items: Sequence[Item] = ()
        self.number = 0

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        self.number += 1
        items, self.items = tuple(self.items), ()
        yield Batch(items, f"0:{self.number}", done=True)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        for ref in refs:
            yield Text(ref, self.texts.get(ref))


class Shadow:
    """See the module's docstring. `main` is the one to compare with, `shadow` is fresh."""

    def __init__(self, main: Process, shadow: Process, stage: Stage, rng: random.Random) -> None:
        self.main, self.shadow, self.stage, self.rng = main, shadow, stage, rng
        self.sources: dict[tuple[str, Facet], Script] = {}
        self._kept: Workshop | None = None
        self._started = False
        for account, facets in READ.items():
            if account in stage.instead:
                continue
            for facet in facets:
                texts: dict[str, str | None] = {}
                for (which, ref, _), version in stage.worlds[account].versions.items():
                    if which is Facet.MAIL is facet:
                        texts[ref] = version.text or texts.get(ref)
                scope = stage.worlds[account].scope(facet)
                self.sources[account, facet] = Script(facet, scope, texts)

    def comes_to_the_same(
        self,
        readings: Sequence[Reading],
        words: Sequence[Said],
        now: datetime,
        left: dict[str, list[str]],
    ) -> None:
        """Raises AssertionError, with what differs. `left` is what the main one has derived."""
        self._tell(readings, now)
        self._speak(words)
        self._once(now)
        self._copy_ticks()
        self._once(now)
        right = derived(self.shadow, now)
        for part in left:
            differs = [
                (one, other)
                for one, other in zip(left[part], right[part], strict=False)
                if one != other
            ]
            same = left[part] == right[part]
            assert same, f"2: another order comes to other {part}:\n{_shown(differs, left, right)}"

    def _once(self, now: datetime) -> None:
        """A whole pass, behind which other addresses may be known for the owner's."""
        once(self._shop(), now)
        self._kept = None

    def _shop(self) -> Workshop:
        if self._kept is not None:
            return self._kept
        shop = self.shadow.shop
        accounts = []
        for account in shop.accounts:
            sources: list[Source] = [self.sources[account.name, f] for f in READ[account.name]]
            accounts.append(Account(account.name, tuple(sources), None))
        self._kept = replace(shop, accounts=tuple(accounts), tasks_in={})
        return self._kept

    def _tell(self, readings: Sequence[Reading], now: datetime) -> None:
        """The first look as it was; then every item's versions in their order, the items in any."""
        start = readings[0].at
        first = [one for one in readings if one.at == start]
        self._at(start, first)
        self._once(start)
        turns: dict[tuple[int, datetime], list[Reading]] = defaultdict(list)
        version: dict[tuple[str, Facet, str], int] = defaultdict(int)
        for one in readings[len(first) :]:
            place = one.account, one.facet, one.ref
            version[place] += 1
            turns[version[place], one.at].append(one)
        order = list(turns)
        self.rng.shuffle(order)
        for turn in sorted(order, key=lambda one: one[0]):
            self._at(turn[1], [one for one in turns[turn] if one.stamp])
        # Whatever is gone by now was read while it was there.
        self._once(now)
        for turn in sorted(order, key=lambda one: one[0]):
            self._at(turn[1], [one for one in turns[turn] if not one.stamp])

    def _at(self, moment: datetime, readings: Sequence[Reading]) -> None:
        shop = self._shop()
        reader = Reader(shop.database, shop.indexer, shop.ignore, moment)
        parts: dict[tuple[str, Facet], list[Item]] = defaultdict(list)
        for one in readings:
            parts[one.account, one.facet].append(self._version(one).item)
        everything = list(parts) if self._started else list(self.sources)
        self._started = True
        self.rng.shuffle(everything)
        for place in everything:
            source = self.sources[place]
            items = parts.get(place, [])
            self.rng.shuffle(items)
            source.items = items
            outcome = reader.observe(place[0], source)
            assert not outcome.error, outcome.error

    def _version(self, one: Reading) -> Version:
        return self.stage.worlds[one.account].versions[one.facet, one.ref, one.stamp]

    def _speak(self, words: Sequence[Said]) -> None:
        for said in words:
            if said.facts:
                said.do(self.shadow, said.at)
        self._kept = None

    def _copy_ticks(self) -> None:
        """What the owner did in the lists: the shadow has none."""
        main, shadow = self.main.database, self.shadow.database
        with main.read() as connection:
            ticked = select(task).where(task.c.ticked_at.is_not(None))
            tasks = [dict(row._mapping) for row in connection.execute(ticked)]
            keys = [one["key"] for one in tasks]
            rows = select(verdict).where(verdict.c.key.in_(keys))
            verdicts = [dict(row._mapping) for row in connection.execute(rows)]
            notes = [dict(row._mapping) for row in connection.execute(select(note))]
        with shadow.begin() as connection:
            addrs = {one["key"]: one["anchor_addr"] for one in verdicts}
            whose = people.owners_of(connection, shadow.owner, sorted(set(addrs.values())))
            known = set(connection.execute(select(verdict.c.key)).scalars())
            for one in verdicts:
                if one["key"] not in known:
                    one["person"] = whose.get(one["anchor_addr"], "")
                    connection.execute(verdict.insert().values(**one))
            for one in tasks:
                one["person"] = whose.get(addrs[one["key"]], "")
                connection.execute(task.insert().values(**one))
            there = select(note.c.addr, note.c.line)
            noted = {tuple(row) for row in connection.execute(there)}
            for one in notes:
                if (one["addr"], one["line"]) not in noted:
                    connection.execute(note.insert().values(**one))
            mark(connection, shadow.owner, people.all_addresses(connection, shadow.owner))


def derived(process: Process, now: datetime) -> dict[str, list[str]]:
    """What may depend on nothing but what was observed, what the owner did, the configuration and
    `now`: people, explanations and raw verdicts, as sorted texts."""
    with process.looking(now) as (connection, decider, shop):
        explained = list(explain_all(connection, decider, shop.owner, now))
        listed = people_list(connection, decider.gallery, shop.ruleset, now)
        owner = process.database.owner
        every = people.all_addresses(connection, owner)
        ids = sorted(set(people.owners_of(connection, owner, every).values()) - {""})
        verdicts = {
            portrait.addrs: evaluate(shop.ruleset, portrait.history, now, shop.clock)
            for portrait in decider.gallery.look(connection, ids, now)
            if portrait.row.kind == "person"
        }
    for one in explained:
        one.pop("verdicts", None)
    return {
        "explain": sorted(plain(nameless(one)) for one in explained),
        "people": sorted(plain(nameless(one)) for one in listed),
        "verdicts": sorted(
            f"{sorted(addrs)} {[replace(one, person='') for one in found]!r}"
            for addrs, found in verdicts.items()
        ),
    }


def _shown(differs: Sequence[tuple[str, str]], left: Any, right: Any) -> str:
    """The first difference, as the smallest parts that differ."""
    if not differs:
        return f"{[len(one) for one in left.values()]}, {[len(one) for one in right.values()]}"
    one, other = differs[0]
    try:
        return "\n".join(_apart(json.loads(one), json.loads(other), "")[:12])
    except ValueError:
        return f"{one}\n{other}"


def _apart(one: Any, other: Any, path: str) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted(one.keys() | other.keys())
        return [line for n in names for line in _apart(one.get(n), other.get(n), f"{path}.{n}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for n, (a, b) in pairs for line in _apart(a, b, f"{path}[{n}]")]
    if isinstance(one, list) and isinstance(other, list):
        one, other = (
            [part for part in one if part not in other],
            [part for part in other if part not in one],
        )
    return [] if one == other else [f"{path}: {str(one)[:400]} | {str(other)[:400]}"]
