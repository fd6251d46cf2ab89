"""The owner at work beside `syncd run`: in the task list, in the calendar, on the command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from acceptance_world import ANA, Home, at
from daemons import PATIENCE, Running

BEN, CLEO, DORA = "ben@birkin.example.com", "cleo@castell.example.com", "dora@dahl.example.com"
NAMES = {BEN: "Ben Birkin", CLEO: "Cleo Castell", DORA: "Dora Dahl"}
LATER = "2026-06-15T12:30:00+00:00"  # after whatever the daemon's clock has come to
RULES = """\
version: 1
rules:
  - id: answer
    since: message_received
    until: [message_sent]
    due: 2d
    urgent: true
    task: {title: "Answer {{ first_name }}"}
  - id: thank
    since: meeting
    until: [message_sent]
    due: 2d
    urgent: true
    task: {title: "Thank {{ first_name }}"}
"""


def home_of(folder: Path) -> Home:
    """Ana wrote to all three a while ago."""
    home = Home(folder, rules="mine.yaml", more="log: json\n")
    home.write("mine.yaml", RULES)
    for addr, name in NAMES.items():
        home.mail(ANA, f"{name} <{addr}>", at("2026-06-01T09:00"))
    return home


def asks(home: Home, addr: str) -> str:
    return home.mail(
        f"{NAMES[addr]} <{addr}>", ANA, at("2026-06-15T11:00"), "Could you send me the plan?"
    )


def listed(home: Home) -> dict[str, dict[str, Any]]:
    """What `tasks --json` says, by title."""
    found = home.syncd("tasks", "--json", now=LATER)
    assert found.code == 0, found.err
    return {task["title"]: task for task in found.json}


def file_of(home: Home, key: str) -> Path:
    return home.folder / "tasks" / f"{key}.ics"


def rewritten(path: Path, old: str, new: str) -> None:
    """As task programs save: another file that takes the first one's place."""
    text = path.read_bytes().decode()
    assert old in text
    other = path.with_suffix(".saving")
    other.write_bytes(text.replace(old, new).encode())
    other.rename(path)


def comes(wanted: Callable[[], bool], daemon: Running) -> None:
    """Each look is a command that reads the state beside the daemon."""
    end = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < end, "".join(daemon.lines)


def test_the_owner_edits_tasks(tmp_path: Path) -> None:
    """Beside a daemon a tick, its being taken back, another date, another title and a deletion are
    all seen; a title of the owner's stays when the task is closed."""
    home = home_of(tmp_path)
    for addr in NAMES:
        asks(home, addr)
    with Running(home.config, home.now) as daemon:
        comes(lambda: len(list((tmp_path / "tasks").glob("*.ics"))) == 3, daemon)
        comes(lambda: {task["status"] for task in listed(home).values()} == {"open"}, daemon)
        ben, cleo, dora = (
            file_of(home, listed(home)[f"Answer {name.split()[0]}"]["key"])
            for name in NAMES.values()
        )
        rewritten(ben, "STATUS:NEEDS-ACTION", "STATUS:COMPLETED")
        comes(lambda: listed(home)["Answer Ben"]["status"] == "done", daemon)
        rewritten(ben, "STATUS:COMPLETED", "STATUS:NEEDS-ACTION")
        comes(lambda: listed(home)["Answer Ben"]["status"] == "open", daemon)
        rewritten(ben, "DUE;VALUE=DATE:20260617", "DUE;VALUE=DATE:20260625")
        comes(lambda: listed(home)["Answer Ben"]["due"] == "2026-06-25", daemon)
        rewritten(cleo, "SUMMARY:Answer Cleo", "SUMMARY:My words")
        comes(lambda: "My words" in listed(home), daemon)
        dora.unlink()
        home.mail(ANA, CLEO, at("2026-06-15T11:30"))
        comes(lambda: "STATUS:COMPLETED" in cleo.read_text(encoding="utf-8"), daemon)
        assert "SUMMARY:My words" in cleo.read_text(encoding="utf-8")
        assert daemon.stop()[0] == 0
    home.once(LATER)
    assert listed(home)["Answer Dora"]["status"] == "dismissed"
    assert not dora.exists()


def test_a_meeting_ends(tmp_path: Path) -> None:
    """Nobody writes a file: the end of a meeting alone makes the task."""
    home = home_of(tmp_path)
    both = {ANA: "ACCEPTED", BEN: "ACCEPTED"}
    home.event(at("2026-06-15T11:00:05"), "Coffee", organizer=ANA, attendees=both)
    with Running(home.config, home.now) as daemon:
        daemon.heard("outbox.delivered", created=1)
        (task,) = listed(home).values()
        assert (task["title"], task["created"] >= "2026-06-15T12:00:05") == ("Thank Ben", True)
        assert daemon.stop()[0] == 0


def test_the_whole_list_is_deleted(tmp_path: Path) -> None:
    """A task list that vanished as a whole is no answer: the tasks keep their state, `status` asks,
    and everything goes on when it is back."""
    home = home_of(tmp_path)
    for addr in NAMES:
        asks(home, addr)
    with Running(home.config, home.now) as daemon:
        comes(lambda: len(list((tmp_path / "tasks").glob("*.ics"))) == 3, daemon)
        comes(lambda: {task["status"] for task in listed(home).values()} == {"open"}, daemon)
        (tmp_path / "tasks").rename(tmp_path / "away")
        comes(lambda: home.syncd("status", now=LATER).code == 1, daemon)
        assert {task["status"] for task in listed(home).values()} == {"open"}
        assert not (tmp_path / "tasks").exists()
        (tmp_path / "away").rename(tmp_path / "tasks")
        comes(lambda: home.syncd("status", now=LATER).code == 0, daemon)
        home.mail(ANA, BEN, at("2026-06-15T11:30"))
        daemon.heard("outbox.delivered", completed=1)
        assert daemon.stop()[0] == 0


def test_the_same_as_once(tmp_path: Path) -> None:
    """What it came to know mail by mail equals what one run reads in the same files at once."""
    home = home_of(tmp_path / "watched")
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        for addr in (BEN, CLEO):
            asks(home, addr)
            daemon.heard("outbox.delivered", created=1)
        home.mail(ANA, BEN, at("2026-06-15T11:30"))
        daemon.heard("outbox.delivered", completed=1)
        both = {ANA: "ACCEPTED", DORA: "ACCEPTED"}
        home.event(at("2026-06-15T10:00"), "Coffee", organizer=ANA, attendees=both)
        daemon.heard("outbox.delivered", created=1)
        assert daemon.stop()[0] == 0
    home.once(LATER)
    other = home_of(tmp_path / "fresh")
    for name in ("mail", "calendar"):
        for path in (home.folder / name).iterdir():
            other.write(f"{name}/{path.name}", path.read_bytes())
    other.once(LATER)
    there, here = listed(home), listed(other)
    assert set(here) == {"Answer Cleo", "Thank Dora"}
    for title, task in here.items():
        assert {**task, "created": ""} == {**there[title], "created": ""}
    for who in NAMES:
        one, two = home.explain(who, LATER), other.explain(who, LATER)
        assert [one[key] for key in ("person", "facts", "interactions", "signals")] == [
            two[key] for key in ("person", "facts", "interactions", "signals")
        ]
