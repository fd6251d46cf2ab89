"""What an account signs in with: found anew each time, and not shown twice in vain."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import SignInNeeded, Unavailable
from syncd.config import Document
from syncd.wiring.accounts import key_of
from syncd.wiring.keys import APART, Key


class Clock:
    """Seconds, as they are said to pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _no_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def put(folder: Path, text: str, mode: int = 0o600) -> None:
    """The owner writes the password down."""
    path = folder / "secrets" / "post.password"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def refusal(key: Key) -> str:
    with pytest.raises(SignInNeeded) as caught:
        key()
    return str(caught.value)


def test_none_says_what_to_do(tmp_path: Path) -> None:
    """All the places where it could be; once it is there it counts at once."""
    key = Key("post.password", tmp_path)
    words = (
        f"there is no password to sign in with: write it into {tmp_path}/secrets/post.password "
        "(chmod 600), give it as the credential post.password, or set `password_command:`"
    )
    assert (refusal(key), key.lacks()) == (words, words)
    put(tmp_path, "secret\n")
    assert (key(), key.lacks()) == ("secret", "")
    put(tmp_path, "another\n", 0o640)
    assert refusal(key).startswith("others can read the secret ")


def test_a_token_has_a_name_of_its_own(tmp_path: Path) -> None:
    """An account that signs in with one looks for no password."""
    put(tmp_path, "secret\n")
    path = tmp_path / "syncd.yaml"
    path.write_text(
        "owner: {name: Ana, addresses: [ana@example.org], timezone: Europe/Lisbon}\naccounts:\n"
        "  - {name: post, kind: imap, host: h.example, user: ana, auth: xoauth2}\n"
        "  - {name: home, kind: local, mail: mail}\n"
    )
    post, home = Document(path).settings().accounts
    key = key_of(post, tmp_path)
    assert key is not None
    assert "secrets/post.token" in refusal(key)
    assert "`token_command:`" in key.lacks()
    assert key_of(home, tmp_path) is None


def test_a_command_is_asked_each_time(tmp_path: Path) -> None:
    """What it prints may change; nobody asks it whether it would."""
    key = Key("post.password", tmp_path, ["cat", "word"])
    assert key.lacks() == ""
    for word in ("first", "second"):
        (tmp_path / "word").write_text(f"{word}\n")
        assert key() == word


def test_a_command_that_fails_is_asked_again_later(tmp_path: Path) -> None:
    """It may be a vault that is away or locked: no sign-in is needed for that. Until a while has
    passed, or the owner says so, it is not asked again by other sources of the account."""
    clock = Clock()
    key = Key("post.password", tmp_path, ["sh", "-c", "echo x >> asked; cat word"], clock)
    words = (
        "'sh' ended with 1 (No such file or directory): correct `password_command:`, "
        "or what it needs to print the password"
    )
    for _ in range(3):
        with pytest.raises(Unavailable) as caught:
            key()
        assert (str(caught.value), caught.value.asked) == (words, False)
    (tmp_path / "word").write_text("first\n")
    with pytest.raises(Unavailable):
        key()
    clock.now += 60
    assert key() == "first"
    (tmp_path / "word").unlink()
    with pytest.raises(Unavailable):
        key()
    (tmp_path / "word").write_text("second\n")
    key.again()
    assert key() == "second"
    assert (tmp_path / "asked").read_text() == "x\n" * 4


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    """Only the owner can mend that."""
    key = Key("post.token", tmp_path, ["/opt/nowhere/oauth", "post"])
    assert refusal(key) == (
        "there is no command 'oauth': correct `token_command:`, or what it needs to print the token"
    )


def test_what_was_refused_is_not_shown_again(tmp_path: Path) -> None:
    """Within an hour, by none of an account's sources; another secret is, at once, and the same
    one when the owner asks for it or the hour is over."""
    clock = Clock()
    key = Key("post.password", tmp_path, clock=clock)
    put(tmp_path, "wrong\n")
    key.refused(key(), "the server does not accept it")
    assert refusal(key) == "the server does not accept it"
    put(tmp_path, "right\n")
    assert key() == "right"
    put(tmp_path, "wrong\n")
    clock.now += APART - 1
    assert refusal(key) == "the server does not accept it"
    clock.now += 1
    assert key() == "wrong"
    key.refused("wrong", "still not")
    assert refusal(key) == "still not"
    key.again()
    assert key() == "wrong"


def test_a_new_one_is_noticed(tmp_path: Path) -> None:
    """Without being shown: where there was none, one that others could read, or that was refused.
    Nothing is looked for while all is well."""
    key = Key("post.password", tmp_path)
    assert not key.renewed()
    refusal(key)
    assert not key.renewed()
    put(tmp_path, "wrong\n", 0o644)
    assert not key.renewed()
    put(tmp_path, "wrong\n")
    assert key.renewed()
    key.again()
    key.refused(key(), "no")
    assert not key.renewed()
    put(tmp_path, "right\n")
    assert key.renewed()
    key.again()
    assert key() == "right"
    assert not key.renewed()


def test_it_is_not_printed_by_accident(tmp_path: Path) -> None:
    """What is left of it in memory is in no representation."""
    put(tmp_path, "hunter2\n")
    key = Key("post.password", tmp_path)
    key.refused(key(), "no")
    assert "hunter2" not in f"{key!r} {key!s}"
