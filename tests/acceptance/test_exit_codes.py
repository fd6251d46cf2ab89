"""The stable interface of DESIGN section 10: commands, the moment, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from acceptance_fields import BEN, CLEO, a_small_world
from acceptance_world import ANA, NOW, Home, at, run, run_apart


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """See `a_small_world`."""
    return a_small_world(tmp_path_factory.mktemp("interface"))


@pytest.mark.parametrize(
    ("moment", "counted"),
    [
        ("2026-06-12T08:59:00+00:00", 0),
        ("2026-06-12T10:30:00Z", 1),
        ("2026-06-12T10:59:00", 0),
        ("2026-06-12T11:01:00", 1),
        ("2026-06-12T12:30:00+02:00", 1),
        ("2026-06-12", 0),
    ],
)
def test_now(tmp_path: Path, moment: str, counted: int) -> None:
    """`--now` before or after the command is the moment; without an offset it is the owner's."""
    for place in ("before", "after"):
        home = Home(tmp_path / place)
        home.event(
            at("2026-06-12T09:00"),
            "Coffee",
            organizer=ANA,
            attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
        )
        config, option = ["--config", str(home.config)], ["--now", moment]
        results = [
            run(*config, *(option + command if place == "before" else command + option))
            for command in (["once"], ["people", "--json"])
        ]
        assert [result.code for result in results] == [0, 0], results
        assert results[1].json[0]["counts"]["meetings"] == counted


@pytest.mark.parametrize("moment", ["tomorrow", "2026-13-01", "", "1"])
def test_now_has_to_be_a_moment(home: Home, moment: str) -> None:
    """A moment that is none is a wrong use, before and after the command."""
    for words in (["--now", moment, "people"], ["people", "--now", moment]):
        result = run("--config", str(home.config), *words)
        assert result.code == 2
        assert "Traceback" not in result.err


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_beyond_reason(tmp_path: Path, moment: str) -> None:
    """A moment at the ends of the calendar is a wrong use as well, on every command."""
    home = Home(tmp_path)
    home.mail(ANA, BEN, at("2026-06-01T09:00"))
    for command in ("once", "people", "status"):
        result = home.syncd(command, now=moment)
        assert (result.code, result.out) == (2, "")


def test_the_same_moment_gives_the_same_answer(home: Home) -> None:
    """Same history, same rules, same `now`: the same answer, byte for byte."""
    first = [
        home.syncd(*words, "--json").out for words in (("explain", "--all"), ("tasks", "--all"))
    ]
    home.once()
    assert first == [
        home.syncd(*words, "--json").out for words in (("explain", "--all"), ("tasks", "--all"))
    ]


@pytest.mark.parametrize(
    "words",
    [
        ["peple"],
        ["people", "--jsn"],
        ["explain"],
        ["explain", BEN, "--all"],
        ["explain", BEN, CLEO],
        ["--confg", "x", "people"],
        ["tasks", "extra"],
    ],
    ids=" ".join,
)
def test_wrong_usage(home: Home, words: list[str]) -> None:
    """Wrong usage exits 2 and says what was wrong."""
    result = run("--config", str(home.config), *words)
    assert result.code == 2
    assert result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "command", ["once", "check", "status", "people", "explain", "tasks", "demo"]
)
def test_help(command: str) -> None:
    """Every command explains itself."""
    result = run(command, "--help")
    assert result.code == 0
    assert "--now" in result.out


def test_before_the_first_run(tmp_path: Path) -> None:
    """Before anything was read every command still works, and lists nothing."""
    home = Home(tmp_path)
    assert home.people() == []
    assert home.syncd("tasks", "--json").json == []
    assert home.syncd("explain", "--all", "--json").out == ""
    assert home.syncd("status").code == 0
    assert home.syncd("check").code == 0
    assert home.syncd("explain", BEN).code == 1


def test_check_writes_no_task(tmp_path: Path) -> None:
    """`check` and the reading commands write nothing to the accounts."""
    home = Home(tmp_path)
    home.mail(ANA, BEN, at("2026-06-12T09:00"))
    for command in (["check"], ["status"], ["people"], ["tasks"]):
        assert home.syncd(*command).code == 0
    assert list((home.folder / "tasks").iterdir()) == []


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    """Folders and state are found beside the configuration, from wherever syncd is started."""
    home = Home(tmp_path / "inner")
    home.mail(ANA, BEN, at("2026-06-01T09:00"))
    result = run_apart("--config", "inner/syncd.yaml", "once", "--now", NOW, folder=tmp_path)
    assert (result.code, result.out, result.err) == (0, "", "")
    assert home.database.exists()
    assert home.people()[0]["addresses"] == [BEN]


def test_the_state_has_a_place_of_its_own(tmp_path: Path) -> None:
    """Without `state:` it lies in the owner's state directory, in a folder nobody else enters."""
    home = Home(tmp_path)
    home.configure(home.config.read_text().replace("state: sqlite:///syncd.db\n", ""))
    result = run_apart(
        "--config",
        str(home.config),
        "--now",
        NOW,
        "once",
        XDG_STATE_HOME=str(tmp_path / "state"),
        STATE_DIRECTORY="",
    )
    assert result.code == 0, result.err
    state = tmp_path / "state/syncd/syncd.db"
    assert state.stat().st_mode & 0o777 == 0o600
    assert state.parent.stat().st_mode & 0o777 == 0o700


def test_one_failing_account_stops_nothing_else(tmp_path: Path) -> None:
    """An account whose folder is missing exits 1, is named, and the others are done."""
    home = Home(tmp_path)
    home.mail(ANA, BEN, at("2026-06-01T09:00"))
    home.configure(
        home.config.read_text().replace(
            "tasks_in:", "  - {name: gone, kind: local, mail: [nowhere/]}\ntasks_in:"
        )
    )
    result = home.syncd("once")
    assert (result.code, result.out) == (1, "")
    (line,) = result.err.splitlines()
    assert "gone" in line
    assert "nowhere" in line
    assert home.people()[0]["addresses"] == [BEN]
    assert home.syncd("status").code == 1
    status = home.status()
    assert [row["account"] for row in status["accounts"] if row["error"]] == ["gone"]
    (tmp_path / "nowhere").mkdir()
    home.once()
    assert home.syncd("status").code == 0


def test_a_reader_that_leaves_is_no_error(home: Home) -> None:
    """A reader that has gone (`| head`) is nothing to complain about."""
    program = Path(sys.executable).parent / "syncd"
    command = f'"{program}" --config "{home.config}" --now {NOW} explain --all --json | true'
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
