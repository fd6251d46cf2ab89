"""What failed by itself while everything else went well: items, and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from syncd.store import people, sources, trials
from syncd.store.schema import involved, observation, sighting
from syncd.store.times import from_int
from syncd.store.trials import Subject, Trial


def items_aside(connection: Connection, owner: str) -> list[dict[str, Any]]:
    """Every item that could not be read, or not all of it. `tries` and `next_try` of those that are
    tried again by themselves; the others wait for another version of the item, or its owner."""
    found = {one.subject: one for one in trials.load(connection, owner)}
    return [
        {"account": account, "facet": facet, "ref": ref, "reason": reason}
        | _trial(found.get(Subject(trials.ITEM, account, facet, ref)))
        for account, facet, ref, reason in sources.set_aside(connection, owner)
    ]


def people_aside(connection: Connection, owner: str) -> list[dict[str, Any]]:
    """Everybody who cannot be judged, because what is known of them makes syncd fail; `newest` is
    the newest of that. Where not even whose address it is could be found, `kind` is mark."""
    found = trials.of_people(connection, owner)
    marks = trials.of_kind(connection, owner, trials.MARK)
    rows = people.load(connection, owner, sorted(found))
    addrs = people.addresses_of(connection, owner, sorted(found))
    return [
        {
            "kind": trials.PERSON,
            "id": who,
            "name": rows[who].name if who in rows else min(addrs[who]),
            "addresses": sorted(addrs[who]),
            "fault": one.fault,
            "since": one.since,
            "newest": _newest(connection, owner, sorted(addrs[who])),
        }
        | _trial(one)
        for who, one in sorted(found.items())
        if addrs.get(who)
    ] + [
        {
            "kind": trials.MARK,
            "id": mark,
            "name": mark,
            "addresses": [mark] if "@" in mark else [],
            "fault": one.fault,
            "since": one.since,
            "newest": _newest(connection, owner, [mark]),
        }
        | _trial(one)
        for mark, one in sorted(marks.items())
    ]


def _trial(one: Trial | None) -> dict[str, Any]:
    return {"tries": one.tries if one else None, "next_try": one.next_at if one else None}


def _newest(connection: Connection, owner: str, addrs: Sequence[str]) -> dict[str, Any] | None:
    """The newest evidence about these addresses: where it is seen."""
    query = (
        select(observation.c.at, sighting.c.account, sighting.c.ref)
        .join(involved, involved.c.observation == observation.c.id)
        .join(sighting, sighting.c.observation == observation.c.id)
        .where(involved.c.owner == owner, involved.c.addr.in_(addrs))
        .order_by(observation.c.at.desc(), sighting.c.account, sighting.c.ref)
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return {"at": from_int(row.at), "account": row.account, "ref": row.ref}
