"""A support module: task lists, and what their owner does in Microsoft To Do or Outlook."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from fakes.graph import times
from fakes.graph.call import Json, Refused
from fakes.graph.changes import Revisions, Tracked

# What clients may write of a task.
WRITTEN = (
    "title", "body", "dueDateTime", "startDateTime", "reminderDateTime", "isReminderOn",
    "importance", "status", "categories", "completedDateTime", "recurrence",
)  # fmt: skip
_DAYS = ("dueDateTime", "startDateTime", "completedDateTime")


@dataclass
class Task:
    """`body` holds what clients write, as it is answered; `links` its linkedResources."""

    id: str
    body: Json
    links: list[Json]
    made: datetime
    changed: datetime
    revision: int


@dataclass
class TaskList:
    """One list. `known`: "none", "defaultList" or "flaggedEmails"."""

    id: str
    name: str
    known: str = "none"
    revision: int = 0
    tasks: dict[str, Task] = field(default_factory=dict)
    changes: Tracked = field(default_factory=Tracked)


@dataclass
class TaskLists:
    """All lists of one owner. Methods named as acts are the owner's.

    `day_as_sent`: the day of a due date is answered as midnight of UTC; otherwise as the instant,
    in UTC, of midnight in the zone it was sent with, as Microsoft's examples show it."""

    now: Callable[[], datetime]
    revisions: Revisions
    all: dict[str, TaskList] = field(default_factory=dict)
    changes: Tracked = field(default_factory=Tracked)
    day_as_sent: bool = False
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.add_list("Tasks", known="defaultList")
        self.add_list("Flagged Emails", known="flaggedEmails")

    @property
    def default(self) -> TaskList:
        """The one that cannot be deleted or renamed."""
        return next(one for one in self.all.values() if one.known == "defaultList")

    def named(self, name: str) -> TaskList:
        """A list by its name; KeyError where there is none."""
        for one in self.all.values():
            if one.name == name:
                return one
        raise KeyError(name)

    def find(self, task: str) -> tuple[TaskList, Task]:
        """A task by its id, and where it is; KeyError where there is none."""
        for one in self.all.values():
            if task in one.tasks:
                return one, one.tasks[task]
        raise KeyError(task)

    def keyed(self, external: str) -> list[Task]:
        """Those with a linkedResource of that externalId, in any list."""
        tasks = [task for one in self.all.values() for task in one.tasks.values()]
        return [t for t in tasks if any(link.get("externalId") == external for link in t.links)]

    # --- acts ---

    def add_list(self, name: str, *, known: str = "none") -> str:
        """A list is made: its id."""
        made = TaskList(self.revisions.new_id("L"), name, known)
        self.all[made.id] = made
        self._touch_list(made)
        return made.id

    def rename_list(self, found: str, name: str) -> None:
        """Its id stays."""
        self.all[found].name = name
        self._touch_list(self.all[found])

    def delete_list(self, found: str) -> None:
        """With everything in it."""
        del self.all[found]
        self.changes.drop(found, self.revisions.advance())

    def write(self, found: str, title: str = "", **fields: Any) -> str:
        """A task of the owner's own: its id. `due`: a date; others as in the API."""
        return self.insert(self.all[found], _named({"title": title, **fields})).id

    def tick(self, task: str) -> None:
        """Done."""
        self.change(task, {"status": "completed"})

    def untick(self, task: str) -> None:
        """Not done after all."""
        self.change(task, {"status": "notStarted"})

    def edit(self, task: str, **fields: Any) -> None:
        """Other words or another day (`due` as a date); None takes a member away."""
        self.change(task, _named(fields))

    def delete(self, task: str) -> None:
        """Gone."""
        tasks, _ = self.find(task)
        del tasks.tasks[task]
        tasks.changes.drop(task, self.revisions.advance())

    def move_to(self, task: str, found: str) -> str:
        """To another list, where it has another id: that one. Its links come along."""
        _, one = self.find(task)
        self.delete(task)
        made = self.insert(self.all[found], one.body, one.links)
        made.made = one.made
        return made.id

    def unlink(self, task: str) -> None:
        """Somebody takes the linkedResources away."""
        self.find(task)[1].links.clear()
        self.change(task, {})

    # --- what methods and acts share ---

    def insert(self, tasks: TaskList, fields: Json, links: list[Json] | None = None) -> Task:
        """A new task. Raise Refused: what may not be written."""
        start: Json = {"title": "", "status": "notStarted", "importance": "normal"}
        start |= {"body": {"content": "", "contentType": "text"}, "isReminderOn": False}
        body = self._checked({**start, **fields}, {})
        made = [self.link(one) for one in links or ()]
        now = self.now()
        task = Task(self.revisions.new_id("T"), body, made, now, now, self.revisions.advance())
        tasks.tasks[task.id] = task
        tasks.changes.put(task.id, task.revision)
        return task

    def link(self, about: Json) -> Json:
        """A linkedResource, with an id."""
        return {**about, "id": about.get("id") or str(uuid.UUID(int=next(self._numbers) << 64))}

    def change(self, task: str, fields: Json) -> Task:
        """Members of a task change; None takes one away."""
        tasks, one = self.find(task)
        one.body = self._checked({**one.body, **fields}, one.body)
        one.changed, one.revision = self.now(), self.revisions.advance()
        tasks.changes.put(task, one.revision)
        return one

    def _touch_list(self, found: TaskList) -> None:
        found.revision = self.revisions.advance()
        self.changes.put(found.id, found.revision)

    def _checked(self, fields: Json, before: Json) -> Json:
        body = {name: value for name, value in fields.items() if value is not None}
        for name in {*_DAYS, "reminderDateTime"} & set(body):
            if body[name] != before.get(name):
                body[name] = self._moment(body[name], whole=name in _DAYS)
        if body["status"] != "completed":
            body.pop("completedDateTime", None)
        elif "completedDateTime" not in body:
            body["completedDateTime"] = times.day(self.now().date())
        if len(str(body["title"])) > 255:
            raise Refused(400, "invalidRequest", "Invalid request: the title is too long.")
        if body["isReminderOn"] and "reminderDateTime" not in body:
            message = "Invalid request: isReminderOn needs a reminderDateTime."
            raise Refused(400, "invalidRequest", message)
        if not body["isReminderOn"]:
            body.pop("reminderDateTime", None)
        return body

    def _moment(self, value: Json, *, whole: bool) -> Json:
        """As it is answered: in UTC, days without their time."""
        at = times.read(value)
        if whole:
            at = at.replace(hour=0, minute=0, second=0, microsecond=0)
            if self.day_as_sent:
                return times.day(at.date())
        return times.when(at)


def _named(fields: Json) -> Json:
    """`due` and `notes`, which tests like to say, as members of the API."""
    made = dict(fields)
    if "due" in made:
        due = made.pop("due")
        made["dueDateTime"] = times.day(due) if isinstance(due, date) else due
    if "notes" in made:
        made["body"] = {"content": made.pop("notes"), "contentType": "text"}
    return made
