"""An account at Microsoft 365 in its weather."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Final

from fakes.google.fault import Fault
from fakes.graph.call import Reply
from fakes.graph.clients import visit
from fakes.graph.entra import Consent
from fakes.graph.tokens import CLIENT
from simulation.years.cloud_wires import CloudWires, InWeather, ListInWeather, MailInWeather
from simulation.years.cloud_world import LIST
from simulation.years.edge import Weather
from simulation.years.google_wires import Kept
from simulation.years.graph_world import AtGraph

from connectors.contract import Source, TaskList
from connectors.graph.api import Api
from connectors.graph.calendar import CalendarSource
from connectors.graph.contacts import ContactsSource
from connectors.graph.grant import Client
from connectors.graph.mail import MailSource
from connectors.graph.scopes import Wanted
from connectors.graph.signin import by_hand
from connectors.graph.todo import TodoTasks
from connectors.graph.tokens import Tokens

_READINGS: Final = (
    "messages.delta", "messages.list", "messages.get", "messages.mime", "batch",
    "mailFolders.list", "mailFolders.get", "calendars.list", "calendarView.list",
    "calendarView.delta", "events.get", "events.instances", "contacts.delta", "contacts.list",
    "contactFolders.list", "lists.list", "lists.create", "tasks.list", "tasks.delta", "tasks.get",
    "login.token",
)  # fmt: skip
_MAILS: Final = ("messages.list", "messages.get", "messages.delta", "batch")
_LOST: Final = ("SyncStateNotFound", "syncStateNotFound", "resyncRequired", "SyncStateInvalid")


class GraphWires(CloudWires):
    """See `CloudWires`."""

    world: AtGraph
    create, change, remove = "tasks.create", "tasks.update", "tasks.delete"

    def opens(self, stack: ExitStack) -> None:
        """The owner is there."""
        self.graph = self.world.graph
        self.graph.entra.consent = Consent(self.world.owner)
        self._vault = Kept()
        self._wanted = Wanted().scopes()
        self._client = Client(CLIENT, "common", self.graph.url)

    def asked(self) -> None:
        """See `CloudWires.asked`. The owner signs in just before that: it lasts ninety days."""
        if self._vault.text is None:
            self._signs_in()
        super().asked()

    @property
    def faults(self) -> Any:
        """The fake's."""
        return self.graph.faults

    def sources(self) -> tuple[list[Source], TaskList]:
        """See `CloudWires.sources`."""
        seconds, login = lambda: self.graph.now().timestamp(), self.world.owner
        tokens = Tokens(self._vault, self._client, self._wanted, seconds, name="work", login=login)
        api = BurningApi(tokens, login, endpoint=self.graph.url, name="work", clock=seconds)
        api.weather = self.weather
        zone, history = self.world.zone, self.world.since
        tasks = CloudTasks(api, LIST, zone, mailbox=True)
        made: list[CloudContacts | CloudCalendar | CloudMail] = [
            CloudContacts(api),
            CloudCalendar(api, zone, history=history, login=login),
            CloudMail(api, zone=zone, history=history),
        ]
        for one in (*made, tasks):
            one.wires = self
        return [*made], tasks

    def fidgets(self) -> None:
        """See `CloudWires.fidgets`."""
        self.world.fidgets(self.rng)

    def _kinds(self) -> Sequence[Callable[[], Fault]]:
        faults, method, rng = self.graph.faults, self.rng.choice(_READINGS), self.rng
        times, skip = rng.choice((1, 1, 2, 5)), rng.choice((0, 0, 1, 3))
        gone = rng.choice(("messages.delta", "calendarView.delta", "contacts.delta", "tasks.delta"))
        return (
            lambda: faults.too_many(method, times, skip=skip, retry_after=rng.choice((1, 7, 90))),
            lambda: faults.too_many(method, times, skip=skip, retry_after=None),
            lambda: faults.too_many(method, times, skip=skip, retry_after=3600),
            lambda: faults.too_many("*", 9, skip=skip, retry_after=rng.choice((1, 30))),
            lambda: faults.broken(method, times, skip=skip, status=rng.choice((500, 503, 504))),
            lambda: faults.broken(method, times, skip=skip, retry_after=20),
            lambda: faults.lost_state(gone, times, skip=skip, code=rng.choice(_LOST)),
            lambda: faults.lost_state(gone, 1, skip=rng.choice((0, 1, 2, 5))),
            lambda: faults.dead_token(times, method=method, claims=rng.random() < 0.5),
            lambda: faults.html(method, times, skip=skip),
            lambda: faults.cut_before(method, times, skip=skip),
            lambda: faults.cut_after(method, times, skip=skip),
            lambda: faults.truncated(method, times, skip=skip),
            lambda: faults.nonsense(method, times, skip=skip),
            lambda: faults.meanwhile(
                rng.choice(_MAILS), lambda: self.world.vanishes(rng), skip=skip
            ),
        )

    def _tires(self) -> None:
        self.graph.tokens.expire()

    def _signs_in(self) -> None:
        before, self.graph.faults = self.graph.faults, type(self.graph.faults)()
        try:
            show = lambda url: visit(self.graph, url)[1]  # noqa: E731
            grant = by_hand(self._client, self._wanted, self.world.owner, show, name="work")
        finally:
            self.graph.faults = before
        self._vault.save(grant.to_text())

    def _signs_out(self) -> None:
        entra, owner = self.graph.entra, self.world.owner
        self.rng.choice((entra.consent_taken_away, entra.sessions_revoked))(owner)

    def _refuses(self) -> None:
        faults = self.graph.faults
        if self.rng.random() < 0.5:
            faults.forbidden("*", None)
        else:
            faults.error(404, "MailboxNotEnabledForRESTAPI", "*", None)

    def _unwritten(self, method: str) -> Fault:
        faults = self.graph.faults
        return self.rng.choice((faults.cut_before, faults.too_many))(method)

    def _busy(self, method: str) -> Fault:
        kind = {"Content-Type": "text/html"}
        return self.graph.faults.add(Fault(method, after=lambda _: Reply(503, b"<html>", kind)))


class BurningApi(Api):
    """The process may end before and after each call."""

    weather: Weather

    def _answer(self, *arguments: Any, **more: Any) -> Any:
        self.weather.fuse.burn()
        answer = super()._answer(*arguments, **more)
        self.weather.fuse.burn()
        return answer


class CloudCalendar(InWeather, CalendarSource):
    """Calendars."""


class CloudContacts(InWeather, ContactsSource):
    """Contacts."""


class CloudMail(MailInWeather, MailSource):
    """Mail."""


class CloudTasks(ListInWeather, TodoTasks):
    """The list."""
