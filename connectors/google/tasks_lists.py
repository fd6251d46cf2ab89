"""The task lists of an account, as the Tasks API tells them.

developers.google.com/workspace/tasks/reference/rest
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from connectors.errors import Ambiguous, ConnectorError, Unavailable
from connectors.google.api import Api
from connectors.google.errors import Declined, NotThere
from connectors.google.tasks_text import moment, moment_of

KEEP: Final = 500  # calls of a day that readings leave to what is written
_PAGE: Final = 100
_LISTS: Final = 1_000
_ALL: Final = {"showCompleted": True, "showHidden": True, "showDeleted": True}
_OPEN: Final = {"showCompleted": False, "showHidden": False, "showDeleted": False}

Body = Mapping[str, Any]


class Lists:
    """Lists and their tasks, asked for. `name`: of the list that is ours, for sentences; `keep`:
    calls that are left to others."""

    def __init__(self, api: Api, name: str, keep: int = 0) -> None:
        self._api = api
        self._keep = keep
        self._what = f"the task list {name}"

    def titles(self) -> dict[str, str]:
        """All lists: their titles by their ids, in Google's order."""
        found: dict[str, str] = {}
        page: str | None = ""
        while page is not None:
            more = {"pageToken": page} if page else {}
            request = self._service.tasklists().list(maxResults=_LISTS, **more)
            answer = self._api.ask(request, "the task lists", keep=self._keep)
            for one in answer.get("items", ()):
                found[str(one["id"])] = str(one.get("title", ""))
            page = answer.get("nextPageToken")
        return found

    def make(self, title: str) -> str:
        """A list is made: its id. `Unavailable` where it may have been, and is to be looked for."""
        try:
            made = self._api.write(
                self._service.tasklists().insert(body={"title": title}), self._what
            )
        except Ambiguous as error:
            raise Unavailable(str(error)) from error
        return str(made["id"])

    def everything(self, list_id: str, since: datetime | None = None) -> Iterator[Body]:
        """What is in it, hidden, completed and deleted ones included; what changed `since`. Raises
        `NotThere`."""
        limit = {} if since is None else {"updatedMin": moment_of(since)}
        return self._pages(list_id, {**_ALL, **limit})

    def open(self, list_id: str) -> Iterator[Body]:
        """What is to be done in it. Raises `NotThere`."""
        return self._pages(list_id, _OPEN)

    def task(self, list_id: str, task_id: str) -> Body | None:
        """One task as it is now, None where there is none, or none any more."""
        request = self._service.tasks().get(tasklist=list_id, task=task_id)
        try:
            return _alive(self._api.ask(request, f"a task of {self._what}"))
        except NotThere:
            return None

    def several(self, places: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, Body | None]]:
        """Tasks by whatever names them: their lists' and their own ids. None as above."""
        get = self._service.tasks().get
        asked = {name: get(tasklist=one[0], task=one[1]) for name, one in places.items()}
        for name, answer in self._api.batch(asked, f"tasks of {self._what}", keep=self._keep):
            if isinstance(answer, NotThere):
                yield name, None
            elif isinstance(answer, ConnectorError):
                raise answer
            else:
                yield name, _alive(answer)

    @property
    def _service(self) -> Any:
        return self._api.service("tasks")

    def _pages(self, list_id: str, asked: Mapping[str, Any]) -> Iterator[Body]:
        page: str | None = ""
        while page is not None:
            more = {"pageToken": page} if page else {}
            request = self._service.tasks().list(
                tasklist=list_id, maxResults=_PAGE, **asked, **more
            )
            try:
                answer = self._api.ask(request, self._what, keep=self._keep)
            except Declined as error:
                if not page or error.status != 400:
                    raise
                raise Unavailable(f"{self._what} changed while it was read") from error
            yield from answer.get("items", ())
            page = answer.get("nextPageToken")


def updated(body: Body) -> datetime | None:
    """When a task was changed last, by Google's clock."""
    try:
        return moment(str(body.get("updated")))
    except ValueError:
        return None


def _alive(body: Body) -> Body | None:
    return None if body.get("deleted") else body
