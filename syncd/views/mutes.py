"""What is muted: by the owner's word, and by two deleted tasks of one rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection

from syncd.planner.follow import deleted_twice
from syncd.planner.mutes import EVERY_RULE, Mutes, in_force
from syncd.store import ledger_tasks, mutes, people


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a mute is about. `person` as in `people`, None for a domain; `word` names them again."""

    word: str
    shown: str
    targets: tuple[str, ...]
    person: dict[str, Any] | None = None


def subject_of(person: str, name: str, addrs: Sequence[str]) -> Subject:
    shown = f"{name} <{', '.join(addrs)}>"
    as_person = {"id": person, "name": name, "addresses": list(addrs)}
    return Subject(min(addrs), shown, tuple(addrs), as_person)


def muted_list(
    connection: Connection, owner: str, zone: tzinfo, now: datetime
) -> list[dict[str, Any]]:
    """One entry for each person or domain and rule, as `mute --json` has it."""
    words = mutes.load(connection, owner)
    by_whom: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    held = in_force(words, zone, now)
    whose = people.owners_of(connection, owner, [word.target for word in held])
    for word in held:
        day = word.until.isoformat() if word.until else ""
        by_whom[whose.get(word.target) or word.target, word.rule, day].append(word)
    rows = people.load(connection, owner, sorted(set(whose.values())))
    addrs = people.addresses_of(connection, owner, sorted(rows))
    found = []
    for (one, rule, _), some in sorted(by_whom.items()):
        person = subject_of(one, rows[one].name, addrs[one]).person if one in rows else None
        found.append(
            _entry(
                person,
                [word.target for word in some],
                rule,
                "owner",
                min(word.since for word in some),
                some[0].until,
            )
        )
    return found + _deleted(connection, owner, Mutes(zone, words), now)


def _deleted(
    connection: Connection, owner: str, words: Mutes, now: datetime
) -> list[dict[str, Any]]:
    """(person, rule) pairs that two deletions muted."""
    rows = defaultdict(list)
    for row in ledger_tasks.dismissed(connection, owner):
        rows[row.person, row.rule].append(row)
    several = {pair: some for pair, some in rows.items() if len(some) > 1}
    persons = sorted({person for person, _ in several})
    names = people.load(connection, owner, persons)
    addrs = people.addresses_of(connection, owner, persons)
    found = []
    for (person, rule), some in sorted(several.items()):
        standing = words.of(addrs[person], now)
        said = not standing.rules.isdisjoint((rule, EVERY_RULE))
        if said or person not in names or not addrs[person]:
            continue
        if deleted_twice(rule, some, standing.unmuted):
            whom = subject_of(person, names[person].name, addrs[person]).person
            at = max(row.task.closed_at for row in some if row.task and row.task.closed_at)
            found.append(_entry(whom, addrs[person], rule, "deleted-twice", at, None))
    return found


def _entry(
    person: dict[str, Any] | None,
    targets: Sequence[str],
    rule: str,
    why: str,
    since: datetime,
    until: object,
) -> dict[str, Any]:
    return {
        "target": targets[0],
        "targets": list(targets),
        "person": person,
        "rule": None if rule == EVERY_RULE else rule,
        "since": since,
        "until": until,
        "why": why,
    }
