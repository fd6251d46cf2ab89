"""A state with a crowd in it: a few thousand people through the whole pipeline, and the rest as
copies of them with another token, which `proven` shows to be what the pipeline would have made.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import crowd
from crowd import END
from sqlalchemy import Connection, Table, func, select

from connectors.memory.account import MemoryAccount
from connectors.memory.world import World
from connectors.records import Facet
from syncd import pipeline, wiring
from syncd.people import person_id
from syncd.pipeline import Account, Workshop
from syncd.planner.keys import mint
from syncd.store import observations, schema
from syncd.store.schema_briefs import brief
from syncd.store.schema_identity import hint, known_as
from syncd.store.statements import put_rows

TEMPLATES, TENS, THOUSANDS = 1000, 340, 10
CORE = TEMPLATES + TENS + THOUSANDS
HERE = Path(__file__).resolve().parent
_CONFIG = f"""\
owner: {{name: Ana Silva, addresses: [{crowd.OWNER.addr}], timezone: Europe/Lisbon}}
accounts: [{{name: home, kind: local, tasks: tasks}}]
rules: [{HERE / "twenty.yaml"}]
state: sqlite:///syncd.db
mode: preview
"""
_PORTION = 500  # people copied in one transaction


def tens() -> range:
    """Who has ten interactions."""
    return range(TEMPLATES, TEMPLATES + TENS)


def thousands() -> range:
    """Who has a thousand."""
    return range(TEMPLATES + TENS, CORE)


def opened(folder: Path, world: World) -> Workshop:
    """The workshop of the crowd's owner, over `world`."""
    config = folder / "syncd.yaml"
    config.write_text(_CONFIG)
    assembly = wiring.assemble(config)
    shop = wiring.open_workshop(assembly, wiring.open_state(assembly), writing=False)
    sources = MemoryAccount("home", world, batch=500).sources()
    return replace(shop, accounts=(Account("home", tuple(sources)),))


def build(folder: Path, count: int) -> tuple[Workshop, World]:
    """A state with `count` people, judged at `END`; and the world that it was read from."""
    world = World()
    shop = opened(folder, world)
    pipeline.once(shop, END)  # nothing is there: the back-fill is over
    _happen(world)
    pipeline.once(shop, END)
    _copy(shop, count)
    return shop, world


def _happen(world: World) -> None:
    for number in range(TEMPLATES):
        # Most people wrote once or twice.
        _write(world, number, 1 + int(9 * random.Random(number).random() ** 3))
    for place, number in enumerate(tens()):
        _write(world, number, 8)
        _meet(world, number, [3 * (2 * place + turn) + 2 for turn in range(2)])
        if number % 2:
            world.put_card(crowd.card(number))
    for place, number in enumerate(thousands()):
        _write(world, number, 950)
        _meet(world, number, [24 * (100 + turn) + 2 * place for turn in range(50)])


def _write(world: World, number: int, count: int) -> None:
    for place, message in enumerate(crowd.letters(number, count)):
        world.deliver(message, crowd.text(number, place))


def _meet(world: World, number: int, hours_ago: Sequence[int]) -> None:
    """At hours of which no two meetings have the same, or both would be in doubt."""
    for place, hours in enumerate(hours_ago):
        world.put_event(crowd.meeting(number, place, END - timedelta(hours=hours)))


# --- copies -------------------------------------------------------------------------------------

Rows = dict[str, list[list[Any]]]  # whole rows by table, as the table's columns are ordered
_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        schema.item,
        schema.observation,
        schema.sighting,
        schema.involved,
        schema.reading,
        schema.address,
        schema.person,
        schema.name_token,
        schema.verdict,
        hint,
        known_as,
        brief,
    )
}
_NUMBERED = {"observation": 0, "sighting": 0, "involved": 2, "hint": 0}  # where the number stands


def rows_of(connection: Connection, owner: str, number: int) -> Rows:
    """All that is stored about somebody, observations numbered from 0."""
    addr = crowd.mailbox(number).addr
    who = person_id(frozenset({addr}))
    ids = select(schema.involved.c.observation).where(
        schema.involved.c.owner == owner, schema.involved.c.addr == addr
    )
    numbers = sorted(connection.execute(ids).scalars())
    keys = select(schema.observation.c.key).where(schema.observation.c.id.in_(numbers))
    refs = select(schema.sighting.c.ref).where(schema.sighting.c.observation.in_(numbers))
    found: Rows = {}
    for name, table in _TABLES.items():
        column = table.c
        mine = {
            "item": lambda c: (c.owner == owner) & c.ref.in_(refs),
            "observation": lambda c: c.id.in_(numbers),
            "sighting": lambda c: c.observation.in_(numbers),
            "hint": lambda c: c.observation.in_(numbers),
            "involved": lambda c: (c.owner == owner) & (c.addr == addr),
            "known_as": lambda c: (c.owner == owner) & (c.addr == addr),
            "address": lambda c: (c.owner == owner) & (c.addr == addr),
            "reading": lambda c: (c.owner == owner) & c.key.in_(keys),
            "person": lambda c: (c.owner == owner) & (c.id == who),
            "name_token": lambda c: (c.owner == owner) & (c.person == who),
            "verdict": lambda c: (c.owner == owner) & (c.person == who),
            "brief": lambda c: (c.owner == owner) & (c.person == who),
        }[name](column)
        rows = connection.execute(select(table).where(mine))
        found[name] = sorted([list(row) for row in rows], key=repr)
        if name in _NUMBERED:
            for row in found[name]:
                row[_NUMBERED[name]] = numbers.index(row[_NUMBERED[name]])
    return found


def _copy(shop: Workshop, count: int) -> None:
    """Everybody from `CORE` to `count`, in the order of their addresses."""
    owner = shop.database.owner
    with shop.database.read() as connection:
        patterns = [
            json.dumps(rows_of(connection, owner, number), ensure_ascii=False)
            for number in range(TEMPLATES)
        ]
        first = connection.execute(select(func.max(schema.observation.c.id))).scalar_one() + 1
    for start in range(CORE, count, _PORTION):
        together: Rows = {name: [] for name in _TABLES}
        for number in range(start, min(start + _PORTION, count)):
            rows = _renamed(patterns[number % TEMPLATES], number % TEMPLATES, number)
            for name, place in _NUMBERED.items():
                for row in rows[name]:
                    row[place] += first
            first += len(rows["observation"])
            for name, some in rows.items():
                together[name] += some
        with shop.database.begin(repeatable=True) as connection:
            for name, some in together.items():
                put_rows(connection, _TABLES[name], [tuple(row) for row in some])


def _renamed(pattern: str, template: int, number: int) -> Rows:
    """The rows of a template as somebody else's."""
    old, new = crowd.token(template), crowd.token(number)
    addr = crowd.mailbox(number).addr
    was = person_id(frozenset({crowd.mailbox(template).addr}))
    text = pattern.replace(old, new).replace(old.title(), new.title())
    rows: Rows = json.loads(text.replace(was, person_id(frozenset({addr}))))
    names = [column.name for column in schema.verdict.columns]
    key, rule, anchor = (names.index(name) for name in ("key", "rule", "anchor"))
    for row in rows["verdict"]:
        row[key] = mint(row[rule], row[anchor], addr)
    return rows


def copies(count: int, some: int, seed: int = 1) -> Iterator[int]:
    """Some of those who are copies."""
    chosen = random.Random(seed).sample(range(CORE, count), min(some, max(0, count - CORE)))
    return iter(sorted(chosen))


def proven(shop: Workshop, count: int, some: int = 100) -> int:
    """Have the pipeline make some copies anew, with nothing left of what it derives. Raises
    AssertionError where that differs from what was copied; returns how many were compared."""
    owner = shop.database.owner
    chosen = list(copies(count, some))
    with shop.database.read() as connection:
        before = [rows_of(connection, owner, number) for number in chosen]
    addrs = [crowd.mailbox(number).addr for number in chosen]
    with shop.database.begin() as connection:
        for table, column in (
            (known_as, known_as.c.addr),
            (schema.address, schema.address.c.addr),
        ):
            connection.execute(table.delete().where(column.in_(addrs)))
        who = [person_id(frozenset({addr})) for addr in addrs]
        for table, column in (
            (schema.verdict, schema.verdict.c.person),
            (schema.name_token, schema.name_token.c.person),
            (brief, brief.c.person),
            (schema.person, schema.person.c.id),
        ):
            connection.execute(table.delete().where(column.in_(who)))
        observations.mark(connection, owner, addrs)
    pipeline.once(shop, END)
    with shop.database.read() as connection:
        after = [rows_of(connection, owner, number) for number in chosen]
    for number, was, now in zip(chosen, before, after, strict=True):
        for name in _TABLES:
            assert was[name] == now[name], (crowd.mailbox(number).name, name, was[name], now[name])
    return len(chosen)


__all__ = ["CORE", "Facet", "build", "copies", "opened", "proven", "rows_of", "tens", "thousands"]
