"""A password that a server refused is not shown again by whatever asks next: servers lock out who
tries often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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

    def written(self, word: str) -> None:
        self.home.write("secrets/far.password", f"{word}\n").chmod(0o600)

    def signs_in(self, user: str = "ana", more: str = "") -> None:
        """The configuration says as whom."""
        self.home.configure(CONFIG.format(f"{self.account}, user: {user}{more}"))


def _refuses(_: Asked) -> Reply:
    return Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'})


@pytest.fixture(params=["imap", "caldav"])
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Far]:
    home = Home(tmp_path, now=NOON)
    if request.param == "imap":
        with FakeImap() as mail:
            mail.says("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] no", always=True)
            where = f"kind: imap, host: 127.0.0.1, port: {mail.port}, tls: none"
            yield Far(home, where, lambda: sum("AUTHENT" in line for line in mail.log))
        return
    with fake_dav() as dav:
        dav.script = _refuses
        where = f"kind: caldav, url: '{dav.url}'"
        yield Far(home, where, lambda: sum("Authorization" in one.headers for one in dav.asked))


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
