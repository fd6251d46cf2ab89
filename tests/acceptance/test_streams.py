"""What the shell hands to a command: a full disk to print to, and words that are no text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at

BEN = "ben@birkin.example.com"
PROGRAM = os.fsencode(Path(sys.executable).with_name("syncd"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Ana wrote to Ben once."""
    home = Home(tmp_path_factory.mktemp("streams"))
    home.mail(ANA, f"Ben Birkin <{BEN}>", at("2026-06-01T09:00"))
    home.once()
    return home


def started(
    home: Home, *words: bytes, out: str = os.devnull, **more: str
) -> subprocess.CompletedProcess[str]:
    config = os.fsencode(home.config)
    with Path(out).open("wb") as stdout:
        return subprocess.run(
            [PROGRAM, b"--config", config, b"--now", home.now.encode(), *words],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"LC_ALL": "C.UTF-8"} | more,
            check=False,
            timeout=60,
        )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("words", "more"),
    [
        ([b"status"], {}),
        ([b"people", b"--json"], {}),
        ([b"people", b"--json"], {"PYTHONUNBUFFERED": "1"}),
        ([b"--help"], {}),
    ],
)
def test_standard_output_is_full(home: Home, words: list[bytes], more: dict[str, str]) -> None:
    """Whether it shows at once or at the end: one line, and exit code 1."""
    done = started(home, *words, out="/dev/full", **more)
    said = "syncd: standard output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_nobody_reads_what_is_printed(home: Home, unbuffered: str) -> None:
    """They have what they wanted: no trouble, and nothing is said."""
    with subprocess.Popen(
        [PROGRAM, "--config", home.config, "people", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"")


@pytest.mark.parametrize(
    "words",
    [[b"note", BEN.encode(), b"f\xfcr"], [b"mute", b"b\xfcn"], [b"merge", BEN.encode(), b"b\xfcn"]],
)
def test_words_that_are_no_text(home: Home, words: list[bytes]) -> None:
    """Wrong usage, said in one line; nothing is stored."""
    done = started(home, *words)
    assert done.returncode == 2
    assert done.stderr == (
        f"syncd: {os.fsdecode(words[-1])!a} is not UTF-8 text: type it in a UTF-8 locale\n"
    )
    assert home.syncd("note", BEN, "--json").json == []


def test_files_may_have_any_name(home: Home) -> None:
    """They are no text for us to store: a backup is written to whatever is named."""
    target = home.folder / os.fsdecode(b"b\xfcckup")
    done = started(home, b"backup", os.fsencode(target))
    assert (done.returncode, done.stderr) == (0, "")
    assert target.stat().st_size > 0


def test_folders_may_have_any_name(tmp_path: Path) -> None:
    """The state's is no text either: it is looked at and copied all the same."""
    home = Home(tmp_path / os.fsdecode(b"b\xfcro"))
    assert started(home, b"once").returncode == 0
    assert started(home, b"doctor").returncode == 0
    done = started(home, b"backup", os.fsencode(home.folder / "copy.db"))
    assert (done.returncode, done.stderr) == (0, "")
