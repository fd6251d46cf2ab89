"""Maildirs as dovecot, mbsync, offlineimap and others write them: names, flags, sub-folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract.ledger import Ledger

from connectors.local.mail import Mail
from connectors.records import Bad, Gone, Item, Message, Seen


def mail(number: int) -> bytes:
    """An invented mail."""
    return (
        f"Message-ID: <{number}@example.org>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n"
        f"From: Ana <ana@example.org>\nSubject: n{number}\n\ntext {number}\n"
    ).encode()


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    return tmp_path / "Maildir"


def subjects(items: list[Item]) -> list[str]:
    """Subjects of what was seen."""
    return sorted(
        one.subject
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Message)
    )


NAMES = [
    "1772442000.M12P34Q5.host,S=100,W=103:2,S",  # dovecot
    "1772442000.12_0.host,U=7,FMD5=7e33429f656f1e6e9d79b29c3f82c57e:2,FS",  # offlineimap, mbsync
    "1772442000.R123.host:2,",
    "1772442000.R123.host",  # new, or an MUA that writes no flags
    "1772442000.M12P34Q5",  # no host
    "1772442000.M1P1.host:1,x",  # experimental info
    "1772442000.M1P1.ho\\072st:2,RS",  # a colon of the host, as the standard writes it
    "1772442000.M1P1.host;2,S",
    "1772442000.M1P1.host!2,S",
    "cur-without-any-dots",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_mails(box: Path, name: str) -> None:
    """Whatever a mail is called, it is read, keeps its ref as its flags change, and has a text."""
    path = box / "cur" / name
    path.write_bytes(mail(1))
    ledger, source = Ledger(), Mail(box, "m")
    (item,) = ledger.read(source)
    assert subjects([item]) == ["n1"]
    unique = name.partition(":")[0].partition(";")[0].partition("!")[0]
    path.rename(box / "cur" / f"{unique}:2,FRS")
    assert ledger.read(source) == []
    assert [text.plain for text in source.read_text([item.ref])] == ["text 1"]


@pytest.mark.parametrize(
    "folder",
    [".Sent", ".Archive.2026", ".Gel&APY-scht", ".&ZeVnLIqe-", ".INBOX.Caf&AOk-", ".a b", ".R&-D"],
)
def test_sub_folders(box: Path, folder: str) -> None:
    """Maildir++ folders, also with names in modified UTF-7 (RFC 3501 section 5.1.3)."""
    for inside in ("cur", "new", "tmp"):
        (box / folder / inside).mkdir(parents=True)
    (box / folder / "maildirfolder").touch()
    (box / folder / "cur" / "1.M1.host:2,S").write_bytes(mail(1))
    ledger, source = Ledger(), Mail(box, "m")
    (item,) = ledger.read(source)
    assert item.ref == f"m//{folder}/1.M1.host"
    assert [text.plain for text in source.read_text([item.ref])] == ["text 1"]


def test_files_of_servers_are_no_mails(box: Path) -> None:
    """Indexes, sizes and lists of UIDs beside the mails are passed over."""
    for name in (
        "dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot-uidvalidity",
        "maildirsize", "subscriptions", ".uidvalidity", ".mbsyncstate", "dovecot-keywords",
        "courierimapuiddb", "cur/.hidden",
    ):  # fmt: skip
        (box / name).write_bytes(b"3 V1772442000 N2 G1\n1 :1.M1.host\n")
    (box / "tmp" / "2.M2.host").write_bytes(mail(2))
    (box / "cur" / "1.M1.host:2,S").write_bytes(mail(1))
    items = Ledger().read(Mail(box, "m"))
    assert subjects(items) == ["n1"]
    assert not any(isinstance(item, Bad) for item in items)


def test_new_becomes_read(box: Path) -> None:
    """From new/ to cur/, with flags coming and going: the same item, told once."""
    path = box / "new" / "1.M1.host"
    path.write_bytes(mail(1))
    ledger, source = Ledger(), Mail(box, "m")
    ledger.read(source)
    for flags in ("", "S", "RS", "FRS", "S", "a", "ab"):
        path = path.rename(box / "cur" / f"1.M1.host:2,{flags}")
        assert ledger.read(source) == []
    assert list(ledger.stamps) == ["m//./1.M1.host"]


def test_a_mail_marked_as_deleted_is_still_there(box: Path) -> None:
    """The flag T says that a mail is to go, not that it never came: it is read until it is gone,
    as other indexers do, and its going takes nothing back."""
    path = box / "cur" / "1.M1.host:2,S"
    path.write_bytes(mail(1))
    ledger, source = Ledger(), Mail(box, "m")
    ledger.read(source)
    path = path.rename(box / "cur" / "1.M1.host:2,ST")
    assert ledger.read(source) == []
    (box / "cur" / "2.M2.host:2,T").write_bytes(mail(2))
    assert subjects(ledger.read(source)) == ["n2"]
    path.unlink()
    assert ledger.read(source) == [Gone("m//./1.M1.host")]


def test_moved_between_folders(box: Path) -> None:
    """A mail in another folder is another item of the same Message-ID; one comes, one goes, and
    moved back it is the first again."""
    (box / ".Archive" / "cur").mkdir(parents=True)
    inbox, archive = box / "cur" / "1.M1.host:2,S", box / ".Archive" / "cur" / "1.M1.host:2,S"
    inbox.write_bytes(mail(1))
    ledger, source = Ledger(), Mail(box, "m")
    ledger.read(source)
    inbox.rename(archive)
    items = ledger.read(source)
    assert subjects(items) == ["n1"]
    assert set(ledger.stamps) == {"m//.Archive/1.M1.host"}
    archive.rename(inbox)
    ledger.read(source)
    assert set(ledger.stamps) == {"m//./1.M1.host"}


def test_a_renamed_folder(box: Path) -> None:
    """Its mails have other refs afterwards, and are the same mails."""
    (box / ".Old" / "cur").mkdir(parents=True)
    for number in (1, 2):
        (box / ".Old" / "cur" / f"{number}.M.host:2,S").write_bytes(mail(number))
    ledger, source = Ledger(), Mail(box, "m")
    ledger.read(source)
    (box / ".Old").rename(box / ".New")
    assert subjects(ledger.read(source)) == ["n1", "n2"]
    assert set(ledger.stamps) == {"m//.New/1.M.host", "m//.New/2.M.host"}


def test_drafts_were_never_sent(box: Path) -> None:
    """A mail with the flag D is a draft: it is acknowledged, and nothing is observed of it until
    it is one no more."""
    (box / "cur" / "1.M1.host:2,DS").write_bytes(mail(1))
    (box / "cur" / "2.M2.host:2,S").write_bytes(mail(2))
    assert subjects(Ledger().read(Mail(box, "m"))) == ["n2"]
    (box / "cur" / "1.M1.host:2,DS").rename(box / "cur" / "1.M1.host:2,S")
    assert subjects(Ledger().read(Mail(box, "m"))) == ["n1", "n2"]


@pytest.mark.parametrize("name", [".Drafts", ".INBOX.Drafts", ".Entw&APw-rfe", ".Templates"])
def test_a_folder_of_drafts_is_left_out(box: Path, name: str) -> None:
    """What lies among the drafts was never sent, whatever its flags."""
    for folder in (box, box / name):
        (folder / "cur").mkdir(parents=True, exist_ok=True)
    (box / "cur" / "1.M1.host:2,S").write_bytes(mail(1))
    (box / name / "cur" / "2.M2.host:2,S").write_bytes(mail(2))
    assert subjects(Ledger().read(Mail(box, "m"))) == ["n1"]


def test_a_mail_beside_a_maildir_is_set_aside(box: Path) -> None:
    """A file that neither reader takes is listed with what to do about it."""
    (box / "cur" / "1.M1.host:2,S").write_bytes(mail(1))
    (box / "old.eml").write_bytes(mail(2))
    items = Ledger().read(Mail(box, "m"))
    assert subjects(items) == ["n1"]
    assert ["by itself" in item.reason for item in items if isinstance(item, Bad)] == [True]
