"""What ends a wait on one file, and what becomes of roots that come and go."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import Ledger
from contract.source_contract import seen
from contract.tasks_contract import draft
from contract.waiting_contract import quiet, told

from connectors.errors import Unavailable
from connectors.local import watch
from connectors.local.cards import Cards
from connectors.local.mail import Mail
from connectors.local.tasks import TaskFolder

ZONE = ZoneInfo("Europe/Lisbon")
GRACE = 0.05  # seconds that a new file is given to grow
BEYOND = 2 * GRACE
CARD = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:1\r\nFN:Ana\r\nEMAIL:ana@example.org\r\nEND:VCARD\r\n"
MAIL = b"From ana Mon Mar  2 09:00:00 2026\nMessage-ID: <%d@example.org>\n\nHello\n\n"


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a quiet wait need not be long."""
    monkeypatch.setattr(watch, "_GRACE", GRACE)


def test_an_mbox_that_grows(tmp_path: Path) -> None:
    """What is appended is told when the writer closes it, and its neighbours are not."""
    box = tmp_path / "archive.mbox"
    box.write_bytes(MAIL % 1)
    source, ledger = Mail(box, "mail"), Ledger()
    patient = quiet(source, ledger)
    (tmp_path / "other.mbox").write_bytes(MAIL % 3)
    (tmp_path / "archive.mbox.lock").write_bytes(b"")
    (tmp_path / "archive.mbox.lock").unlink()
    (tmp_path / ".archive.mbox.swp").write_bytes(b"")
    (tmp_path / "new").mkdir()
    assert not patient.wait(BEYOND)
    with box.open("ab") as file:
        file.write(MAIL % 2)
    assert patient.wait(0)
    assert len(ledger.read(source)) == 1


def test_an_mbox_whose_writer_never_closes_it(tmp_path: Path) -> None:
    """It is looked at when the time is over."""
    box = tmp_path / "archive.mbox"
    box.write_bytes(MAIL % 1)
    source, ledger = Mail(box, "mail"), Ledger()
    patient = quiet(source, ledger)
    with box.open("ab") as file:
        file.write(MAIL % 2)
        file.flush()
        assert patient.wait(0.01)
        assert len(ledger.read(source)) == 1
        assert not patient.wait(0.01)


@pytest.mark.parametrize("linked", [False, True])
def test_an_editor_replaces_a_file(tmp_path: Path, linked: bool) -> None:
    """By a rename, or by removing and writing it anew; also where a link leads to it."""
    real = tmp_path / "real" / "friends.vcf"
    real.parent.mkdir()
    real.write_bytes(CARD)
    path = tmp_path / "book.vcf" if linked else real
    if linked:
        path.symlink_to(real)
    source, ledger = Cards(path, "people"), Ledger()
    patient = quiet(source, ledger)
    (real.parent / "4913").write_bytes(CARD.replace(b"Ana", b"Bea"))
    (real.parent / "4913").replace(real)
    assert patient.wait(0)
    assert seen(ledger.read(source)) == {f"people//{path.name}"}
    quiet(source, ledger)
    real.unlink()
    assert patient.wait(0)
    real.write_bytes(CARD)
    assert told(source, ledger)


def test_a_link_that_leads_elsewhere(tmp_path: Path) -> None:
    """A link that is replaced by another ends the wait, and what lies behind it is watched."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    (tmp_path / "book").symlink_to(tmp_path / "old")
    source, ledger = Cards(tmp_path / "book", "people"), Ledger()
    quiet(source, ledger)
    (tmp_path / "other").symlink_to(tmp_path / "new")
    (tmp_path / "new" / "1.vcf").write_bytes(CARD)
    (tmp_path / "other").replace(tmp_path / "book")
    assert seen(told(source, ledger)) == {"people//1.vcf"}
    (tmp_path / "new" / "2.vcf").write_bytes(CARD)
    assert seen(told(source, ledger)) == {"people//2.vcf"}


@pytest.mark.parametrize("name", ["book", "deep/down/book", "book.vcf"])
def test_a_root_that_is_not_there_yet(tmp_path: Path, name: str) -> None:
    """Its appearance ends the wait, however many folders have to come before it."""
    root = tmp_path / name
    source, ledger = Cards(root, "people"), Ledger()
    patient = quiet_without(source)
    root.parent.mkdir(parents=True, exist_ok=True)
    if root.suffix:
        root.write_bytes(CARD)
    else:
        root.mkdir()
        (root / "1.vcf").write_bytes(CARD)
    items: set[str] = set()
    while not items:
        assert patient.wait(5)
        try:
            items = seen(ledger.read(source))
        except Unavailable:
            continue
    assert len(items) == 1


def quiet_without(source: Cards) -> Cards:
    """Wait until it is quiet, where nothing can be read."""
    while source.wait(0.02):
        with pytest.raises(Unavailable):
            Ledger().read(source)
    return source


def test_a_root_that_is_deleted_and_made_again(tmp_path: Path) -> None:
    """Both end the wait, and the new one is watched."""
    root = tmp_path / "book"
    root.mkdir()
    (root / "1.vcf").write_bytes(CARD)
    source, ledger = Cards(root, "people"), Ledger()
    quiet(source, ledger)
    shutil.rmtree(root)
    quiet_without(source)
    root.mkdir()
    assert source.wait(0)
    (root / "2.vcf").write_bytes(CARD)
    assert "people//2.vcf" in seen(told(source, ledger))


def test_a_root_that_another_one_replaces(tmp_path: Path) -> None:
    """A folder that is moved away, and another moved to its place, is looked at anew; also when
    it happens to a folder above it, of which nobody tells before the time is over."""
    root = tmp_path / "home" / "book"
    root.mkdir(parents=True)
    (tmp_path / "next" / "book").mkdir(parents=True)
    (tmp_path / "next" / "book" / "1.vcf").write_bytes(CARD)
    source, ledger = Cards(root, "people"), Ledger()
    quiet(source, ledger)
    (tmp_path / "home").rename(tmp_path / "gone")
    (tmp_path / "next").rename(tmp_path / "home")
    assert source.wait(0.01)
    assert seen(ledger.read(source)) == {"people//1.vcf"}
    root.rename(tmp_path / "old")
    (tmp_path / "gone" / "book").rename(root)
    assert source.wait(0)
    quiet(source, ledger)
    (root / "2.vcf").write_bytes(CARD)
    assert seen(told(source, ledger)) == {"people//2.vcf"}


def test_a_task_list_that_is_not_there_yet(tmp_path: Path) -> None:
    """A list that the first task makes is watched from then on; what we write may be told once."""
    tasks, ledger = TaskFolder(tmp_path / "lists" / "tasks", "tasks", ZONE), Ledger()
    patient = quiet(tasks, ledger)
    tasks.create(draft())
    assert seen(told(tasks, ledger)) == {"tasks//k-1.ics"}
    quiet(tasks, ledger)
    assert not patient.wait(0.02)
    path = tmp_path / "lists" / "tasks" / "k-1.ics"
    path.write_bytes(path.read_bytes().replace(b"NEEDS-ACTION", b"COMPLETED"))
    assert seen(told(tasks, ledger)) == {"tasks//k-1.ics"}


_MOUNTS = """\
import subprocess, sys
from pathlib import Path
from contract.ledger import Ledger
from contract.waiting_contract import quiet, told
from connectors.local.cards import Cards

root = Path(sys.argv[1])
card = b"BEGIN:VCARD\\r\\nUID:1\\r\\nFN:Ana\\r\\nEMAIL:ana@example.org\\r\\nEND:VCARD\\r\\n"
source, ledger = Cards(root, "people"), Ledger()
quiet(source, ledger)
subprocess.run(["mount", "-t", "tmpfs", "none", root], check=True)
assert source.wait(0.01), "mounted over"
assert ledger.read(source) == []
(root / "1.vcf").write_bytes(card)
assert len(told(source, ledger)) == 1
assert not source.wait(0.01)
subprocess.run(["umount", "-l", root], check=True)
assert source.wait(0), "unmounted"
"""


def test_a_root_that_is_mounted_and_unmounted(tmp_path: Path) -> None:
    """A mount over the root shows when the time is over, an unmount at once."""
    separate = ["unshare", "--mount"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*separate, "true"], check=False).returncode
    ):
        pytest.skip("mounting needs rights that are not given here")
    script = [sys.executable, "-c", _MOUNTS, str(tmp_path)]
    here = Path(__file__).resolve().parents[2]
    path = {"PYTHONPATH": f"{here}:{here.parent}", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    subprocess.run([*separate, *script], check=True, env=path, timeout=60)
