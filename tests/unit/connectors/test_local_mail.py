"""Maildir and folders of mails: what the contract suite does not say about them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import Ledger

from connectors.contract import TextSource
from connectors.local import maildir
from connectors.local.mail import Mail
from connectors.records import Gone, Item, Message, Seen

ZONE = ZoneInfo("Europe/Lisbon")


def mail(number: int = 1, day: int = 2) -> bytes:
    """An invented mail."""
    return (
        f"Message-ID: <{number}@example.org>\nDate: Mon, {day} Mar 2026 09:00:00 +0000\n"
        f"From: Ana <ana@example.org>\nSubject: n{number}\n\ntext {number}\n"
    ).encode()


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    return tmp_path / "Maildir"


def messages(items: list[Item]) -> list[str]:
    """Subjects of what was seen."""
    return [
        observation.subject
        for item in items
        if isinstance(item, Seen)
        for observation in item.observations
        if isinstance(observation, Message)
    ]


class Opened:
    """Counts the files that are opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = os.open

        def counted(path, flags, *args, **kwargs):  # type: ignore[no-untyped-def]  # for os.open
            self.count += 1
            return real(path, flags, *args, **kwargs)

        monkeypatch.setattr("connectors.local.files.os.open", counted)


def test_reading_a_mail_changes_nothing(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moving from new/ to cur/ and changing flags neither yields the mail again nor opens it."""
    path = box / "new" / "1.M1.host"
    path.write_bytes(mail())
    ledger, source = Ledger(), Mail(box, "Maildir")
    assert messages(ledger.read(source)) == ["n1"]
    opened = Opened(monkeypatch)
    path = path.rename(box / "cur" / "1.M1.host:2,")
    assert ledger.read(source) == []
    path.rename(box / "cur" / "1.M1.host:2,RS")
    assert ledger.read(source) == []
    assert opened.count == 0


def test_a_mail_that_moves_to_another_folder(box: Path) -> None:
    """Moved between folders it is another ref of the same Message-ID, and the old ref is gone."""
    (box / ".Archive.2026" / "cur").mkdir(parents=True)
    path = box / "cur" / "1.M1.host:2,S"
    path.write_bytes(mail())
    ledger, source = Ledger(), Mail(box, "Maildir")
    (before,) = ledger.read(source)
    path.rename(box / ".Archive.2026" / "cur" / path.name)
    after = ledger.read(source)
    assert Gone(before.ref) in after
    assert [item.ref for item in after if isinstance(item, Seen)] == [
        "Maildir//.Archive.2026/1.M1.host"
    ]


def test_settled_folders_are_not_listed(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder whose time has not moved over two readings costs two stats and no listing."""
    (box / "cur" / "1.M1.host").write_bytes(mail())
    ledger, source = Ledger(), Mail(box, "Maildir")
    later = datetime.now(UTC) + timedelta(minutes=1)
    ledger.read(source, later)
    ledger.read(source, later)

    def forbidden(root: str, folder: str, *parts: object) -> dict[str, list[str]]:
        raise AssertionError(f"{folder} was listed")

    with monkeypatch.context() as patch:
        patch.setattr(maildir, "files_in", forbidden)
        assert ledger.read(source, later) == []
    (box / "new" / "2.M2.host").write_bytes(mail(2))
    assert messages(ledger.read(source, later)) == ["n2"]


def test_new_mail_comes_first(box: Path) -> None:
    """What just arrived is in the first batch, before long listings."""
    for number in range(5):
        (box / "cur" / f"{number}.M.host").write_bytes(mail(number))
    ledger, source = Ledger(), Mail(box, "Maildir")
    later = datetime.now(UTC) + timedelta(minutes=1)
    for _ in range(3):
        ledger.read(source, later)
    (box / "new" / "9.M.host").write_bytes(mail(9))
    batches = list(source.changes(ledger.cursor, ledger, later))
    assert messages(list(batches[0].items)) == ["n9"]


def test_folders_of_maildirs(tmp_path: Path) -> None:
    """A folder whose sub-folders are Maildirs, nested and dotted, is one source."""
    for name in ("work", "work/.Sent", "home/deep"):
        (tmp_path / name / "cur").mkdir(parents=True)
        (tmp_path / name / "cur" / "1.M.host").write_bytes(mail())
    ledger = Ledger()
    ledger.read(Mail(tmp_path, "m"))
    assert set(ledger.stamps) == {
        "m//work/1.M.host",
        "m//work/.Sent/1.M.host",
        "m//home/deep/1.M.host",
    }


def test_a_removed_folder_takes_its_mails_along(box: Path) -> None:
    """Mails of a folder that was deleted are gone, the others stay."""
    (box / ".Old" / "cur").mkdir(parents=True)
    (box / ".Old" / "cur" / "1.M.host").write_bytes(mail(1))
    (box / "cur" / "2.M.host").write_bytes(mail(2))
    ledger, source = Ledger(), Mail(box, "Maildir")
    ledger.read(source)
    (box / ".Old" / "cur" / "1.M.host").unlink()
    (box / ".Old" / "cur").rmdir()
    (box / ".Old").rmdir()
    assert ledger.read(source) == [Gone("Maildir//.Old/1.M.host")]


def test_text_is_found_after_flags_changed(box: Path) -> None:
    """The text of a mail is found although its file was renamed since it was listed."""
    path = box / "new" / "1.M.host"
    path.write_bytes(mail())
    ledger, source = Ledger(), Mail(box, "Maildir")
    (item,) = ledger.read(source)
    path.rename(box / "cur" / "1.M.host:2,S")
    assert isinstance(source, TextSource)
    assert [text.plain for text in source.read_text([item.ref])] == ["text 1"]


def test_mail_before_history_is_acknowledged(box: Path) -> None:
    """Older mail is filtered to nothing, and not read again for that."""
    (box / "cur" / "1.M.host").write_bytes(mail(1, day=2))
    (box / "cur" / "2.M.host").write_bytes(mail(2, day=9))
    ledger, source = Ledger(), Mail(box, "Maildir", date(2026, 3, 5))
    assert messages(ledger.read(source)) == ["n2"]
    assert len(ledger.stamps) == 2
    assert ledger.read(source) == []


def test_a_mail_without_a_date_is_dated_by_its_arrival(box: Path) -> None:
    """A Maildir knows when a mail came in: its name, or its file, says so."""
    (box / "cur" / "1772442000.M.host").write_bytes(b"From: ana@example.org\n\n")
    ledger = Ledger()
    ((message,),) = [
        item.observations for item in ledger.read(Mail(box, "m")) if isinstance(item, Seen)
    ]
    assert isinstance(message, Message)
    assert message.at == datetime.fromtimestamp(1772442000, UTC)


def test_which_files_are_mails(tmp_path: Path) -> None:
    """Files with and without .eml are mails; hidden files and side-cars are not."""
    for name in ("a.eml", "b", "0001.bfc8d6", "sub/c.EML", "17."):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(mail())
    for name in (".hidden", "a.cats", "notes.md", "a.eml~", "cover.html"):
        (tmp_path / name).write_bytes(b"x")
    ledger = Ledger()
    ledger.read(Mail(tmp_path, "m"))
    assert set(ledger.stamps) == {"m//a.eml", "m//b", "m//0001.bfc8d6", "m//sub/c.EML", "m//17."}
