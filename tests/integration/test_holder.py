"""Who holds an SQLite state, asked of the kernel's list of locks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncd.store import lock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A lock file that a process has left."""
    path = tmp_path / "s.db.lock"
    with lock.held(path):
        pass
    return path


def holder(path: Path, row: str, monkeypatch: pytest.MonkeyPatch) -> int | None:
    """As it is told while this row is in proc_locks(5)."""
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", lambda *_, **__: f"1: FLOCK  ADVISORY  WRITE {row} 0 EOF")
        return lock.holder(path)


def test_it_is_asked_of_the_kernel(path: Path) -> None:
    """A pid that stands in the file says nothing."""
    assert lock.holder(path) is None
    with lock.held(path):
        assert lock.holder(path) == os.getpid()


def test_files_with_one_number(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file system may have a file with this number, locked by another program; Btrfs tells
    another device, and a container another process, of the very file."""
    file, me = path.stat(), os.getpid()
    here = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    there = f"ff:ff:{file.st_ino}"
    assert holder(path, f"{me + 1} {there}", monkeypatch) is None
    assert holder(path, f"{me} {there}", monkeypatch) == me
    assert holder(path, f"{me + 1} {here}", monkeypatch) == me
    assert holder(path, f"{me} {here}1", monkeypatch) is None
