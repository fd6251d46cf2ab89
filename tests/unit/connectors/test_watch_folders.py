"""What ends a wait on a folder tree, and what does not."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import NOW, Ledger
from contract.source_contract import gone, seen
from contract.waiting_contract import quiet, told

from connectors.local import watch
from connectors.local.cards import Cards
from connectors.local.folder import FolderSource
from connectors.local.mail import Mail
from connectors.local.tasks import TaskFolder
from connectors.local.vdir import Vdir
from connectors.local.watch import Watch

ZONE = ZoneInfo("Europe/Lisbon")
GRACE = 0.05  # seconds that a new file is given to grow
BEYOND = 2 * GRACE
MAIL = b"Message-ID: <1@example.org>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nHello\r\n"
CARD = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:1\r\nFN:Ana\r\nEMAIL:ana@example.org\r\nEND:VCARD\r\n"


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a quiet wait need not be long."""
    monkeypatch.setattr(watch, "_GRACE", GRACE)


def maildir(folder: Path) -> Path:
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    return folder


def deliver(folder: Path, name: str) -> None:
    (folder / "tmp" / name).write_bytes(MAIL)
    (folder / "tmp" / name).rename(folder / "new" / name)


def test_a_linked_mail_is_told_at_once(tmp_path: Path) -> None:
    """Maildir's own way, a link into new/ with the name in tmp/ removed later, needs no grace."""
    root = maildir(tmp_path / "Maildir")
    source, ledger = Mail(root, "mail"), Ledger()
    patient = quiet(source, ledger)
    (root / "tmp" / "1.host").write_bytes(MAIL)
    os.link(root / "tmp" / "1.host", root / "new" / "1.host")
    assert patient.wait(0)
    assert seen(ledger.read(source)) == {"mail//./1.host"}


def test_a_mail_that_was_linked_later_is_told_at_once(tmp_path: Path) -> None:
    """The same when its name in tmp/ is gone by the time anybody looks."""
    root = maildir(tmp_path / "Maildir")
    patient = quiet(Mail(root, "mail"), Ledger())
    temporary = root / "tmp" / "1.host"
    temporary.write_bytes(MAIL)
    os.utime(temporary, (1_772_000_000, 1_772_000_000))
    os.link(temporary, root / "new" / "1.host")
    temporary.unlink()
    assert patient.wait(0)


@pytest.mark.parametrize("name", [".Sent", ".Sent.2026", "Archive", "lists/friends"])
def test_a_sub_folder_that_appears_later(tmp_path: Path, name: str) -> None:
    """The first mails of a new folder are told, and the later ones."""
    root = maildir(tmp_path / "Maildir")
    source, ledger = Mail(root, "mail"), Ledger()
    patient = quiet(source, ledger)
    deliver(maildir(root / name), "1.host")
    assert seen(told(source, ledger)) == {f"mail//{name}/1.host"}
    quiet(source, ledger)
    deliver(root / name, "2.host")
    assert patient.wait(0)
    assert seen(ledger.read(source)) == {f"mail//{name}/2.host"}


def test_a_folder_that_is_renamed(tmp_path: Path) -> None:
    """Its mails are told under the new name, and it is watched there."""
    root = maildir(tmp_path / "Maildir")
    deliver(maildir(root / ".Old"), "1.host")
    source, ledger = Mail(root, "mail"), Ledger()
    quiet(source, ledger)
    (root / ".Old").rename(root / ".New")
    items = told(source, ledger)
    assert (seen(items), gone(items)) == ({"mail//.New/1.host"}, {"mail//.Old/1.host"})
    deliver(root / ".New", "2.host")
    assert seen(told(source, ledger)) == {"mail//.New/2.host"}


def test_reading_a_mail_ends_no_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that is flagged, or moves from new/ to cur/, is what it was; unless it did so before
    the wait, when it may have hidden itself from a listing. A removed one is gone."""
    root = maildir(tmp_path / "Maildir")
    deliver(root, "1.host")
    source, ledger = Mail(root, "mail"), Ledger()
    patient = quiet(source, ledger)
    moves = [("new/1.host", "cur/1.host:2,"), ("cur/1.host:2,", "cur/1.host:2,RS")]
    real = Watch._sleep

    def sleep(watch: Watch, seconds: float) -> bool:
        if moves:
            old, new = moves.pop(0)
            (root / old).rename(root / new)
        return real(watch, seconds)

    with monkeypatch.context() as patch:
        patch.setattr(Watch, "_sleep", sleep)
        assert not patient.wait(0.1)
        assert not moves
    (root / "cur" / "1.host:2,RS").rename(root / "cur" / "1.host:2,S")
    assert patient.wait(0)
    assert ledger.read(source) == []
    (root / "cur" / "1.host:2,S").unlink()
    assert gone(told(source, ledger)) == {"mail//./1.host"}


def test_a_mail_that_is_read_the_moment_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is linked into new/ and has moved to cur/ before anybody looked is told."""
    root = maildir(tmp_path / "Maildir")
    source, ledger = Mail(root, "mail"), Ledger()
    patient = quiet(source, ledger)
    real, new = Watch._sleep, root / "new" / "1.host"
    (root / "tmp" / "1.host").write_bytes(MAIL)

    def sleep(watch: Watch, seconds: float) -> bool:
        if not any((root / "cur").iterdir()):
            new.hardlink_to(root / "tmp" / "1.host")
            new.rename(root / "cur" / "1.host:2,S")
        return real(watch, seconds)

    with monkeypatch.context() as patch:
        patch.setattr(Watch, "_sleep", sleep)
        assert patient.wait(0.1)
    assert seen(ledger.read(source)) == {"mail//./1.host"}


def test_a_mail_that_moves_while_it_is_read_is_read(tmp_path: Path) -> None:
    """A mail program may move a mail between listing and reading, of which nobody is told."""
    root = maildir(tmp_path / "Maildir")
    deliver(root, "1.host")
    source, ledger = Mail(root, "mail"), Ledger()
    chunks = list(source.chunks(None, ledger, NOW))
    (root / "new" / "1.host").rename(root / "cur" / "1.host:2,S")
    for chunk in chunks:
        ledger.commit(source.read_chunk(chunk))
    assert set(ledger.stamps) == {"mail//./1.host"}


@pytest.mark.parametrize(
    "name",
    [
        "tmp/2.host",
        "dovecot-uidlist",
        "dovecot.index.log",
        "maildirsize",
        ".Drafts/cur/2.host:2,D",
        "Inbox.msf",
    ],
)
def test_what_lies_beside_mail_ends_no_wait(tmp_path: Path, name: str) -> None:
    """Indexes change all the time, and drafts are nobody's mail."""
    root = maildir(tmp_path / "Maildir")
    maildir(root / ".Drafts")
    patient = quiet(Mail(root, "mail"), Ledger())
    (root / name).write_bytes(MAIL)
    (root / name).rename(root / f"{name}~")
    (root / f"{name}~").rename(root / name)
    assert not patient.wait(BEYOND)


def vdir(root: Path, kind: str) -> FolderSource:
    if kind == "tasks":
        return TaskFolder(root, "it", ZONE)
    return Vdir(root, "it", ZONE) if kind == "calendar" else Cards(root, "it")


@pytest.mark.parametrize("kind", ["calendar", "contacts", "tasks"])
def test_temporary_files_of_others_end_no_wait(tmp_path: Path, kind: str) -> None:
    """What editors and synchronisers keep beside items is not read."""
    patient = quiet(vdir(tmp_path, kind), Ledger())
    (tmp_path / "color").write_text("#fff")
    (tmp_path / ".item.ics.swp").write_bytes(b"x")
    (tmp_path / "item.ics.tmp").write_bytes(b"x")
    (tmp_path / "item.vcf~").write_bytes(b"x")
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "1.ics").write_bytes(b"x")
    (tmp_path / ".cache" / "1.vcf").write_bytes(b"x")
    assert not patient.wait(BEYOND)


def test_an_atomic_replacement_is_told_once(tmp_path: Path) -> None:
    """A file that is replaced by a rename is there in full at once."""
    (tmp_path / "1.vcf").write_bytes(CARD)
    source, ledger = Cards(tmp_path, "people"), Ledger()
    patient = quiet(source, ledger)
    (tmp_path / ".new").write_bytes(CARD.replace(b"Ana", b"Ana Silva"))
    (tmp_path / ".new").replace(tmp_path / "1.vcf")
    assert patient.wait(0)
    assert seen(ledger.read(source)) == {"people//1.vcf"}
    assert not patient.wait(BEYOND)


def test_a_collection_that_is_moved_in_whole(tmp_path: Path) -> None:
    """A folder that arrives by a rename brings what lies in it and below it."""
    (tmp_path / "apart" / "deep").mkdir(parents=True)
    (tmp_path / "apart" / "deep" / "1.vcf").write_bytes(CARD)
    (tmp_path / "book").mkdir()
    source, ledger = Cards(tmp_path / "book", "people"), Ledger()
    patient = quiet(source, ledger)
    (tmp_path / "apart").rename(tmp_path / "book" / "friends")
    assert seen(told(source, ledger)) == {"people//friends/deep/1.vcf"}
    (tmp_path / "book" / "friends" / "deep" / "2.vcf").write_bytes(CARD)
    assert patient.wait(0)


def test_a_linked_folder_is_watched(tmp_path: Path) -> None:
    """Links are followed: when they appear, in what lies behind them, and when they go."""
    (tmp_path / "apart").mkdir()
    (tmp_path / "book").mkdir()
    source, ledger = Cards(tmp_path / "book", "people"), Ledger()
    patient = quiet(source, ledger)
    (tmp_path / "book" / "friends").symlink_to(tmp_path / "apart")
    assert patient.wait(0)
    assert ledger.read(source) == []
    (tmp_path / "apart" / "1.vcf").write_bytes(CARD)
    assert seen(told(source, ledger)) == {"people//friends/1.vcf"}
    (tmp_path / "book" / "friends").unlink()
    assert gone(told(source, ledger)) == {"people//friends/1.vcf"}


def test_a_file_is_not_read_half(tmp_path: Path) -> None:
    """Whoever writes a file in place is given the time to close it, though not for ever."""
    source = Cards(tmp_path, "people")
    patient = quiet(source, Ledger())
    with (tmp_path / "1.vcf").open("wb") as file:
        file.write(CARD[:20])
        file.flush()
        assert not patient.wait(0)
        file.write(CARD[20:])
    assert patient.wait(0)
    with (tmp_path / "2.vcf").open("wb"):
        assert not patient.wait(0)
        assert patient.wait(5)


def test_a_right_that_is_given_back_ends_the_wait(tmp_path: Path) -> None:
    """The right to read is part of the stamp, of files as of folders."""
    (tmp_path / "friends").mkdir()
    (tmp_path / "1.vcf").write_bytes(CARD)
    patient = quiet(Cards(tmp_path, "people"), Ledger())
    (tmp_path / "1.vcf").chmod(0o640)
    assert patient.wait(0)
    (tmp_path / "friends").chmod(0o750)
    assert patient.wait(0)


def test_waiting_costs_no_wake_ups(tmp_path: Path) -> None:
    """While nothing happens the thread sleeps through."""

    def switches() -> int:
        lines = Path("/proc/thread-self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("voluntary"))

    patient = quiet(Mail(maildir(tmp_path / "Maildir"), "mail"), Ledger())
    before = switches()
    assert not patient.wait(0.2)
    assert switches() - before <= 1


def test_a_waiting_source_can_be_copied(tmp_path: Path) -> None:
    """Other processes read for it; the watches stay here."""
    source = Mail(maildir(tmp_path / "Maildir"), "mail")
    quiet(source, Ledger())
    deliver(tmp_path / "Maildir", "1.host")
    assert seen(Ledger().read(pickle.loads(pickle.dumps(source)))) == {"mail//./1.host"}
    assert source.wait(0)


@pytest.mark.parametrize("closing", [True, False])
def test_descriptors_are_given_back(tmp_path: Path, closing: bool) -> None:
    """By `close`, and with the source when nobody closes it. It may wait again afterwards."""

    def held() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = held()
    source = Cards(tmp_path, "people")
    quiet(source, Ledger())
    assert held() == before + 2
    if closing:
        source.close()
        assert held() == before
        assert source.wait(0)
        assert held() == before + 2
    del source
    assert held() == before
