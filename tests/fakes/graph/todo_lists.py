"""A support module: the methods of Graph for the lists of Microsoft To Do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fakes.graph import changes
from fakes.graph.call import Call, Json, Refused
from fakes.graph.folders import lost
from fakes.graph.lists import TaskList
from fakes.graph.routes import GET, PAGES, TOKENS, Route, need

READ: Final = need("Tasks.Read", "Tasks.ReadWrite", app=("Tasks.Read.All", "Tasks.ReadWrite.All"))
WRITE: Final = need("Tasks.ReadWrite", app=("Tasks.ReadWrite.All",))
LIST: Final = "/todo/lists/{list}"
SIZE: Final = 20


def list_lists(call: Call) -> Json:
    """All lists, the well-known ones among them."""
    lists = call.account.tasks
    found = call.whims.listed(lists.all)
    if "$filter" in call.options:
        name = quoted(call.options["$filter"], "displayName")
        found = [one for one in found if lists.all[one].name == name]
    return changes.paged(call, found, lambda one: told_list(lists.all[one]), SIZE)


def delta_lists(call: Call) -> Json:
    """Changes of lists, not of what is in them."""
    lists = call.account.tasks

    def tell(item: str, _: Mapping[str, str]) -> Json | None:
        if item in lists.all:
            return told_list(lists.all[item])
        gone = lists.changes.gone.get(item)
        return {"id": item, "@removed": {"reason": gone[1]}} if gone else None

    return changes.delta(
        call,
        call.account.rounds,
        "lists",
        revision=call.account.revisions.now,
        since=lambda at, _: lists.changes.since(at),
        tell=tell,
        size=SIZE,
        lost=lost("lists"),
    )


def get_list(call: Call) -> Json:
    """One list."""
    return told_list(list_of(call))


def create_list(call: Call) -> Json:
    """A list of the owner's; its name may be another one's as well."""
    name = str(call.body.get("displayName") or "")
    if not name:
        raise invalid("displayName is required.")
    lists = call.account.tasks
    return told_list(lists.all[lists.add_list(name)])


def update_list(call: Call) -> Json:
    """Its name."""
    found = _own(call)
    if name := call.body.get("displayName"):
        call.account.tasks.rename_list(found.id, str(name))
    return told_list(found)


def delete_list(call: Call) -> None:
    """With all that is in it."""
    call.account.tasks.delete_list(_own(call).id)


def told_list(found: TaskList) -> Json:
    """A todoTaskList."""
    return {
        "@odata.etag": f'W/"m1WdbGuHwEmHvU{found.revision:06x}"',
        "id": found.id,
        "displayName": found.name,
        "isOwner": True,
        "isShared": False,
        "wellknownListName": found.known,
    }


def list_of(call: Call) -> TaskList:
    """The one that is named."""
    found = call.account.tasks.all.get(call.path["list"])
    if found is None:
        raise gone()
    return found


def _own(call: Call) -> TaskList:
    found = list_of(call)
    if found.known != "none":
        raise invalid("A well-known list cannot be changed.")
    return found


def quoted(text: str, name: str) -> str:
    """The value of a simple filter by that property."""
    field, _, value = text.replace(" ne ", " eq ").partition(" eq ")
    if field.strip() != name or not (value.startswith("'") and value.endswith("'")):
        raise invalid(f"Invalid filter clause: {text}")
    return value[1:-1].replace("''", "'")


def gone() -> Refused:
    """404."""
    return Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def invalid(message: str) -> Refused:
    """400."""
    return Refused(400, "invalidRequest", message)


ROUTES: Final = (
    Route("lists.list", "GET", "/todo/lists", list_lists, "todoTaskList", many=True,
          options=PAGES - {"$expand", "$orderby"}, rights=READ),
    Route("lists.create", "POST", "/todo/lists", create_list, "todoTaskList",
          takes="todoTaskList", status=201, rights=WRITE),
    Route("lists.delta", "GET", "/todo/lists/delta", delta_lists, "todoTaskList", many=True,
          options=GET | TOKENS, rights=READ),
    Route("lists.get", "GET", LIST, get_list, "todoTaskList", options=GET, rights=READ),
    Route("lists.update", "PATCH", LIST, update_list, "todoTaskList",
          takes="todoTaskList", rights=WRITE),
    Route("lists.delete", "DELETE", LIST, delete_list, status=204, rights=WRITE),
)  # fmt: skip
