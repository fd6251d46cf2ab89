"""What became of the items of one source, by ref: what an audit compares with what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from syncd.store.health import Place
from syncd.store.schema import item, observation, sighting
from syncd.store.times import from_int


@dataclass(frozen=True, slots=True)
class SeenItem:
    """One acknowledged item. `at` is the moment of the earliest of what is stored of it, None
    where nothing is; a card has none, and `stored` says that it is there."""

    state: str  # ok | bad | ignored
    reason: str = ""
    stored: bool = False
    at: datetime | None = None


def seen(connection: Connection, owner: str, place: Place) -> Mapping[str, SeenItem]:
    """Every item of a source that was acknowledged, sealed refs of its whole facet as well."""
    prefix = place.scope + "//"
    items = select(item.c.ref, item.c.state, item.c.reason).where(
        item.c.owner == owner, item.c.account == place.account, item.c.facet == place.facet
    )
    there = (
        select(sighting.c.ref, func.min(func.nullif(observation.c.at, 0)))
        .join(observation, observation.c.id == sighting.c.observation)
        .where(
            sighting.c.owner == owner,
            sighting.c.account == place.account,
            sighting.c.gone_at.is_(None),
        )
        .group_by(sighting.c.ref)
    )
    stored = {row[0]: row[1] for row in connection.execute(there)}
    found = {}
    for ref, state, reason in connection.execute(items):
        if ref.startswith(prefix) or "sealed:" in ref:
            at = stored.get(ref)
            found[ref] = SeenItem(state, reason, ref in stored, from_int(at) if at else None)
    return found
