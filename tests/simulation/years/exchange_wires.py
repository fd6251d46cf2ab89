"""An account at an Exchange server in its weather."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Final, TypeVar

from fakes.exchange.account import Account
from fakes.exchange.call import Reply
from fakes.exchange.fault import Fault
from simulation.years.cloud_wires import CloudWires, InWeather, ListInWeather, MailInWeather
from simulation.years.cloud_world import LIST
from simulation.years.dice import share
from simulation.years.edge import Weather
from simulation.years.exchange_world import AtExchange

from connectors.contract import Source, TaskList
from connectors.exchange.calendar import CalendarSource
from connectors.exchange.contacts import ContactsSource
from connectors.exchange.mail import ExchangeMail
from connectors.exchange.resolver import Resolver
from connectors.exchange.session import Exchange, Server
from connectors.exchange.tasks import ExchangeTasks

T = TypeVar("T")

_READINGS: Final = (
    "GetFolder", "FindFolder", "FindItem", "FindItem", "SyncFolderItems", "SyncFolderItems",
    "GetItem", "GetItem", "CreateFolder",
)  # fmt: skip
_TROUBLES: Final = (
    "ErrorInternalServerTransientError", "ErrorTimeoutExpired", "ErrorConnectionFailed",
    "ErrorMailboxStoreUnavailable", "ErrorMailboxMoveInProgress", "ErrorInternalServerError",
)  # fmt: skip


class ExchangeWires(CloudWires):
    """See `CloudWires`."""

    world: AtExchange
    create, change, remove = "CreateItem", "UpdateItem", "DeleteItem"

    def opens(self, stack: ExitStack) -> None:
        """The owner signs in: with a token, or a password."""
        self.exchange = self.world.exchange
        self._own: Account = self.world.account
        self._password = ""
        self._by_token = share(self.world.seed, "by token") < 0.3
        self._given = 0  # tokens
        if self._by_token:
            signin = self.exchange.signin
            signin.schemes.append("Bearer")
        self._signs_in()

    @property
    def faults(self) -> Any:
        """The fake's."""
        return self.exchange.faults

    def sources(self) -> tuple[list[Source], TaskList]:
        """See `CloudWires.sources`."""
        own, url = self._own, self.exchange.url
        auth = "bearer" if self._by_token else "password"
        way = BurningExchange(Server(own.address, self._secret, own.user, url, auth=auth))
        way.weather = self.weather
        zone, since, resolve = self.world.zone, self.world.since, Resolver(way)
        tasks = CloudTasks(way, LIST, zone)
        made: list[CloudContacts | CloudCalendar | CloudMail] = [
            CloudContacts(way, zone, resolve),
            CloudCalendar(way, self.world.owner, zone, history=since, resolve=resolve),
            CloudMail(way, history=since, zone=zone, resolve=resolve),
        ]
        for one in (*made, tasks):
            one.wires = self
        return [*made], tasks

    def fidgets(self) -> None:
        """See `CloudWires.fidgets`."""
        self.world.fidgets(self.rng)

    def _kinds(self) -> Sequence[Callable[[], Fault]]:
        faults, method, rng = self.exchange.faults, self.rng.choice(_READINGS), self.rng
        times, skip = rng.choice((1, 1, 2, 5)), rng.choice((0, 0, 1, 3))
        wait = rng.choice((None, 500, 7_000, 90_000))
        lost = "ErrorInvalidSyncStateData"
        return (
            lambda: faults.busy(method, times, skip=skip, back_off=wait),
            lambda: faults.busy(method, times, skip=skip, back_off=wait, message=True),
            lambda: faults.busy("*", 9, skip=skip, back_off=30_000),
            lambda: faults.trouble(method, rng.choice(_TROUBLES), times, skip=skip),
            lambda: faults.trouble("SyncFolderItems", lost, times, skip=skip),
            lambda: faults.trouble("SyncFolderItems", lost, 1, skip=rng.choice((0, 2, 5))),
            lambda: faults.status(method, 503, times, skip=skip, Retry_After="20"),
            lambda: faults.status("Connect", rng.choice((401, 500, 503)), times, skip=skip),
            lambda: faults.stopped("GetItem", times, skip=skip, after=rng.choice((0, 1, 3))),
            lambda: faults.html(method, times, skip=skip),
            lambda: faults.cut_before(method, times, skip=skip),
            lambda: faults.cut_after(method, times, skip=skip),
            lambda: faults.truncated(method, times, skip=skip),
            lambda: faults.nonsense(method, times, skip=skip),
            lambda: faults.meanwhile("GetItem", lambda: self.world.vanishes(rng), skip=skip),
            lambda: faults.meanwhile("FindItem", lambda: self.world.vanishes(rng), skip=skip),
        )

    def _falls_silent(self) -> None:
        faults = self.exchange.faults
        self.rng.choice((faults.cut_before, faults.html, faults.busy))("*", None)

    def _secret(self) -> str:
        """What the owner gave: tokens are made anew when the last one is over."""
        if not self._by_token:
            return self._password
        if self._in and f"token-{self._given}" not in self.exchange.signin.tokens:
            self._given += 1
            self.exchange.signin.token(self.world.owner, f"token-{self._given}")
        return f"token-{self._given}"

    def _tires(self) -> None:
        self.exchange.signin.tokens.clear()

    def _signs_in(self) -> None:
        self._in, self._password = True, self._own.password

    def _signs_out(self) -> None:
        self._in, self._own.password = False, f"{self._own.password}+"
        self.exchange.signin.tokens.clear()

    def _refuses(self) -> None:
        self.exchange.faults.denied("*", None)

    def _unwritten(self, method: str) -> Fault:
        faults = self.exchange.faults
        return self.rng.choice((faults.cut_before, faults.busy))(method)

    def _busy(self, method: str) -> Fault:
        kind = {"Content-Type": "text/html"}
        return self.exchange.faults.add(Fault(method, after=lambda _: Reply(503, b"<html>", kind)))


class BurningExchange(Exchange):
    """The process may end before and after each call."""

    weather: Weather

    def ask(self, what: str, doing: Callable[[Any], T], **more: Any) -> T:
        self.weather.fuse.burn()
        found = super().ask(what, doing, **more)
        self.weather.fuse.burn()
        return found


class CloudCalendar(InWeather, CalendarSource):
    """Calendars."""


class CloudContacts(InWeather, ContactsSource):
    """Contacts."""


class CloudMail(MailInWeather, ExchangeMail):
    """Mail."""


class CloudTasks(ListInWeather, ExchangeTasks):
    """The list."""
