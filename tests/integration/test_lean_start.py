"""What a daemon loads, and that it takes signals from its first line on."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from acceptance_world import run_apart
from daemons import answering

from syncd.__main__ import _is_service, plain
from syncd.cli.commands import COMMANDS, loaded

# Each is megabytes or tens of milliseconds, for what a daemon with local accounts does not do.
HEAVY = (
    *("alembic", "click", "greenlet", "psycopg", "rich", "sqlalchemy.orm", "typer", "vobject"),
    *("difflib", "http.server", "multiprocessing", "sqlite3", "statistics", "unittest"),
    *("prometheus_client", "selectolax", "stamina", "sqlalchemy.dialects.postgresql"),
    *("connectors.local.mbox", "connectors.memory", "syncd.demo", "syncd.setup", "syncd.views"),
    *("connectors.caldav", "connectors.imap", "imapclient", "imaplib", "syncd.wiring.printed"),
    *("connectors.google", "google", "googleapiclient", "httplib2", "requests"),
    *("connectors.exchange", "connectors.graph", "exchangelib", "lxml", "msal"),
    *("syncd.cli.context", "syncd.cli.main", "syncd.store.migrate", "syncd.telemetry.telemetry"),
)
# What the accounts of big providers speak by.
LIBRARIES = (
    *("google", "googleapiclient", "httplib2", "requests", "urllib3"),
    *("exchangelib", "lxml", "msal", "cryptography", "dns"),
)
AFAR = (
    "name: gmail, kind: google",
    "name: owa, kind: exchange",
    "name: m365, kind: graph, client_id: 00001111-aaaa-2222-bbbb-3333cccc4444",
)
MOST = 795  # modules; there were 762 when this was written, and 870 before

ALIVE = """\
import sys
from pathlib import Path
from syncd.cli import life, watch
from syncd import log, wiring
assembly = wiring.assemble(Path(sys.argv[1]))
log.listen("info", "json")
database = wiring.open_state(assembly)
wiring.open_workshop(assembly, database)
print("\\n".join(sys.modules))
"""

# The signal comes when the program is as far as `WHEN` says.
SIGNALLED = """\
import os, signal, sys
from importlib.abc import MetaPathFinder

class Ring(MetaPathFinder):
    def find_spec(self, name, *_):
        if name == "syncd.cli.watch":
            os.kill(os.getpid(), signal.NUMBER)

when = "WHEN"
if when == "loading":
    sys.meta_path.insert(0, Ring())
from syncd import __main__, log
if when == "opening":
    from syncd.cli import watch
    open_state = watch.open_state

    def opening(assembly):
        os.kill(os.getpid(), signal.NUMBER)
        return open_state(assembly)

    watch.open_state = opening
LEAVE = ("config.reloaded",)
log.hear(lambda name, _: os.kill(os.getpid(), signal.SIGTERM) if name in LEAVE else None)
sys.argv = ["syncd", "--config", "CONFIG", "run"]
__main__.main()
"""


def test_a_daemon_loads_nothing_that_it_has_no_use_for(tmp_path: Path) -> None:
    """Its configuration read, its state and accounts open, none of the heavy modules is there."""
    home = answering(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", ALIVE, str(home.config)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    names = done.stdout.split()
    found = [one for one in HEAVY if any(n == one or n.startswith(f"{one}.") for n in names)]
    assert found == []
    assert len(names) <= MOST


def test_big_providers_cost_nothing_before_they_are_asked(tmp_path: Path) -> None:
    """Looking at the state of an owner who has accounts at Google and Microsoft loads none of their
    libraries."""
    home = answering(tmp_path)
    account = "accounts:\n" + "\n".join(f"  - {{{one}, login: ana@example.com}}" for one in AFAR)
    home.configure(home.config.read_text().replace("accounts:", account, 1))
    done = subprocess.run(
        [sys.executable, "-c", ALIVE, str(home.config)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    names = done.stdout.split()
    for kind in ("exchange", "google", "graph"):
        assert f"connectors.{kind}.account" in names
    assert [one for one in LIBRARIES if one in names] == []


@pytest.mark.parametrize("when", ["loading", "opening"])
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_signals_count_before_it_is_ready(tmp_path: Path, number: str, when: str) -> None:
    """SIGTERM while it loads or opens the state: it leaves with 0, without a word. SIGHUP then:
    it starts, and reads its configuration once more."""
    home = answering(tmp_path)
    program = SIGNALLED.replace("NUMBER", number).replace("WHEN", when)
    done = subprocess.run(
        [sys.executable, "-c", program.replace("CONFIG", str(home.config))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert ('"daemon.started"' in done.stderr) is (number == "SIGHUP")
    assert ('"config.reloaded"' in done.stderr) is (number == "SIGHUP")


def test_what_keeps_it_from_starting_is_found_before_it_is_ready(tmp_path: Path) -> None:
    """Somebody was forgotten and the key is lost: whoever started it is not told that it runs."""
    home = answering(tmp_path, "ben@example.net")
    home.once()
    home.syncd("forget", "ben@example.net", "--yes")
    (tmp_path / "syncd.db.key").unlink()
    address = str(tmp_path / "bell")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(address)
        bell.setblocking(False)
        done = run_apart("--config", str(home.config), "run", NOTIFY_SOCKET=address)
        assert done.code == 78
        assert "is lost: put it back" in done.err
        with pytest.raises(BlockingIOError):
            bell.recv(4096)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("run", (None, False)),
        ("--config a.yaml run", ("a.yaml", False)),
        ("-v -c a.yaml run", ("a.yaml", True)),
        ("--config=a.yaml --verbose run", ("a.yaml", True)),
        ("-c a.yaml -c b.yaml run", ("b.yaml", False)),
        ("--config run", None),
        ("--config --verbose run", None),
        ("--now 2026-06-15 run", None),
        ("run --now 2026-06-15", None),
        ("run --help", None),
        ("--help run", None),
        ("status run", None),
        ("-c a.yaml", None),
        ("", None),
    ],
)
def test_only_a_plain_run_is_read_here(
    monkeypatch: pytest.MonkeyPatch, words: str, read: tuple[str | None, bool] | None
) -> None:
    """Everything that is not as plain as what a service is started with goes the common way."""
    monkeypatch.delenv("SYNCD_CONFIG", raising=False)
    assert plain(words.split()) == read
    if read is not None:
        assert _is_service(words.split())


def test_a_configuration_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """$SYNCD_CONFIG names it where the command line does not."""
    monkeypatch.setenv("SYNCD_CONFIG", "e.yaml")
    assert plain(["run"]) == ("e.yaml", False)
    assert plain(["-c", "a.yaml", "run"]) == ("a.yaml", False)


def test_who_is_a_service_is_told_by_the_command() -> None:
    """A word elsewhere that happens to be `run` is no command."""
    assert _is_service(["--now", "2026-06-15", "-c", "run", "run", "--now", "x"])
    assert not _is_service(["--config", "run", "status"])
    assert not _is_service(["log", "run"])


def test_every_command_is_where_it_is_looked_for() -> None:
    """The table of commands says what the modules say of themselves."""
    for module in dict.fromkeys(COMMANDS.values()):
        names = [name for name, where in COMMANDS.items() if where == module]
        assert list(loaded(module)) == names
