"""What the daemon stands on: its state, taken from under it or used by another; a mailbox that may
not be written to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at
from daemons import Running, answering, titles

BEN, CLEO = "Ben Birkin <ben@birkin.example.com>", "Cleo Castell <cleo@castell.example.com>"
LATER = "2026-06-15T13:00:00+00:00"  # after whatever the daemon's clock has come to


def asks(home: Home, who: str) -> str:
    return home.mail(who, ANA, at("2026-06-15T10:00"), "Could you call me?")


@pytest.mark.parametrize("replaced", [False, True], ids=["removed", "replaced"])
def test_the_state_is_taken_away(tmp_path: Path, *, replaced: bool) -> None:
    """It leaves with 1 and says so, instead of writing into what nobody has any more. The next
    start finds in the list what it wrote before, and goes on from there."""
    home = answering(tmp_path, BEN, CLEO)
    home.once()
    shutil.copy(home.database, tmp_path / "older")
    asks(home, BEN)
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        daemon.until(lambda: titles(home) == ["Answer Ben"])
        for path in tmp_path.glob("syncd.db-*"):
            path.unlink()
        if replaced:
            (tmp_path / "older").replace(home.database)
        else:
            home.database.unlink()
        asks(home, CLEO)
        assert daemon.ended() == 1
        assert "the state was removed or replaced" in "".join(daemon.lines)
        assert not [line for line in daemon.lines if "Traceback" in line]
    (before,) = [path.read_bytes() for path in (tmp_path / "tasks").glob("*.ics")]
    with Running(home.config, home.now) as daemon:
        daemon.until(lambda: titles(home) == ["Answer Ben", "Answer Cleo"])
        assert before in [path.read_bytes() for path in (tmp_path / "tasks").glob("*.ics")]
        assert daemon.stop()[0] == 0


@pytest.mark.parametrize("way", ["folder", "file"])
def test_one_state_by_two_names(tmp_path: Path, way: str) -> None:
    """A second daemon is refused with the process of the first, whatever name it has for the state:
    a folder or a file that is a link."""
    home = answering(tmp_path / "one", BEN)
    other = answering(tmp_path / "two", BEN)
    if way == "folder":
        (tmp_path / "link").symlink_to(home.folder)
        name = tmp_path / "link" / "syncd.db"
    else:
        name = tmp_path / "link.db"
        name.symlink_to(home.database)
    other.configure(other.config.read_text(encoding="utf-8").replace("syncd.db", f"/{name}"))
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        for command in ("run", "once"):
            refused = other.apart(command) if command == "run" else other.syncd(command)
            assert (refused.code, f"(process {daemon.pid})" in refused.err) == (1, True), refused
        assert daemon.stop()[0] == 0


def test_mail_is_only_read(tmp_path: Path) -> None:
    """A Maildir is watched and read where nothing may be written, and nothing is: no file is made,
    moved or touched, whatever the daemon does."""
    home = answering(tmp_path, BEN)
    inbox = tmp_path / "Maildir"
    for name in ("cur", "new", "tmp"):
        (inbox / name).mkdir(parents=True)
    right = home.config.read_text(encoding="utf-8")
    home.configure(right.replace("mail: [mail/]", "mail: [Maildir, mail/]"))
    home.mail(BEN, ANA, at("2026-06-15T10:00"), "Could you call me?", folder="Maildir/new")
    for folder in (inbox, inbox / "cur", inbox / "new", inbox / "tmp"):
        folder.chmod(0o555)
    before = marks(inbox)
    try:
        with Running(home.config, home.now) as daemon:
            daemon.settled()
            daemon.until(lambda: titles(home) == ["Answer Ben"])
            assert home.syncd("status").code == 0
            assert home.syncd("explain", "ben@birkin.example.com").code == 0
            assert daemon.stop()[0] == 0
        assert home.syncd("audit", now=LATER).code == 0
        assert marks(inbox) == before
    finally:
        for folder in (inbox, inbox / "cur", inbox / "new", inbox / "tmp"):
            folder.chmod(0o755)


def marks(folder: Path) -> dict[str, tuple[int, ...]]:
    """Everything in a folder with what writing to it would change."""
    found: dict[str, tuple[int, ...]] = {}
    for name in (folder, *folder.rglob("*")):
        one = name.stat()
        found[str(name)] = (one.st_ino, one.st_mode, one.st_size, one.st_mtime_ns, one.st_ctime_ns)
    return found
