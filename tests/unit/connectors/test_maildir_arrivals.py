"""What arrives in a Maildir is told without a look at all that lies there; nothing is missed."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from contract.ledger import Ledger
from contract.source_contract import gone, seen

from connectors.local import maildir
from connectors.local.mail import Mail
from connectors.local.maildir_names import files_in
from connectors.records import Bad

LATER = datetime.now(UTC) + timedelta(days=1)
MAIL = b"Message-ID: <1@example.org>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nHello\r\n"


def deliver(root: Path, name: str, folder: str = ".") -> None:
    temporary = root / folder / "tmp" / name
    temporary.write_bytes(MAIL)
    temporary.rename(root / folder / "new" / name)
    tick(root / folder / "new")


def tick(folder: Path) -> None:
    """Time moves on between two changes of a folder, as it does for people."""
    status = folder.stat()
    os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A Maildir with a sub-folder and some mails."""
    root = tmp_path / "Maildir"
    for folder in (".", ".Sent"):
        for part in ("cur", "new", "tmp"):
            (root / folder / part).mkdir(parents=True)
        for number in range(5):
            (root / folder / "cur" / f"{number}.host:2,S").write_bytes(MAIL)
    deliver(root, "5.host")
    return root


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were listed whole."""
    found: list[str] = []

    def listing(root: str, folder: str) -> dict[str, list[str]]:
        found.append(folder)
        return files_in(root, folder)

    monkeypatch.setattr(maildir, "files_in", listing)
    return found


def settled(root: Path, listed: list[str]) -> tuple[Mail, Ledger]:
    """A source that has read everything and knows that it has."""
    source, ledger = Mail(root, "mail"), Ledger()
    for _ in range(3):
        ledger.read(source, LATER)
    listed.clear()
    return source, ledger


def test_what_arrives_is_told_alone(root: Path, listed: list[str]) -> None:
    """One new mail costs no listing of its folder, is told in one batch, and only once."""
    source, ledger = settled(root, listed)
    for number in range(10, 14):
        deliver(root, f"{number}.host")
        (batch,) = source.changes(ledger.cursor, ledger, LATER)
        assert batch.done
        ledger.commit(batch)
        assert seen(list(batch.items)) == {f"mail//./{number}.host"}
        assert ledger.read(source, LATER) == []
    assert listed == []


def test_what_was_not_committed_is_told_again(root: Path, listed: list[str]) -> None:
    """A batch that is lost before it was stored comes again."""
    source, ledger = settled(root, listed)
    deliver(root, "10.host")
    ledger.read_some(source, 1, commit=False)
    assert seen(ledger.read(source, LATER)) == {"mail//./10.host"}


@pytest.mark.parametrize("where", ["nowhere", ".Sent/new", "cur"])
def test_what_leaves_new_is_told(root: Path, listed: list[str], where: str) -> None:
    """A mail that is removed, filed away or read, while others arrive."""
    source, ledger = settled(root, listed)
    deliver(root, "10.host")
    path = root / "new" / "5.host"
    if where == "nowhere":
        path.unlink()
    else:
        path.rename(root / where / "5.host")
        tick(root / where)
    tick(root / "new")
    items = ledger.read(source, LATER)
    assert "mail//./10.host" in seen(items)
    assert gone(items) == (set() if where == "cur" else {"mail//./5.host"})
    assert ("mail//.Sent/5.host" in seen(items)) == (where == ".Sent/new")
    assert ledger.read(source, LATER) == []


def test_another_source_lists_for_itself(root: Path, listed: list[str]) -> None:
    """After a restart nobody remembers what was in new/: what left it meanwhile is told."""
    _, ledger = settled(root, listed)
    (root / "new" / "5.host").unlink()
    tick(root / "new")
    assert gone(ledger.read(Mail(root, "mail"), LATER)) == {"mail//./5.host"}
    assert listed


def test_a_bad_arrival_is_mended(root: Path, listed: list[str]) -> None:
    """One that could not be read is looked at again, whatever else arrives."""
    source, ledger = settled(root, listed)
    (root / "new" / "10.host").write_bytes(b"\x00\x01 nothing that can be read")
    tick(root / "new")
    assert [type(item) for item in ledger.read(source, LATER)] == [Bad]
    assert ledger.read(source, LATER) == []
    (root / "new" / "10.host").write_bytes(MAIL)
    deliver(root, "11.host")
    assert seen(ledger.read(source, LATER)) == {"mail//./10.host", "mail//./11.host"}


def test_many_arrivals_are_listed(root: Path, listed: list[str]) -> None:
    """More than can be asked for one by one."""
    source, ledger = settled(root, listed)
    for number in range(100, 160):
        deliver(root, f"{number}.host")
    assert len(seen(ledger.read(source, LATER))) == 60
    assert listed
