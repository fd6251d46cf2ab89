"""An account at Google in its weather: whatever happens to it happens at the fake, or to the answer
on its way.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any, Final

from fakes.google.call import Reply
from fakes.google.fault import Fault
from fakes.google.oauth import CLIENT, SECRET
from simulation.years.edge import Weather
from simulation.years.google_world import LIST, AtGoogle

from connectors.contract import Draft, Known, Remote, Source, Text
from connectors.errors import Refused, SignInNeeded
from connectors.google.api import Api
from connectors.google.calendar import CalendarSource
from connectors.google.gmail import GmailSource
from connectors.google.grant import Grant
from connectors.google.people import PeopleSource
from connectors.google.quota import Quota
from connectors.google.scopes import Wanted
from connectors.google.tasks import GoogleTasks
from connectors.google.tokens import Tokens
from connectors.records import Batch, Facet

_APIS: Final = ("gmail", "calendar", "people", "tasks")
_READINGS: Final = (
    "gmail.users.history.list", "gmail.users.messages.list", "gmail.users.messages.get", "batch",
    "calendar.events.list", "calendar.calendarList.list", "people.people.connections.list",
    "people.otherContacts.list", "tasks.tasks.list", "tasks.tasklists.list", "oauth.token",
)  # fmt: skip
_INSERT: Final = "tasks.tasks.insert"


class Kept:
    """Where the sign-in is: see `connectors.google.tokens.Vault`."""

    def __init__(self) -> None:
        self.text: str | None = None

    def load(self) -> str | None:
        return self.text

    def save(self, text: str) -> None:
        self.text = text

    def erase(self) -> None:
        self.text = None


class GoogleWires:
    """The way to Google of `world`, in `weather`."""

    def __init__(self, world: AtGoogle, weather: Weather, rng: random.Random) -> None:
        self.world, self.weather, self.rng = world, weather, rng
        self.broken = 0  # how often something happened to a call
        self._vault = Kept()
        self._wanted = Wanted().scopes()
        self._services: dict[str, Any] = {}  # the same for all processes: costly to make
        self._down: object = None  # what the faults that are set stand for
        self._set: list[Fault] = []

    def opens(self, stack: ExitStack) -> None:
        """The owner signs in."""
        self.google = self.world.google
        self.google.account(self.world.owner)
        self._signs_in()

    def shake(self) -> None:
        """Something happens to the next calls of some kind."""
        faults, method, rng = self.google.faults, self.rng.choice(_READINGS), self.rng
        times, skip = rng.choice((1, 1, 2, 5)), rng.choice((0, 0, 1, 3))
        kinds: list[Callable[[], Any]] = [
            lambda: faults.too_many(method, times, skip=skip, retry_after=rng.choice((1, 7, 90))),
            lambda: faults.too_many(method, times, skip=skip, retry_after=None),
            lambda: faults.too_many(method, times, skip=skip, retry_after=3600),
            lambda: faults.rate(method, times, skip=skip),
            lambda: faults.used_up(method, times),
            lambda: faults.broken(method, times, skip=skip, status=rng.choice((500, 503))),
            lambda: faults.html(method, times, skip=skip),
            lambda: faults.cut_before(method, times, skip=skip),
            lambda: faults.cut_after(method, times, skip=skip),
            lambda: faults.truncated(method, times, skip=skip),
            lambda: faults.nonsense(method, times, skip=skip),
        ]
        self._set.append(rng.choice(kinds)())
        if rng.random() < 0.5:
            self.google.oauth.expire_access()
        self.weather.shaken = self.weather.doubtful = True

    def settle(self) -> None:
        """What did not happen does not."""
        self.broken += sum(fault.hits for fault in self._set)
        for fault in self._set:
            self.google.faults.all.remove(fault)
        self._set.clear()
        self.weather.shaken = False
        self.world.fidgets(self.rng)

    def asked(self) -> None:
        """Somebody is about to ask, for something that is as the weather is."""
        self.weather.fuse.burn()
        if self.weather.down is not self._down:
            self._turns()
        self.world.vanish(self.weather.vanished is not None)

    def _turns(self) -> None:
        """The weather of the account is another."""
        before, self._down = self._down, self.weather.down
        faults = self.google.faults
        faults.all = [one for one in faults.all if one.times is not None]
        self.google.disabled.clear()
        if isinstance(before, SignInNeeded):
            self._signs_in()
        if isinstance(self._down, SignInNeeded):
            self.google.oauth.access_taken_away(self.world.owner)
        elif isinstance(self._down, Refused):
            self.google.disabled |= set(_APIS)
        elif self._down is not None:
            faults.add(self.rng.choice((faults.cut_before, faults.broken, faults.html))("*", None))

    def strikes(self, method: str) -> Fault | None:
        """The next trouble of a write is on its way, where there is one."""
        if not self.weather.writes or self.weather.vanished is not None:
            return None
        trouble, faults = self.weather.writes.pop(0), self.google.faults
        self.weather.doubtful = True
        if trouble == "late" and method == _INSERT:
            return faults.late(method)
        if trouble in ("lost", "late"):
            return faults.cut_before(method)
        if trouble == "busy":
            kind = {"Content-Type": "text/html"}
            return faults.add(Fault(method, after=lambda _: Reply(503, b"<html>", kind)))
        return self.rng.choice((faults.cut_after, faults.truncated, faults.nonsense))(method)

    def wrote(self, fault: Fault | None, draft: Draft | None = None) -> None:
        """The write is over, whatever became of it."""
        self.world.moved(Facet.TASKS)
        if fault is None:
            return
        self.google.faults.all.remove(fault)
        self.broken += fault.hits
        if fault.postponed and draft is not None:
            self.world.late.append(fault.land)
            self.weather.late.append(draft)

    def sources(self) -> tuple[list[Source], CloudTasks]:
        """What a new process has, read in the order of `READ`."""
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

    def _signs_in(self) -> None:
        urls = [one.url for one in self._wanted]
        token = self.google.oauth.give_refresh(self.world.owner, urls)
        uri = f"{self.google.url}/token"
        grant = Grant(CLIENT, SECRET, token.text, uri, tuple(urls), self.world.owner)
        self._vault.save(grant.to_text())


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


class _InWeather:
    """A facet of the account in its weather."""

    wires: GoogleWires

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        self.wires.asked()
        told = super().changes(cursor, known, now)  # type: ignore[misc]  # of the source beside it
        return self.wires.weather.batches(told)

    def server_time(self) -> datetime | None:
        self.wires.asked()
        if self.wires.weather.down is not None:
            return self.wires.world.clock
        found: datetime | None = super().server_time()  # type: ignore[misc]  # as above
        return found


class CloudCalendar(_InWeather, CalendarSource):
    """Calendars."""


class CloudPeople(_InWeather, PeopleSource):
    """Contacts."""


class CloudMail(_InWeather, GmailSource):
    """Mail."""

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        self.wires.asked()
        for text in super().read_text(refs):
            self.wires.asked()
            yield text


class CloudTasks(_InWeather, GoogleTasks):
    """The list."""

    def find(self, key: str) -> Sequence[Remote]:
        self.wires.asked()
        return super().find(key)

    def create(self, draft: Draft) -> Remote:
        self.wires.asked()
        if any(task.key == draft.key for task in self.wires.world.tasks().values()):
            self.wires.weather.again.append(draft.key)
        fault = self.wires.strikes(_INSERT)
        try:
            return super().create(draft)
        finally:
            self.wires.wrote(fault, draft)
            self.wires.weather.fuse.burn()

    def remove(self, remote: Remote) -> None:
        self.wires.asked()
        fault = self.wires.strikes("tasks.tasks.delete")
        try:
            super().remove(remote)
        finally:
            self.wires.wrote(fault)
            self.wires.weather.fuse.burn()

    def _edit(self, remote: Remote, fields: dict[str, Any], notes: str | None) -> Remote:
        self.wires.asked()
        fault = self.wires.strikes("tasks.tasks.patch")
        try:
            return super()._edit(remote, fields, notes)
        finally:
            self.wires.wrote(fault)
            self.wires.weather.fuse.burn()
