"""`syncd init` where servers refuse the password: it is shown once, and the exit code says whether
anybody else can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from acceptance_world import NOW, Result, run
from servers.dovecot import free_port
from servers.fake_dav import Asked, FakeDav, Reply, fake_dav
from servers.fake_imap import FakeImap

ANA = "ana@example.org"


@dataclass
class Refusing:
    """A mail server and a calendar server that let nobody in."""

    mail: FakeImap
    dav: FakeDav
    folder: Path

    def tries(self) -> tuple[int, int]:
        """How often the password was shown, to the one and to the other."""
        shown = sum("Authorization" in one.headers for one in self.dav.asked)
        return sum("AUTHENT" in line for line in self.mail.log), shown

    def init(self, target: Path, *words: str, dav: str = "") -> Result:
        return run(
            "--now", NOW, "init", "--yes", "--to", str(target), "--account", ANA,
            "--imap", f"127.0.0.1:{self.mail.port}", "--caldav", dav or self.dav.url,
            "--password-command", "printf hunter2", *words,
        )  # fmt: skip

    def anew(self, *words: str, dav: str = "") -> tuple[Path, Result]:
        """A first configuration."""
        home = self.folder / "home"
        home.mkdir()
        target = self.folder / "conf" / "syncd.yaml"
        own = ("--home", str(home), "--name", "Ana Silva", "--timezone", "UTC")
        return target, self.init(target, *own, *words, dav=dav)


def _refuses(_: Asked) -> Reply:
    return Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'})


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[Refusing]:
    with FakeImap() as mail, fake_dav() as dav:
        mail.says("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] no", always=True)
        dav.script = _refuses
        yield Refusing(mail, dav, tmp_path)


def not_shown_again(target: Path, refusing: Refusing) -> None:
    """The next `once` does not; it is 1, for there is a folder of tasks as well."""
    assert run("--config", str(target), "--now", NOW, "once").code == 1
    assert refusing.tries() == (1, 1)


def test_the_first_look_does_not_show_it_again(refusing: Refusing) -> None:
    """Nor does the next `once`: what the trial was told counts. Nobody could be read, and that is
    what stands in the place of people and tasks."""
    target, done = refusing.anew()
    assert (done.code, refusing.tries()) == (77, (1, 1))
    assert "it was refused at 12:00 UTC" in done.err
    assert done.out.count(": not everything of example, example-calendar could be read.") == 2
    assert "once\n      read again; no task is written yet" in done.out
    not_shown_again(target, refusing)
    for path in filter(Path.is_file, target.parent.glob("syncd.db*")):
        assert b"hunter2" not in path.read_bytes()


def test_without_the_look(refusing: Refusing) -> None:
    """The same exit code, and the same memory."""
    target, done = refusing.anew("--no-look", "--json")
    assert (done.code, refusing.tries()) == (77, (1, 1))
    assert [one["signed_in"] for one in done.json["accounts"]] == [False, False]
    not_shown_again(target, refusing)


@pytest.mark.parametrize("look", ["--look", "--no-look"])
def test_where_one_is_only_away(refusing: Refusing, look: str) -> None:
    """Who is away refuses nobody: 1."""
    away = f"http://127.0.0.1:{free_port()}/"
    assert refusing.anew(look, dav=away)[1].code == 1


def test_an_account_that_is_added(refusing: Refusing) -> None:
    """Another account is there, which may be read: 1. The next `once` shows it to nobody again."""
    target = refusing.folder / "own.yaml"
    (refusing.folder / "mail").mkdir()
    target.write_text(
        "owner: {name: Ana, addresses: [ana@example.org], timezone: UTC}\n"
        "accounts:\n  - {name: home, kind: local, mail: [mail/]}\n"
        "rules: []\nstate: sqlite:///own.db\n",
        encoding="utf-8",
    )
    assert (refusing.init(target).code, refusing.tries()) == (1, (1, 1))
    not_shown_again(target, refusing)
