"""A support module: the methods of Graph for Microsoft To Do.

linkedResources is a navigation property (see the metadata): it comes with `$expand` alone. Whether
a delta function takes `$expand` its page affirms and practice denies ("Parsing OData Select and
Expand failed"): refused here, unless `Whims` says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fakes.graph import changes, times
from fakes.graph.call import Answer, Call, Json, Refused
from fakes.graph.folders import lost
from fakes.graph.lists import WRITTEN, Task, TaskList
from fakes.graph.routes import GET, PAGES, TOKENS, Route
from fakes.graph.todo_lists import LIST, READ, SIZE, WRITE, gone, invalid, list_of, quoted

_LINKS: Final = frozenset({"linkedResources"})


def list_tasks(call: Call) -> Json | Answer:
    """The tasks of a list, completed ones as well."""
    tasks = list_of(call)
    found = call.whims.listed(tasks.tasks)
    if "$filter" in call.options:
        found = [one for one in found if _fits(call.options["$filter"], tasks.tasks[one])]
    expanded = _expanded(call)
    body = changes.paged(call, found, lambda one: told(tasks.tasks[one], expanded), SIZE)
    return Answer(body, expanded)


def delta_tasks(call: Call) -> Answer:
    """Changes in a list."""
    tasks = list_of(call)
    if "$expand" in call.options and call.whims.pick(True, True, False):
        message = "Parsing OData Select and Expand failed: Value cannot be null."
        raise Refused(400, "BadRequest", message)
    expanded = _expanded(call)

    def tell(item: str, options: Mapping[str, str]) -> Json | None:
        if item in tasks.tasks:
            wanted = _LINKS if "linkedResources" in options.get("$expand", "") else frozenset()
            return told(tasks.tasks[item], wanted)
        gone = tasks.changes.gone.get(item)
        return {"id": item, "@removed": {"reason": gone[1]}} if gone else None

    body = changes.delta(
        call,
        call.account.rounds,
        f"tasks:{tasks.id}",
        revision=call.account.revisions.now,
        since=lambda at, _: tasks.changes.since(at),
        tell=tell,
        size=SIZE,
        lost=lost("tasks"),
    )
    return Answer(body, expanded or _LINKS)


def get_task(call: Call) -> Answer:
    """One task."""
    expanded = _expanded(call)
    return Answer(told(_task(call)[1], expanded), expanded)


def create_task(call: Call) -> Answer:
    """A task, with its linkedResources: the answer has them as well (OData 4.0, 11.4.2.2), or
    sometimes not."""
    links = call.body.get("linkedResources") or []
    made = call.account.tasks.insert(list_of(call), _fields(call), links)
    expanded = _LINKS if links and call.whims.pick(True, True, False) else frozenset()
    return Answer(told(made, expanded), expanded)


def update_task(call: Call) -> Json:
    """Members of a task; links are not among them."""
    _, task = _task(call)
    _unchanged(call, task)
    return told(call.account.tasks.change(task.id, _fields(call)))


def delete_task(call: Call) -> None:
    """Gone for good."""
    _, task = _task(call)
    _unchanged(call, task)
    call.account.tasks.delete(task.id)


def list_links(call: Call) -> Json:
    """The linkedResources of a task."""
    return {"value": [dict(one) for one in _task(call)[1].links]}


def create_link(call: Call) -> Json:
    """One more; the task changes by it."""
    lists, (_, task) = call.account.tasks, _task(call)
    made = lists.link(call.body)
    task.links.append(made)
    lists.change(task.id, {})
    return dict(made)


def update_link(call: Call) -> Json:
    """Members of one."""
    lists, (_, task), found = call.account.tasks, _task(call), _link(call)
    found.update(call.body)
    lists.change(task.id, {})
    return dict(found)


def delete_link(call: Call) -> None:
    """One is taken away."""
    lists, (_, task) = call.account.tasks, _task(call)
    task.links.remove(_link(call))
    lists.change(task.id, {})


def told(task: Task, expanded: frozenset[str] = frozenset()) -> Json:
    """A todoTask; what is not set is left out, as To Do does it."""
    links = {"linkedResources": [dict(one) for one in task.links]} if expanded else {}
    return {
        "@odata.etag": _etag(task),
        "id": task.id,
        "createdDateTime": times.fine(task.made),
        "lastModifiedDateTime": times.fine(task.changed),
        "bodyLastModifiedDateTime": times.fine(task.changed),
        "hasAttachments": False,
        "categories": [],
        **task.body,
        **links,
    }


def _etag(task: Task) -> str:
    return f'W/"xzyPKP0BiUGgld+{task.revision:06x}"'


def _task(call: Call) -> tuple[TaskList, Task]:
    tasks = list_of(call)
    if call.path["task"] not in tasks.tasks:
        raise gone()
    return tasks, tasks.tasks[call.path["task"]]


def _link(call: Call) -> Json:
    for one in _task(call)[1].links:
        if one["id"] == call.path["link"]:
            return one
    raise gone()


def _unchanged(call: Call, task: Task) -> None:
    if call.headers.get("if-match", "*") not in {"*", _etag(task)}:
        message = "The If-Match header does not match the current state of the entity."
        raise Refused(412, "PreconditionFailed", message)


def _fields(call: Call) -> Json:
    return {name: call.body[name] for name in WRITTEN if name in call.body}


def _expanded(call: Call) -> frozenset[str]:
    wanted = frozenset(call.options.get("$expand", "").split(",")) - {""}
    if wanted - _LINKS:
        message = f"Could not find a property named '{min(wanted)}' on type 'todoTask'."
        raise Refused(400, "RequestBroker--ParseUri", message)
    return wanted


def _fits(text: str, task: Task) -> bool:
    for name in ("status", "title"):
        if text.startswith(name):
            equal = str(task.body[name]) == quoted(text, name)
            return equal if " eq " in text else not equal
    raise invalid(f"Invalid filter clause: {text}")


_TASKS: Final = f"{LIST}/tasks"
_TASK: Final = f"{_TASKS}/{{task}}"
_LINK: Final = f"{_TASK}/linkedResources"
_EXPAND: Final = frozenset({"$select", "$expand"})

ROUTES: Final = (
    Route("tasks.list", "GET", _TASKS, list_tasks, "todoTask", many=True,
          options=PAGES - {"$orderby"}, rights=READ),
    Route("tasks.create", "POST", _TASKS, create_task, "todoTask",
          takes="todoTask", deep=_LINKS, status=201, rights=WRITE),
    Route("tasks.delta", "GET", f"{_TASKS}/delta", delta_tasks, "todoTask", many=True,
          options=_EXPAND | TOKENS | {"$top"}, rights=READ),
    Route("tasks.get", "GET", _TASK, get_task, "todoTask", options=_EXPAND, rights=READ),
    Route("tasks.update", "PATCH", _TASK, update_task, "todoTask", takes="todoTask", rights=WRITE),
    Route("tasks.delete", "DELETE", _TASK, delete_task, status=204, rights=WRITE),
    Route("links.list", "GET", _LINK, list_links, "linkedResource", many=True, options=GET,
          rights=READ),
    Route("links.create", "POST", _LINK, create_link, "linkedResource",
          takes="linkedResource", status=201, rights=WRITE),
    Route("links.update", "PATCH", f"{_LINK}/{{link}}", update_link, "linkedResource",
          takes="linkedResource", rights=WRITE),
    Route("links.delete", "DELETE", f"{_LINK}/{{link}}", delete_link, status=204, rights=WRITE),
)  # fmt: skip
