"""`syncd init` on a real terminal, and interrupted."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from acceptance_init import lived_in
from acceptance_terminal import SYNCD, Terminal
from acceptance_world import NOW, run
from mortal import mortal, within
from unit.setup.homes import CARD, maildir, put


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the tests that write their configuration elsewhere."""
    return lived_in(tmp_path_factory.mktemp("home"))


def test_the_questions(home: Path, tmp_path: Path) -> None:
    """What is known is proposed; a wrong answer is told at once and asked again; what is left out
    is not read, what is added is."""
    maildir(tmp_path / "more")
    put(tmp_path, {"empty/": "", "cards.vcf": CARD})
    target = tmp_path / "syncd.yaml"
    with Terminal("--home", str(home), "--to", str(target)) as terminal:
        terminal.until("Your name [Ana Silva]: ")
        terminal.say("")
        terminal.until("commas between them [ana@example.org]: ")
        terminal.say("ana@")
        terminal.until("'ana@' is no mail address")
        terminal.until("[ana@example.org]: ")
        terminal.say("ana@example.org, ana@example.com")
        terminal.until("Your time zone")
        terminal.say("Europe/Lisbn")
        terminal.until("did you mean Europe/Lisbon?")
        terminal.say("Europe/Lisbon")
        terminal.until("The address of the account, or a URL, or nothing: ")
        terminal.say("")
        terminal.until("1  mail ")
        terminal.until("2  calendar ")
        terminal.until("Leave any out? Their numbers, or nothing: ")
        terminal.say("7")
        terminal.until("write numbers from 1 to 2, or nothing")
        terminal.say("2")
        terminal.until("More to read?")
        terminal.say(str(tmp_path / "nothing"))
        terminal.until("is not there")
        terminal.say(str(tmp_path / "empty"))
        terminal.until("neither mail nor events nor cards")
        terminal.say(str(tmp_path / "more"))
        terminal.until("More to read?")
        terminal.say(str(tmp_path / "cards.vcf"))
        terminal.until("More to read?")
        terminal.say("")
        terminal.until("Which one? A number, or another folder [1]: ")
        terminal.say(str(tmp_path / "tasks"))
        terminal.until(f"Write {target}? [Y/n]: ")
        assert not target.exists()
        terminal.say("y")
        assert terminal.ended() == 0, terminal.seen
    assert "People it believes in" in terminal.seen
    text = target.read_text(encoding="utf-8")
    assert f"      - {tmp_path / 'more'}" in text
    assert "    - ana@example.com" in text
    assert "    calendar: []" in text
    assert f"      - {tmp_path / 'cards.vcf'}" in text
    assert f"    tasks: {tmp_path / 'tasks'}" in text


def test_leaving_in_the_middle(home: Path, tmp_path: Path) -> None:
    """Ctrl-C at a question: one line, and nothing was written."""
    target = tmp_path / "syncd.yaml"
    with Terminal("--home", str(home), "--to", str(target)) as terminal:
        terminal.until("Your name")
        terminal.interrupt()
        assert terminal.ended() == 130
    assert "stopped; nothing was written" in terminal.seen
    assert "Traceback" not in terminal.seen
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_during_the_first_look(tmp_path: Path) -> None:
    """What was read is kept, the configuration is there, and it is said how to go on."""
    home = lived_in(tmp_path / "home")
    target = tmp_path / "syncd.yaml"
    words = ["-v", "--now", NOW, "init", "--yes", "--home", str(home)]
    words += ["--timezone", "Europe/Lisbon", "--to", str(target)]
    seen = ""
    with (
        subprocess.Popen(mortal([SYNCD, *words]), stderr=subprocess.PIPE, text=True) as process,
        within(120, process),
    ):
        assert process.stderr is not None
        for line in process.stderr:
            seen += line
            if "source.batch_committed" in line:
                process.send_signal(signal.SIGINT)
                break
        seen += process.stderr.read()
    assert process.returncode == 130
    assert f"To go on: syncd --config {target} once" in seen.replace(SYNCD, "syncd")
    assert "Traceback" not in seen
    status = run("--config", str(target), "--now", NOW, "status").out
    assert status.startswith("The first run was stopped before its end: `syncd once` goes on.\n")
    assert run("--config", str(target), "--now", NOW, "once").code == 0
    assert len(run("--config", str(target), "--now", NOW, "people", "--json").json) == 6
