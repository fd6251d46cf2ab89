"""What is sent of a task that changes: nothing but what does."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.exchange.element import Element, flag, moment
from connectors.exchange.tasks_text import (
    COMPLETED,
    body,
    day,
    due_of,
    link_of,
    moment_text,
    named,
    reminder,
    tick,
    title_of,
)


def changes_of(
    item: Element,
    zone: ZoneInfo,
    *,
    title: str | None = None,
    notes: str | None = None,
    due: date | None = None,
    completed: bool | None = None,
    at: tuple[datetime, datetime] | None = None,
) -> list[Element]:
    """The changes of a task, which is `item` now. `at`: when it was completed, and what time it is
    at the server, where it is to be known better than by its day."""
    from connectors.exchange.request import typed

    changes: list[Element] = []
    if title is not None:
        changes.append(_set("item:Subject", typed("Subject", text=title_of(title))))
    if notes is not None:
        changes.append(_set("item:Body", body(notes, link_of(item))))
    if due is not None:
        changes += _due(item, zone, due)
    if completed is not None:
        changes += _completed(item, zone, completed=completed, at=at)
    return changes


def _due(item: Element, zone: ZoneInfo, due: date) -> list[Element]:
    """Another due date. A task cannot begin after it, and a reminder of ours goes with it."""
    changes = [_set("task:DueDate", day("DueDate", due))]
    before, start = _day(item, "DueDate", zone), _day(item, "StartDate", zone)
    if start is not None and start > due:
        changes.append(_set("task:StartDate", day("StartDate", due)))
    if before is not None and flag(item, "ReminderIsSet"):
        try:
            if moment(item, "ReminderDueBy") == reminder(before, zone):
                changes += _reminded(due, zone)
        except ValueError:
            pass  # what cannot be read is not ours
    return changes


def _completed(
    item: Element, zone: ZoneInfo, *, completed: bool, at: tuple[datetime, datetime] | None
) -> list[Element]:
    """Ticked, and nobody is reminded any more; or open again."""
    from connectors.exchange.request import emptying, typed, value

    ours = named(COMPLETED)
    if not completed:
        changes = [
            _set("task:Status", typed("Status", text="NotStarted")),
            emptying(ours),
        ]
        due = _day(item, "DueDate", zone)
        return changes if due is None else changes + _reminded(due, zone)
    changes = [
        _set("task:Status", typed("Status", text="Completed")),
        _set("item:ReminderIsSet", typed("ReminderIsSet", text="false")),
    ]
    if at is not None:
        from connectors.exchange.request import setting

        changes.append(setting(ours, "Task", value(ours, tick(*at))))
    return changes


def _reminded(due: date, zone: ZoneInfo) -> list[Element]:
    from connectors.exchange.request import typed

    at = moment_text(reminder(due, zone))
    return [
        _set("item:ReminderDueBy", typed("ReminderDueBy", text=at)),
        _set("item:ReminderIsSet", typed("ReminderIsSet", text="true")),
    ]


def _set(name: str, inside: Element) -> Element:
    from connectors.exchange.request import setting

    return setting(name, "Task", inside)


def _day(item: Element, name: str, zone: ZoneInfo) -> date | None:
    try:
        return due_of(item, name, zone)
    except ValueError:
        return None
