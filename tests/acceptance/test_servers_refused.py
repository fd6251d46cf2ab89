"""A password that a server refused is not shown again by whatever asks next: servers lock out who
tries often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

import pytest
from acceptance_world import Home
from daemons import Running
from servers.fake_dav import Asked, Reply, fake_dav
from servers.fake_imap import FakeImap

NOON = "2026-06-15T12:00:00+00:00"
LATER = "2026-06-15T12:59:00+00:00"
NEXT = "2026-06-15T13:00:00+00:00"
CONFIG = """\
owner: {{name: Ana, addresses: [ana@example.org], timezone: Europe/Lisbon}}
accounts:
  - {{name: far, {}}}
rules: [none.yaml]
state: sqlite:///syncd.db
log: json
"""
TOLD = (
    "; it was refused at 12:00 UTC and is not tried again before 13:00, unless it changes or you "
    "say `syncd retry far`"
)


@dataclass
class Far:
    """One account on a server that refuses everybody; `tries` counts how often it did."""

    home: Home
    account: str
    tries: Callable[[], int]
    lets_in: Callable[[bool], None]
    corrected: str  # the same account where another place of that host is given

    def written(self, word: str) -> None:
        self.home.write("secrets/far.password", f"{word}\n").chmod(0o600)

    def signs_in(self, user: str = "ana", more: str = "") -> None:
        """The configuration says as whom."""
        self.home.configure(CONFIG.format(f"{self.account}, user: {user}{more}"))

    def once(self, now: str) -> tuple[int, bool]:
        """The exit code of a pass, and whether the server was shown anything."""
        before = self.tries()
        code = self.home.syncd("once", now=f"2026-06-15T{now}:00+00:00").code
        return code, self.tries() > before


def _refuses(_: Asked) -> Reply:
    return Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'})


def _asks(asked: Asked) -> Reply | None:
    return None if "Authorization" in asked.headers else _refuses(asked)


@pytest.fixture(params=["imap", "caldav"])
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Far]:
    home = Home(tmp_path, now=NOON)
    if request.param == "imap":
        with FakeImap() as mail, FakeImap() as other:
            servers = (mail, other)

            def answers(good: bool) -> None:
                for one in servers:
                    one.forget("AUTHENTICATE")
                    if not good:
                        one.says("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] no", always=True)

            answers(good=False)
            where, there = (
                f"kind: imap, host: 127.0.0.1, port: {one.port}, tls: none" for one in servers
            )
            yield Far(
                home,
                where,
                lambda: sum("AUTHENT" in line for one in servers for line in one.log),
                answers,
                there,
            )
        return
    with fake_dav() as dav:

        def lets_in(good: bool) -> None:
            dav.script = _asks if good else _refuses

        lets_in(good=False)
        yield Far(
            home,
            f"kind: caldav, url: '{dav.url}'",
            lambda: sum("Authorization" in one.headers for one in dav.asked),
            lets_in,
            f"kind: caldav, url: '{dav.url}me/'",
        )


def test_it_is_shown_once(far: Far) -> None:
    """By `once`, `doctor` and a daemon together, whatever number of sources it has; they say since
    when, and what ends it. The state has nothing of it."""
    far.signs_in()
    far.written("hunter2hunter2")
    first = far.home.syncd("once")
    assert (first.code, far.tries(), TOLD in first.err) == (77, 1, False)
    said = first.err.splitlines()[0]
    for now in (NOON, LATER):
        again = far.home.syncd("once", now=now)
        assert (again.code, far.tries()) == (77, 1)
        assert again.err.splitlines()[0] == said + TOLD
    looked = far.home.syncd("doctor", now=LATER)
    assert (looked.code != 0, TOLD in looked.out, far.tries()) == (True, True, 1)
    assert TOLD in far.home.syncd("status", now=LATER).out
    with Running(far.home.config, LATER) as daemon:
        daemon.settled()
        assert daemon.stop()[0] == 0
    assert far.tries() == 1
    for path in filter(Path.is_file, far.home.folder.glob("syncd.db*")):
        assert b"hunter2" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    far.home.syncd("once", now=NEXT)
    assert far.tries() == 2


def test_what_ends_it(far: Far) -> None:
    """Another password, or another user with the same one; and `retry` of that account."""
    far.signs_in()
    far.written("wrong")
    assert far.home.syncd("doctor").code != 0
    assert far.tries() == 1
    far.written("other")
    assert far.home.syncd("once").code == 77
    assert far.tries() == 2
    far.signs_in("bea")
    assert far.home.syncd("once").code == 77
    assert far.tries() == 3
    assert far.home.syncd("retry", "elsewhere").code == 1
    assert far.home.syncd("once").code == 77
    assert far.tries() == 3
    again = far.home.syncd("retry", "far")
    assert (again.code, "else the next `syncd once`" in again.out) == (0, True)
    assert far.home.syncd("once").code == 77
    assert far.tries() == 4


def test_a_configuration_read_anew_ends_it(far: Far) -> None:
    """A daemon that is started anew shows it no more than others; told to reload, once."""
    far.signs_in()
    far.written("wrong")
    text = far.home.config.read_text(encoding="utf-8")
    far.home.configure(text.replace("rules:", "  - {name: here, kind: local, mail: mail}\nrules:"))
    assert far.home.syncd("once").code == 1
    with Running(far.home.config, NOON) as daemon:
        daemon.settled()
        assert far.tries() == 1
        daemon.reload()
        daemon.until(lambda: far.tries() == 2)
        assert daemon.stop()[0] == 0


def test_a_command_that_prints_it(far: Far) -> None:
    """What it prints is what counts: the same again is not shown again. Where it prints nothing,
    nobody signed in."""
    far.signs_in(more=", password_command: [cat, word]")
    far.home.write("word", "wrong\n")
    for _ in range(2):
        assert far.home.syncd("once").code == 77
    assert far.tries() == 1
    far.home.write("word", "other\n")
    assert far.home.syncd("once").code == 77
    assert far.tries() == 2
    (far.home.folder / "word").unlink()
    assert far.home.syncd("once").code == 77
    assert far.home.syncd("status").code == 77
    assert far.tries() == 2


def test_one_refusal_of_what_was_accepted_is_no_proof(far: Far) -> None:
    """It is shown once more after some minutes, and not before; good again, nothing is left of it.
    Refused twice, it is wrong."""
    far.signs_in()
    far.written("right")
    far.lets_in(True)
    assert far.once("10:00") == (0, True)
    far.lets_in(False)
    assert far.once("10:10") == (1, True)
    far.lets_in(True)
    assert far.once("10:12") == (1, False)
    assert far.once("10:16") == (0, True)
    far.lets_in(False)
    assert far.once("10:20") == (1, True)
    assert far.once("10:24") == (1, False)
    assert far.once("10:26") == (77, True)
    assert far.once("11:20") == (77, False)
    far.lets_in(True)
    assert far.once("11:27") == (0, True)


def test_a_corrected_place_is_tried(far: Far) -> None:
    """Another port, another path: the password may be right there."""
    far.signs_in()
    far.written("right")
    assert far.once("10:00") == (77, True)
    far.lets_in(True)
    assert far.once("10:01") == (77, False)
    far.account = far.corrected
    far.signs_in()
    assert far.once("10:02") == (0, True)


def test_nothing_stays_of_what_another_one_replaced(far: Far) -> None:
    """Once the server let another password in."""
    far.signs_in()
    far.written("wrong")
    assert far.once("10:00") == (77, True)
    far.written("right")
    far.lets_in(True)
    assert far.once("10:01") == (0, True)
    with closing(connect(far.home.folder / "syncd.db")) as state:
        query = "select value from fact where name like 'signin:%'"
        assert state.execute(query).fetchall() == []


def test_a_daemon_shows_it_where_its_owner_says_so(far: Far) -> None:
    """`retry` of another account shows this one's password to nobody."""
    far.signs_in()
    far.written("wrong")
    text = far.home.config.read_text(encoding="utf-8")
    far.home.configure(text.replace("rules:", "  - {name: here, kind: local, mail: mail}\nrules:"))
    (far.home.folder / "mail" / "new").mkdir(parents=True)
    with Running(far.home.config, NOON) as daemon:
        daemon.settled()
        assert far.tries() == 1
        for _ in range(2):
            assert far.home.syncd("retry", "here").code == 0
            daemon.heard("source.failed", account="far")
        assert far.tries() == 1
        assert far.home.syncd("retry", "far").code == 0
        daemon.until(lambda: far.tries() == 2)
        assert daemon.stop()[0] == 0
