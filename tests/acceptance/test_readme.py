"""What the README says works: its configuration, its rule, its commands, its links."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from acceptance_world import run

from rules import packs
from rules.load import load

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


CONFIG = next(block for block in blocks("yaml") if block.startswith("owner:"))
COMMANDS = [
    shlex.split(line, comments=True)
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("syncd --config syncd.yaml")
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folders that the README's configuration names, with a mail from each address of Ben's."""
    for folder in ("Maildir/cur", "Maildir/new", "Maildir/tmp", "calendars", "contacts"):
        (tmp_path / folder).mkdir(parents=True)
    for host, name in (("example.com", "Ben Archer"), ("example.net", "B. Archer")):
        (tmp_path / "Maildir" / "new" / f"1.{host}").write_text(
            f"From: {name} <ben@{host}>\nTo: ana@example.org\nSubject: Hello\n"
            f"Date: Mon, 02 Mar 2026 09:00:00 +0000\nMessage-ID: <1@{host}>\n\nHello Ana\n"
        )
    (tmp_path / "syncd.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_its_commands_work_in_their_order(home: Path) -> None:
    """Each command of "Your own mail" exits 0, and --json gives JSON where it is promised."""
    assert len(COMMANDS) >= 6
    for command in COMMANDS:
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert done.returncode == 0, (command, done.stderr)
    assert list((home / "tasks").glob("*.ics")) == []  # its mode is preview


@pytest.mark.parametrize(
    "page", ["README.md", "docs/servers.md", "docs/google.md", "docs/microsoft.md"]
)
def test_its_accounts_on_servers_are_right(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accounts that the README and the pages about servers show pass `syncd check`."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.findall(r"^```yaml\n(accounts:.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert shown
    owner = next(line for line in CONFIG.splitlines(keepends=True) if line.startswith("owner:"))
    for accounts in shown:
        (tmp_path / "syncd.yaml").write_text(owner + accounts, encoding="utf-8")
        done = run("--config", str(tmp_path / "syncd.yaml"), "check")
        assert (done.code, done.err) == (0, ""), accounts


def test_its_service_commands_exist() -> None:
    """Each `syncd service` command of the README is one, with the options that it shows."""
    shown = [
        shlex.split(line, comments=True)
        for block in blocks("sh")
        for line in block.splitlines()
        if " service " in line
    ]
    assert {"install", "verify"} <= {word for words in shown for word in words}
    for words in shown:
        name, *options = words[words.index("service") + 1 :]
        done = run("service", name, "--help")
        assert done.code == 0, words
        assert all(option in done.out for option in options), words


def test_its_rule_is_right() -> None:
    """The rule that the README shows loads, beside the packs."""
    rule = next(block for block in blocks("yaml") if block.startswith("version:"))
    assert [one.id for one in load([("README", rule)]).rules] == ["call-in-30-days"]
    for name in packs.names():
        assert name in README


def test_its_make_targets_exist() -> None:
    """`make demo` and whatever else it names is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:\$ )?make ([a-z]+)", README, re.MULTILINE))
    assert named >= {"demo", "test"}
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_its_links_lead_somewhere() -> None:
    """Every relative link is a file, and every place it names exists."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
    tree = next(block for block in blocks("text"))
    for line in tree.splitlines():
        assert (ROOT / line.split()[0]).exists(), line
