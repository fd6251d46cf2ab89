"""Power cuts: a run that is killed in the middle of a large mailbox loses and doubles nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from acceptance_letters import ANA_WHO, difference, letter, mbox, told
from acceptance_world import ANA, FIRST_NAMES, LAST_NAMES, Home, at
from mortal import mortal, within

SYNCD = str(Path(sys.executable).with_name("syncd"))
COUNT = 1100  # three portions


@cache
def mails() -> list[bytes]:
    """So many mails with 150 people, half of them sent, some that ask."""
    found = []
    for n in range(COUNT):
        first, last = FIRST_NAMES[n % 25], LAST_NAMES[n % 6]
        who = f"{first} {last} <{first.lower()}@{last.lower()}.example.com>"
        author, to = (ANA_WHO, who) if n // 150 % 2 == 0 else (who, ANA)
        text = "Could you send me the plan?\n" if n % 7 == 0 else "It rained again.\n"
        day = at("2025-06-01T09:00") + timedelta(hours=3 * n)
        found.append(letter(author, to, day, text, name=f"k{n}@example.net", subject=f"Matter {n}"))
    return found


def write(folder: Path, kind: str) -> Home:
    """A home with this mail, as one mbox, as a Maildir, or as single files."""
    home = Home(folder, rules="open-loops", more="mode: preview\n")
    if kind == "mbox":
        home.write("archive.mbox", mbox(mails()))
        home.configure(home.config.read_text().replace("[mail/]", "[archive.mbox]"))
    else:
        for sub in ("cur", "new", "tmp"):
            (folder / "Maildir" / sub).mkdir(parents=True, exist_ok=True)
        for n, data in enumerate(mails()):
            home.write(f"Maildir/cur/{1750000000 + n}.{n}.host:2,S", data)
        home.configure(home.config.read_text().replace("[mail/]", "[Maildir]"))
    return home


def kill_after(home: Home, lines: int) -> int:
    """The exit code of `syncd once`, killed when it has told of so many events."""
    command = [SYNCD, "-v", "--config", str(home.config), "--now", home.now, "once"]
    with (
        subprocess.Popen(mortal(command), stderr=subprocess.PIPE, text=True) as process,
        within(120, process),
    ):
        assert process.stderr is not None
        for number, _ in enumerate(process.stderr, 1):
            if number >= lines:
                process.kill()
                break
    return process.returncode


@pytest.mark.parametrize("kind", ["Maildir", "mbox"])
def test_killed_again_and_again(tmp_path: Path, kind: str) -> None:
    """Killed early, later and once more, the next run ends where an undisturbed one ends."""
    whole, cut = write(tmp_path / "whole", kind), write(tmp_path / "cut", kind)
    whole.once()
    for lines in (1, 2, 3):
        assert kill_after(cut, lines) == -signal.SIGKILL
    cut.once()
    found, expected = told(cut), told(whole)
    assert len(expected["people"]) == 150
    assert found == expected, difference(expected, found)
    again = cut.syncd("once", "--json").json
    assert sum(one["items"] for one in again["read"]) == 0
