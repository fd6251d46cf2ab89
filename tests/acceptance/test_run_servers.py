"""`syncd run` beside real servers: mail is heard of, lists are written, and it leaves at once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from acceptance_servers import BEN, CLEO, House, davs, house, servers
from acceptance_world import ANA, Home, at
from daemons import Running
from imap_world import letter
from servers.fake_imap import Box, FakeImap

__all__ = ["davs", "house", "servers"]


def test_a_mail_is_heard_of(house: House) -> None:
    """It becomes a task while nobody polls, and the answer closes it; the daemon leaves within a
    second of SIGTERM, out of its waits."""
    house.letter(f"Ana Silva <{ANA}>", f"Ben Archer <{BEN}>", at("2026-06-01T09:00"))
    house.accounts(house.post("poll: 24h"), house.caldav("poll: 24h"))
    with Running(house.config, house.now) as daemon:
        daemon.settled()
        name = house.letter(f"Ben Archer <{BEN}>", ANA, at("2026-06-15T11:00"))
        daemon.heard("outbox.delivered", created=1)
        assert house.titles() == ["Answer Ben"]
        house.letter(
            f"Ana Silva <{ANA}>", BEN, at("2026-06-15T11:30"), "Sent Messages", answers=name
        )
        daemon.heard("outbox.delivered", completed=1)
        assert house.titles() == ["x Answer Ben"]
        assert house.status()["ailments"] == []
        code, seconds = daemon.stop()
        assert (code, seconds < 1) == (0, True), seconds
    assert not [line for line in daemon.lines if '"level": "error"' in line]


@pytest.mark.parametrize("asked", [True, False])
def test_a_password_is_mended_beside_it(house: House, *, asked: bool) -> None:
    """A login that is refused is tried once, whatever happens; the new password is found when the
    daemon looks up next, or at once by `retry`, and nothing else is held up by it."""
    house.exchange()
    house.meeting()
    house.password("post", "wrong")
    with Running(house.config, house.now) as daemon:
        daemon.heard("account.down", account="post")
        daemon.until(lambda: house.titles() == ["Call Cleo"])
        status = house.syncd("status")
        assert status.code == 1
        assert status.out.count("does not accept the password") == 1
        house.password("post", "secret")
        if asked:
            assert "post is down: a running daemon asks again" in house.syncd("retry", "post").out
        else:  # whatever wakes it
            assert house.syncd("note", CLEO, "about: she has a dog").code == 0
        daemon.heard("account.up", account="post")
        daemon.until(lambda: house.titles() == ["Answer Ben", "Call Cleo"])
        assert daemon.stop()[0] == 0
    log = house.mailbox.server.log().splitlines()
    mine = [line for line in log if f"user=<{house.mailbox.user}>" in line]
    assert sum("auth failed" in line for line in mine) == 1


def test_connections_end_with_the_configuration(house: House) -> None:
    """Read anew three times, a daemon has as many connections to its servers as before: those of
    the threads that were dismissed are closed, although all was quiet."""
    house.exchange()
    house.meeting()
    right = house.config.read_text(encoding="utf-8")
    mail, dav = house.mailbox.server.port, urlsplit(house.dav.url).port or 0
    with Running(house.config, house.now) as daemon:
        daemon.settled()
        daemon.until(lambda: len(house.files()) == 2 and connections(daemon.pid, mail) > 2)
        before = connections(daemon.pid, mail)
        for number in range(3):
            house.configure(f"{right}# {number}\n")
            daemon.reload()
            daemon.settled()
        daemon.until(lambda: connections(daemon.pid, mail) == before)
        assert connections(daemon.pid, dav) <= 1
        assert daemon.stop()[0] == 0


def connections(pid: int, port: int) -> int:
    """How many a process has to a port of this machine (proc(5): net/tcp)."""
    mine = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            mine.add(str(one.readlink()))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(row[2].endswith(f":{port:04X}") and f"socket:[{row[9]}]" in mine for row in rows)


def test_a_server_that_says_nothing_by_itself(tmp_path: Path) -> None:
    """Without IDLE it is asked as often as `poll:` says; `status` tells so."""
    with FakeImap() as server:
        server.boxes["INBOX"] = Box({1: letter(1)})
        home = Home(tmp_path)
        home.configure(
            f"owner: {{name: Ana Silva, addresses: [{ANA}], timezone: Europe/Lisbon}}\n"
            f"accounts:\n  - {{name: post, kind: imap, host: 127.0.0.1, port: {server.port}, "
            "tls: none, user: ana, poll: 5s, password_command: echo secret}\nrules: [none.yaml]\n"
            "state: sqlite:///syncd.db\nlog: json\n"
        )
        with Running(home.config, home.now) as daemon:
            daemon.settled()
            daemon.heard("account.hindered", account="post")
            server.boxes["INBOX"].mails[2] = letter(2)
            daemon.heard("source.batch_committed", account="post", items=1)
            status = home.syncd("status")
            assert (status.code, "(no IDLE): it is asked from time" in status.out) == (0, True)
            assert daemon.stop()[0] == 0
