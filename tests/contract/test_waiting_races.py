"""Whatever happens to files while they are read and waited for, in any order: nothing is lost."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import Ledger
from contract.waiting_contract import SOON, waiting

from connectors.contract import Source
from connectors.local import watch
from connectors.local.cards import Cards
from connectors.local.mail import Mail
from connectors.local.tasks import TaskFolder
from connectors.local.vdir import Vdir

ZONE = ZoneInfo("Europe/Lisbon")
GRACE = 0.05
FOLDERS = ("", "one/", "two/", "two/three/")


class Files:
    """A tree of items, and a hand that does anything to it."""

    ending = ".vcf"

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root = root
        self.chance = chance
        root.mkdir()

    def source(self) -> Source:
        return Cards(self.root, "it")

    def content(self, number: int) -> bytes:
        return (
            f"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{number}\r\nFN:Ana {number}\r\n"
            f"EMAIL:ana{number}@example.org\r\nEND:VCARD\r\n"
        ).encode()

    def something(self, number: int) -> None:
        """The next act."""
        acts = (
            self.write, self.write, self.swap, self.swap, self.link, self.rewrite,
            self.remove, self.move, self.move_folder, self.remove_folder,
        )  # fmt: skip
        self.chance.choice(acts)(number)

    def folder(self) -> Path:
        folder = self.root / self.chance.choice(FOLDERS)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def any(self) -> Path | None:
        found = [path for path in self.root.rglob("*") if path.is_file() and path.name[0] != "."]
        return self.chance.choice(sorted(found)) if found else None

    def write(self, number: int) -> None:
        (self.folder() / f"{number}{self.ending}").write_bytes(self.content(number))

    def swap(self, number: int) -> None:
        path = self.any() or self.folder() / f"{number}{self.ending}"
        temporary = path.parent / f".{number}.tmp"
        temporary.write_bytes(self.content(number))
        temporary.replace(path)

    def link(self, number: int) -> None:
        folder = self.folder()
        temporary = folder / f".{number}.tmp"
        temporary.write_bytes(self.content(number))
        (folder / f"{number}{self.ending}").hardlink_to(temporary)
        temporary.unlink()

    def rewrite(self, number: int) -> None:
        if path := self.any():
            path.write_bytes(self.content(number))

    def remove(self, number: int) -> None:
        if path := self.any():
            path.unlink()

    def move(self, number: int) -> None:
        if path := self.any():
            path.rename(self.folder() / f"{number}{self.ending}")

    def move_folder(self, number: int) -> None:
        for path in sorted(self.root.iterdir()):
            if path.is_dir():
                path.rename(self.root / f"moved-{number}")
                return

    def remove_folder(self, number: int) -> None:
        for folder, _, names in os.walk(self.root, topdown=False):
            if Path(folder) != self.root and number % 3 == 0:
                for name in names:
                    (Path(folder) / name).unlink()
                if not any(Path(folder).iterdir()):
                    Path(folder).rmdir()
                return


class Calendars(Files):
    """Events."""

    ending = ".ics"

    def source(self) -> Source:
        return Vdir(self.root, "it", ZONE)

    def content(self, number: int) -> bytes:
        return (
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{number}@example.org\r\n"
            f"DTSTART:20260302T090000Z\r\nSUMMARY:{number}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        ).encode()


class Tasks(Files):
    """Tasks."""

    ending = ".ics"

    def source(self) -> Source:
        return TaskFolder(self.root, "it", ZONE)

    def content(self, number: int) -> bytes:
        return (
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:{number}@example.org\r\n"
            f"SUMMARY:{number}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        ).encode()


class Mails(Files):
    """Mails, one a file."""

    ending = ".eml"

    def source(self) -> Source:
        return Mail(self.root, "it")

    def content(self, number: int) -> bytes:
        return (
            f"Message-ID: <{number}@example.org>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n"
            "From: ana@example.org\r\nTo: owner@example.com\r\n\r\nHello\r\n"
        ).encode()


class Maildirs(Mails):
    """A Maildir that a server delivers to and a mail program works in."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        super().__init__(root, chance)
        (root / "cur").mkdir()

    def something(self, number: int) -> None:
        acts = [self.deliver] * 4 + [self.flag] * 3
        acts += [self.remove, self.file_away, self.move_folder]
        self.chance.choice(acts)(number)

    def mails(self) -> list[Path]:
        return sorted(path for path in self.root.glob("**/*") if path.parent.name in ("new", "cur"))

    def maildir(self) -> Path:
        folder = self.root / self.chance.choice(("", ".Sent", ".Lists.one", "Archive"))
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        return folder

    def deliver(self, number: int) -> None:
        folder = self.maildir()
        temporary, path = folder / "tmp" / f"{number}.host", folder / "new" / f"{number}.host"
        temporary.write_bytes(self.content(number))
        if number % 2:
            temporary.rename(path)
        else:
            path.hardlink_to(temporary)
            temporary.unlink()

    def flag(self, number: int) -> None:
        if mails := self.mails():
            path = self.chance.choice(mails)
            name = path.name.partition(":")[0]
            flags = self.chance.choice(("", "S", "RS", "FS"))
            path.rename(path.parent.parent / "cur" / f"{name}:2,{flags}")

    def remove(self, number: int) -> None:
        if mails := self.mails():
            self.chance.choice(mails).unlink()

    def file_away(self, number: int) -> None:
        if mails := self.mails():
            path = self.chance.choice(mails)
            path.rename(self.maildir() / "cur" / path.name)

    def move_folder(self, number: int) -> None:
        if (self.root / "Archive").is_dir():
            (self.root / "Archive").rename(self.root / f"Archive-{number}")


def states(source: Source) -> dict[str, object]:
    """What somebody sees who looks for the first time, by ref."""
    ledger = Ledger()
    ledger.read(source)
    return dict(ledger.observations)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", [Files, Calendars, Tasks, Mails, Maildirs])
def test_a_busy_hand_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Files], seed: int
) -> None:
    """Somebody works on the files without a pause while they are read and waited for by turns: in
    the end everything is known as it is, though nobody read but after a `wait` that said so."""
    monkeypatch.setattr(watch, "_GRACE", GRACE)
    files = kind(tmp_path / "it", random.Random(seed))
    for number in range(5):
        files.something(number)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(5, 150):
                files.something(number)
        except BaseException as error:  # noqa: BLE001  # the test tells
            failed.append(error)

    source, ledger = files.source(), Ledger()
    ledger.read(source)
    hand = threading.Thread(target=work)
    hand.start()
    while hand.is_alive():
        if waiting(source).wait(2 * GRACE):
            ledger.read(source)
    hand.join(SOON)
    while waiting(source).wait(3 * GRACE):
        ledger.read(source)
    assert not failed, failed
    assert dict(ledger.observations) == states(files.source())
