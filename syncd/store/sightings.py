"""Where observations are seen: sightings written, and withdrawn where they are gone.

Beside the sighting of a meeting stands since when each of its people is known to come, and to be in
it, where that is later than the sighting itself (`syncd.inference.acceptance`): JSON, two objects
with a moment (ISO 8601) by the place in the record. Places instead of addresses: nobody has to be
taken out of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from connectors import wire
from connectors.records import Meeting
from syncd.inference.acceptance import View, joined_at, meant_at, seen_anew
from syncd.inference.model import Sighted
from syncd.store.portions import Taken
from syncd.store.schema import observation, sighting
from syncd.store.statements import chunked, put_rows
from syncd.store.times import from_int


@dataclass(frozen=True, slots=True)
class Where:
    """Whose rows, and which facet of which account they come from."""

    owner: str
    account: str
    facet: str


def withdraw(connection: Connection, where: Where, taken: Sequence[Taken], moment: int) -> set[int]:
    """Mark sightings gone whose item vanished or no longer holds them. A bad item says nothing."""
    holds = {one.ref: {entry.key for entry in one.entries} for one in taken if one.state != "bad"}
    lost: list[tuple[int, str]] = []
    for refs in chunked(holds):
        query = (
            select(sighting.c.observation, sighting.c.ref, observation.c.key)
            .join(observation, observation.c.id == sighting.c.observation)
            .where(
                sighting.c.owner == where.owner,
                sighting.c.account == where.account,
                sighting.c.ref.in_(refs),
                sighting.c.gone_at.is_(None),
            )
        )
        lost += [(i, ref) for i, ref, key in connection.execute(query) if key not in holds[ref]]
    for number, ref in lost:
        connection.execute(
            update(sighting)
            .where(
                sighting.c.observation == number,
                sighting.c.account == where.account,
                sighting.c.ref == ref,
            )
            .values(gone_at=moment)
        )
    return {number for number, _ in lost}


def sight(
    connection: Connection,
    where: Where,
    taken: Sequence[Taken],
    ids: Mapping[str, int],
    moment: int,
) -> set[int]:
    """Write what was seen; returns the observations for which that says anything new."""
    said = {(ids[entry.key], one.ref): entry for one in taken for entry in one.entries}
    there: dict[tuple[int, str], Row[Any]] = {}
    for numbers in chunked({number for number, _ in said}):
        query = select(sighting).where(
            sighting.c.observation.in_(numbers), sighting.c.account == where.account
        )
        for row in connection.execute(query):
            there[row.observation, row.ref] = row
    rows: list[tuple[Any, ...]] = []
    for (number, ref), entry in said.items():
        seen_at, since, record = moment, None, entry.record
        before = there.get((number, ref))
        if before is not None:
            if before.record == record and before.gone_at is None:
                continue
            seen_at, since = before.seen_at, before.since
            if entry.kind == "meeting" and before.record != record:
                since = _since_now(before, record, moment)
        rows.append((number, where.account, ref, where.owner, record, seen_at, None, since))
    put_rows(connection, sighting, rows, ("observation", "account", "ref"), replace=True)
    return {row[0] for row in rows}


def view(meeting: Meeting, seen_at: int, since: str | None) -> View:
    """The sighting of a meeting as inference takes it; `since` as stored."""
    coming, joined = (
        {int(place): datetime.fromisoformat(at) for place, at in moments.items()}
        for moments in (json.loads(since) if since else ({}, {}))
    )
    return View(meeting, from_int(seen_at), coming, joined)


def with_moments(
    sighted: Sighted[Any],
    seen: Sequence[tuple[Any, int, str | None]],
    spoken: Sequence[View],
    owned: frozenset[str],
) -> Sighted[Any]:
    """A meeting with when the owner (`owned`: normalised addresses) meant to come, and others
    joined; anything else as it is. `seen` are its sightings (record, seen_at, since), `spoken` is
    mail about its whole series."""
    meeting = sighted.record
    at_once = len(seen) == 1 and not spoken and not seen[0][2]
    if at_once or not isinstance(meeting, Meeting):
        return sighted
    views = [*(view(*one) for one in seen), *spoken]
    return replace(sighted, meant_at=meant_at(meeting, views, owned), joined=joined_at(views))


def _since_now(before: Row[Any], record: str, moment: int) -> str | None:
    """What stands beside the sighting once it shows this record."""
    old, new = wire.unpack("meeting", before.record), wire.unpack("meeting", record)
    if not (isinstance(old, Meeting) and isinstance(new, Meeting)):
        return None
    now = seen_anew(view(old, before.seen_at, before.since), new, from_int(moment))
    if not now.since and not now.joined:
        return None
    both = [
        {place: at.isoformat() for place, at in sorted(moments.items())}
        for moments in (now.since, now.joined)
    ]
    return json.dumps(both, separators=(",", ":"))
