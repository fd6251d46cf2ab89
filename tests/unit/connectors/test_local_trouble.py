"""Local files when something is wrong: paths, permissions, links, unmounted disks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import Ledger

from connectors.contract import TextSource
from connectors.errors import Refused, Unavailable
from connectors.local.account import LocalAccount
from connectors.local.mail import Mail
from connectors.local.vdir import Vdir
from connectors.records import Bad, Facet, Gone, Item, Message, Seen

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


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    """A file name in another encoding becomes a ref that can be stored, and is found again."""
    raw = os.fsencode(tmp_path) + b"/caf\xe9.eml"
    try:
        Path(os.fsdecode(raw)).write_bytes(mail())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    ledger, source = Ledger(), Mail(tmp_path, "m")
    (item,) = ledger.read(source)
    item.ref.encode("utf-8")
    assert isinstance(source, TextSource)
    assert [text.plain for text in source.read_text([item.ref])] == ["text 1"]
    assert ledger.read(source) == []


def test_links_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    """A link to a folder elsewhere is followed; one to a parent does not go round."""
    (tmp_path / "mails").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.eml").write_bytes(mail())
    (tmp_path / "mails" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "mails" / "loop").symlink_to(tmp_path / "mails")
    (tmp_path / "mails" / "broken.eml").symlink_to(tmp_path / "nowhere")
    ledger = Ledger()
    ledger.read(Mail(tmp_path / "mails", "m"))
    assert set(ledger.stamps) == {"m//link/a.eml"}


def test_a_missing_path_says_what_to_do(tmp_path: Path) -> None:
    """A configured path that does not exist is named, with the next step."""
    for source in (Mail(tmp_path / "none", "m"), Vdir(tmp_path / "none", "c", ZONE)):
        with pytest.raises(Unavailable, match=r"none does not exist: .*configuration"):
            Ledger().read(source)


def test_a_compressed_mbox_is_refused(tmp_path: Path) -> None:
    """A compressed mbox is named, with what to do about it."""
    (tmp_path / "archive.mbox.xz").write_bytes(b"\xfd7zXZ\x00")
    with pytest.raises(Refused, match=r"archive\.mbox\.xz: it is compressed .* unpack it \(unxz\)"):
        Ledger().read(Mail(tmp_path / "archive.mbox.xz", "m"))


@pytest.mark.parametrize("kind", ["maildir", "eml"])
def test_a_full_source_that_is_suddenly_empty(tmp_path: Path, kind: str) -> None:
    """An unmounted disk looks like an empty folder: nothing is taken for deleted."""
    inside = tmp_path / "m" / "cur" if kind == "maildir" else tmp_path / "m"
    inside.mkdir(parents=True)
    paths = [inside / f"{number}.M.host" for number in range(21)]
    for number, path in enumerate(paths):
        path.write_bytes(mail(number))
    ledger, source = Ledger(), Mail(tmp_path / "m", "m")
    ledger.read(source)
    for path in paths:
        path.unlink()
    with pytest.raises(Unavailable, match="looks empty"):
        ledger.read(source)
    assert len(ledger.stamps) == 21
    paths[0].write_bytes(mail(0))
    assert sum(isinstance(item, Gone) for item in ledger.read(source)) == 20


def test_an_unmounted_maildir(box: Path) -> None:
    """A Maildir whose folders vanished with their disk is unavailable, not deleted."""
    for number in range(21):
        (box / "cur" / f"{number}.M.host").write_bytes(mail(number))
    ledger, source = Ledger(), Mail(box, "m")
    ledger.read(source)
    box.rename(box.with_name("elsewhere"))
    box.mkdir()
    with pytest.raises(Unavailable, match="looks empty"):
        ledger.read(source)


def test_a_file_without_permission_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file that may not be read stops nothing and is listed with the reason."""
    (tmp_path / "a.eml").write_bytes(mail(1))
    (tmp_path / "b.eml").write_bytes(mail(2))
    real = os.open

    def refuses(path, flags, *args, **kwargs):  # type: ignore[no-untyped-def]  # for os.open
        if str(path).endswith("a.eml"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr("connectors.local.files.os.open", refuses)
    ledger = Ledger()
    items = ledger.read(Mail(tmp_path, "m"))
    assert [item.reason for item in items if isinstance(item, Bad)] == [
        "it may not be read (permissions)"
    ]
    assert messages(items) == ["n2"]


def test_a_folder_without_permission_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies in a folder that cannot be listed just now is not taken for deleted."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.eml").write_bytes(mail(1))
    (tmp_path / "b.eml").write_bytes(mail(2))
    ledger, source = Ledger(), Mail(tmp_path, "m")
    ledger.read(source)
    real = os.scandir

    def refuses(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr("connectors.local.files.os.scandir", refuses)
        items = ledger.read(source)
        assert [type(item) for item in items] == [Bad]
        assert ledger.read(source) == []
    assert ledger.read(source) == [Gone("m//sub/")]
    assert set(ledger.stamps) == {"m//sub/a.eml", "m//b.eml"}


def test_an_account_puts_it_together(tmp_path: Path) -> None:
    """Every path is one source with its own scope; the task list is one of them."""
    account = LocalAccount(
        "home", tmp_path, [Path("Maildir"), Path("Maildir"), tmp_path / "x" / "old"],
        [Path("calendars/")], [Path("contacts")], Path("tasks"), ZONE,
    )  # fmt: skip
    named = [(source.facet, source.scope) for source in account.sources()]
    assert named == [
        (Facet.MAIL, "Maildir"), (Facet.MAIL, "x/old"), (Facet.CALENDAR, "calendars"),
        (Facet.CONTACTS, "contacts"), (Facet.TASKS, "tasks"),
    ]  # fmt: skip
    assert LocalAccount("empty", tmp_path).task_list() is None
    assert LocalAccount("empty", tmp_path).sources() == []


def test_scopes_that_begin_alike_are_apart(tmp_path: Path) -> None:
    """A source inside another's folder does not lose its items to it."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "1.eml").write_bytes(mail())
    ledger = Ledger()
    inner, outer = Mail(tmp_path / "a" / "b", "a/b"), Mail(tmp_path / "a", "a")
    ledger.read(inner)
    ledger.cursor = None
    assert [type(item) for item in ledger.read(outer)] == [Seen]
    assert set(ledger.stamps) == {"a/b//1.eml", "a//b/1.eml"}
