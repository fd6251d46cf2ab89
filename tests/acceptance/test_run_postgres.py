"""The daemon and the commands beside it, with the state on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import postgres
import pytest
from acceptance_bad import BEN
from acceptance_world import ANA, NOW, Home, Result, at
from daemons import Running

from syncd import wiring
from syncd.store.errors import StoreHeld
from syncd.store.lock import exclusive

CLEO = "cleo@studio.example.net"
DORA = "dora@mill.example.com"
RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    due: 20d
    expires: 60d
    urgent: true
    task: {title: "After meeting {{ first_name }}"}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    reason = postgres.why_not()
    if reason:
        pytest.skip(f"NOT TESTED on PostgreSQL: {reason}")
    with postgres.running() as found:
        yield found


@pytest.fixture
def name(server: postgres.Server) -> str:
    return server.fresh()


@pytest.fixture
def home(
    server: postgres.Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Home:
    """Ana met Ben and Cleo on Friday."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    home = Home(tmp_path / "home", rules="rules.yaml", more="log: json\n")
    home.write("rules.yaml", RULES)
    text = home.config.read_text().replace("sqlite:///syncd.db", server.url(name))
    home.configure(text)
    meet(home, BEN, "2026-06-12T09:00")
    meet(home, CLEO, "2026-06-12T14:00")
    return home


def meet(home: Home, who: str, when: str) -> None:
    home.event(at(when), "Coffee", organizer=ANA, attendees={ANA: "ACCEPTED", who: "ACCEPTED"})


def tasks(home: Home) -> int:
    return len([*(home.folder / "tasks").iterdir()])


def fine(result: Result) -> Result:
    assert result.code == 0, (result.code, result.out, result.err)
    return result


def test_a_day(server: postgres.Server, name: str, home: Home) -> None:
    """It writes what is due, commands work beside it, and a server that ended every session in
    between is no reason to stop."""
    with Running(home.config, NOW) as daemon:
        daemon.settled()
        daemon.until(lambda: tasks(home) == 2)
        beside = home.syncd("once")
        assert (beside.code, f"process {daemon.pid}" in beside.err) == (1, True), beside.err
        fine(home.syncd("note", BEN, "likes tea"))
        told = fine(home.syncd("forget", CLEO, "--yes", "--json")).json
        assert (told["forgotten"], told["pending"], told["shredded"]) == ("now", [], True)
        assert any("server" in one for one in told["not_reached"])
        daemon.until(lambda: tasks(home) == 1)
        assert server.cut(name) > 0
        fine(home.syncd("note", BEN, "likes coffee"))
        meet(home, DORA, "2026-06-12T16:00")
        daemon.until(lambda: tasks(home) == 2)
        assert fine(home.syncd("status", "--json")).json["tasks"]["open"] == 2
        assert [one["addresses"] for one in home.people()] == [[DORA], [BEN]]
        code, seconds = daemon.stop()
        assert (code, seconds < 5) == (0, True)
    fine(home.syncd("once"))
    assert tasks(home) == 2


def test_another_one_took_over(server: postgres.Server, name: str, home: Home) -> None:
    """Its sessions were ended, and another syncd has the state by now: it leaves with a sentence,
    and writes nothing before that."""
    with Running(home.config, NOW) as daemon, ExitStack() as stack:
        daemon.settled()
        daemon.until(lambda: tasks(home) == 2)
        database = wiring.open_state(wiring.assemble(home.config))
        stack.callback(database.close)
        while True:  # it may notice at once, and take the state again
            server.cut(name)
            try:
                stack.enter_context(exclusive(database))
                break
            except StoreHeld:
                continue
        meet(home, DORA, "2026-06-12T16:00")
        assert daemon.ended() == 1
        assert tasks(home) == 2
        assert "another syncd has taken this state" in "".join(daemon.lines)


def test_backups_are_the_server_s(home: Home, tmp_path: Path) -> None:
    """`backup` and `restore` say what to do instead, with the names that are in use."""
    fine(home.once())
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        (tmp_path / "x").touch()
        result = home.syncd(command, str(tmp_path / "x"))
        assert (result.code, result.out) == (2, ""), result
        words = " ".join(result.err.split())
        assert tool in words
        assert str(tmp_path / "state" / "syncd") in words
