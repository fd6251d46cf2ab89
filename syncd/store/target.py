"""Who is to be forgotten, and what is stored about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from syncd.people import AddressKind, classify
from syncd.store import ledger, logged, notes, people, removals
from syncd.store.schema import involved, named, observation
from syncd.store.statements import chunked


@dataclass(frozen=True, slots=True)
class Target:
    """Who is to be forgotten. `person` is "" for an address that is no person's."""

    addrs: frozenset[str]
    person: str = ""
    name: str = ""


@dataclass(slots=True)
class Look:
    """What is stored about somebody: how much of what, and what their tasks are."""

    counts: dict[str, int] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()  # names of theirs that others have as well
    entries: frozenset[str] = frozenset()  # keys of entries that only their titles name
    keys: tuple[str, ...] = ()  # of verdicts and tasks
    cards_made: int = 0  # cards that syncd added, or may have


def look(connection: Connection, owner: str, target: Target) -> Look:
    """What forgetting them would find."""
    found = Look()
    kinds: dict[str, set[int]] = {}
    names: set[str] = {target.name} if target.name else set()
    for some in chunked(sorted(target.addrs)):
        query = (
            select(involved.c.observation, involved.c.name, observation.c.kind, involved.c.addr)
            .join(observation, observation.c.id == involved.c.observation)
            .where(involved.c.owner == owner, involved.c.addr.in_(some))
        )
        for row in connection.execute(query):
            kinds.setdefault(row.kind, set()).add(row.observation)
            names.add(row.name)
    mine = (
        select(observation.c.id, observation.c.key)
        .join(named)
        .where(named.c.owner == owner, named.c.person == target.person)
    )
    entries = {row.id: row.key for row in connection.execute(mine)} if target.person else {}
    kinds.setdefault("meeting", set()).update(entries)
    found.entries = frozenset(entries.values())
    found.names, found.shared = _split(connection, owner, target, names)
    rows = ledger.load(connection, owner, [target.person]).get(target.person, ())
    found.keys = tuple(row.key for row in rows)
    found.cards_made = len(removals.of_cards(connection, owner, target.addrs))
    found.counts = {
        "addresses": len(target.addrs),
        "messages": len(kinds.get("message", ())),
        "meetings": len(kinds.get("meeting", ())),
        "cards": len(kinds.get("card", ())),
        "logs": len(kinds.get(logged.LOG, ())),
        "notes": len(notes.listed(connection, owner, target.addrs)),
        "tasks": sum(row.task is not None for row in rows),
    }
    return found


def _split(
    connection: Connection, owner: str, target: Target, names: Iterable[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The names that are this person's alone, and those that other people have as well."""
    own = {name for name in names if name and "@" not in name}
    if not target.person:
        own = set()  # a list's or a robot's name is no one's
    shared: set[str] = set()
    for some in chunked(sorted(own)):
        query = (
            select(involved.c.name, involved.c.addr)
            .where(involved.c.owner == owner, involved.c.name.in_(some))
            .distinct()
        )
        for name, addr in connection.execute(query):
            human = classify(addr, is_list=False, is_resource=False)[0] is AddressKind.PERSON
            if addr not in target.addrs and human and _is_person(connection, owner, addr):
                shared.add(name)
    return frozenset(own - shared), frozenset(shared)


def _is_person(connection: Connection, owner: str, addr: str) -> bool:
    whose = people.owners_of(connection, owner, [addr]).get(addr)
    row = people.load(connection, owner, [whose]).get(whose) if whose else None
    return row is not None and row.kind == "person"
