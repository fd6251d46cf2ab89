"""`syncd run` where something is wrong: with the files, with the folders, with what it was told."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at
from daemons import PATIENCE, Running

BEN = "Ben Birkin <ben@birkin.example.com>"
RULES = """\
version: 1
rules:
  - id: answer
    since: message_received
    until: [message_sent]
    due: 2d
    urgent: true
    task: {title: "Answer {{ first_name }}"}
"""


def home_of(folder: Path, more: str = "") -> Home:
    """Ana wrote to Ben a while ago."""
    home = Home(folder, rules="mine.yaml", more=f"log: json\n{more}")
    home.write("mine.yaml", RULES)
    home.mail(ANA, BEN, at("2026-06-01T09:00"))
    return home


def asks(home: Home) -> str:
    return home.mail(BEN, ANA, at("2026-06-15T11:00"), "Could you send me the plan?")


WRONG = {
    "nonsense: 1\n": "unknown key 'nonsense'",
    "metrics: {listen: '0.0.0.0:9464'}\n": "can be reached from other machines",
    "metrics: {listen: '127.0.0.1:99999'}\n": "a port is a number from 1 to 65535",
}


@pytest.mark.parametrize("more", WRONG)
def test_a_wrong_configuration(tmp_path: Path, more: str) -> None:
    """It does not begin: 78, the place, and what to write instead; nothing is made on the disk."""
    home = home_of(tmp_path, more)
    refused = home.syncd("run")
    assert refused.code == 78
    (line,) = refused.err.splitlines()
    assert line.startswith(f"{home.config}:8:")
    assert WRONG[more] in line
    assert not home.database.exists()


def test_no_state_and_no_moment(tmp_path: Path) -> None:
    """A state that is no database is 78, one that cannot be opened 1, a moment that is none 2."""
    home = home_of(tmp_path)
    assert home.syncd("run", now="tomorrow").code == 2
    right = home.config.read_text(encoding="utf-8")
    home.configure(right.replace("sqlite:///syncd.db", "sqlite:////proc/syncd.db"))
    unwritable = home.syncd("run")
    assert (unwritable.code, unwritable.err.count("\n")) == (1, 1)
    assert "check `state:`" in unwritable.err
    home.configure(right)
    home.write("syncd.db", "This is a letter and no database. " * 200)
    foreign = home.syncd("run")
    assert (foreign.code, foreign.err.count("\n")) == (78, 1)
    assert "choose another file for `state:`" in foreign.err


def test_bad_files_stop_nothing(tmp_path: Path) -> None:
    """Rubbish, pipes, links and folders in the place of mail, events, cards and tasks: the next
    mail is read all the same, and `status` lists what was set aside."""
    home = home_of(tmp_path)
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        home.write("mail/rubbish.eml", bytes(range(256)) * 20)
        home.write("mail/empty.eml", b"")
        (tmp_path / "mail/folder.eml").mkdir()
        (tmp_path / "mail/nowhere.eml").symlink_to("/nonexistent")
        for place in ("mail/pipe.eml", "calendar/pipe.ics", "tasks/pipe.ics"):
            os.mkfifo(tmp_path / place)
        home.write("calendar/broken.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:nonsense\nEND")
        home.write("contacts/broken.vcf", "BEGIN:VCARD\nFN")
        home.write("tasks/broken.ics", "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:")
        asks(home)
        daemon.heard("outbox.delivered", created=1)
        assert daemon.stop()[0] == 0
    assert not [line for line in daemon.lines if '"level": "error"' in line]
    aside = home.syncd("status").out
    for name in ("rubbish.eml", "empty.eml", "broken.ics", "broken.vcf"):
        assert name in aside


def test_a_folder_that_comes_back(tmp_path: Path) -> None:
    """A mail folder that is missing at the start is no end: `status` names it and exits 1, and the
    mail is read when it is there."""
    home = home_of(tmp_path)
    (tmp_path / "mail").rename(tmp_path / "away")
    with Running(home.config, home.now) as daemon:
        daemon.heard("source.failed", facet="mail")
        end = time.monotonic() + PATIENCE
        while (status := home.syncd("status")).code != 1:
            assert time.monotonic() < end, status
        assert "mail does not exist: create it, mount it" in status.out
        (tmp_path / "away").rename(tmp_path / "mail")
        asks(home)
        daemon.heard("outbox.delivered", created=1)
        assert home.syncd("status").code == 0
        assert daemon.stop()[0] == 0


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Metrics that cannot be served are told once, and stop nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        home = home_of(tmp_path, f"metrics: {{listen: '127.0.0.1:{port}'}}\n")
        asks(home)
        with Running(home.config, home.now) as daemon:
            daemon.heard("outbox.delivered", created=1)
            assert daemon.stop()[0] == 0
    assert len([line for line in daemon.lines if "metrics.not_served" in line]) == 1


def test_another_state_is_refused(tmp_path: Path) -> None:
    """While it runs neither the state may change nor the configuration be missing."""
    home = home_of(tmp_path)
    right = home.config.read_text(encoding="utf-8")
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        home.configure(right.replace("syncd.db", "other.db"))
        daemon.tell(signal.SIGHUP)
        daemon.heard("config.refused")
        home.config.unlink()
        daemon.tell(signal.SIGHUP)
        daemon.heard("config.refused")
        home.configure(right)
        asks(home)
        daemon.heard("outbox.delivered", created=1)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGTERM):
            daemon.tell(number)
        assert daemon.stop()[0] == 0
    assert not (tmp_path / "other.db").exists()


def test_a_backup_of_before(tmp_path: Path) -> None:
    """A backup made beside a daemon, put back later: what came between is found in the list, and
    the daemon writes nothing twice; a restore beside it is refused."""
    home = home_of(tmp_path)
    backup = str(tmp_path / "one.backup")
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        assert home.syncd("backup", backup).code == 0
        asks(home)
        daemon.heard("outbox.delivered", created=1)
        refused = home.syncd("restore", backup)
        assert refused.code == 1
        assert f"(process {daemon.pid})" in refused.err
        assert daemon.stop()[0] == 0
    (file,) = (tmp_path / "tasks").iterdir()
    before = file.read_bytes()
    assert home.syncd("restore", backup).code == 0
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        end = time.monotonic() + PATIENCE
        while [one["status"] for one in home.syncd("tasks", "--json").json] != ["open"]:
            assert time.monotonic() < end, "".join(daemon.lines)
        assert daemon.stop()[0] == 0
    assert [path.read_bytes() for path in (tmp_path / "tasks").iterdir()] == [before]
