"""One `google` account: which of its sides are read, and what is written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from time import monotonic
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connectors.contract import Source, TaskList
from connectors.google.api import Api
from connectors.google.bearer import Bearer
from connectors.google.quota import Quota


class Push(NamedTuple):
    """By which Gmail says that there is mail: names of Cloud Pub/Sub, "projects/P/topics/T" and
    "projects/P/subscriptions/S"."""

    topic: str
    subscription: str


class GoogleAccount:
    """A Google account. Nothing is asked before a source is.

    `calendars`: True for those that are shown, names for some. `tasks` names the list that is
    written to, "" for none. `history` bounds what is read of the past, `text_budget` how many mails
    a day have their text read. `clock` goes in seconds; `endpoint` is another Google, on this
    machine. Raises ModuleNotFoundError where google-api-python-client is not installed.
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
        self._clock = clock

    def sources(self) -> list[Source]:
        """One source for each side, the task list among them. Nothing is asked here."""
        return [*self._sources()]

    def task_list(self) -> TaskList | None:
        """The list that tasks are written to, where one is configured. Only once it was asked for
        is it made where it is absent."""
        return None

    def _sources(self) -> Iterator[Source]:
        if self._mail:
            yield self._gmail()

    def _gmail(self) -> Source:
        if self._push is None:
            from connectors.google.gmail import GmailSource

            return GmailSource(
                self._api,
                zone=self._zone,
                history=self._history,
                text_budget=self._text_budget,
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
