"""What the store is asked when somebody wants to know how syncd fares.

Each answer comes from an index and touches few rows, however many people there are. Only the
verdicts grow with the history: `CountedVerdicts` counts them when something was decided, and never
so often that it would cost more than a thousandth of the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from syncd.store import health, people, sources
from syncd.store.health import DEGRADED, DOWN, UP
from syncd.store.query import EMPTY, Query, owned
from syncd.store.schema import item, observation, outbox, sighting, task, verdict
from syncd.store.times import from_int, to_int

NEWEST: Final = 1000
"""Among how many of the newest observations the newest one of an account is looked for."""
_KINDS: Final = {"mail": "message", "calendar": "meeting"}
_RANK: Final = (UP, DEGRADED, DOWN)
_SHARE: Final = 1000

Where = tuple[str, str]
"""An account and one of its facets."""


@dataclass(frozen=True, slots=True)
class Fares:
    """How one facet of an account fares: the worst of its sources."""

    state: str
    last_ok: datetime | None
    complete: bool | None  # whether everything there was has been read once; None: not read so


@dataclass(frozen=True, slots=True)
class Pending:
    """What one account's outbox holds. `oldest` is the id of the first entry, `since` when it was
    decided, as far as that is known."""

    by_state: dict[str, int]
    oldest: int
    since: datetime | None


def fares(connection: Connection, owner: str, accounts: Collection[str]) -> dict[Where, Fares]:
    """Every facet of these accounts that was ever tried."""
    complete: dict[Where, bool] = {}
    for source in sources.load(connection, owner):
        if source.facet == "tasks":
            continue
        where = (source.account, source.facet)
        complete[where] = complete.get(where, True) and source.done_at is not None
    found: dict[Where, Fares] = {}
    for row in health.load(connection, owner):
        where = (row.place.account, row.place.facet)
        if row.place.account not in accounts:
            continue
        before = found.get(where)
        state, last_ok = row.state, row.last_ok
        if before is not None:
            state = max(state, before.state, key=_RANK.index)
            both = (before.last_ok, last_ok)
            last_ok = None if None in both else min(one for one in both if one is not None)
        found[where] = Fares(state, last_ok, complete.get(where))
    return found


def newest(connection: Connection, owner: str, where: Where, now: datetime) -> datetime | None:
    """When the newest item of one facet is from: when a mail was sent, when a meeting began. None
    where none of the newest items of all accounts is of this one."""
    account, facet = where
    if facet not in _KINDS:
        return None
    rows = _NEWEST(
        connection, owner=owner, kind=_KINDS[facet], account=account, now=to_int(now), most=NEWEST
    )
    return from_int(rows[0][0]) if rows and rows[0][0] is not None else None


def pending(connection: Connection, owner: str) -> dict[str, Pending]:
    """What is decided and not yet confirmed, by account."""
    found: dict[str, Pending] = {}
    for account, state, number, first in _PENDING(connection, owner=owner):
        before = found.get(account)
        counts = ({} if before is None else before.by_state) | {state: number}
        oldest = first if before is None else min(first, before.oldest)
        found[account] = Pending(counts, oldest, None)
    for account, one in found.items():
        since = _DECIDED(connection, owner=owner, id=one.oldest)
        moment = from_int(since[0][0]) if since and since[0][0] is not None else None
        found[account] = Pending(one.by_state, one.oldest, moment)
    return found


def open_tasks(connection: Connection, owner: str) -> dict[str, int]:
    """Open tasks by account."""
    return dict(_OPEN(connection, owner=owner))


def set_aside(connection: Connection, owner: str) -> dict[Where, int]:
    """Items that could not be read, or not all of them."""
    return {(account, facet): n for account, facet, n in _ASIDE(connection, owner=owner)}


def next_moment(connection: Connection, owner: str) -> datetime | None:
    """When anything changes by itself."""
    return people.next_moment(connection, owner)


class CountedVerdicts:
    """How many verdicts are in each state, as of the last time they were counted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[str, int] = {}
        self._stale = True
        self._not_before = 0.0

    def touch(self) -> None:
        """Something was decided since."""
        self._stale = True

    def counts(self, connection: Connection, owner: str) -> dict[str, int]:
        begun = self._clock()
        if self._stale and begun >= self._not_before:
            self._stale = False
            self._counts = dict(_STATES(connection, owner=owner))
            spent = self._clock() - begun
            self._not_before = begun + spent * _SHARE
        return self._counts


_latest = (
    select(observation.c.id, observation.c.at)
    .where(
        owned(observation),
        observation.c.kind == bindparam("kind"),
        observation.c.at <= bindparam("now"),
    )
    .order_by(observation.c.at.desc())
    .limit(bindparam("most"))
    .subquery()
)
_NEWEST = Query(
    lambda _: (
        select(_latest.c.at)
        .join(sighting, sighting.c.observation == _latest.c.id)
        .where(sighting.c.account == bindparam("account"), sighting.c.gone_at.is_(None))
        .order_by(_latest.c.at.desc())
        .limit(1)
    )
)
_PENDING = Query(
    lambda _: (
        select(outbox.c.account, outbox.c.state, func.count(), func.min(outbox.c.id))
        .where(owned(outbox))
        .group_by(outbox.c.account, outbox.c.state)
    )
)
_DECIDED = Query(
    lambda _: (
        select(func.coalesce(task.c.closed_at, task.c.created))
        .join(outbox, (outbox.c.owner == task.c.owner) & (outbox.c.key == task.c.key))
        .where(owned(outbox), outbox.c.id == bindparam("id"), outbox.c.op != "update")
    )
)
_OPEN = Query(
    lambda _: (
        select(task.c.account, func.count())
        .where(owned(task), task.c.status == "open")
        .group_by(task.c.account)
    )
)
_ASIDE = Query(
    lambda _: (
        select(item.c.account, item.c.facet, func.count())
        .where(owned(item), item.c.reason != EMPTY)
        .group_by(item.c.account, item.c.facet)
    )
)
_STATES = Query(
    lambda _: select(verdict.c.state, func.count()).where(owned(verdict)).group_by(verdict.c.state)
)
