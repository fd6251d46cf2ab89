"""An account at Google in its weather."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final

from fakes.google.call import Reply
from fakes.google.fault import Fault
from fakes.google.oauth import CLIENT, SECRET
from fakes.google.quota import at_once
from simulation.years.cloud_wires import CloudWires, InWeather, ListInWeather, MailInWeather
from simulation.years.cloud_world import LIST
from simulation.years.edge import Weather
from simulation.years.google_world import AtGoogle

from connectors.contract import Source, TaskList
from connectors.google.api import Api
from connectors.google.calendar import CalendarSource
from connectors.google.gmail import GmailSource
from connectors.google.grant import Grant
from connectors.google.people import PeopleSource
from connectors.google.quota import Quota
from connectors.google.scopes import Wanted
from connectors.google.tasks import GoogleTasks
from connectors.google.tokens import Tokens

_APIS: Final = ("gmail", "calendar", "people", "tasks")
_READINGS: Final = (
    "gmail.users.history.list", "gmail.users.messages.list", "gmail.users.messages.get", "batch",
    "calendar.events.list", "calendar.calendarList.list", "people.people.connections.list",
    "people.otherContacts.list", "tasks.tasks.list", "tasks.tasklists.list", "oauth.token",
)  # fmt: skip


class Kept:
    """Where a sign-in is: see `connectors.google.tokens.Vault`."""

    given = False

    def __init__(self) -> None:
        self.text: str | None = None

    def load(self) -> str | None:
        return self.text

    def save(self, text: str) -> None:
        self.text = text

    def erase(self) -> None:
        self.text = None


class GoogleWires(CloudWires):
    """See `CloudWires`."""

    world: AtGoogle
    create, change, remove = "tasks.tasks.insert", "tasks.tasks.patch", "tasks.tasks.delete"

    def opens(self, stack: ExitStack) -> None:
        """The owner signs in."""
        self.google = self.world.google
        self.google.account(self.world.owner)
        self._vault = Kept()
        self._wanted = Wanted().scopes()
        self._services: dict[str, Any] = {}  # the same for all processes: costly to make
        self._signs_in()

    @property
    def faults(self) -> Any:
        """The fake's."""
        return self.google.faults

    def sources(self) -> tuple[list[Source], TaskList]:
        """See `CloudWires.sources`."""
        seconds = lambda: self.google.now().timestamp()  # noqa: E731
        tokens = Tokens(self._vault, self._wanted, seconds, name="work", login=self.world.owner)
        api = BurningApi(tokens, Quota(seconds), endpoint=self.google.url, name="work")
        api.weather, api._services = self.weather, self._services
        tasks, zone = CloudTasks(api, LIST, self.world.owner), self.world.zone
        made: list[CloudPeople | CloudCalendar | CloudMail] = [
            CloudPeople(api),
            CloudCalendar(api, zone),
            CloudMail(api, zone=zone, clock=seconds),
        ]
        for one in (*made, tasks):
            one.wires = self
        return [*made], tasks

    def fidgets(self) -> None:
        """See `CloudWires.fidgets`."""
        self.world.fidgets(self.rng)

    def _kinds(self) -> Sequence[Callable[[], Fault]]:
        faults, method, rng = self.google.faults, self.rng.choice(_READINGS), self.rng
        times, skip = rng.choice((1, 1, 2, 5)), rng.choice((0, 0, 1, 3))
        return (
            lambda: faults.too_many(method, times, skip=skip, retry_after=rng.choice((1, 7, 90))),
            lambda: faults.too_many(method, times, skip=skip, retry_after=None),
            lambda: faults.too_many(method, times, skip=skip, retry_after=3600),
            lambda: faults.rate(method, times, skip=skip),
            lambda: faults.rate(f"{rng.choice(_APIS)}.*", 99, skip=skip),  # others have it all
            lambda: faults.refuse("gmail.users.messages.get", at_once, times, skip),
            lambda: faults.used_up(method, times),
            lambda: faults.broken(method, times, skip=skip, status=rng.choice((500, 503))),
            lambda: faults.html(method, times, skip=skip),
            lambda: faults.cut_before(method, times, skip=skip),
            lambda: faults.cut_after(method, times, skip=skip),
            lambda: faults.truncated(method, times, skip=skip),
            lambda: faults.nonsense(method, times, skip=skip),
        )

    def _tires(self) -> None:
        self.google.oauth.expire_access()

    def _signs_in(self) -> None:
        urls = [one.url for one in self._wanted]
        token = self.google.oauth.give_refresh(self.world.owner, urls)
        uri = f"{self.google.url}/token"
        grant = Grant(CLIENT, SECRET, token.text, uri, tuple(urls), self.world.owner)
        self._vault.save(grant.to_text())

    def _signs_out(self) -> None:
        self.google.oauth.access_taken_away(self.world.owner)

    def _refuses(self) -> None:
        self.google.disabled |= set(_APIS)

    def _allows(self) -> None:
        self.google.disabled.clear()

    def _unwritten(self, method: str) -> Fault:
        faults = self.google.faults
        return self.rng.choice((faults.cut_before, faults.rate, faults.too_many))(method)

    def _busy(self, method: str) -> Fault:
        kind = {"Content-Type": "text/html"}
        return self.google.faults.add(Fault(method, after=lambda _: Reply(503, b"<html>", kind)))


class BurningApi(Api):
    """The process may end before and after each call."""

    weather: Weather

    def _asked(self, *arguments: Any, **more: Any) -> Any:
        self.weather.fuse.burn()
        answer = super()._asked(*arguments, **more)
        self.weather.fuse.burn()
        return answer

    def _at_once(self, requests: Mapping[str, Any], method: str, what: str) -> Any:
        self.weather.fuse.burn()
        yield from super()._at_once(requests, method, what)


class CloudCalendar(InWeather, CalendarSource):
    """Calendars."""


class CloudPeople(InWeather, PeopleSource):
    """Contacts."""


class CloudMail(MailInWeather, GmailSource):
    """Mail."""


class CloudTasks(ListInWeather, GoogleTasks):
    """The list."""
