"""Whatever a secret is, no command shows any of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from acceptance_world import Home, at
from servers.fake_dav import Asked, Reply, fake_dav

CONFIG = """\
owner: {{name: Ana, addresses: [ana@example.org], timezone: Europe/Lisbon}}
accounts:
  - {{name: dav, kind: caldav, url: 'http://127.0.0.1:1/', {}}}
  - {{name: here, kind: local, calendar: calendar/}}
rules: [none.yaml]
state: sqlite:///syncd.db
"""


@pytest.mark.parametrize(
    "signs_in",
    ["auth: bearer", r"user: Łukasz, password_command: [printf, 'hunter2\rX: hunter2']"],
    ids=["file", "command"],
)
def test_a_secret_that_is_none(tmp_path: Path, signs_in: str) -> None:
    """Several lines, or what ends a header: that account asks to be mended, the others are read,
    and no output holds any of it."""
    home = Home(tmp_path)
    home.configure(CONFIG.format(signs_in))
    home.write("secrets/dav.token", "hunter2\nrefresh=hunter2\n").chmod(0o600)
    home.event(at(home.now) - timedelta(days=3))
    once, *others = (home.syncd(name) for name in ("once", "status", "doctor"))
    assert once.code == 1
    assert once.err.startswith("syncd: dav: contacts, calendar: the ")
    assert once.err.count("\n") == 1
    for told in (once, *others):
        assert "hunter2" not in told.out + told.err
        assert "Traceback" not in told.err
    assert ", 1 meeting," in others[0].out


@pytest.mark.parametrize(
    ("signs_in", "mode", "but"),
    [
        ("user: ana", None, "there is no password"),
        ("user: ana", 0o644, "dav.password"),
        ("user: ana, password_command: [sh, -c, exit 3]", None, ""),
    ],
    ids=["missing", "read by others", "command"],
)
def test_its_exit_codes(tmp_path: Path, signs_in: str, mode: int | None, but: str) -> None:
    """Whatever keeps the only account from signing in is 77 for whoever tries it, and 1 beside
    another account; `check` tries nothing, and says what it sees."""
    home = Home(tmp_path)
    text = CONFIG.format(signs_in)
    home.configure("".join(line for line in text.splitlines(True) if "name: here" not in line))
    if mode is not None:
        home.write("secrets/dav.password", "hunter2\n").chmod(mode)
    checked = home.syncd("check")
    assert (checked.code, but in checked.out.partition("but dav: ")[2]) == (0, True)
    assert ("but dav: " in checked.out) == bool(but)
    assert [home.syncd(name).code for name in ("doctor", "once", "status")] == [77, 77, 77]
    home.configure(text)
    assert [home.syncd(name).code for name in ("doctor", "once")] == [1, 1]


def test_nobody_signs_in(tmp_path: Path) -> None:
    """A calendar server without a user needs no password, so none is missing."""
    home = Home(tmp_path)
    home.configure(CONFIG.format("contacts: false"))
    checked = home.syncd("check")
    assert (checked.code, "but dav" in checked.out) == (0, False)


def _refuses(_: Asked) -> Reply:
    return Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'})


def test_the_key_of_what_was_refused(tmp_path: Path) -> None:
    """It lies beside the state for its owner alone, which `doctor` looks at, and a backup neither
    takes its place nor holds it. After a restore what was refused is still not shown again."""
    home = Home(tmp_path)
    with fake_dav() as dav:
        dav.script = _refuses
        home.configure(CONFIG.format("user: ana").replace("http://127.0.0.1:1/", dav.url))
        home.write("secrets/dav.password", "hunter2\n").chmod(0o600)
        assert home.syncd("once").code == 1
        key = home.database.with_name("syncd.db.signin")
        assert key.stat().st_mode & 0o777 == 0o600
        key.chmod(0o644)
        assert "others may read syncd.db.signin" in home.syncd("doctor").out
        key.chmod(0o600)
        before = key.read_bytes()
        refused = home.syncd("backup", str(key), "--force")
        assert (refused.code, "is the state itself" in refused.err) == (2, True)
        backup = tmp_path / "one.backup"
        assert home.syncd("backup", str(backup)).code == 0
        assert before not in backup.read_bytes()
        assert home.syncd("restore", str(backup)).code == 0
        assert key.read_bytes() == before
        assert "is not tried again before 13:00" in home.syncd("once").err
        assert sum("Authorization" in one.headers for one in dav.asked) == 1
