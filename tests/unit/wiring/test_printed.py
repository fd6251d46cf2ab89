"""What a command prints is taken as a secret, and whatever it does ends soon and tells none."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from syncd.wiring.printed import NotPrinted, printed

WORD = "correct horse battery"


def script(folder: Path, text: str) -> list[str]:
    """A program of the owner's, started by its path from the folder."""
    path = folder / "ask"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return ["./ask"]


def refusal(command: list[str], folder: Path, seconds: float = 30.0) -> str:
    with pytest.raises(NotPrinted) as caught:
        printed(command, folder, seconds)
    return str(caught.value)


def test_the_first_line_counts(tmp_path: Path) -> None:
    """Its end is cut off, spaces are not; what it complains of while all goes well is nobody's
    business."""
    command = script(tmp_path, f"echo oops >&2; printf ' {WORD} \\r\\nuser: ana\\n'")
    assert printed(command, tmp_path) == f" {WORD} "
    assert printed(["printf", "%s", WORD], tmp_path) == WORD


def test_it_runs_without_a_shell_and_beside_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words are handed on as they are, but for a `~/` at the beginning of one."""
    monkeypatch.setenv("HOME", "/home/ana")
    assert printed(["printf", "%s", "$HOME;*"], tmp_path) == "$HOME;*"
    assert printed(["printf", "%s", "~/x"], tmp_path) == "/home/ana/x"
    assert printed(["pwd"], tmp_path) == str(tmp_path)


def test_it_sees_no_secret_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the manager's folder nor our own settings, and nothing to read from; everything else
    of the environment is there, as password managers want it."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/syncd")
    monkeypatch.setenv("SYNCD_STATE", "postgresql+psycopg://syncd:hunter2@db/syncd")
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    monkeypatch.setenv("GNUPGHOME", "/home/ana/.gnupg")
    seen = printed(["sh", "-c", "env | sort | tr '\\n' ' '; cat"], tmp_path)
    assert "GNUPGHOME=/home/ana/.gnupg" in seen
    assert "PATH=" in seen
    for word in ("CREDENTIALS", "SYNCD", "hunter2"):
        assert word not in seen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exit 3", "'ask' ended with 3"),
        ("true", "'ask' printed nothing"),
        ("echo; echo second", "'ask' printed nothing"),
        ("kill -9 $$", "'ask' was killed (SIGKILL)"),
        ("printf '\\377\\n'", "what 'ask' printed is no text (UTF-8)"),
        ("cat nowhere", "'ask' ended with 1 (No such file or directory)"),
        ("echo 'gpg: decryption failed: No secret key' >&2; echo >&2; exit 2",
         "'ask' ended with 2 (decryption failed)"),
        ("echo 'ask me not' >&2; exit 1",
         "'ask' ended with 1: run it yourself to see what it complains of"),
    ],
)  # fmt: skip
def test_why_it_cannot_be_had(text: str, words: str, tmp_path: Path) -> None:
    """One short sentence, with words of the system in what the program complained of."""
    assert refusal(script(tmp_path, text), tmp_path) == words


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """It is named by its last part, without what is handed to it."""
    assert refusal(["/opt/nowhere/pass", WORD], tmp_path) == "there is no command 'pass'"
    (tmp_path / "plain").write_text("no program")
    assert refusal(["./plain"], tmp_path) == "'plain' cannot be started (Permission denied)"


@pytest.mark.parametrize("end", ["exit 2", "true"])
@pytest.mark.parametrize(
    "complaint", ["hunter2", f"bad passphrase {WORD}", f"{WORD}: Permission denied", "\\033[2Jx"]
)
def test_a_complaint_tells_no_secret(complaint: str, end: str, tmp_path: Path) -> None:
    """A password may be any word of it, so none is repeated but the system's own."""
    said = refusal(script(tmp_path, f"printf '{complaint}\\n' >&2; {end}"), tmp_path)
    for word in (*WORD.split(), "hunter2", "bad", "\033"):
        assert word not in said
    assert ("Permission denied" in said) == ("Permission" in complaint)


def test_one_that_never_ends_is_ended(tmp_path: Path) -> None:
    """After its time, with all that it started."""
    command = script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; echo {WORD}; wait")
    begun = time.monotonic()
    assert refusal(command, tmp_path, 0.5) == "'ask' was not done after 0 seconds"
    assert time.monotonic() - begun < 5
    child = int((tmp_path / "child").read_text())
    while _state(child) not in ("", "Z"):  # ended, and perhaps nobody has buried it yet
        assert time.monotonic() - begun < 20
        os.sched_yield()


def test_whatever_holds_its_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """An agent that a password manager leaves behind."""
    command = script(tmp_path, f"sleep 20 & echo $! > {tmp_path}/child; echo {WORD}")
    begun = time.monotonic()
    assert printed(command, tmp_path) == WORD
    assert time.monotonic() - begun < 10
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


def test_one_that_prints_without_end(tmp_path: Path) -> None:
    """It costs no memory, and is no password."""
    assert refusal(["yes"], tmp_path, 0.3) == "'yes' was not done after 0 seconds"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
