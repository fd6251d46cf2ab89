"""When the day's tasks are drawn: at `limits.at` of a working day, and whenever it was ordered.

A draw that comes to nothing, because nothing may be written, does not count: it is made up for on
the same day. The end of a back-fill orders one, since its account had none before; so does the
owner who ends a preview.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from syncd.planner import Policy, next_draw
from syncd.store import facts
from syncd.store.times import from_int, to_int

_DRAWN, _ORDERED = "drawn", "now"


def order(connection: Connection, owner: str) -> None:
    """Let tasks be drawn as soon as they may, whatever the hour."""
    facts.put(connection, owner, _DRAWN, _ORDERED)


def note(connection: Connection, owner: str, policy: Policy, now: datetime) -> None:
    """The day's tasks were drawn at `now`. Nothing is noted where nothing may be written."""
    if not policy.off(now):
        facts.put(connection, owner, _DRAWN, str(to_int(now)))


def moment(connection: Connection, owner: str, policy: Policy, now: datetime) -> datetime | None:
    """When the next draw is; `now` or earlier means: now. None: not before the owner says so."""
    if policy.preview:
        return None
    if policy.paused_until is not None and policy.paused(now):
        return policy.paused_until
    drawn = facts.get(connection, owner, _DRAWN)
    if drawn == _ORDERED:
        return now
    return next_draw(from_int(int(drawn)) if drawn else None, policy, now)
