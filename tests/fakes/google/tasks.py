"""A support module: the methods of Tasks for tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fakes.google import pages
from fakes.google.call import Call, Refused, invalid
from fakes.google.lists import Task, TaskList
from fakes.google.task_lists import API, by_id, tasklist_of

if TYPE_CHECKING:
    from fakes.google.documents import Json

# What a client may write; the rest of a body is ignored, as Google does it.
_WRITTEN: Final = ("title", "notes", "due", "status", "completed", "deleted")


def list_tasks(call: Call) -> Json:
    """tasks.list, in their order."""
    found = tasklist_of(call)
    size = max(1, min(call.asked("maxResults") or 20, 100))
    asked = {n: v for n, v in call.parameters.items() if n not in {"pageToken", "maxResults"}}
    listed = [(at, one) for at, one in enumerate(found.tasks) if _is_asked_for(call, one)]
    part, more = pages.page(listed, "tasks", call.asked("pageToken"), size, asked)
    answer: Json = {"kind": "tasks#tasks", "etag": f'"{found.revision}"'}
    if part:
        answer["items"] = [_task(found, one, at) for at, one in part]
    if more:
        answer["nextPageToken"] = more
    return answer


def get_task(call: Call) -> Json:
    """tasks.get. One that was deleted is still told, as deleted."""
    return _told(call, *_found(call))


def insert_task(call: Call) -> Json:
    """tasks.insert, at the top or behind `previous`."""
    tasks, found = call.account.tasks, tasklist_of(call)
    at = _behind(call, found)
    made = tasks.insert(found, _fields(call), at)
    if (parent := call.asked("parent")) is not None:
        made.body["parent"] = _of(found, parent).id
    return _told(call, found, made)


def patch_task(call: Call) -> Json:
    """tasks.patch"""
    found, task = _found(call)
    _unchanged(call, task)
    return _told(call, found, call.account.tasks.change(task, _fields(call)))


def update_task(call: Call) -> Json:
    """tasks.update, with the whole task and its id."""
    found, task = _found(call)
    if call.body.get("id") != task.id:
        raise invalid("Missing task ID", reason="invalid")
    _unchanged(call, task)
    return _told(call, found, call.account.tasks.change(task, _fields(call), whole=True))


def delete_task(call: Call) -> None:
    """tasks.delete"""
    _, task = _found(call)
    _unchanged(call, task)
    call.account.tasks.change(task, {"deleted": True})


def move_task(call: Call) -> Json:
    """tasks.move, within a list or to another one, where the task keeps its id."""
    lists = call.account.tasks
    found, task = _found(call)
    if (other := call.asked("destinationTasklist")) is not None:
        lists.move_to(task.id, by_id(call, other).id)
        found = by_id(call, other)
    at = _behind(call, found)
    found.tasks.remove(task)
    found.tasks.insert(min(at, len(found.tasks)), task)
    task.body.pop("parent", None)
    if (parent := call.asked("parent")) is not None:
        task.body["parent"] = _of(found, parent).id
    task.updated, task.revision = lists.touch(found)
    return _told(call, found, task)


def _is_asked_for(call: Call, task: Task) -> bool:
    body, show = task.body, call.asked
    if body.get("deleted") and not show("showDeleted"):
        return False
    if body.get("hidden") and not show("showHidden"):
        return False
    if body["status"] == "completed" and show("showCompleted") is False:
        return False
    limits = [
        ("updated", pages.instant(task.updated)),
        ("due", body.get("due")),
        ("completed", body.get("completed")),
    ]
    for name, value in limits:
        least, most = show(f"{name}Min"), show(f"{name}Max")
        if (least or most) and value is None:
            return False
        if least and pages.moment(str(value)) < pages.moment(least):
            return False
        if most and pages.moment(str(value)) > pages.moment(most):
            return False
    return True


def _found(call: Call) -> tuple[TaskList, Task]:
    found = tasklist_of(call)
    return found, _of(found, call.parameters["task"])


def _of(tasks: TaskList, task: str) -> Task:
    for one in tasks.tasks:
        if one.id == task:
            return one
    raise Refused(404, "notFound", "Task not found.")


def _behind(call: Call, tasks: TaskList) -> int:
    """The place behind `previous`, the top without it."""
    previous = call.asked("previous")
    return 0 if previous is None else tasks.tasks.index(_of(tasks, previous)) + 1


def _unchanged(call: Call, task: Task) -> None:
    wanted = call.headers.get("if-match")
    if wanted not in {None, "*", f'"{task.revision}"'}:
        raise Refused(412, "conditionNotMet", "Precondition Failed", location="If-Match")


def _fields(call: Call) -> Json:
    return {name: call.body[name] for name in _WRITTEN if name in call.body}


def _told(call: Call, tasks: TaskList, task: Task) -> Json:
    return _task(tasks, task, tasks.tasks.index(task))


def _task(tasks: TaskList, task: Task, at: int) -> Json:
    return {
        "kind": "tasks#task",
        "id": task.id,
        "etag": f'"{task.revision}"',
        "updated": pages.instant(task.updated),
        "selfLink": f"{API}/lists/{tasks.id}/tasks/{task.id}",
        "position": f"{at:020}",
        "links": [],
        "webViewLink": f"https://tasks.google.com/task/{task.id}?sa=6",
        **task.body,
    }


METHODS: Final = {
    "tasks.tasks.list": list_tasks,
    "tasks.tasks.get": get_task,
    "tasks.tasks.insert": insert_task,
    "tasks.tasks.patch": patch_task,
    "tasks.tasks.update": update_task,
    "tasks.tasks.delete": delete_task,
    "tasks.tasks.move": move_task,
}
