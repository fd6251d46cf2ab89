"""One `caldav` account: which collections are which facet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.caldav.http import Login, Session
from connectors.caldav.server import Server
from connectors.contract import Source, TaskList

if TYPE_CHECKING:
    from connectors.caldav.cards import DavBook
    from connectors.caldav.tasks import DavTasks

CONTACTS_SCOPE = "carddav"
CALENDAR_SCOPE = "caldav"


class CaldavAccount:
    """A server with one login, or with none.

    `calendars` and `contacts`: True for all there are, names or paths for some. `tasks` names the
    list that is written to, and `cards` the address book, or with `category` the mark of our cards
    in the first one. `zone` is where floating times are local, `history` bounds what is observed of
    the past (None: ten years before the first reading).
    """

    def __init__(
        self,
        name: str,
        url: str,
        login: Login | None = None,
        *,
        ca_file: Path | None = None,
        calendars: bool | Sequence[str] = True,
        contacts: bool | Sequence[str] = True,
        tasks: str = "",
        cards: str = "",
        category: str = "",
        zone: ZoneInfo | None = None,
        history: date | None = None,
    ) -> None:
        self.name = name
        self._server = Server(Session(login, ca_file), url)
        self._user = login.user or "whoever the token is for" if login is not None else ""
        self._calendars = calendars
        self._contacts = contacts
        self._tasks = tasks
        self._cards = cards
        self._category = category
        self._zone = zone or ZoneInfo("UTC")
        self._history = history
        self._list: DavTasks | None = None

    def sources(self) -> list[Source]:
        """One source for each facet, the task list among them. Nothing is asked here."""
        sources: list[Source] = []
        if self._calendars:
            from connectors.caldav.calendar import Calendars

            chosen = None if self._calendars is True else list(self._calendars)
            sources.append(
                Calendars(self._server, CALENDAR_SCOPE, self._zone, self._history, chosen)
            )
        if self._contacts:
            from connectors.caldav.cards import Contacts

            chosen = None if self._contacts is True else list(self._contacts)
            sources.append(Contacts(self._server, CONTACTS_SCOPE, chosen))
        if (tasks := self._task_list()) is not None:
            sources.append(tasks)
        return sources

    def task_list(self) -> TaskList | None:
        """The list that tasks are written to, where one is configured. Only once it was asked for
        is it made where it is absent."""
        tasks = self._task_list()
        if tasks is not None:
            tasks.writable = True
        return tasks

    def survey(self) -> Iterator[str]:
        """See `connectors.contract.Surveyed`."""
        from connectors.caldav.source import DavSource
        from connectors.caldav.survey import survey

        sources = [one for one in self.sources() if isinstance(one, DavSource)]
        return survey(self._server, sources, self._user, self.contact_book())

    def contact_book(self) -> DavBook | None:
        """The place that cards are added to, where one is configured."""
        if not self._cards and not self._category:
            return None
        from connectors.caldav.cards import DavBook

        return DavBook(self._server, CONTACTS_SCOPE, self._cards, self._category)

    def _task_list(self) -> DavTasks | None:
        if self._tasks and self._list is None:
            from connectors.caldav.tasks import DavTasks

            self._list = DavTasks(self._server, self._tasks, self._zone)
            self._list.writable = False
        return self._list
