"""One `exchange` account: which of its sides are read, and what is written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.contract import ContactBook, Drafts, Source, TaskList
from connectors.exchange.resolver import Resolver
from connectors.exchange.session import Exchange, Server

if TYPE_CHECKING:
    from connectors.exchange.tasks import ExchangeTasks


class ExchangeAccount:
    """A mailbox on an Exchange server. Nothing is asked before a source is; where the server is,
    who signs in and how: see `connectors.exchange.session.Server`.

    `folders`: those of mail that are read, none for all but what nobody reads. `calendars`: True
    for the mailbox's own one, names for some. `tasks` names the folder that is written to,
    "default" for the mailbox's own one, "" for none; `cards` the category of contacts that are
    added, "" for none; `drafts`: whether any may be left. `history` bounds what is read of the
    past; `poll`: seconds after which mail is looked at where the server does not tell of it. Raises
    ModuleNotFoundError where exchangelib is not installed.
    """

    def __init__(
        self,
        name: str,
        login: str,
        secret: Callable[[], str],
        *,
        url: str = "",
        host: str = "",
        user: str = "",
        auth: str = "password",
        ca_file: Path | None = None,
        fingerprint: str = "",
        mail: bool = True,
        folders: Sequence[str] = (),
        calendars: bool | Sequence[str] = True,
        contacts: bool = True,
        tasks: str = "",
        zone: ZoneInfo | None = None,
        history: date | None = None,
        poll: float = 300.0,
        cards: str = "",
        drafts: bool = False,
        refused: Callable[[str, str], bool] = lambda _secret, _words: True,
        accepted: Callable[[str], None] = lambda _secret: None,
    ) -> None:
        # It is loaded with the first call; that it is missing shows at once.
        if find_spec("exchangelib") is None:
            raise ModuleNotFoundError("no exchangelib", name="exchangelib")
        self.name = name
        self._exchange = Exchange(
            Server(
                login,
                secret,
                user=user,
                url=url,
                host=host,
                auth=auth,
                ca_file=ca_file,
                fingerprint=fingerprint,
                refused=refused,
                accepted=accepted,
            )
        )
        self._resolve = Resolver(self._exchange)
        self._login = login
        self._mail = mail
        self._folders = tuple(folders)
        self._calendars = calendars
        self._contacts = contacts
        self._tasks = tasks
        self._zone = zone or ZoneInfo("UTC")
        self._history = history
        self._poll = poll
        self._cards = cards
        self._drafts = drafts
        self._list: ExchangeTasks | None = None

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
        from connectors.exchange.book import ExchangeBook

        return ExchangeBook(self._exchange, self._cards)

    def drafts(self) -> Drafts | None:
        """The drafts folder, where any are left there."""
        if not self._drafts:
            return None
        from connectors.exchange.drafts import ExchangeDrafts

        return ExchangeDrafts(self._exchange)

    def survey(self) -> Iterator[str]:
        """See `connectors.contract.Surveyed`."""
        from connectors.exchange.survey import survey

        return survey(
            self._exchange,
            self._folders if self._mail else None,
            calendars=self._calendars,
            contacts=self._contacts,
            tasks=self._tasks,
        )

    def _sources(self) -> Iterator[Source]:
        if self._mail:
            from connectors.exchange.mail import ExchangeMail

            yield ExchangeMail(
                self._exchange,
                self._folders,
                self._history,
                self._zone,
                self._poll,
                resolve=self._resolve,
            )
        if self._calendars:
            from connectors.exchange.calendar import CalendarSource

            chosen = None if self._calendars is True else list(self._calendars)
            yield CalendarSource(
                self._exchange,
                self._login,
                self._zone,
                history=self._history,
                chosen=chosen,
                resolve=self._resolve,
            )
        if self._contacts:
            from connectors.exchange.contacts import ContactsSource

            yield ContactsSource(self._exchange, self._zone, self._resolve)
        if (tasks := self._task_list()) is not None:
            yield tasks

    def _task_list(self) -> ExchangeTasks | None:
        if self._tasks and self._list is None:
            from connectors.exchange.tasks import ExchangeTasks

            self._list = ExchangeTasks(self._exchange, self._tasks, self._zone)
            self._list.writable = False
        return self._list
