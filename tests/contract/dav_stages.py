"""A support module: collections on real CalDAV servers, as stages of the contract suites."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from servers.dav import PASSWORD, USER, DavServer
from servers.radicale import radicale
from servers.xandikos import xandikos

from connectors.caldav import source
from connectors.caldav.calendar import Calendars
from connectors.caldav.cards import Contacts
from connectors.caldav.cursor import Progress
from connectors.caldav.discovery import Collection
from connectors.caldav.fetch import Fetcher, Got
from connectors.caldav.http import Login, Session
from connectors.caldav.server import Server
from connectors.caldav.source import Content, DavSource
from connectors.caldav.tasks import DavTasks
from connectors.contract import Source
from connectors.errors import BadItem

ZONE = ZoneInfo("Europe/Lisbon")
SERVERS = {"radicale": radicale, "xandikos": xandikos}
_numbers = itertools.count(1)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder for a server's data. Nothing of it has to outlive the tests, or a power cut."""
    fast = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="syncd-dav-", dir=fast if fast.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=list(SERVERS))
def dav(request: pytest.FixtureRequest) -> Iterator[DavServer]:
    """Each of the real servers."""
    with in_memory() as folder, SERVERS[request.param](folder / request.param) as server:
        yield server


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All that are made are closed, also where an error holds one."""
    made: list[Session] = []
    real = Session.__init__

    def init(session: Session, *arguments: Any, **named: Any) -> None:
        real(session, *arguments, **named)
        made.append(session)

    monkeypatch.setattr(Session, "__init__", init)
    yield
    for session in made:
        session.close()


def server_of(dav: DavServer, password: str = PASSWORD, path: str = "") -> Server:
    """What a connector talks to one of them by; `path`: the URL that its owner gave."""
    session = Session(Login(USER, lambda: password), dav.ca_file, timeout=20)
    return Server(session, dav.url.rstrip("/") + path if path else dav.url)


def event(number: int, title: str = "Coffee") -> bytes:
    """An invented event."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{number}@example.org\r\nDTSTAMP:20260301T000000Z\r\n"
        f"DTSTART:20260302T{number % 10 + 8:02}0000Z\r\nDURATION:PT1H\r\nSUMMARY:{title}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def card(number: int, name: str = "Ana Silva", version: str = "4.0") -> bytes:
    """An invented card."""
    return (
        f"BEGIN:VCARD\r\nVERSION:{version}\r\nUID:{number}\r\nFN:{name}\r\nN:;{name};;;\r\n"
        f"EMAIL:ana@example.org\r\nEND:VCARD\r\n"
    ).encode()


def todo(number: int, title: str = "Water the plants") -> bytes:
    """A task of another application."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.net//EN\r\nBEGIN:VTODO\r\n"
        f"UID:{number}@example.net\r\nDTSTAMP:20260301T000000Z\r\nSUMMARY:{title}\r\n"
        "END:VTODO\r\nEND:VCALENDAR\r\n"
    ).encode()


class DavStage:
    """A calendar, read together with whatever else its server has.

    Both servers look at what they take, and mend some of it: "spoilt" is what the source is made to
    take for that.
    """

    kind: type[DavSource] = Calendars

    ending = ".ics"
    scope = "caldav"

    def __init__(self, dav: DavServer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dav = dav
        self.monkeypatch = monkeypatch
        self.server = server_of(dav)
        self.path = self.make(f"c{next(_numbers)}")
        monkeypatch.setattr(source, "BATCH", 3)
        real = self.kind.read

        def reads(source: DavSource, data: bytes, progress: Progress) -> Content:
            if b"Spoilt" in data:
                raise BadItem("", "it cannot be read")
            return real(source, data, progress)

        monkeypatch.setattr(self.kind, "read", reads)

    def make(self, name: str) -> str:
        return self.dav.make_calendar(name)

    def close(self) -> None:
        self.server.session.close()
        self.dav.delete(self.path)

    def source(self) -> Source:
        return Calendars(self.server, self.scope, ZONE)

    def content(self, number: int, edited: bool = False) -> bytes:
        return event(number, "Lunch" if edited else "Coffee")

    def spoilt(self, number: int) -> bytes:
        return event(number, "Spoilt")

    def item(self, ref: str) -> str:
        return ref.removeprefix(self.source().scope + "/")

    def number(self, ref: str) -> int:
        return int(ref.rpartition("/")[2].partition(".")[0])

    def add(self, number: int) -> str:
        path = f"{self.path}{number}{self.ending}"
        self.dav.put(path, self.content(number))
        return f"{self.source().scope}/{path}"

    def edit(self, ref: str) -> bool:
        self.dav.put(self.item(ref), self.content(self.number(ref), edited=True))
        return True

    def remove(self, ref: str) -> None:
        self.dav.delete(self.item(ref))

    def spoil(self, ref: str) -> None:
        self.dav.put(self.item(ref), self.spoilt(self.number(ref)))

    def mend(self, ref: str) -> None:
        self.dav.put(self.item(ref), self.content(self.number(ref)))

    def vanish_when_fetched(self, ref: str) -> None:
        real, stage, there = Fetcher.portions, self, [ref]

        def fetches(
            fetcher: Fetcher, place: Collection, paths: Sequence[str]
        ) -> Iterator[dict[str, Got]]:
            if there and stage.item(ref) in paths:
                stage.remove(there.pop())
            return real(fetcher, place, paths)

        self.monkeypatch.setattr(Fetcher, "portions", fetches)


class CardsStage(DavStage):
    """An address book."""

    kind = Contacts
    ending = ".vcf"
    scope = "carddav"

    def make(self, name: str) -> str:
        return self.dav.make_book(name)

    def source(self) -> Source:
        return Contacts(self.server, self.scope)

    def content(self, number: int, edited: bool = False) -> bytes:
        return card(number, "Ana Costa" if edited else "Ana Silva")

    def spoilt(self, number: int) -> bytes:
        return card(number, "Spoilt")


class TasksStage(DavStage):
    """A task list."""

    kind = DavTasks

    def make(self, name: str) -> str:
        return self.dav.make_calendar(name, component="VTODO")

    def source(self) -> Source:
        return DavTasks(self.server, self.path.strip("/").rpartition("/")[2], ZONE)

    def content(self, number: int, edited: bool = False) -> bytes:
        return todo(number, "Water the cactus" if edited else "Water the plants")

    def spoilt(self, number: int) -> bytes:
        return todo(number, "Spoilt")
