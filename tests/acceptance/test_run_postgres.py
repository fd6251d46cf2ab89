"""The daemon and the commands beside it, with the state on PostgreSQL."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from acceptance_bad import BEN
from acceptance_world import ANA, NOW, Home, Result, at
from daemons import Running
from postgres import Server, server

from syncd import wiring
from syncd.store.errors import StoreHeld
from syncd.store.lock import exclusive

__all__ = ["server"]  # the fixture

CLEO = "cleo@studio.example.net"
DORA = "dora@mill.example.com"
ELI = "eli@harbour.example.net"
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


@pytest.fixture
def name(server: Server) -> str:
    """A database that sorts as people do."""
    return server.fresh_sorted()


@pytest.fixture
def home(server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
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


def doctored(home: Home) -> dict[str, str]:
    """What `doctor` says, by what it is about."""
    return {one["what"]: one["says"] for one in fine(home.syncd("doctor", "--json")).json["checks"]}


def test_a_day(server: Server, name: str, home: Home) -> None:
    """It writes what is due, commands work beside it, and a server that ended every session in
    between is no reason to stop."""
    assert doctored(home)["state"] == "it is not there yet"
    fine(home.syncd("check"))
    assert server.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name) == []
    with Running(home.config, NOW) as daemon:
        daemon.settled()
        daemon.until(lambda: tasks(home) == 2)
        assert doctored(home)["daemon"] == f"running, process {daemon.pid}"
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


def test_others_behind_a_restart_of_the_server(
    server: Server,
    name: str,
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its sessions were ended. Behind a `once` of another machine's it goes on; where another
    syncd has come to stay it leaves with a sentence, and writes nothing before that."""
    with Running(home.config, NOW) as daemon, ExitStack() as stack:
        daemon.settled()
        daemon.until(lambda: tasks(home) == 2)
        with monkeypatch.context() as there:
            there.setenv("XDG_STATE_HOME", str(tmp_path / "there"))
            while True:  # it may notice at once, and take the state again
                server.cut(name)
                done = home.syncd("once")
                if done.code == 0:
                    break
                assert "another syncd" in done.err
        meet(home, ELI, "2026-06-12T17:00")
        daemon.until(lambda: tasks(home) == 3)
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
        assert tasks(home) == 3
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
