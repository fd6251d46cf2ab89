"""What happens between two steps but mail: passes, the owner's hand and words, other settings."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors.records import Facet
from syncd.inference.model import Direction, Mode
from syncd.pipeline import forget as forgetting
from syncd.pipeline import joins
from syncd.pipeline.act import acting
from syncd.planner.mutes import Mute
from syncd.store import logged, mutes, notes, people
from syncd.store.lock import exclusive
from syncd.store.observations import mark
from syncd.store.target import Target

from worlds import Lab

# How often each of them is drawn.
CHORES = {
    "": 70, "pass": 10, "version": 1, "ignore": 1, "restart": 3, "address": 1, "rules": 1,
    "tick": 3, "untick": 1, "move": 1, "delete": 1, "note": 2, "bare note": 1, "log": 2, "mute": 1,
    "unmute": 1, "merge": 1, "split": 1, "lose mail": 2, "lose meeting": 1, "lose card": 1,
    "groups": 1, "forget": 1,
}  # fmt: skip
_IN_LISTS = ("tick", "untick", "move", "delete")
_AS_ONE = ("version", "ignore", "rules", "pass")
_LOST = {"lose mail": Facet.MAIL, "lose meeting": Facet.CALENDAR, "lose card": Facet.CONTACTS}
MORE_RULES = """\
  - {id: more, since: interaction, until: [interaction], remind: 4d, due: 9d,
     task: {title: "More of {{ first_name }}"}}
"""


def do(lab: Lab, what: str, now: datetime, number: int, addrs: tuple[str, ...]) -> None:
    """Do it in this lab; the same `number` draws the same in each. `addrs`: of people."""
    pick = random.Random(number)
    if what == "version":
        lab.version += "1"
    elif what == "ignore":
        lab.ignore = () if lab.ignore else (pick.choice(addrs),)
    elif what == "address":
        lab.addresses ^= {"ana.silva@example.org"}
    elif what == "groups":
        lab.mail_group = 1 if lab.mail_group > 1 else 10
    elif what == "forget":
        _forget(lab, now, pick.choice(addrs))
    elif what == "rules":
        more = lab.rules.removesuffix(MORE_RULES)
        lab.rules = more if more != lab.rules else lab.rules + MORE_RULES
    elif what in _LOST:
        facet = _LOST[what]
        if there := sorted(lab.world.alive(facet)):
            lab.world.delete(facet, pick.choice(there))
    elif what in _IN_LISTS:
        _hand(lab, what, now, pick)
    elif what not in ("", "pass", "restart"):
        _say(lab, what, now, pick, addrs)
    if what in (*_AS_ONE, *_IN_LISTS):
        lab.once(now)


def _forget(lab: Lab, now: datetime, addr: str) -> None:
    """Somebody is forgotten, or let in again if they were."""
    database = lab.open()
    try:
        shop, owner = lab.shop(database), database.owner
        with exclusive(database):
            if shop.ignore.forgotten.matches(addr):
                forgetting.undo(shop, addr)
                return
            with database.read() as connection:
                whose = people.owners_of(connection, owner, [addr]).get(addr, "")
                row = people.load(connection, owner, [whose]).get(whose)
            if row is None:
                return
            shop, _ = forgetting.forget(shop, now, Target(frozenset({addr}), row.id, row.name))
            forgetting.finish(shop, now)
    finally:
        database.close()


def _hand(lab: Lab, what: str, now: datetime, pick: random.Random) -> None:
    """The owner's hand at a task in the list."""
    world = lab.world
    there = {ref: world.task(ref) for ref in sorted(world.alive(Facet.TASKS))}
    some = [ref for ref, task in there.items() if task.completed == (what == "untick")]
    if not some:
        return
    ref = pick.choice(some)
    if what == "tick":
        world.tick(ref, now)
    elif what == "untick":
        world.untick(ref)
    elif what == "delete":
        world.delete_task(ref)
    else:
        due = there[ref].due
        world.edit_task(ref, due=None if due is None else due + timedelta(days=3))


def _say(lab: Lab, what: str, now: datetime, pick: random.Random, addrs: tuple[str, ...]) -> None:
    """The owner's words to syncd."""
    database, (one, other) = lab.open(), pick.sample(addrs, 2)
    try:
        shop, owner = lab.shop(database), database.owner
        with database.read() as connection:
            whose = people.owners_of(connection, owner, (one, other))
        if what == "bare note":  # and whoever is marked is settled by whatever comes next
            with database.begin() as connection:
                _note(connection, owner, one, now)
        elif what == "merge" and whose.get(one) and whose.get(other):
            joins.merge(shop, now, one, other)
        elif what == "split" and whose.get(one):
            joins.split(shop, now, whose[one])
        elif what in _WORDS:
            with acting(shop, now) as connection:
                _WORDS[what](connection, owner, one, now)
    finally:
        database.close()


def _note(connection: Connection, owner: str, addr: str, now: datetime) -> None:
    notes.add(connection, owner, [(addr, "channel: elsewhere"), (addr, "needs: a mill")], now)
    mark(connection, owner, [addr])


def _log(connection: Connection, owner: str, addr: str, now: datetime) -> None:
    people_in = ((addr, ""),)
    at = now - timedelta(hours=2)
    entry = logged.Entry(at, "call", Mode.PHONE, Direction.BOTH, "A call", "", people_in)
    logged.add(connection, owner, entry, now)


def _mute(connection: Connection, owner: str, addr: str, now: datetime) -> None:
    mutes.put(connection, owner, [Mute(addr, now)])
    _judge(connection, owner, addr, now)


def _unmute(connection: Connection, owner: str, addr: str, now: datetime) -> None:
    mutes.remove(connection, owner, [Mute(addr, now)])
    _judge(connection, owner, addr, now)


def _judge(connection: Connection, owner: str, addr: str, now: datetime) -> None:
    whose = people.owners_of(connection, owner, [addr])
    people.set_next(connection, owner, {who: now for who in whose.values() if who})


_WORDS: dict[str, Callable[[Connection, str, str, datetime], None]] = {
    "note": _note,
    "log": _log,
    "mute": _mute,
    "unmute": _unmute,
}
