"""Task files: names, crashes, and what a file system may refuse."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import NOW, Ledger

from connectors.contract import Draft
from connectors.errors import Refused, Unavailable
from connectors.formats.names import file_name
from connectors.local.account import LocalAccount
from connectors.local.tasks import TaskFolder

ZONE = ZoneInfo("Europe/Lisbon")


def draft(key: str) -> Draft:
    """A task to write."""
    return Draft(key, "Call Ana", "", date(2026, 3, 30), NOW)


@pytest.mark.parametrize(
    "key", ["simple-1", "a/b", "../../etc/passwd", ".hidden", "ç", "x" * 300, "a b"]
)
def test_keys_become_safe_file_names(tmp_path: Path, key: str) -> None:
    """Whatever a key looks like, its file lies in the folder and the key comes back."""
    folder = TaskFolder(tmp_path, "t", ZONE)
    remote = folder.create(draft(key))
    assert (tmp_path / file_name(key, ".ics")).is_file()
    assert remote.task.key == key
    assert [found.task.key for found in folder.find(key)] == [key]


def test_a_crash_between_writing_and_naming_leaves_no_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task appears complete or not at all, and temporary files are no tasks."""
    folder = TaskFolder(tmp_path, "t", ZONE)

    def crash(*paths: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("connectors.local.tasks.os.link", crash)
        with pytest.raises(KeyboardInterrupt):
            folder.create(draft("k"))
    (tmp_path / ".syncd-left.tmp").write_bytes(b"half a ta")
    assert list(tmp_path.glob("*.ics")) == []
    assert Ledger().read(folder) == []
    assert folder.create(draft("k")).task.key == "k"


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where links are not supported the file is still created exclusively."""

    def unsupported(*paths: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("connectors.local.tasks.os.link", unsupported)
    folder = TaskFolder(tmp_path, "t", ZONE)
    first = folder.create(draft("k"))
    assert folder.create(draft("k")) == first
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("number", "error"), [(28, Unavailable), (30, Refused), (13, Refused), (5, Unavailable)]
)
def test_write_errors_are_grouped_by_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    """A full disk passes, a read-only one does not; both name the folder."""
    folder = TaskFolder(tmp_path, "t", ZONE)

    def fails(*paths: str) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr("connectors.local.tasks.os.fsync", fails)
    with pytest.raises(error, match=tmp_path.name):
        folder.create(draft("k"))
    assert list(tmp_path.iterdir()) == []


def test_a_task_list_that_vanished(tmp_path: Path) -> None:
    """A list that is not there yet is made by its first task; one that held tasks and is gone is
    unavailable, and not made anew."""
    root = tmp_path / "tasks"
    folder = TaskFolder(root, "t", ZONE)
    ledger = Ledger()
    ledger.read(folder)
    assert not root.exists()
    folder.create(draft("k"))
    ledger.read(folder)
    (root / "k.ics").unlink()
    root.rmdir()
    for again in (folder, TaskFolder(root, "t", ZONE)):
        with pytest.raises(Unavailable, match="vanished"):
            ledger.read(again)
    with pytest.raises(Unavailable):
        folder.create(draft("k2"))
    assert not root.exists()


def test_reading_a_list_that_is_not_written_changes_nothing(tmp_path: Path) -> None:
    """What a killed write left behind goes at the first reading by whoever may write."""
    left = tmp_path / "tasks" / ".syncd-abcd1234.tmp"
    left.parent.mkdir()
    left.write_bytes(b"")
    account = LocalAccount("home", tmp_path, tasks=Path("tasks"))
    (tasks,) = account.sources()
    Ledger().read(tasks)
    assert left.exists()
    assert account.task_list() is tasks
    Ledger().read(tasks)
    assert not left.exists()


def test_our_task_renamed_by_a_sync_tool_is_found(tmp_path: Path) -> None:
    """The key is found in whatever file it ended up."""
    folder = TaskFolder(tmp_path, "t", ZONE)
    folder.create(draft("k"))
    (tmp_path / "k.ics").rename(tmp_path / "0815.ics")
    (found,) = folder.find("k")
    assert found.ref == "t//0815.ics"
    assert folder.update(found, title="x").task.title == "x"
