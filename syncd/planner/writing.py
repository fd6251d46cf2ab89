"""What of an intent is written in the end, given what the list has: the owner's text stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from syncd.planner.model import Complete, Copy, Intent, Status, TaskState, Update
from syncd.planner.words import added, same_text, without


@dataclass(frozen=True, slots=True)
class Write:
    """The properties to change; None stays as it is."""

    title: str | None = None
    notes: str | None = None
    due: date | None = None
    completed: bool | None = None

    def __bool__(self) -> bool:
        return any(
            value is not None for value in (self.title, self.notes, self.due, self.completed)
        )


def intended(task: TaskState, intent: Intent) -> Copy:
    """The text as it would be had nobody touched it: by this an own write is recognised later."""
    ours = task.ours
    if isinstance(intent, Complete):
        return replace(ours, notes=_noted(ours.notes, intent.reason), completed=True)
    return Copy(
        title=ours.title if intent.title is None else intent.title,
        notes=without(ours.notes if intent.notes is None else intent.notes, intent.unsay),
        due=ours.due if intent.due is None else intent.due,
        completed=False,
    )


def to_write(task: TaskState, intent: Intent) -> Write:
    """What is left to write of `intent`: nothing that the owner touched, answered or has already.

    Nothing at all when the task went another way since the intent was made.
    """
    copy, theirs = intended(task, intent), task.theirs
    completing = isinstance(intent, Complete)
    closed = task.status in (Status.CLOSED, Status.EXPIRED)
    if closed is not completing or (task.status is not Status.OPEN and not closed):
        return Write()
    if completing and theirs.completed:
        return Write()
    new_title = not task.touched_title and not same_text(copy.title, theirs.title)
    new_notes = not task.touched_notes and not same_text(copy.notes, theirs.notes)
    new_due = not task.touched_due and copy.due != theirs.due
    reopens = isinstance(intent, Update) and intent.reopen and theirs.completed
    return Write(
        title=copy.title if new_title else None,
        notes=copy.notes if new_notes else None,
        due=copy.due if new_due else None,
        completed=True if completing else False if reopens else None,
    )


def _noted(notes: str, reason: str) -> str:
    return notes if reason in notes else added(notes, reason)
