"""Tasks: the day's candidates and numbers, the decision to write one, what is open and ticked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select

from connectors.contract import Draft
from rules.verdict import State
from syncd.inference.model import Tick
from syncd.planner import (
    Candidate,
    Copy,
    Policy,
    Status,
    TaskState,
    Tracked,
    day_of,
    in_bulk,
    soon,
)
from syncd.store import ledger, ledger_outbox, rewound
from syncd.store.ledger_outbox import DOUBT, READY
from syncd.store.query import Query, owned
from syncd.store.schema import person, task, verdict
from syncd.store.times import from_int, to_int

_TICKING = timedelta(minutes=10)
_DRAWN = ("budget", "preview", "list:incident")


def candidates(
    connection: Connection, owner: str, urgent: Collection[str] = (), *, alone: bool = False
) -> list[Candidate]:
    """Every verdict that waits for the draw; `urgent` are the ids of urgent rules. With `alone`
    only theirs."""
    held, rules = str(State.HELD), sorted(urgent)
    if alone:
        found = _URGENT(connection, owner=owner, held=held, rules=rules) if rules else []
    else:
        found = _WAITING(connection, owner=owner, held=held)
    return [
        Candidate(
            key=key,
            priority=priority,
            due=date.fromisoformat(due),
            strength=strength or 0.0,
            urgent=rule in urgent,
        )
        for key, rule, strength, priority, due in sorted(found, key=itemgetter(0))
    ]


def _waiting() -> Any:
    waits = or_(*(verdict.c.reasons.like(f'["{reason}"%') for reason in _DRAWN))
    return (
        select(verdict.c.key, verdict.c.rule, person.c.strength, verdict.c.priority, verdict.c.due)
        .outerjoin(person, (person.c.owner == verdict.c.owner) & (person.c.id == verdict.c.person))
        .outerjoin(task, (task.c.owner == verdict.c.owner) & (task.c.key == verdict.c.key))
        .where(owned(verdict), verdict.c.state == bindparam("held"), waits)
        .where(task.c.key.is_(None))
    )


_WAITING = Query(lambda _: _waiting())
_URGENT = Query(lambda many: _waiting().where(verdict.c.rule.in_(many("rules"))))


def counts(
    connection: Connection,
    owner: str,
    policy: Policy,
    now: datetime,
    urgent: Collection[str] = (),
) -> tuple[int, int]:
    """(decided today outside urgent rules, open tasks due soon), as `draw` wants them.

    What was decided and is still on its way counts: a list that is down for a day gets the number
    of one day, not one number each time it is tried.
    """
    first, end = day_of(now, policy.zone)
    today = select(func.count()).where(
        task.c.owner == owner,
        task.c.created >= to_int(first),
        task.c.created < to_int(end),
        task.c.rule.not_in(sorted(urgent)),
    )
    full = soon(policy, now)
    due_soon = sum(
        1
        for row in open_tasks(connection, owner)
        if row.task is not None and row.task.theirs.due is not None and row.task.theirs.due <= full
    )
    return int(connection.execute(today).scalar() or 0), due_soon


def open_tasks(connection: Connection, owner: str, account: str | None = None) -> list[Tracked]:
    """Rows whose task is open, confirmed by the list or not; of one task list if `account`."""
    status = str(Status.OPEN)
    if account is None:
        keys = _OPEN.column(connection, owner=owner, status=status)
    else:
        keys = _OPEN_OF.column(connection, owner=owner, status=status, account=account)
    return [row for _, row in sorted(ledger.by_key(connection, owner, keys).items())]


_OPEN = Query(lambda _: select(task.c.key).where(owned(task), task.c.status == bindparam("status")))
_OPEN_OF = Query(
    lambda _: select(task.c.key).where(
        owned(task), task.c.status == bindparam("status"), task.c.account == bindparam("account")
    )
)


def dismissed(connection: Connection, owner: str) -> list[Tracked]:
    """Rows whose task the owner deleted."""
    query = select(task.c.key).where(task.c.owner == owner, task.c.status == str(Status.DISMISSED))
    found = ledger.by_key(connection, owner, connection.execute(query).scalars())
    return [row for _, row in sorted(found.items())]


def decide(
    connection: Connection,
    owner: str,
    key: str,
    account: str,
    draft: Draft,
    means: str,
    now: datetime,
) -> bool:
    """Turn a drawn candidate into a task and enqueue its creation; False if it has one already."""
    row = ledger.by_key(connection, owner, [key]).get(key)
    if row is None or row.task is not None or draft.key != key:
        return False
    copy = Copy(draft.title, draft.notes, draft.due)
    state = TaskState(
        account=account,
        ours=copy,
        theirs=copy,
        created=now,
        means=means,
        evidence=(row.anchor,),
    )
    reasons = tuple(reason for reason in row.reasons if reason not in _DRAWN)
    row = replace(row, state=State.OPEN, reasons=reasons, task=state)
    ledger.put(connection, owner, row)
    ledger.put_task(connection, owner, row, state)
    # Before a copy of the state was put back it may have been written, and deleted since.
    doubt = rewound.behind(connection, owner, row.remind)
    ledger_outbox.enqueue_create(connection, owner, account, draft, DOUBT if doubt else READY)
    return True


def delivered(
    connection: Connection, owner: str, persons: Collection[str] | None = None
) -> list[Tracked]:
    """Every task that its list has confirmed, oldest first; for `tasks` and `forget`."""
    query = select(task.c.key).where(task.c.owner == owner, task.c.delivered_at.is_not(None))
    if persons is not None:
        query = query.where(task.c.person.in_(sorted(persons)))
    keys = list(connection.execute(query.order_by(task.c.created, task.c.key)).scalars())
    found = ledger.by_key(connection, owner, keys)
    return [found[key] for key in keys]


def ticks(connection: Connection, owner: str, whose: str) -> list[Tick]:
    """The person's ticked tasks, oldest first, but for those ticked while tidying up."""
    query = select(task.c.key, task.c.ticked_at, task.c.means).where(
        task.c.owner == owner,
        task.c.person == whose,
        task.c.ticked_at.is_not(None),
    )
    found = []
    for key, ticked, means in connection.execute(query.order_by(task.c.ticked_at, task.c.key)):
        at = from_int(ticked)
        if not in_bulk(at, [other for _, other in ticked_near(connection, owner, at)]):
            found.append(Tick(key, at, means))
    return found


def ticked_near(connection: Connection, owner: str, at: datetime) -> list[tuple[str, datetime]]:
    """(person, moment) of every tick that could make one at `at` part of a tidying up."""
    query = select(task.c.person, task.c.ticked_at).where(
        task.c.owner == owner,
        task.c.ticked_at.between(to_int(at - _TICKING), to_int(at + _TICKING)),
    )
    return [(whose, from_int(ticked)) for whose, ticked in connection.execute(query)]
