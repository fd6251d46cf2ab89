"""Task files that are deleted while the daemon runs: believed when the list was quiet."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at
from daemons import answering, titles
from inside import Inside, until
from sqlalchemy import func, select

from syncd.pipeline.incidents import incident
from syncd.store import schema

NAMES = ("Ben", "Cleo", "Dora", "Egon")
LATER = "2026-06-15T13:00:00+00:00"


def seen(daemon: Inside) -> int:
    """How many messages are stored."""
    with daemon.database.read() as connection:
        found = connection.execute(select(func.count()).select_from(schema.observation))
        return int(found.scalar_one())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Four have to be answered; a list is quiet after a moment."""
    monkeypatch.setattr("syncd.daemon.QUIET", timedelta(seconds=0.6))
    found = answering(
        tmp_path, *(f"{one} Quist <{one.lower()}@quist.example.com>" for one in NAMES)
    )
    for one in NAMES:
        who = f"{one} Quist <{one.lower()}@quist.example.com>"
        found.mail(who, ANA, at("2026-06-15T10:00"), "Could you call me?")
    return found


def file_of(home: Home, name: str) -> Path:
    return next(
        path
        for path in (home.folder / "tasks").glob("*.ics")
        if f"SUMMARY:Answer {name}" in path.read_text(encoding="utf-8")
    )


def states(daemon: Inside) -> dict[str, str]:
    """What becomes of each task, by the first name in its title."""
    task = schema.task.c
    with daemon.database.read() as connection:
        rows = connection.execute(select(task.ours, task.status).where(task.ref.is_not(None))).all()
    return {str(json.loads(ours)["title"]).split()[-1]: status for ours, status in rows}


def asked(daemon: Inside) -> list[str]:
    """The tasks of which the owner has to say whether they were deleted."""
    with daemon.database.read() as connection:
        return incident(connection, daemon.database.owner, "home")


def test_one_is_an_answer(home: Home) -> None:
    """One that is deleted is dismissed when the list was quiet for a while, not before, and does
    not come back; the others stay as they are."""
    daemon = Inside.of(home)

    def meanwhile() -> None:
        until(lambda: states(daemon) == dict.fromkeys(NAMES, "open"))
        file_of(home, "Ben").unlink()
        until(lambda: states(daemon)["Ben"] == "dismissed")
        assert asked(daemon) == []

    daemon.live(meanwhile)
    home.once(LATER)
    assert titles(home) == ["Answer Cleo", "Answer Dora", "Answer Egon"]
    found = home.syncd("tasks", "--json", now=LATER).json
    assert sorted(one["status"] for one in found) == ["dismissed", "open", "open", "open"]


def test_three_are_none(home: Home) -> None:
    """Three, one after the other: nothing is believed and nothing is written to that list, what is
    answered meanwhile included; put back, everything goes on."""
    daemon = Inside.of(home)
    kept: dict[Path, bytes] = {}

    def meanwhile() -> None:
        until(lambda: states(daemon) == dict.fromkeys(NAMES, "open"))
        for name in NAMES[:3]:
            path = file_of(home, name)
            kept[path] = path.read_bytes()
            path.unlink()
        until(lambda: len(asked(daemon)) == 3)
        home.mail(ANA, "egon@quist.example.com", at("2026-06-15T11:00"))
        until(lambda: seen(daemon) == 9)
        assert titles(home) == ["Answer Egon"]
        assert states(daemon) == dict.fromkeys(NAMES, "open")
        for path, text in kept.items():
            path.write_bytes(text)
        until(lambda: "x Answer Egon" in titles(home))
        assert asked(daemon) == []

    daemon.live(meanwhile)
    assert titles(home) == ["Answer Ben", "Answer Cleo", "Answer Dora", "x Answer Egon"]
