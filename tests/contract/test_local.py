"""Files keep the contract: Maildir, mails, calendars, cards, tasks."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.source_contract import SourceContract, TextContract
from contract.tasks_contract import TaskListContract

from connectors.contract import Source, TaskList
from connectors.local import folder, maildir
from connectors.local.cards import Cards
from connectors.local.mail import Mail
from connectors.local.tasks import TaskFolder
from connectors.local.vdir import Vdir

ZONE = ZoneInfo("Europe/Lisbon")


def mail(number: int) -> bytes:
    """An invented mail."""
    return (
        f"Message-ID: <{number}@example.org>\r\nDate: Mon, 2 Mar 2026 09:{number:02}:00 +0000\r\n"
        "From: Ana Silva <ana@example.org>\r\nTo: owner@example.com\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        f"Subject: Coffee\r\n\r\nOlá, this is number {number}.\r\n"
    ).encode()


def event(number: int, title: str = "Coffee") -> bytes:
    """An invented event."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
        f"UID:{number}@example.org\r\nDTSTART:20260302T{number + 8:02}0000Z\r\n"
        f"DURATION:PT1H\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def card(number: int, name: str = "Ana Silva") -> bytes:
    """An invented card."""
    return (
        f"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{number}\r\nFN:{name}\r\n"
        "EMAIL:ana@example.org\r\nEND:VCARD\r\n"
    ).encode()


def todo(number: int, title: str = "Water the plants") -> bytes:
    """A task of another application."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\n"
        f"UID:{number}@example.net\r\nSUMMARY:{title}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    ).encode()


class FileStage:
    """A folder of items, one a file."""

    ending = ".eml"
    name = "items"

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = base / self.name
        self.root.mkdir()
        self.monkeypatch = monkeypatch
        monkeypatch.setattr(folder, "BATCH", 3)
        monkeypatch.setattr(maildir, "BATCH", 3)

    def source(self) -> Source:
        return Mail(self.root, "mail")

    def content(self, number: int, edited: bool = False) -> bytes:
        return mail(number + 20 if edited else number)

    def path(self, ref: str) -> Path:
        return self.root / ref.partition("//")[2]

    def add(self, number: int) -> str:
        name = f"{number}{self.ending}"
        (self.root / name).write_bytes(self.content(number))
        return f"{self.source().scope}//{name}"

    def edit(self, ref: str) -> bool:
        path = self.path(ref)
        path.write_bytes(self.content(int(path.stem), edited=True))
        return True

    def remove(self, ref: str) -> None:
        self.path(ref).unlink()

    def spoil(self, ref: str) -> None:
        self.path(ref).write_bytes(b"\x00\x01 nothing that can be read")

    def mend(self, ref: str) -> None:
        path = self.path(ref)
        path.write_bytes(self.content(int(path.stem)))

    def vanish_when_fetched(self, ref: str) -> None:
        path, real_open, real_os_open = self.path(ref), open, os.open

        def vanish(name: object) -> None:
            if os.path.normpath(str(name)) == str(path):
                path.unlink(missing_ok=True)

        def opens(name, *args, **kwargs):  # type: ignore[no-untyped-def]  # stands in for open
            vanish(name)
            return real_open(name, *args, **kwargs)

        def os_opens(name, *args, **kwargs):  # type: ignore[no-untyped-def]  # for os.open
            vanish(name)
            return real_os_open(name, *args, **kwargs)

        self.monkeypatch.setattr("connectors.local.files.open", opens, raising=False)
        self.monkeypatch.setattr("connectors.local.files.os.open", os_opens)


class MaildirStage(FileStage):
    """A Maildir with a sub-folder; every second mail is new."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(base, monkeypatch)
        for inside in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
            (self.root / inside).mkdir(parents=True)

    def add(self, number: int) -> str:
        box = "." if number % 3 else ".Sent"
        place, flags = ("new", "") if number % 2 else ("cur", ":2,S")
        name = f"17724420{number:02}.M{number}P1.host"
        (self.root / box / place / (name + flags)).write_bytes(mail(number))
        return f"mail//{box}/{name}"

    def path(self, ref: str) -> Path:
        box, _, name = ref.partition("//")[2].rpartition("/")
        return next((self.root / box).glob(f"*/{name}*"))

    def edit(self, ref: str) -> bool:
        return False

    def mend(self, ref: str) -> None:
        self.path(ref).write_bytes(mail(1))


class VdirStage(FileStage):
    """A folder of events."""

    ending = ".ics"

    def source(self) -> Source:
        return Vdir(self.root, "cal", ZONE)

    def content(self, number: int, edited: bool = False) -> bytes:
        return event(number, "Lunch" if edited else "Coffee")


class CardsStage(FileStage):
    """A folder of cards."""

    ending = ".vcf"

    def source(self) -> Source:
        return Cards(self.root, "people")

    def content(self, number: int, edited: bool = False) -> bytes:
        return card(number, "Ana Costa" if edited else "Ana Silva")


class TasksStage(FileStage):
    """A folder of tasks."""

    ending = ".ics"

    def source(self) -> Source:
        return TaskFolder(self.root, "tasks", ZONE)

    def content(self, number: int, edited: bool = False) -> bytes:
        return todo(number, "Water the cactus" if edited else "Water the plants")


class TestMaildir(SourceContract, TextContract):
    """Maildir."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MaildirStage:
        return MaildirStage(tmp_path, monkeypatch)


class TestEml(SourceContract, TextContract):
    """A folder of .eml files."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStage:
        return FileStage(tmp_path, monkeypatch)


class TestVdir(SourceContract):
    """A folder of .ics files."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStage:
        return VdirStage(tmp_path, monkeypatch)


class TestCards(SourceContract):
    """A folder of .vcf files."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStage:
        return CardsStage(tmp_path, monkeypatch)


class TestTasksAsSource(SourceContract):
    """A folder of VTODO files, read."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStage:
        return TasksStage(tmp_path, monkeypatch)


class TestTasks(TaskListContract):
    """A folder of VTODO files, written."""

    @pytest.fixture
    def tasks(self, tmp_path: Path) -> TaskList:
        return TaskFolder(tmp_path / "not" / "there yet", "tasks", ZONE)
