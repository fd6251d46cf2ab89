"""A task that is out: kept, moved to a newer anchor, or closed.

"Out" begins when it is decided, not when the list confirms it: from then on it may have been
written, and its key stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from rules.history import Event
from rules.values import value
from rules.verdict import State, Verdict
from syncd.planner import words
from syncd.planner.draw import due_day
from syncd.planner.model import (
    Complete,
    Intent,
    Policy,
    Status,
    TaskState,
    Tracked,
    Update,
)


@value
class Live:
    """What one rule says now about the person, and what that is measured by."""

    verdict: Verdict | None  # on the current anchor
    key: str  # of the row about the current anchor
    mute: str
    policy: Policy
    now: datetime
    events: Mapping[str, Event]
    incident: bool
    # By key: when the anchor of a task that is out takes place, now that it was moved ahead.
    moved: Mapping[str, datetime]


def follow_live(
    says: Live, rows: Sequence[Tracked], rejudged: Mapping[str, Verdict | None]
) -> tuple[list[Tracked], list[Intent]]:
    """All `rows` of one rule, the live ones followed, and what has to be written."""
    if says.incident:
        return list(rows), []
    kept = [_let_go(row, rejudged) for row in rows if not row.live]
    intents: list[Intent] = []
    live = sorted((row for row in rows if row.live), key=_oldest)
    for place, row in enumerate(live):
        task = row.task
        assert task is not None
        if place and any(one.live for one in kept):
            row, intent = _closed(row, task, State.SATISFIED, words.merged(), says.now)
            row = replace(row, satisfied_by=f"merge:{live[0].key}")
            written: list[Intent] = [intent]
        elif row.state is not State.OPEN:
            row, written = _adopted(says, row, task, kept)
        else:
            row, written = _judged(says, row, task, rejudged, kept)
        kept.append(row)
        intents += written
    return kept, intents


def _let_go(row: Tracked, rejudged: Mapping[str, Verdict | None]) -> Tracked:
    """A closed row; void where it waited for a moved anchor that is not to be any more."""
    if waits_for_moved(row) and rejudged.get(row.key, row) is None:
        return replace(row, state=State.VOID, reasons=("anchor:gone",))
    return row


def waits_for_moved(row: Tracked) -> bool:
    """Whether its task was closed because the anchor was moved ahead."""
    return row.state is State.WAITING and row.task is not None


def _oldest(row: Tracked) -> tuple[bool, datetime, str]:
    # A task whose verdict is closed is only kept for the owner's sake: an open one goes first.
    assert row.task is not None
    return row.state is not State.OPEN, row.task.created, row.key


def _judged(
    says: Live,
    row: Tracked,
    task: TaskState,
    rejudged: Mapping[str, Verdict | None],
    others: Sequence[Tracked],
) -> tuple[Tracked, list[Intent]]:
    """A live task whose verdict is open, judged on its own anchor."""
    current, now, zone = says.verdict, says.now, says.policy.zone
    if current is not None and current.anchor.evidence == row.anchor:
        judged: Verdict | None = current
    elif row.key in rejudged:
        judged = rejudged[row.key]
    elif row.key in says.moved:
        if current is not None and says.key == row.key:
            return _anchored(says, row, task, current)
        return _put_off(row, task, says)
    else:
        return _unknown(row, task, says)
    if judged is None:
        if current is not None and says.key == row.key:
            return _anchored(says, row, task, current)  # back to where it came from
        return _voided(row, task, now)
    ends = judged.expires + _moved_by(task, judged, says.policy)
    if judged.state is State.SATISFIED:
        why = words.satisfied(says.events.get(judged.satisfied_by), zone)
        row, intent = _closed(row, task, State.SATISFIED, why, now)
        at = judged.closed_at or now
        row = replace(row, satisfied_by=judged.satisfied_by, reasons=judged.reasons, closed_at=at)
        return row, [intent]
    if (
        current is not None
        and _may_take_over(says, current, row, others)
        and current.anchor.end > judged.anchor.end
        and (ends > now or current.anchor.end < ends)  # it came before this one ran out
    ):
        return _anchored(says, row, task, current)
    if ends <= now:
        row, intent = _closed(row, task, State.EXPIRED, words.expired(ends, zone), now)
        return replace(row, reasons=("expired",), closed_at=ends), [intent]
    row, due = refreshed(says, row, task, judged)
    return row, [] if due is None else [Update(row.key, task.account, due=due)]


def _may_take_over(says: Live, current: Verdict, row: Tracked, others: Sequence[Tracked]) -> bool:
    """Whether this task may speak for the current anchor from now on, if that is the newer one."""
    own = [one for one in others if one.key == says.key and one.task is not None]
    if any(not waits_for_moved(one) for one in own):
        return False  # that anchor had its own task
    return (
        current.anchor.evidence != row.anchor
        and current.anchor.settled
        and current.state not in (State.SATISFIED, State.EXPIRED)
        and not says.mute
    )


def _anchored(
    says: Live, row: Tracked, task: TaskState, verdict: Verdict
) -> tuple[Tracked, list[Intent]]:
    """The same task on another anchor: an untouched due date moves, and so does its end."""
    anchor = verdict.anchor.evidence
    evidence = tuple(dict.fromkeys((anchor, *task.evidence)))
    row = replace(row, anchor=anchor, state=State.OPEN, remind=verdict.remind, closed_at=None)
    row, due = refreshed(says, row, replace(task, evidence=evidence), verdict)
    return row, [Update(row.key, task.account, due=due, anchored=True)]


def refreshed(
    says: Live, row: Tracked, task: TaskState, verdict: Verdict
) -> tuple[Tracked, date | None]:
    """Kept open, and the due date to write, if any: it moves when the rule's own date did, as
    when a meeting was moved."""
    expires = verdict.expires + _moved_by(task, verdict, says.policy)
    # The rule's own end is no moment of this task where its owner moved the date.
    ahead = expires if verdict.next == verdict.expires else verdict.next
    due = None
    # Compared with what the rule said before: a date already past was adjusted when written.
    if verdict.due != row.due and (task.ours.due is None or not task.touched_due):
        day = due_day(verdict.due, says.policy, says.now)
        due = day if day != task.ours.due else None
    row = replace(
        row,
        remind=verdict.remind,
        due=verdict.due,
        expires=expires,
        next=expires if ahead is None else min(ahead, expires),
        priority=verdict.priority,
        # Why it is out; what would hold back a task that is not does not matter any more.
        reasons=verdict.reasons if verdict.state is State.OPEN else row.reasons,
        task=task,
    )
    return row, due


def _moved_by(task: TaskState, verdict: Verdict, policy: Policy) -> timedelta:
    """How far the owner moved the due date. Where the day that was written is forgotten, it may
    have been the rule's: what is later than that is theirs."""
    if task.ours.due is not None or task.theirs.due is None:
        return task.shift
    return max(task.theirs.due - due_day(verdict.due, policy, task.created), timedelta())


def _voided(row: Tracked, task: TaskState, now: datetime) -> tuple[Tracked, list[Intent]]:
    """The evidence is not real: close it, unless the owner made the task their own."""
    if task.touched:
        gone = replace(row, state=State.VOID, reasons=("anchor:gone",), closed_at=now, next=None)
        return gone, []
    row, intent = _closed(row, task, State.VOID, words.void(), now)
    return replace(row, reasons=("anchor:gone",)), [intent]


def _put_off(row: Tracked, task: TaskState, says: Live) -> tuple[Tracked, list[Intent]]:
    """The anchor is still to come: close it until then, unless the owner made it their own."""
    if task.touched:
        return row, []
    to = says.moved[row.key]
    row, intent = _closed(row, task, State.WAITING, words.moved(to, says.policy.zone), says.now)
    return replace(row, closed_at=None, next=to, reasons=("anchor:moved",)), [intent]


def _adopted(
    says: Live, row: Tracked, task: TaskState, others: Sequence[Tracked]
) -> tuple[Tracked, list[Intent]]:
    """A task that only the owner's hand keeps open serves the rule's next open verdict."""
    current = says.verdict
    if (
        current is not None
        and current.state is State.OPEN
        and _may_take_over(says, current, row, others)
        and current.remind > row.remind
        and current.expires > says.now
    ):
        row = replace(row, satisfied_by="")
        return _anchored(says, row, task, current)
    return row, []


def _unknown(row: Tracked, task: TaskState, says: Live) -> tuple[Tracked, list[Intent]]:
    """Nobody can judge it any more, its rule is gone: it ends when it would have ended."""
    if row.expires > says.now:
        return replace(row, next=row.expires), []
    why = words.expired(row.expires, says.policy.zone)
    row, intent = _closed(row, task, State.EXPIRED, why, says.now)
    return replace(row, closed_at=row.expires), [intent]


def _closed(
    row: Tracked, task: TaskState, state: State, why: str, now: datetime
) -> tuple[Tracked, Intent]:
    status = Status.EXPIRED if state is State.EXPIRED else Status.CLOSED
    task = replace(task, status=status, closed_at=now, closed_why=why)
    row = replace(row, state=state, closed_at=now, next=None, task=task)
    return row, Complete(row.key, task.account, now, why)
