"""What the owner did to a task, found by comparing three copies of it.

    ours    as we wrote it last
    theirs  as we read it last
    remote  as the list has it now

What changed since we read it and does not equal our own last write was the owner's hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from connectors.records import Task
from rules.verdict import State
from syncd.planner.model import Copy, Status, TaskState, Tracked
from syncd.planner.words import new_lines, same_text, without

MANY_DELETIONS = 3  # at once, they are an incident and no answer
_MANY_TICKS = 5
_TICKING = timedelta(minutes=10)
CLOSED = "Closed by syncd:"  # begins every sentence that we put below a task to close it


class Act(StrEnum):
    TICKED = "ticked"
    UNTICKED = "unticked"
    MOVED = "moved"  # another due date
    RETITLED = "retitled"
    NOTED = "noted"
    DELETED = "deleted"
    RESTORED = "restored"  # a deleted one came back


@dataclass(frozen=True, slots=True)
class Hand:
    """The row as it stands after the owner's acts; no acts: an echo, or nothing new."""

    tracked: Tracked
    acts: frozenset[Act] = frozenset()
    lines: tuple[str, ...] = ()  # that the owner wrote into the notes


def hand(
    tracked: Tracked, remote: Task | None, now: datetime, writing: Sequence[Copy] = ()
) -> Hand:
    """Compare the stored task with `remote` (None: deleted) and say what its owner did.

    `writing` are the texts that we are about to write, or may have written without knowing: what
    equals one of them is ours as well. A row without a task is returned as it is.
    """
    task = tracked.task
    if task is None:
        return Hand(tracked)
    if remote is None:
        return _deleted(tracked, task, now, "deleted from the list")
    if remote.cancelled:
        return _deleted(tracked, task, now, "cancelled in the list")
    acts = set()
    shift = task.shift
    seen = Copy(remote.title, remote.notes, remote.due, remote.completed)
    task = replace(task, ours=landed(task.ours, seen, writing))
    closing = _own_closing(task, seen)
    if closing and same_text(without(seen.notes, closing), task.ours.notes):
        task = replace(task, ours=replace(task.ours, notes=seen.notes))
    if not _same(seen.title, task.theirs.title, task.ours.title):
        acts.add(Act.RETITLED)
    if not _same(seen.notes, task.theirs.notes, task.ours.notes):
        acts.add(Act.NOTED)
    if seen.due not in (task.theirs.due, task.ours.due):
        acts.add(Act.MOVED)
    lines = _written(task, seen) if Act.NOTED in acts else ()
    moved = replace(task, theirs=seen)
    expires = tracked.expires + (moved.shift - shift)
    tracked = replace(tracked, expires=expires, task=moved)

    if task.status is Status.DISMISSED:
        acts.add(Act.RESTORED)
        tracked = _opened(tracked, moved)
        task = replace(task, status=Status.OPEN, theirs=replace(task.theirs, completed=False))
        moved = replace(moved, status=Status.OPEN)
    ticked = seen.completed and not task.theirs.completed and task.status is Status.OPEN
    if ticked and closing:
        tracked = _closed_before(tracked, moved, closing, remote.completed_at, now)
    elif ticked:
        acts.add(Act.TICKED)
        tracked = _ticked(tracked, moved, remote.completed_at, now)
    elif not seen.completed and task.theirs.completed and task.status is not Status.OPEN:
        acts.add(Act.UNTICKED)
        tracked = _unticked(tracked, moved)
    return Hand(tracked, frozenset(acts), lines)


def _written(task: TaskState, seen: Copy) -> tuple[str, ...]:
    lines = new_lines((task.ours.notes, task.theirs.notes), seen.notes)
    return tuple(line for line in lines if not line.casefold().startswith(CLOSED.casefold()))


def _own_closing(task: TaskState, seen: Copy) -> str:
    """The sentence with which we closed it ourselves, where the state knows nothing of that: it
    was restored. "" where there is none."""
    last = seen.notes.rstrip().rpartition("\n\n")[2]
    ours = seen.completed and last.startswith(CLOSED) and "\n" not in last
    known = last in task.ours.notes or last in task.theirs.notes
    return last if ours and not known else ""


def _closed_before(
    tracked: Tracked, task: TaskState, why: str, at: datetime | None, now: datetime
) -> Tracked:
    """Closed by us, as the list remembers it: no tick, and no contact."""
    when = now if at is None else min(at, now)
    late = when >= tracked.expires
    closed = replace(
        task,
        status=Status.EXPIRED if late else Status.CLOSED,
        closed_at=when,
        closed_why=why,
    )
    return replace(
        tracked,
        state=State.EXPIRED if late else State.SATISFIED,
        reasons=("task:closed",),
        closed_at=when,
        next=None,
        task=closed,
    )


def landed(ours: Copy, seen: Copy, writing: Sequence[Copy]) -> Copy:
    """Our last write, given that the list has parts of what we were about to write."""
    for copy in writing:
        if same_text(seen.title, copy.title):
            ours = replace(ours, title=copy.title)
        if same_text(seen.notes, copy.notes):
            ours = replace(ours, notes=copy.notes)
        if seen.due == copy.due:
            ours = replace(ours, due=copy.due)
    return ours


def _same(seen: str, theirs: str, ours: str) -> bool:
    return same_text(seen, theirs) or same_text(seen, ours)


def _deleted(tracked: Tracked, task: TaskState, now: datetime, why: str) -> Hand:
    """A "no" to an open task. Clearing away what is done says nothing."""
    if task.status is not Status.OPEN:
        return Hand(tracked)
    gone = replace(task, status=Status.DISMISSED, closed_at=now, closed_why=why)
    tracked = replace(
        tracked, state=State.MUTED, reasons=("task:deleted",), closed_at=now, next=None, task=gone
    )
    return Hand(tracked, frozenset({Act.DELETED}))


def _ticked(tracked: Tracked, task: TaskState, at: datetime | None, now: datetime) -> Tracked:
    # A device whose clock is ahead must not put contact into the future.
    when = now if at is None else min(at, now)
    done = replace(
        task, status=Status.DONE, ticked_at=when, closed_at=when, closed_why="ticked in the list"
    )
    return replace(
        tracked,
        state=State.SATISFIED,
        reasons=("task:ticked",),
        satisfied_by=f"task:{tracked.key}",
        closed_at=when,
        next=None,
        task=done,
    )


def _unticked(tracked: Tracked, task: TaskState) -> Tracked:
    """Open again. Where we had closed it, the verdict stays closed and the task is the owner's."""
    if task.status is Status.DONE:
        return _opened(tracked, task)
    return tracked.having(_open_task(task))


def _opened(tracked: Tracked, task: TaskState) -> Tracked:
    return replace(
        tracked,
        state=State.OPEN,
        reasons=("task:reopened",),
        satisfied_by="",
        closed_at=None,
        # Evaluation says when it can change next; until then its end is all that is known.
        next=tracked.expires,
        task=_open_task(task),
    )


def _open_task(task: TaskState) -> TaskState:
    return replace(task, status=Status.OPEN, closed_at=None, closed_why="", ticked_at=None)


def deletions(
    gone: Sequence[Tracked], listed_before: int = 0, listed_after: int = 1, unknown: int = 0
) -> bool:
    """Whether the tasks that one sync found deleted are an incident and no answer.

    So many at once are rarely meant one by one; and a list that held something and holds nothing
    was more likely lost than emptied. `listed_before` and `listed_after` count everything in it,
    `unknown` are tasks of ours that went with the others, and of which only the list knew.
    """
    answers = unknown + sum(1 for one in gone if one.live)
    vanished = listed_before >= MANY_DELETIONS and listed_after == 0
    return answers >= MANY_DELETIONS or (vanished and answers > 0)


def in_bulk(at: datetime, ticks: Sequence[datetime]) -> bool:
    """Whether a tick at `at` is one of more than five within ten minutes (`ticks` holds it too).

    Whoever ticks so many is tidying up: it acknowledges, and says nothing about contact.
    """
    near = sorted(tick for tick in ticks if abs(tick - at) <= _TICKING)
    return any(
        first <= at <= last and last - first <= _TICKING
        for first, last in zip(near, near[_MANY_TICKS:], strict=False)
    )
