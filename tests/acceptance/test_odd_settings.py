"""Settings that break what reads them: each is a mistake of the configuration, told in one line."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from acceptance_world import Home, run
from daemons import Running

from syncd.cli.call import default_config
from syncd.config import ConfigErrors

OWNER = "owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}\n"
ACCOUNT = "accounts: [{{name: home, kind: local, mail: [{}], tasks: {}}}]\nrules: [open-loops]\n"
GOOD = OWNER + ACCOUNT.format("mail/", "tasks/")
NOBODY = GOOD + "metrics: {textfile: ~nosuch/x.prom}\n"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (OWNER + ACCOUNT.format('"~nosuch/Mail"', "tasks/"), ":2:45: accounts.mail: '~nosuch/"),
        (OWNER + ACCOUNT.format("mail/", '"~nosuch/t"'), "~nosuch is nobody's home folder"),
        (NOBODY, ":4:11: metrics.textfile: '~nosuch/x.prom'"),
        (OWNER + ACCOUNT.format('"a\\0b"', "tasks/"), "is no path"),
        ("[" * 800, "nested too deeply"),
        (GOOD + "tags: &a {b: *a}\n", "tags"),
        ("&a {b: *a}\n", "nested too deeply"),
        (GOOD + f"limits: {{per_day: {'9' * 5000}}}\n", "5000 digits"),
        (GOOD + f"mode: 0x{'f' * 5000}\n", "more digits"),
        (GOOD + "mode: !!bool maybe\n", "marked as"),
        (GOOD + "limits: !!omap [a: b]\n", ":4:1: unknown key 'a'"),
    ],
)
def test_each_is_a_mistake(tmp_path: Path, text: str, word: str) -> None:
    """`check` names it, and everything else ends with the same words and exit code."""
    home = Home(tmp_path)
    home.configure(text)
    for command in ("check", "once"):
        result = home.syncd(command)
        assert (result.code, result.out) == (78, ""), result
        assert word in result.err
    assert not home.database.exists()


def test_a_state_that_links_to_itself(tmp_path: Path) -> None:
    """It cannot be opened, which is said."""
    home = Home(tmp_path)
    (tmp_path / "loop.db").symlink_to(tmp_path / "loop.db")
    home.configure(GOOD + "state: sqlite:///loop.db\n")
    result = home.syncd("once")
    assert result.code in (1, 78)
    assert "loop.db" in result.err


def test_it_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is a mistake of the configuration like any other, and no wrong usage."""
    home = Home(tmp_path)

    def refused(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.access", lambda *_: False)  # root may read everything
    monkeypatch.setattr("syncd.config.read.text_of", refused)
    for command in ("check", "status"):
        result = home.syncd(command)
        assert (result.code, result.out) == (78, "")
        assert "syncd.yaml: cannot be read: [Errno 13] Permission denied" in result.err


def test_nobody_has_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file here, and without a home to look in, a configuration has to be named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def none() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    with pytest.raises(ConfigErrors, match="--config"):
        default_config()
    assert run("check").code == 78


def test_a_daemon_keeps_the_old_one(tmp_path: Path) -> None:
    """Handed one after the other it refuses each; `status` says how the one that is right by now
    comes into use, and it does."""
    home = Home(tmp_path, rules="open-loops", more="log: json\n")
    right = home.config.read_text(encoding="utf-8")
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        for wrong in (right + "metrics: {textfile: ~nosuch/x.prom}\n", "[" * 800):
            home.configure(wrong)
            daemon.reload()
            daemon.heard("config.refused", mistakes=1)
        home.configure(right)
        said = home.syncd("status")
        assert said.code == 1
        assert "`systemctl reload` (SIGHUP) has it used" in said.out
        daemon.reload()
        daemon.heard("config.reloaded")
        assert home.status()["configuration_refused"] is None
        assert daemon.stop(signal.SIGTERM)[0] == 0
