"""A support module: task lists, and what their owner does in Google's own apps."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from fakes.google import pages
from fakes.google.call import Refused, invalid

if TYPE_CHECKING:
    from fakes.google.documents import Json

TITLE: Final = 1_024
NOTES: Final = 8_192


@dataclass
class Task:
    """`body` holds what clients write: title, notes, due, status, completed, hidden, deleted,
    parent."""

    id: str
    body: Json
    updated: datetime
    revision: int


@dataclass
class TaskList:
    """Its tasks in their order; a new one stands at the top."""

    id: str
    title: str
    updated: datetime
    revision: int = 0
    tasks: list[Task] = field(default_factory=list)


@dataclass
class TaskLists:
    """All lists of one owner. Methods named as acts are the owner's."""

    now: Callable[[], datetime]
    all: dict[str, TaskList] = field(default_factory=dict)
    revision: int = 0
    keeps_etags: bool = False  # a task that changes keeps the etag it has, as Google's at times do
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.add_list("My Tasks")

    @property
    def default(self) -> TaskList:
        """The first one, `@default`, which cannot be deleted."""
        return next(iter(self.all.values()))

    def named(self, title: str) -> TaskList:
        """A list by its title; KeyError where there is none."""
        for one in self.all.values():
            if one.title == title:
                return one
        raise KeyError(title)

    def find(self, task: str) -> tuple[TaskList, Task]:
        """A task by its id, and where it is: where it is not deleted, if it is in two lists."""
        found = [(one, t) for one in self.all.values() for t in one.tasks if t.id == task]
        if not found:
            raise KeyError(task)
        return min(found, key=lambda pair: bool(pair[1].body.get("deleted")))

    def new_id(self) -> str:
        """As opaque as Google's."""
        return f"MDk5{next(self._numbers):06}dGFzaw"

    def touch(self, tasks: TaskList) -> tuple[datetime, int]:
        """A change happens in that list: when, and its number."""
        self.revision += 1
        tasks.updated, tasks.revision = self.now(), self.revision
        return tasks.updated, self.revision

    # --- acts ---

    def add_list(self, title: str) -> str:
        """A list is made: its id."""
        made = TaskList(self.new_id(), title, self.now())
        self.all[made.id] = made
        self.touch(made)
        return made.id

    def rename_list(self, list_id: str, title: str) -> None:
        """Another title."""
        self.all[list_id].title = title
        self.touch(self.all[list_id])

    def delete_list(self, list_id: str) -> None:
        """With everything in it; nothing of it is listed again."""
        del self.all[list_id]

    def write(self, list_id: str, **fields: Any) -> str:
        """A task of the owner's own: its id."""
        return self.insert(self.all[list_id], fields).id

    def tick(self, task: str, *, hidden: bool = True) -> None:
        """Done. Google's own apps hide it in the same moment; other clients do not."""
        self.change(task, {"status": "completed", **({"hidden": True} if hidden else {})})

    def untick(self, task: str) -> None:
        """Not done after all."""
        self.change(task, {"status": "needsAction"})

    def edit(self, task: str, **fields: Any) -> None:
        """Other words or another day (`due` as a date)."""
        self.change(task, fields)

    def delete(self, task: str) -> None:
        """Deleted; it is still there for `showDeleted`."""
        self.change(task, {"deleted": True})

    def purge(self, task: str) -> None:
        """Gone without a trace."""
        tasks, one = self.find(task)
        tasks.tasks.remove(one)

    def hide(self, task: str) -> None:
        """Cleared away, as all completed ones are when the owner clears a list."""
        self.change(task, {"hidden": True})

    def move_to(self, task: str, list_id: str, *, anew: bool = False) -> str:
        """To another list, where it keeps its id, or has one `anew` and leaves a deleted one."""
        tasks, one = self.find(task)
        if anew:
            made = self.insert(self.all[list_id], dict(one.body))
            self.delete(task)
            return made.id
        tasks.tasks.remove(one)
        self.touch(tasks)
        self.all[list_id].tasks.insert(0, one)
        one.updated, one.revision = self.touch(self.all[list_id])
        return one.id

    # --- what methods and acts share ---

    def insert(self, tasks: TaskList, fields: Json, at: int = 0) -> Task:
        """A new task, at that place. Raise: what may not be written."""
        body = self._checked({"status": "needsAction", "title": "", **fields}, {})
        task = Task(self.new_id(), body, *self.touch(tasks))
        tasks.tasks.insert(at, task)
        return task

    def change(self, task: str | Task, fields: Json, *, whole: bool = False) -> Task:
        """Members of a task change (None takes one away), or all of them."""
        tasks, one = self.find(task if isinstance(task, str) else task.id)
        kept = {"parent", "hidden"} if whole else set(one.body)
        old = {name: value for name, value in one.body.items() if name in kept}
        one.body = self._checked({"status": "needsAction", **old, **fields}, one.body)
        one.updated, revision = self.touch(tasks)
        one.revision = one.revision if self.keeps_etags else revision
        return one

    def _checked(self, fields: Json, before: Json) -> Json:
        body = {name: value for name, value in fields.items() if value is not None}
        if len(body.get("title", "")) > TITLE or len(body.get("notes", "")) > NOTES:
            raise invalid("Request contains an invalid argument.", reason="badRequest")
        if body["status"] not in {"needsAction", "completed"}:
            raise invalid("Invalid task status", reason="invalid")
        if "due" in body:
            body["due"] = _day(body["due"])
        if body["status"] == "needsAction":  # such a task is never hidden either
            for name in ("completed", "hidden"):
                body.pop(name, None)
        elif "completed" not in body or before.get("status") != "completed":
            body["completed"] = body.get("completed") or pages.instant(self.now())
        return body


def _day(due: object) -> str:
    """Only the day of a due time is kept, whatever its hour and offset."""
    if isinstance(due, date):
        return f"{due:%Y-%m-%d}T00:00:00.000Z"
    try:
        at = datetime.fromisoformat(str(due))
        if at.tzinfo is None:
            raise ValueError(due)
    except ValueError:
        raise Refused(400, "invalid", "Request contains an invalid argument.") from None
    return f"{str(due)[:10]}T00:00:00.000Z"
