"""The task lists of Microsoft To Do, as Graph tells them.

linkedResources is a navigation property: it comes where it is expanded, which listings and single
tasks allow for certain. learn.microsoft.com/graph/api/resources/todo-overview
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any, Final, NamedTuple

from connectors.errors import Ambiguous, ConnectorError, CursorExpired, Unavailable
from connectors.graph.api import Api
from connectors.graph.errors import NotThere
from connectors.graph.odata import delta_link, entries, next_link, path

DEFAULT: Final = "default"  # names the list that every mailbox has
_PAGE: Final = 100
_MANY: Final = 10_000  # pages
_LINKS: Final = {"$expand": "linkedResources"}
_WHAT: Final = "the task lists"

Body = Mapping[str, Any]


class Entry(NamedTuple):
    """A list. `known`: none, defaultList or flaggedEmails."""

    id: str
    name: str
    known: str
    own: bool  # else somebody shares it

    def called(self, name: str) -> bool:
        """Whether the owner means it by that name."""
        if name.strip().casefold() == DEFAULT and self.known == "defaultList":
            return True
        return self.name.strip() == name.strip()


class Changes(NamedTuple):
    """What a delta query told: ids of what is there and of what is not any more, and where to ask
    the next time."""

    changed: set[str]
    removed: set[str]
    link: str


class Lists:
    """Lists and their tasks, asked for. `name`: of the list that is ours, for sentences."""

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self._what = f"the task list {name}"

    def all(self) -> dict[str, Entry]:
        """All lists by their ids, those that others share last. Mails that are flagged are no list
        of tasks."""
        rows = self._api.pages("todo/lists", _WHAT)
        found = [_entry(one) for one in rows if one.get("id")]
        found.sort(key=lambda one: not one.own)
        return {one.id: one for one in found if one.known != "flaggedEmails"}

    def make(self, name: str) -> str:
        """A list is made: its id. `Unavailable` where it may have been, and is to be looked for."""
        try:
            made = self._api.write("POST", "todo/lists", self._what, body={"displayName": name})
        except Ambiguous as error:
            raise Unavailable(str(error)) from error
        return str(made["id"])

    def changes(self, list_id: str, link: str = "") -> Changes:
        """What changed since the `link` was given; "": what there is. Raises `CursorExpired`, and
        `NotThere` where the list is not."""
        if link and not self._api.is_own(link):
            raise CursorExpired(f"{self._what} was read from another server")
        prefer = (f"odata.maxpagesize={_PAGE}",)
        changed: set[str] = set()
        removed: set[str] = set()
        where = link or path("todo", "lists", list_id, "tasks", "delta")
        for _ in range(_MANY):
            page = self._api.ask(where, self._what, prefer=prefer)
            for one in entries(page):
                task = str(one.get("id") or "")
                gone = "@removed" in one
                (removed if gone else changed).add(task)
                (changed if gone else removed).discard(task)
            if last := delta_link(page):
                return Changes(changed - {""}, removed - {""}, last)
            if not (where := next_link(page)):
                break
        raise Unavailable(
            f"Microsoft does not tell what changes in {self._what}: it is asked again"
        )

    def everything(self, list_id: str, ids: Set[str] | None = None) -> list[Body]:
        """What is in it, completed tasks included, with their links. Pages shift when something is
        deleted meanwhile: what a listing of several passes over is asked for by its id. `ids`: what
        a delta query has just told. Raises `NotThere`."""
        found: dict[str, Body] = {}
        where, asked = path("todo", "lists", list_id, "tasks"), {**_LINKS, "$top": str(_PAGE)}
        page = self._api.ask(where, self._what, params=asked)
        for number in range(_MANY):
            found |= {str(one["id"]): one for one in entries(page) if one.get("id")}
            if not (link := next_link(page)):
                if ids is None and not number:
                    return list(found.values())
                break
            page = self._api.ask(link, self._what)
        left = (self.changes(list_id).changed if ids is None else ids) - found.keys()
        more = self.several({one: (list_id, one) for one in sorted(left)})
        return [*found.values(), *(body for _, body in more if body is not None)]

    def task(self, list_id: str, task_id: str) -> Body | None:
        """One task as it is now, None where there is none, or none any more."""
        where = path("todo", "lists", list_id, "tasks", task_id)
        try:
            return self._api.ask(where, f"a task of {self._what}", params=_LINKS)
        except NotThere:
            return None

    def several(self, places: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, Body | None]]:
        """Tasks by whatever names them: their lists' and their own ids. None as above."""
        asked = {
            name: path("todo", "lists", list_id, "tasks", task_id, query=_LINKS)
            for name, (list_id, task_id) in places.items()
        }
        for name, answer in self._api.batch(asked, f"tasks of {self._what}"):
            if isinstance(answer, NotThere):
                yield name, None
            elif isinstance(answer, ConnectorError):
                raise answer
            else:
                yield name, answer


def list_found(api: Api, name: str) -> str:
    """What a reading would find of a list, in a few words for the owner."""
    if any(one.called(name) for one in Lists(api, name).all().values()):
        return f"tasks: the list {name} is there"
    return f"tasks: the list {name} is made with the first task"


def _entry(one: Body) -> Entry:
    return Entry(
        str(one["id"]),
        str(one.get("displayName") or ""),
        str(one.get("wellknownListName") or "none"),
        one.get("isOwner") is not False,
    )
