"""How many tasks, and which: the day's draw. All days are the owner's local days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from syncd.planner.model import Policy

_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open verdict that waits for the draw."""

    key: str
    priority: int  # 0-100, higher first
    due: date
    strength: float  # of the tie, 0-1
    urgent: bool = False


def draw(
    candidates: Sequence[Candidate],
    delivered_today: int,
    open_due_soon: int,
    policy: Policy,
    now: datetime,
    *,
    daily: bool = True,
) -> tuple[str, ...]:
    """The keys that become tasks now, in the order of their importance.

    Urgent ones always do, outside both limits. With `daily=False` they are the only ones: that is
    what happens between two draws. A candidate that is due later than the open limit looks passes
    it; one that does not fit is passed over, not waited for.
    """
    if policy.off(now):
        return ()
    left = policy.per_day - delivered_today
    full = soon(policy, now)
    drawn = []
    for one in sorted(candidates, key=_order):
        if one.urgent:
            drawn.append(one.key)
        elif not daily or left <= 0:
            continue
        elif due_day(one.due, policy, now) > full:
            left -= 1
            drawn.append(one.key)
        elif open_due_soon < policy.open_limit:
            left -= 1
            open_due_soon += 1
            drawn.append(one.key)
    return tuple(drawn)


def _order(one: Candidate) -> tuple[bool, int, date, float, str]:
    return not one.urgent, -one.priority, one.due, -one.strength, one.key


def soon(policy: Policy, now: datetime) -> date:
    """The last day that the open limit looks at."""
    return now.astimezone(policy.zone).date() + _SOON


def due_day(due: date, policy: Policy, now: datetime) -> date:
    """The due date of a task that is written now: one already past is the next working day."""
    today = now.astimezone(policy.zone).date()
    return due if due >= today else _working_day_after(today, policy)


def day_of(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first moment of the local day that `now` is in, and that of the next one, in UTC."""
    today = now.astimezone(zone).date()
    return _moment(today, time(), zone), _moment(today + timedelta(days=1), time(), zone)


def next_draw(last: datetime | None, policy: Policy, now: datetime) -> datetime:
    """When the daily draw is due, given when it was drawn last; `now` or earlier means: now.

    A draw that was missed, because the machine slept, is made up for on the same working day.
    """
    today = now.astimezone(policy.zone).date()
    at = _moment(today, policy.at, policy.zone)
    drawn = last is not None and last.astimezone(policy.zone).date() >= today and last >= at
    if _works(today, policy) and not drawn:
        return at
    return _moment(_working_day_after(today, policy), policy.at, policy.zone)


def _working_day_after(day: date, policy: Policy) -> date:
    following = (day + timedelta(days=n) for n in range(1, 8))
    return next((one for one in following if _works(one, policy)), day + timedelta(days=1))


def _works(day: date, policy: Policy) -> bool:
    # Without any working day, every day is one: nothing would ever be drawn otherwise.
    return day.weekday() in policy.working_days or not policy.working_days


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
