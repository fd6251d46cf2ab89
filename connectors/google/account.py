"""One `google` account: which of its sides are read, and what is written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from connectors.contract import ContactBook, Drafts, Source, TaskList
from connectors.google.api import Api
from connectors.google.bearer import Bearer
from connectors.google.quota import Quota

if TYPE_CHECKING:
    from connectors.google.gmail_past import Past
    from connectors.google.tasks import GoogleTasks


class Push(NamedTuple):
    """By which Gmail says that there is mail: names of Cloud Pub/Sub, "projects/P/topics/T" and
    "projects/P/subscriptions/S"."""

    topic: str
    subscription: str


class GoogleAccount:
    """A Google account. Nothing is asked before a source is.

    `calendars`: True for those that are shown, names for some. `tasks` names the list that is
    written to, "" for none; `cards` the group that cards are added to, "" for none; `drafts`:
    whether any may be left. `history` bounds what is read of the past, `text_budget` how many mails
    a day have their text read, `past` is another way to old mail. `clock` goes in seconds;
    `endpoint` is another Google, on this machine. Raises ModuleNotFoundError where
    google-api-python-client is not installed.
    """

    def __init__(
        self,
        name: str,
        login: str,
        bearer: Bearer,
        *,
        mail: bool = True,
        calendars: bool | Sequence[str] = True,
        contacts: bool = True,
        tasks: str = "",
        zone: ZoneInfo | None = None,
        history: date | None = None,
        text_budget: int | None = None,
        push: Push | None = None,
        past: Past | None = None,
        cards: str = "",
        drafts: bool = False,
        clock: Callable[[], float] = monotonic,
        endpoint: str = "",
    ) -> None:
        # It is loaded with the first call; that it is missing shows at once.
        if find_spec("googleapiclient") is None:
            raise ModuleNotFoundError("no googleapiclient", name="googleapiclient")
        self.name = name
        self._api = Api(bearer, Quota(clock), endpoint=endpoint, name=name)
        self._login = login
        self._mail = mail
        self._calendars = calendars
        self._contacts = contacts
        self._tasks = tasks
        self._zone = zone or ZoneInfo("UTC")
        self._history = history
        self._text_budget = text_budget
        self._push = push
        self._past = past
        self._cards = cards
        self._drafts = drafts
        self._clock = clock
        self._list: GoogleTasks | None = None

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
        from connectors.google.book import GoogleBook

        return GoogleBook(self._api, self._cards)

    def drafts(self) -> Drafts | None:
        """The drafts of Gmail, where any are left there."""
        if not self._drafts:
            return None
        from connectors.google.drafts import GoogleDrafts

        return GoogleDrafts(self._api)

    def _sources(self) -> Iterator[Source]:
        if self._mail:
            yield self._gmail()
        if self._calendars:
            from connectors.google.calendar import CalendarSource

            chosen = None if self._calendars is True else list(self._calendars)
            yield CalendarSource(
                self._api, self._zone, history=self._history, chosen=chosen, login=self._login
            )
        if self._contacts:
            from connectors.google.people import PeopleSource

            yield PeopleSource(self._api)
        if (tasks := self._task_list()) is not None:
            yield tasks

    def _task_list(self) -> GoogleTasks | None:
        if self._tasks and self._list is None:
            from connectors.google.tasks import GoogleTasks

            self._list = GoogleTasks(self._api, self._tasks, self._login if self._mail else "")
            self._list.writable = False
        return self._list

    def _gmail(self) -> Source:
        if self._push is None:
            from connectors.google.gmail import GmailSource

            return GmailSource(
                self._api,
                zone=self._zone,
                history=self._history,
                text_budget=self._text_budget,
                past=self._past,
                clock=self._clock,
            )
        from connectors.google.gmail_push import PushedGmail

        return PushedGmail(
            self._api,
            topic=self._push.topic,
            subscription=self._push.subscription,
            zone=self._zone,
            history=self._history,
            text_budget=self._text_budget,
            past=self._past,
            clock=self._clock,
        )

    def survey(self) -> Iterator[str]:
        """See `connectors.contract.Surveyed`."""
        from connectors.google.survey import survey

        chosen = self._calendars if isinstance(self._calendars, bool) else tuple(self._calendars)
        return survey(
            self._api,
            self._login,
            mail=self._mail,
            calendars=chosen,
            contacts=self._contacts,
            tasks=self._tasks,
        )
