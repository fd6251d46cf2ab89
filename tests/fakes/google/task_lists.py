"""A support module: the methods of Tasks for lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fakes.google import pages
from fakes.google.call import Call, Refused, invalid
from fakes.google.lists import TITLE, TaskList

if TYPE_CHECKING:
    from fakes.google.documents import Json

API: Final = "https://www.googleapis.com/tasks/v1"


def list_lists(call: Call) -> Json:
    """tasklists.list"""
    lists = call.account.tasks
    size = min(call.asked("maxResults") or 1_000, 1_000)
    part, more = pages.page(list(lists.all.values()), "lists", call.asked("pageToken"), size)
    answer = {"kind": "tasks#taskLists", "etag": f'"{lists.revision}"'}
    return {
        **answer,
        "items": [_list(one) for one in part],
        **({"nextPageToken": more} if more else {}),
    }


def get_list(call: Call) -> Json:
    """tasklists.get"""
    return _list(tasklist_of(call))


def insert_list(call: Call) -> Json:
    """tasklists.insert"""
    title = _title(call)
    return _list(call.account.tasks.all[call.account.tasks.add_list(title)])


def patch_list(call: Call) -> Json:
    """tasklists.patch"""
    found = tasklist_of(call)
    if "title" in call.body:
        call.account.tasks.rename_list(found.id, _title(call))
    return _list(found)


def update_list(call: Call) -> Json:
    """tasklists.update"""
    found = tasklist_of(call)
    call.account.tasks.rename_list(found.id, _title(call))
    return _list(found)


def delete_list(call: Call) -> None:
    """tasklists.delete, with everything in it; the default one stays."""
    found = tasklist_of(call)
    if found is call.account.tasks.default:
        raise invalid("The default task list cannot be deleted.", reason="invalid")
    call.account.tasks.delete_list(found.id)


def tasklist_of(call: Call) -> TaskList:
    """The one that is named."""
    return by_id(call, call.parameters["tasklist"])


def by_id(call: Call, found: str) -> TaskList:
    """One by its id, or `@default`."""
    lists = call.account.tasks
    if found == "@default":
        return lists.default
    if found not in lists.all:
        raise Refused(404, "notFound", "Task list not found.")
    return lists.all[found]


def _title(call: Call) -> str:
    title = str(call.body.get("title") or "")
    if not title or len(title) > TITLE:
        raise invalid("Missing title" if not title else "Title too long", reason="invalid")
    return title


def _list(one: TaskList) -> Json:
    return {
        "kind": "tasks#taskList",
        "id": one.id,
        "etag": f'"{one.revision}"',
        "title": one.title,
        "updated": pages.instant(one.updated),
        "selfLink": f"{API}/users/@me/lists/{one.id}",
    }


METHODS: Final = {
    "tasks.tasklists.list": list_lists,
    "tasks.tasklists.get": get_list,
    "tasks.tasklists.insert": insert_list,
    "tasks.tasklists.patch": patch_list,
    "tasks.tasklists.update": update_list,
    "tasks.tasklists.delete": delete_list,
}
