"""When the kernel cannot tell of everything, a look is due all the same, and the owner is told."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest
from contract.ledger import Ledger
from contract.source_contract import seen
from contract.waiting_contract import quiet, told
from inotify_simple import INotify

from connectors.contract import Hindered
from connectors.errors import Unavailable
from connectors.local import hindrances, watch
from connectors.local.cards import Cards

CARD = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:1\r\nFN:Ana\r\nEMAIL:ana@example.org\r\nEND:VCARD\r\n"


def queue_length() -> int:
    """How many events the kernel keeps for whoever does not read them."""
    return int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())


def test_an_overflow_is_a_full_look(tmp_path: Path) -> None:
    """More than the kernel keeps happened unheard: what was made meanwhile is found and watched."""
    source, ledger = Cards(tmp_path, "people"), Ledger()
    patient = quiet(source, ledger)
    here, there = tmp_path / ".here", tmp_path / ".there"
    here.touch()
    for _ in range(queue_length() // 4 + 10):
        os.rename(here, there)  # noqa: PTH104  # thousands of them
        os.rename(there, here)  # noqa: PTH104
    (tmp_path / "friends").mkdir()
    assert patient.wait(0)
    assert ledger.read(source) == []
    (tmp_path / "friends" / "1.vcf").write_bytes(CARD)
    assert seen(told(source, ledger)) == {"people//friends/1.vcf"}


def test_too_few_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without enough watches each wait ends in a look, which takes up again what became possible;
    where there is a watch news still comes at once."""
    (tmp_path / "friends").mkdir()
    real, left = INotify.add_watch, [1]

    def add_watch(inotify: INotify, path: str, mask: int) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        number: int = real(inotify, path, mask)
        return number

    monkeypatch.setattr(INotify, "add_watch", add_watch)
    source, ledger = Cards(tmp_path, "people"), Ledger()
    assert isinstance(source, Hindered)
    assert source.hindrance == ""
    assert source.wait(0)
    assert "max_user_watches" in source.hindrance
    assert "sysctl" in source.hindrance
    (tmp_path / "1.vcf").write_bytes(CARD)
    assert source.wait(5)
    assert seen(ledger.read(source)) == {"people//1.vcf"}
    (tmp_path / "friends" / "2.vcf").write_bytes(CARD)
    left[0] = 1
    assert source.wait(0.01)
    assert seen(ledger.read(source)) == {"people//friends/2.vcf"}
    left[0] = 2
    assert source.wait(0.01)
    assert source.hindrance == ""
    assert not source.wait(0.01)


def test_no_instance_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where inotify cannot be had at all, waiting is polling, and waking still works."""

    def refuses(**_: object) -> INotify:
        raise OSError(errno.EMFILE, "Too many open files")

    source, ledger = Cards(tmp_path, "people"), Ledger()
    with monkeypatch.context() as patch:
        patch.setattr(watch, "INotify", refuses)
        assert source.wait(5)
        assert "max_user_instances" in source.hindrance
        assert source.wait(0.01)
        source.wake()
        assert not source.wait(5)
    assert source.wait(0.01)
    assert source.hindrance == ""
    quiet(source, ledger)
    (tmp_path / "1.vcf").write_bytes(CARD)
    assert seen(told(source, ledger)) == {"people//1.vcf"}


def test_no_descriptor_left(tmp_path: Path) -> None:
    """A process out of descriptors says so, and may try again."""
    source = Cards(tmp_path, "people")
    quiet(Cards(tmp_path, "people"), Ledger())  # what waiting needs is imported
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(Unavailable, match="LimitNOFILE"):
            source.wait(0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert source.wait(0)


def test_only_inotify_finds_no_descriptor(tmp_path: Path) -> None:
    """The last one went to what wakes a wait: it is polled, and the limit that is named is that of
    open files."""
    source = Cards(tmp_path, "people")
    quiet(Cards(tmp_path, "people"), Ledger())
    one = os.open(os.devnull, os.O_RDONLY)
    os.close(one)  # the lowest that is free
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (one + 1, hard))
    try:
        assert source.wait(0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "LimitNOFILE" in source.hindrance
    assert source.wait(0.01)
    assert source.hindrance == ""


@pytest.mark.parametrize(
    ("mounts", "hindered"),
    [
        (["/ ext4", "{} nfs4"], True),
        (["/ nfs", "{} ext4"], False),
        (["/ ext4", "{}/friends fuse.sshfs"], False),  # by its device it is the same as the root
        (["/ ext4", "{}x 9p"], False),
        (["{} ext4", "{} cifs"], True),  # mounted over: the last one counts
        (["/ 9p"], True),
        ([], False),
    ],
)
def test_file_systems_that_do_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mounts: list[str], hindered: bool
) -> None:
    """What another machine changes on a network file system is not told here: it is polled."""
    (tmp_path / "friends").mkdir()
    found = [tuple(mount.format(tmp_path).split(" ")) for mount in mounts]
    monkeypatch.setattr(hindrances, "_mounts", lambda: iter(found))
    source = Cards(tmp_path, "people")
    source.wait(0)
    assert bool(source.hindrance) == hindered
    assert source.wait(0.01) == hindered


def test_the_mounts_of_this_machine_are_understood() -> None:
    """The root is mounted, and names with spaces are what they are."""
    found = list(hindrances._mounts())
    assert any(point == "/" and kind for point, kind in found)


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One below the root is told of by the folder above it; of the root nobody tells."""
    (tmp_path / "friends").mkdir()
    real, closed = INotify.add_watch, [str(tmp_path / "friends")]

    def add_watch(inotify: INotify, path: str, mask: int) -> int:
        if path in closed:
            raise PermissionError(errno.EACCES, "Permission denied")
        number: int = real(inotify, path, mask)
        return number

    monkeypatch.setattr(INotify, "add_watch", add_watch)
    source = Cards(tmp_path, "people")
    quiet(source, Ledger())
    assert source.hindrance == ""
    closed[:] = []
    (tmp_path / "friends").chmod(0o711)
    assert source.wait(0)
    source.close()
    closed[:] = [str(tmp_path)]
    assert source.wait(0)
    assert "Permission denied" in source.hindrance
    assert source.wait(0.01)
