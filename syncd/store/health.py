"""How every facet of every account fares: up, degraded or down, since when, and what to do.

    up        its last try went well
    degraded  it works, but not as it should, or it failed once and is tried again in a moment
    down      its last tries failed, or there is no use in trying before somebody acts

An account is as well as the worst of its facets. An outage begins when an account was well and a
facet goes down (or is read from the beginning again and again), and ends when all are well. That is
what `ok` and `failed` return True for: one line in the log, however often it was tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from connectors.errors import (
    ConnectorError,
    CursorExpired,
    NoSecret,
    Paused,
    Refused,
    SignInNeeded,
    Vanished,
)
from syncd.store.pauses import UNPAUSED, Pauses
from syncd.store.query import Query, owned
from syncd.store.schema_health import health
from syncd.store.statements import put_rows
from syncd.store.times import from_int, maybe_int, maybe_moment, to_int

UP, DEGRADED, DOWN = "up", "degraded", "down"
NONE, WAIT, SIGN_IN, OWNER = "none", "wait", "signin", "owner"
DELIVERY: Final = "delivery"
"""The facet that stands for writing to a task list; reading it is `tasks`."""

SIGNED_OUT: Final = (SignInNeeded, NoSecret)
"""Nobody let us in: we were refused, or had nothing to show."""

# A cursor that expires now and then costs one reading of everything. A source whose cursors all
# expire would be read for ever: some are let through, then one in each of these spans.
RESTARTS: Final = 3
_RESTART_AFTER: Final = timedelta(hours=6)
_FRESH: Final = timedelta(minutes=15)  # a success this young need not be noted again
_RANK: Final = {UP: 0, DEGRADED: 1, DOWN: 2}


class Place(NamedTuple):
    """What fares: one source of an account, or (facet `DELIVERY`) the writing to its list."""

    account: str
    facet: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """How one place fares. `since`: in this state; `tries`: failed, in a row."""

    place: Place
    state: str
    since: datetime
    last_ok: datetime | None = None
    error: str = ""
    kind: str = ""  # the error's class
    remedy: str = NONE  # none | wait (it is tried again) | signin | owner
    next_try: datetime | None = None
    tries: int = 0
    restarts: int = 0
    restarted: datetime | None = None
    pauses: Pauses = UNPAUSED  # that let nothing through, in a row

    @property
    def outage(self) -> bool:
        """Whether it is worth a line in the log: not a single try that failed."""
        return self.state == DOWN or (self.state == DEGRADED and self.kind == _RESTARTING)


_RESTARTING: Final = CursorExpired.__name__


def remedy_of(error: BaseException) -> str:
    """What has to be done about an error."""
    if isinstance(error, SignInNeeded):
        return SIGN_IN
    return OWNER if isinstance(error, Refused | Vanished) else WAIT


def words_of(error: BaseException) -> str:
    """One sentence for the owner. What nobody foresaw is named by its kind: its text may quote
    anything."""
    if isinstance(error, ConnectorError):
        return str(error)
    return f"a fault in syncd ({type(error).__name__}): it is tried again; please report it"


def ok(connection: Connection, owner: str, where: Place, now: datetime) -> bool:
    """Note a success; returns True where it ends the account's outage."""
    row = get(connection, owner, where)
    restarts, restarted = _restarts(row, now)
    if restarts > RESTARTS:
        state, kind, error, remedy = DEGRADED, _RESTARTING, _often(restarts), WAIT
    else:
        state, kind, error, remedy = UP, "", "", NONE
    after = Health(
        where,
        state,
        row.since if row is not None and row.state == state else now,
        now,
        error,
        kind,
        remedy,
        restarts=restarts,
        restarted=restarted,
    )
    if row is not None and row.last_ok is not None and row.tries == 0:
        quiet = replace(after, last_ok=row.last_ok) == row
        if quiet and abs(now - row.last_ok) < _FRESH:
            return False
    return _put(connection, owner, row, after)


def failed(
    connection: Connection,
    owner: str,
    where: Place,
    error: BaseException,
    now: datetime,
    next_try: datetime | None = None,
) -> bool:
    """Note a try that failed; returns True where the account's outage begins. `next_try` is when
    it is tried again by itself, None if it is not. A `Paused` is one of those that never end: it
    counts from the first of them."""
    row = get(connection, owner, where)
    tries = 1 if row is None else row.tries + 1
    pauses = UNPAUSED if row is None else row.pauses
    began = pauses.since if isinstance(error, Paused) else None
    state = _state_of(error, tries, again=next_try is not None)
    begun = row is not None and row.state != UP and _RANK[row.state] <= _RANK[state]
    restarts, restarted = _restarts(row, now)
    after = Health(
        where,
        state,
        row.since if row is not None and begun else began or now,
        None if row is None else row.last_ok,
        words_of(error),
        type(error).__name__[:32],
        remedy_of(error),
        next_try,
        tries,
        restarts,
        restarted,
        pauses,
    )
    return _put(connection, owner, row, after)


def paused(connection: Connection, owner: str, where: Place, now: datetime) -> datetime | None:
    """Note a try that only said to come again; returns since when there are no others, where that
    is trouble by now."""
    row = get(connection, owner, where) or Health(where, UP, now)
    pauses = row.pauses.one_more(now)
    if pauses != row.pauses:
        _write(connection, owner, replace(row, pauses=pauses))
    return pauses.in_vain(now)


def has_paused(connection: Connection, owner: str, where: Place) -> bool:
    """Whether it said nothing else when it was asked last."""
    row = get(connection, owner, where)
    return row is not None and row.pauses.times > 0


def goes_on(connection: Connection, owner: str, where: Place) -> None:
    """It let something through: the next pause is the first one. How it fares is not said."""
    row = get(connection, owner, where)
    if row is not None and row.pauses.times > 0:
        _write(connection, owner, replace(row, pauses=UNPAUSED))


def _state_of(error: BaseException, tries: int, *, again: bool) -> str:
    if isinstance(error, CursorExpired):
        return DEGRADED
    if remedy_of(error) != WAIT or isinstance(error, Paused) or not again:
        return DOWN
    return DEGRADED if tries < 2 else DOWN


def may_restart(connection: Connection, owner: str, where: Place, now: datetime) -> datetime | None:
    """None where the place may be read from the beginning because its cursor has expired, and it
    is counted; else when it may."""
    row = get(connection, owner, where) or Health(where, UP, now)
    restarts, restarted = _restarts(row, now)
    if restarts > RESTARTS and restarted is not None:
        return restarted + _RESTART_AFTER
    after = replace(row, restarts=restarts + 1, restarted=restarted or now)
    _write(connection, owner, after)
    return None


def too_often() -> CursorExpired:
    """What is wrong with a place that may not be read from the beginning now."""
    return CursorExpired(_often(RESTARTS + 1))


def _often(restarts: int) -> str:
    return (
        f"it had to be read from the very beginning {restarts} times lately, because the other "
        "side forgets how far it was read: it is read again only every six hours"
    )


def _restarts(row: Health | None, now: datetime) -> tuple[int, datetime | None]:
    """How many readings from the beginning count at `now`, and from when the oldest of them does:
    one is forgiven in each span."""
    if row is None or row.restarted is None:
        return 0, None
    spans = max(0, (now - row.restarted) // _RESTART_AFTER)
    left = max(0, row.restarts - spans)
    return left, row.restarted + spans * _RESTART_AFTER if left else None


def load(connection: Connection, owner: str) -> list[Health]:
    """Every place, by account, facet and scope."""
    return [_row(row) for row in _ALL(connection, owner=owner)]


def get(connection: Connection, owner: str, where: Place) -> Health | None:
    values = {"account": where.account, "facet": where.facet, "scope": where.scope}
    rows = _ONE(connection, owner=owner, **values)
    return _row(rows[0]) if rows else None


def keep(connection: Connection, owner: str, places: Collection[Place]) -> None:
    """Forget every other place: it is not configured any more."""
    for row in load(connection, owner):
        if row.place not in places:
            connection.execute(delete(health).where(*_is(owner, row.place)))


def worst(rows: Iterable[Health]) -> Health | None:
    """The row that says how an account fares: of the worst state, the one that began first."""
    return min(rows, key=lambda row: (-_RANK[row.state], row.since, row.place), default=None)


def next_try(connection: Connection, owner: str) -> datetime | None:
    """When the next place that fails is tried again."""
    return min((r.next_try for r in load(connection, owner) if r.next_try), default=None)


def _put(connection: Connection, owner: str, before: Health | None, after: Health) -> bool:
    others = [
        row for row in _rows_of(connection, owner, after.place.account) if row.place != after.place
    ]
    _write(connection, owner, after)
    elsewhere = any(row.outage for row in others)
    was = before is not None and before.outage
    return not elsewhere and was != after.outage


def _rows_of(connection: Connection, owner: str, account: str) -> list[Health]:
    return [_row(row) for row in _OF_ACCOUNT(connection, owner=owner, account=account)]


def _write(connection: Connection, owner: str, row: Health) -> None:
    values = (
        owner,
        *row.place,
        row.state,
        to_int(row.since),
        maybe_int(row.last_ok),
        row.error,
        row.kind,
        row.remedy,
        maybe_int(row.next_try),
        row.tries,
        row.restarts,
        maybe_int(row.restarted),
        row.pauses.times,
        maybe_int(row.pauses.since),
        maybe_int(row.pauses.last),
    )
    put_rows(connection, health, [values], ("owner", "account", "facet", "scope"), replace=True)


def _is(owner: str, place: Place) -> tuple[Any, ...]:
    return (
        health.c.owner == owner,
        health.c.account == place.account,
        health.c.facet == place.facet,
        health.c.scope == place.scope,
    )


_ALL = Query(
    lambda _: (
        select(health)
        .where(owned(health))
        .order_by(health.c.account, health.c.facet, health.c.scope)
    )
)
_OF_ACCOUNT = Query(
    lambda _: select(health).where(owned(health), health.c.account == bindparam("account"))
)
_ONE = Query(
    lambda _: select(health).where(
        owned(health),
        health.c.account == bindparam("account"),
        health.c.facet == bindparam("facet"),
        health.c.scope == bindparam("scope"),
    )
)


def _row(row: Sequence[Any]) -> Health:
    """A row, its values in the order of the table's columns."""
    _, account, facet, scope, state, since, last_ok, error, kind, remedy = row[:10]
    next_at, tries, restarts, restarted, pauses, paused_since, paused_at = row[10:]
    return Health(
        Place(account, facet, scope),
        state,
        from_int(since),
        maybe_moment(last_ok),
        error,
        kind,
        remedy,
        maybe_moment(next_at),
        tries,
        restarts,
        maybe_moment(restarted),
        Pauses(pauses or 0, maybe_moment(paused_since), maybe_moment(paused_at)),
    )
