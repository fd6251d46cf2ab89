"""`syncd init`: from an invented home folder to a configuration, and a first look at it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest
from acceptance_init import init, lived_in
from acceptance_world import NOW, run
from unit.setup.homes import EVENT, TODO, maildir, put


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the tests that write their configuration elsewhere."""
    return lived_in(tmp_path_factory.mktemp("home"))


def test_from_a_home_to_a_first_look_and_on(tmp_path: Path) -> None:
    """Everything is found; the configuration is there, for its owner only; five people and five
    tasks are shown with their reasons, none is written before `enable`, and then they are."""
    home = lived_in(tmp_path)
    done = init(home, "--yes")
    config = home / ".config" / "syncd" / "syncd.yaml"
    assert done.code == 0, done.err
    assert f"Written: {config}" in done.out
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert str(home / "Maildir") in done.out
    people = done.out.split("People it believes in (5 of 6)")[1].split("Tasks it would write")[0]
    assert len(re.findall(r"^  \w+ Archer <\w+@\w+\.example\.com>$", people, re.MULTILINE)) == 5
    assert "met once, last on 2026-06-04; 6 mails from you, 6 from them" in people
    tasks = done.out.split("Tasks it would write (5 of ")[1].split("What next")[0]
    assert len(re.findall(r"^  2026-\d\d-\d\d  \w+", tasks, re.MULTILINE)) == 5
    assert "because of the meeting of 2026-06-14" in tasks
    assert f"syncd --config {config} enable" in done.out
    base = ("--config", str(config), "--now", NOW)
    shown = run(*base, "tasks", "--all", "--json").json
    assert {one["status"] for one in shown} <= {"held", "waiting", "missed"}
    list_of_tasks = home / ".local" / "share" / "syncd" / "tasks"
    assert run(*base, "once").code == 0
    assert not list_of_tasks.exists()
    assert run(*base, "enable").code == 0
    assert run(*base, "once").code == 0
    assert len(list(list_of_tasks.glob("*.ics"))) == 5
    before = config.read_bytes()
    second = init(home, "--yes")
    assert second.code == 2
    assert "exists and is left as it is" in second.err
    assert "--force" in second.err
    assert config.read_bytes() == before
    again = init(home, "--yes", "--force")
    assert again.code == 0, again.err
    assert "It was enabled before; now it is a preview again." in again.out
    written = {file.read_text().split("SUMMARY:")[1].split("\n")[0] for file in tasks_in(home)}
    shown = again.out.split("Tasks it would write")[1].split("What next")[0]
    assert not any(title.strip() in shown for title in written)
    assert run(*base, "once").code == 0
    assert len(tasks_in(home)) == 5
    assert "enabled" not in run(*base, "status").out
    assert run(*base, "enable").code == 0
    done = init(home, "--yes", "--force", "--no-look")
    assert "now it is a preview again" in done.out
    assert "nothing is written" in run(*base, "status").out


def tasks_in(home: Path) -> list[Path]:
    return list((home / ".local" / "share" / "syncd" / "tasks").glob("*.ics"))


def test_what_no_mode_holds_back_is_not_called_a_preview(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the environment lets tasks be written, no line says that none is."""
    monkeypatch.setenv("SYNCD_MODE", "deliver")
    done = init(home, "--yes", "--no-look", "--to", str(tmp_path / "syncd.yaml"))
    assert done.code == 0, done.err
    assert "read everything, and write the tasks" in done.out
    assert "enable" not in done.out


def test_only_a_file_is_replaced(home: Path, tmp_path: Path) -> None:
    """A folder, a pipe, a device and a link in a circle stay what they are, --force or not; a link
    to a file stays one, and the file behind it is kept."""
    folder, pipe, circle = tmp_path / "precious", tmp_path / "pipe", tmp_path / "circle"
    folder.mkdir()
    os.mkfifo(pipe)
    circle.symlink_to(circle)
    for target in (folder, pipe, circle, Path("/dev/null")):
        for force in ((), ("--force",)):
            done = init(home, "--yes", "--no-look", "--to", str(target), *force)
            assert done.code == 2, target
            assert "is left as it is" in done.err or "cannot be written" in done.err, done.err
            assert not done.out
    assert folder.is_dir()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["circle", "pipe", "precious"]
    real, link = tmp_path / "dotfiles" / "own.yaml", tmp_path / "syncd.yaml"
    real.parent.mkdir()
    real.write_text("my own words", encoding="utf-8")
    link.symlink_to(real)
    assert init(home, "--yes", "--no-look", "--to", str(link)).code == 2
    assert real.read_text(encoding="utf-8") == "my own words"
    done = init(home, "--yes", "--no-look", "--to", str(link), "--force")
    assert done.code == 0, done.err
    assert link.is_symlink()
    assert "owner:" in real.read_text(encoding="utf-8")
    assert (real.parent / "own.yaml.1.bak").read_text(encoding="utf-8") == "my own words"


def test_in_one_s_own_home_it_is_the_configuration_that_commands_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --home it is $HOME, named `~` in the file; every command then finds it by itself."""
    home = lived_in(tmp_path / "home")
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "MAIL", "USER", "EMAIL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.delenv("LOGNAME", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "Europe/Lisbon")
    monkeypatch.chdir(tmp_path)
    done = run("--now", NOW, "init", "--yes")
    assert done.code == 0, done.err
    text = (home / ".config" / "syncd" / "syncd.yaml").read_text(encoding="utf-8")
    for line in ("      - ~/Maildir", "    tasks: ~/.local/share/syncd/tasks", "# state: sqlite"):
        assert line in text
    assert "timezone: Europe/Lisbon" in text
    assert (home / ".local" / "state" / "syncd" / "syncd.db").exists()
    assert "  syncd enable\n" in done.out
    assert len(run("--now", NOW, "people", "--json").json) == 6


def test_what_is_named_is_taken(home: Path, tmp_path: Path) -> None:
    """Options beat what is found; the state lies beside a configuration that is named, and --force
    keeps the one that was there."""
    other = tmp_path / "deep" / "own.yaml"
    tasks = tmp_path / "my tasks"
    words = (
        "--yes", "--name", "Ana B. Silva", "--address", "Ana@Example.org", "--address",
        "ana@example.com", "--timezone", "Asia/Tokyo", "--mail", str(home / "Maildir" / ".Sent"),
        "--tasks", str(tasks), "--to", str(other), "--no-look", "--json",
    )  # fmt: skip
    done = init(home, *words)
    assert done.code == 0, done.err
    assert done.json == {
        "config": str(other),
        "mail": [str(home / "Maildir" / ".Sent")],
        "calendar": [str(home / ".calendars" / "home")],
        "contacts": [],
        "passed_over": [],
        "name": "Ana B. Silva",
        "addresses": ["ana@example.org", "ana@example.com"],
        "timezone": "Asia/Tokyo",
        "tasks": str(tasks),
    }
    text = other.read_text(encoding="utf-8")
    for line in ("  name: Ana B. Silva", "    - ana@example.org", "  timezone: Asia/Tokyo"):
        assert line in text.splitlines()
    assert f"    tasks: {tasks}" in text.splitlines()
    assert 'state: "sqlite:///own.db"' in text
    assert not (tmp_path / "deep" / "own.db").exists()
    again = init(home, *(word for word in words if word != "--json"), "--force")
    assert again.code == 0, again.err
    assert "kept as" in again.out
    assert (tmp_path / "deep" / "own.yaml.1.bak").read_text(encoding="utf-8") == text


def test_a_list_of_tasks_is_preferred_to_a_calendar_with_tasks(tmp_path: Path) -> None:
    """Tasks go to a list that holds nothing else, or that is named for tasks and empty; among
    events only if they are told to. What was decided is shown."""
    maildir(tmp_path / "Maildir")
    put(tmp_path, {".calendars/home/1.ics": EVENT, ".calendars/home/2.ics": TODO})
    words = ("--yes", "--name", "Ana", "--address", "ana@example.org", "--no-look", "--force")
    config = tmp_path / ".config" / "syncd" / "syncd.yaml"
    assert init(tmp_path, *words).code == 0
    assert f"    tasks: {tmp_path}/.local/share/syncd/tasks\n" in config.read_text()
    done = init(tmp_path, *words)
    new = f"{tmp_path}/.local/share/syncd"
    assert f"Tasks:      {new}/tasks  (new)\n" in done.out
    assert f"  {new}/tasks\n" in done.out.split("What next")[1]
    assert f'path = "{new}/*"' in done.out
    put(tmp_path, {".calendars/tasks/displayname": "Tasks"})
    done = init(tmp_path, *words)
    assert f"    tasks: {tmp_path}/.calendars/tasks\n" in config.read_text()
    assert "You:        Ana <ana@example.org>, time zone Europe/Lisbon\n" in done.out
    assert f"Tasks:      {tmp_path}/.calendars/tasks\n" in done.out
    assert "todoman" not in done.out
    (tmp_path / ".calendars" / "tasks" / "displayname").unlink()
    (tmp_path / ".calendars" / "tasks").rmdir()
    put(tmp_path, {".calendars/todo/1.ics": TODO})
    done = init(tmp_path, *words)
    assert done.code == 0
    assert f"    tasks: {tmp_path}/.calendars/todo\n" in config.read_text()
    assert f"Calendars:  {tmp_path}/.calendars/home  (events and tasks)" in done.out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--yes", "--address", "ana"), 2, "no mail address"),
        (("--yes", "--timezone", "Lisbon"), 2, "did you mean Europe/Lisbon?"),
        (("--yes", "--mail", "/nowhere"), 2, "/nowhere is not there"),
        (("--yes", "--contacts", "/nowhere"), 2, "/nowhere is not there"),
        (("--yes", "--tasks", __file__), 2, "tasks need a folder"),
        (("--yes", "--to", "/proc/syncd.yaml"), 2, "cannot be written"),
        (("--yes", "--now", "yesterday"), 2, "is no moment"),
        ((), 2, "give --yes to take what was found"),
    ],
)
def test_wrong_words_are_told_before_anything_is_written(
    home: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    """Each is answered with what to write instead; nothing is left behind."""
    done = init(home, *words)
    assert done.code == code
    assert told in " ".join(done.err.replace("│", " ").split())
    assert not (home / ".config").exists()


def test_an_empty_home_says_what_was_looked_for(tmp_path: Path) -> None:
    """Nothing to read is an answer: where it looked, and how to name folders. Mail without a hint
    of its owner asks for the options that are missing."""
    done = init(tmp_path, "--yes")
    assert done.code == 1
    for word in ("~/Maildir", "~/.thunderbird", "~/.calendars", "--mail FOLDER"):
        assert word in done.err
    silent = init(tmp_path)
    assert silent.code == 2
    assert "give --yes, --name, --address, --mail" in " ".join(silent.err.split())
    maildir(tmp_path / "Maildir")
    unknown = init(tmp_path, "--yes", "--name", "Ana")
    assert unknown.code == 2
    assert "give --address" in unknown.err
    assert [one.name for one in tmp_path.iterdir()] == ["Maildir"]


def test_the_environment_that_overrules_the_file(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the loader refuses is not written, and named by the file that it would have been."""
    target = tmp_path / "syncd.yaml"
    monkeypatch.setenv("SYNCD_MODE", "loud")
    done = init(home, "--yes", "--to", str(target))
    assert done.code == 78
    assert "syncd.yaml" in done.err
    assert ".syncd-" not in done.err
    assert list(tmp_path.iterdir()) == []
