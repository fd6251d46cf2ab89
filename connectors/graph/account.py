"""One `graph` account: which of its sides are read, and what is written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.contract import ContactBook, Drafts, Source, TaskList
from connectors.graph.api import Api
from connectors.graph.bearer import Bearer

if TYPE_CHECKING:
    from connectors.graph.todo import TodoTasks


class GraphAccount:
    """A mailbox of Microsoft 365 or Outlook.com. Nothing is asked before a source is.

    `folders`: names of mail folders, "A/B" for one inside another; none for all but what is thrown
    away, unsent or spam. `calendars`: True for all, names for some. `tasks` names the list of
    Microsoft To Do that is written to, "default" for the one that everybody has, "" for none;
    `cards` the category that added cards get, "" for none; `drafts`: whether any may be left.
    `history` bounds what is read of the past. `app_only`: nobody signed in, the application acts by
    itself. `clock` goes in seconds; `endpoint` is another Graph, on this machine. Raises
    ModuleNotFoundError where requests or msal is not installed.
    """

    def __init__(
        self,
        name: str,
        login: str,
        bearer: Bearer,
        *,
        mail: bool = True,
        folders: Sequence[str] = (),
        calendars: bool | Sequence[str] = True,
        contacts: bool = True,
        tasks: str = "",
        zone: ZoneInfo | None = None,
        history: date | None = None,
        cards: str = "",
        drafts: bool = False,
        app_only: bool = False,
        clock: Callable[[], float] = monotonic,
        endpoint: str = "",
    ) -> None:
        # They are loaded with the first request; that they are missing shows at once.
        for needed in ("requests", "msal"):
            if find_spec(needed) is None:
                raise ModuleNotFoundError(f"no {needed}", name=needed)
        self.name = name
        self._api = Api(bearer, login, app_only=app_only, endpoint=endpoint, name=name, clock=clock)
        self._login = login
        self._mail = mail
        self._folders = tuple(folders)
        self._calendars = calendars
        self._contacts = contacts
        self._tasks = tasks
        self._zone = zone or ZoneInfo("UTC")
        self._history = history
        self._cards = cards
        self._drafts = drafts
        self._list: TodoTasks | None = None

    def sources(self) -> list[Source]:
        """One source for each side, the task list among them. Nothing is asked here."""
        return [*self._sources()]

    def task_list(self) -> TaskList | None:
        """The list that tasks are written to, where one is configured. Only once it was asked for
        is it made where it is absent."""
        tasks = self._task_list()
        if tasks is not None:
            tasks.writable = True
        return tasks

    def contact_book(self) -> ContactBook | None:
        """The contacts, where cards are added to them."""
        if not self._cards:
            return None
        from connectors.graph.book import GraphBook

        return GraphBook(self._api, self._cards)

    def drafts(self) -> Drafts | None:
        """The folder Drafts, where any are left there."""
        if not self._drafts:
            return None
        from connectors.graph.drafts import GraphDrafts

        return GraphDrafts(self._api)

    def _sources(self) -> Iterator[Source]:
        if self._mail:
            from connectors.graph.mail import MailSource

            yield MailSource(
                self._api, zone=self._zone, history=self._history, chosen=self._folders
            )
        if self._calendars:
            from connectors.graph.calendar import CalendarSource

            chosen = None if self._calendars is True else list(self._calendars)
            yield CalendarSource(
                self._api, self._zone, history=self._history, chosen=chosen, login=self._login
            )
        if self._contacts:
            from connectors.graph.contacts import ContactsSource

            yield ContactsSource(self._api)
        if (tasks := self._task_list()) is not None:
            yield tasks

    def _task_list(self) -> TodoTasks | None:
        if self._tasks and self._list is None:
            from connectors.graph.todo import TodoTasks

            self._list = TodoTasks(self._api, self._tasks, self._zone, mailbox=self._mail)
            self._list.writable = False
        return self._list

    def survey(self) -> Iterator[str]:
        """See `connectors.contract.Surveyed`."""
        from connectors.graph.survey import survey

        chosen = self._calendars if isinstance(self._calendars, bool) else tuple(self._calendars)
        return survey(
            self._api,
            self._login,
            mail=self._mail,
            folders=self._folders,
            calendars=chosen,
            contacts=self._contacts,
            tasks=self._tasks,
        )
