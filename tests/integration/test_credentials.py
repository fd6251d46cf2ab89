"""What a service manager hands over reaches those who need it, and nobody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from acceptance_world import Home, at
from pytest_mock import MockerFixture
from sqlalchemy import make_url

from syncd import wiring
from syncd.config import ConfigErrors

KEY = "5a" * 32
REMOTE = "\nstate: postgresql+psycopg://syncd@db.example.org/syncd\n"


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of credentials of a service, still empty."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


def remote(folder: Path, url: str = REMOTE) -> wiring.Assembly:
    home = Home(folder)
    home.configure(home.config.read_text().replace("\nstate: sqlite:///syncd.db\n", url))
    return wiring.assemble(home.config)


def opened(mocker: MockerFixture, assembly: wiring.Assembly) -> str | None:
    """The password that the database is asked to open with."""
    asked = mocker.patch("syncd.assembly.open_database")
    wiring.open_state(assembly)
    return make_url(asked.call_args.args[0]).password


def test_the_password_of_the_state_is_a_credential(
    tmp_path: Path, credentials: Path, mocker: MockerFixture
) -> None:
    """It joins the URL where the database is opened, and shows in no other place."""
    (credentials / "state-password").write_text("p@ss/word:1\n")
    assembly = remote(tmp_path)
    assert opened(mocker, assembly) == "p@ss/word:1"
    assert "p@ss" not in wiring.state_url(assembly)


def test_a_password_in_the_configuration_is_left_alone(
    tmp_path: Path, credentials: Path, mocker: MockerFixture
) -> None:
    """What the owner wrote into the URL is what they meant."""
    (credentials / "state-password").write_text("other")
    assembly = remote(tmp_path, REMOTE.replace("syncd@", "syncd:mine@"))
    assert opened(mocker, assembly) == "mine"


def test_a_password_beside_the_configuration_is_guarded(tmp_path: Path) -> None:
    """One that others can read is a mistake at its place, with what to do."""
    assembly = remote(tmp_path)
    secret = tmp_path / "secrets" / "state-password"
    secret.parent.mkdir()
    secret.write_text("horse")
    secret.chmod(0o644)
    with pytest.raises(ConfigErrors, match=r"syncd\.yaml:\d+:1: state: .*chmod 600") as caught:
        wiring.open_state(assembly)
    assert "horse" not in str(caught.value)


def test_the_forgetting_key_can_be_a_credential(tmp_path: Path, credentials: Path) -> None:
    """Then it lies on no disk; and without it nothing is read, because they would come back."""
    home = Home(tmp_path / "home")
    home.mail("Ben Archer <ben@example.com>", "ana@example.org", at("2026-06-01T09:00"))
    home.once()
    handed = credentials / "forgetting-key"
    handed.write_text(KEY + "\n")
    assert home.syncd("forget", "ben@example.com", "--yes").code == 0
    assert list(home.folder.glob("*.key")) == []
    home.once()
    assert home.syncd("explain", "ben@example.com").code == 1
    handed.write_text("6b" * 32)
    wrong = home.syncd("once")
    assert wrong.code != 0
    assert "the credential forgetting-key is not the key" in wrong.err
    handed.unlink()
    assert "is lost: put it back" in home.syncd("once").err


def test_a_credential_does_not_replace_the_key_in_use(tmp_path: Path, credentials: Path) -> None:
    """Whoever was forgotten with the key in the file stays out, and so does the next one."""
    home = Home(tmp_path / "home")
    for name in ("ben", "cleo"):
        home.mail(f"{name}@example.com", "ana@example.org", at("2026-06-01T09:00"))
    home.once()
    assert home.syncd("forget", "ben@example.com", "--yes").code == 0
    (credentials / "forgetting-key").write_text(KEY)
    assert home.syncd("forget", "cleo@example.com", "--yes").code == 0
    (credentials / "forgetting-key").unlink()
    home.once()
    assert home.syncd("explain", "cleo@example.com").code == 1


def test_a_credential_that_is_no_key_is_told(tmp_path: Path, credentials: Path) -> None:
    """The sentence says what a key looks like."""
    home = Home(tmp_path / "home")
    home.mail("Ben Archer <ben@example.com>", "ana@example.org", at("2026-06-01T09:00"))
    home.once()
    (credentials / "forgetting-key").write_text("secret")
    told = home.syncd("forget", "ben@example.com", "--yes")
    assert told.code != 0
    assert "64 hexadecimal digits" in told.err
    assert "secret" not in told.err.replace("forgetting-key", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files for others")
def test_what_root_makes_beside_a_service_is_the_services(tmp_path: Path) -> None:
    """Commands that root runs leave no file in the state's folder that its owner cannot read."""
    home = Home(tmp_path / "home")
    home.mail("Ben Archer <ben@example.com>", "ana@example.org", at("2026-06-01T09:00"))
    state = home.folder / "state"
    state.mkdir()
    os.chown(state, 12345, 12345)
    home.configure(home.config.read_text().replace("///syncd.db", "///state/syncd.db"))
    home.once()
    assert home.syncd("forget", "ben@example.com", "--yes").code == 0
    assert {path.stat().st_uid for path in state.iterdir()} == {12345}
