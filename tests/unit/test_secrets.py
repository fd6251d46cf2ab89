"""Secrets are found where they should be, and shown nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.secrets import SecretWrong, credential, secret

WORD = "correct horse"


def put(path: Path, content: bytes = WORD.encode(), mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.fixture(autouse=True)
def _no_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def test_a_credential_comes_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the manager hands over wins; without it the file beside the configuration counts."""
    put(tmp_path / "credentials" / "state-password", b"from the manager\n", 0o440)
    put(tmp_path / "secrets" / "state-password")
    found = secret("state-password", tmp_path)
    assert found is not None
    assert found.get_secret_value() == WORD
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    for found in (secret("state-password", tmp_path), credential("state-password")):
        assert found is not None
        assert found.get_secret_value() == "from the manager"


def test_none_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no such secret, nowhere, nothing is returned."""
    assert secret("state-password", tmp_path) is None
    assert credential("state-password") is None
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "nowhere"))
    assert secret("state-password", tmp_path) is None


def test_it_does_not_show(tmp_path: Path) -> None:
    """Printed, formatted or in a traceback's repr it is stars."""
    put(tmp_path / "secrets" / "imap.home")
    found = secret("imap.home", tmp_path)
    assert WORD not in f"{found} {found!r} {[found]}"


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_the_line_break_of_an_editor_is_no_part_of_it(tmp_path: Path, ending: bytes) -> None:
    """One line break at the end goes; blanks stay, for they may be meant."""
    put(tmp_path / "secrets" / "x", b" a b " + ending)
    found = secret("x", tmp_path)
    assert found is not None
    assert found.get_secret_value() == " a b "


def test_the_mark_of_an_editor_is_no_part_of_it(tmp_path: Path) -> None:
    """Some begin UTF-8 with a byte order mark."""
    put(tmp_path / "secrets" / "x", b"\xef\xbb\xbf" + WORD.encode())
    found = secret("x", tmp_path)
    assert found is not None
    assert found.get_secret_value() == WORD


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The sentence says how to mend it, and not what is in it."""
    path = put(tmp_path / "secrets" / "state-password", mode=mode)
    with pytest.raises(SecretWrong, match=f"chmod 600 {path}") as caught:
        secret("state-password", tmp_path)
    assert WORD not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\n", "empty"),
        (b"\xff\xfe", "no text"),
        (b"x" * 70_000, "too long"),
        (b"correct\nhorse\n", "several lines"),
        (b"correct\rhorse", "several lines"),
        (b"correct\0horse", "control characters"),
    ],
)
def test_what_cannot_be_a_secret_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """An empty file, bytes that are no text, more than one, and a file that is something else."""
    put(tmp_path / "secrets" / "state-password", content)
    with pytest.raises(SecretWrong, match=words) as caught:
        secret("state-password", tmp_path)
    assert "correct" not in str(caught.value)


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    """What cannot be read is told with the reason."""
    (tmp_path / "secrets" / "state-password").mkdir(parents=True)
    with pytest.raises(SecretWrong, match="cannot be read"):
        secret("state-password", tmp_path)


@pytest.mark.parametrize("name", ["../shadow", "", ".hidden", "a/b", "a b", "a\n"])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    """An account's name becomes part of a path only where it stays inside the folder."""
    with pytest.raises(SecretWrong, match="cannot name a secret"):
        secret(name, tmp_path)
