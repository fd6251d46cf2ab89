"""Files keep the contract: Maildir, mails, calendars, cards, tasks."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.source_contract import SourceContract, TextContract
from contract.tasks_contract import TaskListContract
from contract.waiting_contract import WaitingContract

from connectors.contract import Chunk, Source, TaskList, Unread
from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.formats.mbox import fingerprint, spans
from connectors.local import folder, maildir, mbox, mbox_listing
from connectors.local.cards import Cards
from connectors.local.mail import Mail
from connectors.local.mbox import Mbox
from connectors.local.tasks import TaskFolder
from connectors.local.vdir import Vdir
from connectors.records import Batch

ZONE = ZoneInfo("Europe/Lisbon")
SEPARATOR = b"From ana@example.org Mon Mar  2 09:00:00 2026\r\n"


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


class MboxStage:
    """One mbox. Its mails never change; "spoilt" is what the reader of mails takes for none."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = base / "archive.mbox"
        self.root.write_bytes(b"")
        self.monkeypatch = monkeypatch
        self.spoilt: set[bytes] = set()
        self.clock = 1_772_000_000
        monkeypatch.setattr(mbox_listing, "BATCH", 3)
        real = read_mail

        def reads(head, *args, **kwargs):  # type: ignore[no-untyped-def]  # for read_mail
            if any(spoilt in head for spoilt in self.spoilt):
                raise BadItem("", "it cannot be read")
            return real(head, *args, **kwargs)

        monkeypatch.setattr(mbox, "read_mail", reads)

    def source(self) -> Source:
        return Mail(self.root, "mail")

    def file(self, number: int) -> Path:
        return self.root

    def name(self, number: int) -> str:
        return ""

    def write(self, path: Path, mails: list[bytes]) -> None:
        path.write_bytes(b"".join(SEPARATOR + mail + b"\r\n" for mail in mails))
        self.clock += 1  # two changes within one tick of a file system are no case for this suite
        os.utime(path, (self.clock, self.clock))

    def mails(self, path: Path) -> list[bytes]:
        pieces = path.read_bytes().split(SEPARATOR) if path.exists() else [b""]
        return [piece.removesuffix(b"\r\n") for piece in pieces[1:]]

    def add(self, number: int) -> str:
        path = self.file(number)
        self.write(path, [*self.mails(path), mail(number)])
        return self.ref(number)

    def number(self, ref: str) -> int:
        return next(number for number in range(30) if self.ref(number) == ref)

    def ref(self, number: int) -> str:
        data = SEPARATOR + mail(number)
        (span,) = spans(lambda at, size: data[at : at + size], len(data))
        return f"mail//{self.name(number)}{fingerprint(span)}"

    def edit(self, ref: str) -> bool:
        return False

    def remove(self, ref: str) -> None:
        number = self.number(ref)
        path = self.file(number)
        self.write(path, [one for one in self.mails(path) if one != mail(number)])

    def spoil(self, ref: str) -> None:
        self.spoilt.add(f"<{self.number(ref)}@example.org>".encode())

    def mend(self, ref: str) -> None:
        number = self.number(ref)
        self.spoilt.clear()
        path = self.file(number)
        longer = [one + b"PS\r\n" if one == mail(number) else one for one in self.mails(path)]
        self.write(path, longer)

    def vanish_when_fetched(self, ref: str) -> None:
        real, stage = Mbox.read_chunk, self

        def reads(source: Mbox, chunk: Chunk) -> Batch:
            if any(isinstance(item, Unread) and item.ref == ref for item in chunk.items):
                stage.remove(ref)
            return real(source, chunk)

        self.monkeypatch.setattr(Mbox, "read_chunk", reads)


class MboxTreeStage(MboxStage):
    """Two mboxes, one of them in a folder."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(base, monkeypatch)
        self.root = base / "Mail"
        (self.root / "Inbox.sbd").mkdir(parents=True)
        for name in ("Inbox", "Inbox.msf", "Inbox.sbd/Sub", "Inbox.sbd/Sub.msf"):
            (self.root / name).write_bytes(b"")

    def file(self, number: int) -> Path:
        return self.root / ("Inbox.sbd/Sub" if number % 2 else "Inbox")

    def name(self, number: int) -> str:
        return "Inbox.sbd/Sub//" if number % 2 else "Inbox//"


class MixStage(MboxTreeStage):
    """Mboxes, and mails that are files of their own. Every third mail is one."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(base, monkeypatch)
        monkeypatch.setattr(folder, "BATCH", 3)
        (self.root / "single").mkdir()

    def add(self, number: int) -> str:
        if number % 3 != 1:
            return super().add(number)
        (self.root / "single" / f"{number}.eml").write_bytes(mail(number))
        return self.ref(number)

    def ref(self, number: int) -> str:
        return f"mail//single/{number}.eml" if number % 3 == 1 else super().ref(number)

    def remove(self, ref: str) -> None:
        if ref.endswith(".eml"):
            (self.root / ref.partition("//")[2]).unlink()
        else:
            super().remove(ref)

    def vanish_when_fetched(self, ref: str) -> None:
        real, stage = Mail.read_chunk, self

        def reads(source: Mail, chunk: Chunk) -> Batch:
            if any(isinstance(item, Unread) and item.ref == ref for item in chunk.items):
                stage.remove(ref)
            return real(source, chunk)

        self.monkeypatch.setattr(Mail, "read_chunk", reads)


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


class TestMaildir(SourceContract, TextContract, WaitingContract):
    """Maildir."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MaildirStage:
        return MaildirStage(tmp_path, monkeypatch)


class TestMbox(SourceContract, TextContract, WaitingContract):
    """One mbox."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MboxStage:
        return MboxStage(tmp_path, monkeypatch)


class TestMboxTree(SourceContract, TextContract, WaitingContract):
    """A folder of mboxes."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MboxStage:
        return MboxTreeStage(tmp_path, monkeypatch)


class TestMailMix(SourceContract, TextContract, WaitingContract):
    """A folder of .eml files and mboxes."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MixStage:
        return MixStage(tmp_path, monkeypatch)


class TestEml(SourceContract, TextContract, WaitingContract):
    """A folder of .eml files."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStage:
        return FileStage(tmp_path, monkeypatch)


class TestVdir(SourceContract, WaitingContract):
    """A folder of .ics files."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStage:
        return VdirStage(tmp_path, monkeypatch)


class TestCards(SourceContract, WaitingContract):
    """A folder of .vcf files."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStage:
        return CardsStage(tmp_path, monkeypatch)


class TestTasksAsSource(SourceContract, WaitingContract):
    """A folder of VTODO files, read."""

    @pytest.fixture
    def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStage:
        return TasksStage(tmp_path, monkeypatch)


class TestTasks(TaskListContract):
    """A folder of VTODO files, written."""

    @pytest.fixture
    def tasks(self, tmp_path: Path) -> TaskList:
        return TaskFolder(tmp_path / "not" / "there yet", "tasks", ZONE)
