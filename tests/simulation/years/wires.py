"""The wires to the servers of one account, and its sources at the other end: whatever the weather
does to it happens to the bytes of a connection.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import Final

from servers.dav import PASSWORD as DAV_PASSWORD
from servers.dav import USER as DAV_USER
from servers.dovecot import PASSWORD
from servers.proxy import DOWN, UP, Fault, Proxy
from simulation.years.edge import Weather
from simulation.years.served import LIST, USER, Served

from connectors.caldav.calendar import Calendars
from connectors.caldav.cards import Contacts
from connectors.caldav.http import Login, Session
from connectors.caldav.server import Server
from connectors.caldav.source import DavSource
from connectors.caldav.tasks import DavTasks
from connectors.contract import Chunk, Draft, Known, Remote, Source, Text
from connectors.errors import Unavailable
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.session import Server as ImapServer
from connectors.records import Batch, Facet

_READINGS: Final = {
    "imap": (b"FETCH", b"LIST", b"EXAMINE", b"STATUS", b"LOGIN", b"SEARCH"),
    "dav": (b"PROPFIND", b"REPORT"),
}


class Wires:
    """Proxies in front of the servers of `world`, in `weather`."""

    def __init__(self, world: Served, weather: Weather, rng: random.Random) -> None:
        self.world, self.weather, self.rng = world, weather, rng
        self.broken = 0  # how often something happened to a connection
        self._struck = False

    def opens(self, stack: ExitStack) -> None:
        """From now on connections are passed on."""
        dav = int(self.world.dav.url.rstrip("/").rpartition(":")[2])
        self.imap = stack.enter_context(Proxy(self.world.dovecot.port))
        self.dav = stack.enter_context(Proxy(dav))
        self.world.hang_up = self.imap.cut_all

    def shake(self) -> None:
        """Something will happen to the connection by which the account is read next."""
        name = self.rng.choice(list(_READINGS))
        kind = self.rng.choice(("cut", "cut", "reset", "half-close"))
        way, at = self.rng.choice(((DOWN, 4000), (DOWN, 200), (UP, 60)))
        fault = Fault(kind, way, self.rng.randrange(at))  # type: ignore[arg-type]  # one of them
        self._proxy(name).strike(self.rng.choice(_READINGS[name]), fault)
        self.weather.shaken = True

    def settle(self) -> None:
        """What did not happen does not."""
        left = self.imap.calm() | self.dav.calm()
        self.broken += self.weather.shaken and not left
        self.weather.shaken = False

    def asked(self) -> None:
        """Somebody is about to ask, for something that is as the weather is."""
        self.weather.fuse.burn()
        down = self.weather.down
        silent = isinstance(down, Unavailable)
        for proxy in (self.imap, self.dav):
            proxy.refuse(silent)
            if silent:
                proxy.cut_all()
        if down is not None and not silent:
            raise down
        self.world.vanish(self.weather.vanished is not None)

    def strikes(self, method: bytes) -> None:
        """The next trouble of a write is on its way, where there is one."""
        if not self.weather.writes or self.weather.vanished is not None:
            return
        trouble, rng = self.weather.writes.pop(0), self.rng
        self.weather.doubtful = True
        fault = Fault(rng.choice(("cut", "reset", "half-close")), DOWN, rng.randrange(60))
        if trouble == "lost":
            fault = Fault(rng.choice(("cut", "reset")), UP, rng.randrange(200))
        elif trouble == "busy":
            fault = Fault("garbage", DOWN)
        self.dav.strike(method, fault)
        self._struck = True

    def wrote(self) -> None:
        """The write is over, whatever became of it."""
        self.world.moved(Facet.TASKS)
        left = self.dav.calm()
        self.broken += self._struck and not left
        self._struck = False

    def sources(self) -> tuple[list[Source], ServedTasks]:
        """What a new process has, read in the order of `READ`."""
        mail = ImapServer("127.0.0.1", USER, lambda: PASSWORD, self.imap.port, tls="none")
        url = f"http://127.0.0.1:{self.dav.port}/"
        session = Session(Login(DAV_USER, lambda: DAV_PASSWORD), timeout=20)
        server, zone = Server(session, url), self.world.zone
        tasks = ServedTasks(server, LIST, zone)
        made: list[ServedContacts | ServedCalendars | ServedMail] = [
            ServedContacts(server, "carddav"),
            ServedCalendars(server, "caldav", zone),
            ServedMail(Line(mail), zone=zone),
        ]
        for one in (*made, tasks):
            one.wires = self
        return [*made], tasks

    def _proxy(self, name: str) -> Proxy:
        return self.imap if name == "imap" else self.dav


class _OnTheWire(DavSource):
    """A facet of a DAV account in its weather."""

    wires: Wires

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        self.wires.asked()
        return self.wires.weather.batches(super().changes(cursor, known, now))

    def server_time(self) -> datetime | None:
        """The world's: the server's own is real."""
        return self.wires.world.clock


class ServedCalendars(_OnTheWire, Calendars):
    """Calendars."""


class ServedContacts(_OnTheWire, Contacts):
    """Cards."""


class ServedMail(ImapMail):
    """Mail."""

    wires: Wires

    def chunks(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Chunk]:
        self.wires.asked()
        weather, before = self.wires.weather, None
        for chunk in super().chunks(cursor, known, now):
            self.wires.asked()
            yield chunk
            if before is not None and weather.mixed and weather.rng.random() < 0.3:
                yield replace(before, cursor=chunk.cursor, done=False)  # said again
            before = None if chunk.done else chunk

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        self.wires.asked()
        for text in super().read_text(refs):
            self.wires.asked()
            yield text

    def server_time(self) -> datetime | None:
        """The world's: the server's own is real."""
        return self.wires.world.clock


class ServedTasks(_OnTheWire, DavTasks):
    """The list."""

    def find(self, key: str) -> Sequence[Remote]:
        self.wires.asked()
        return super().find(key)

    def create(self, draft: Draft) -> Remote:
        self.wires.asked()
        if any(task.key == draft.key for task in self.wires.world.tasks().values()):
            self.wires.weather.again.append(draft.key)
        self.wires.strikes(b"PUT ")
        try:
            return super().create(draft)
        finally:
            self.wires.wrote()
            self.wires.weather.fuse.burn()

    def remove(self, remote: Remote) -> None:
        self.wires.asked()
        self.wires.strikes(b"DELETE ")
        try:
            super().remove(remote)
        finally:
            self.wires.wrote()
            self.wires.weather.fuse.burn()

    def _edit(self, remote: Remote, completed: datetime | None, **values: object) -> Remote:
        self.wires.asked()
        self.wires.strikes(b"PUT ")
        try:
            return super()._edit(remote, completed, **values)  # type: ignore[arg-type]  # by name
        finally:
            self.wires.wrote()
            self.wires.weather.fuse.burn()
