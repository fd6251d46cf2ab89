"""`forget` is killed at every commit and at every change of a file: forgotten, or not yet."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import ANA, Home, at
from sqlalchemy import Engine, event

BEN, CLEO = "ben@harbour.example.com", "cleo@mill.example.com"
NOW = "2026-03-11T18:00:00+00:00"
DEAD = 137
RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    due: 20d
    expires: 60d
    task: {title: "After meeting {{ name }}", notes: "{{ evidence }}"}
"""


def furnish(home: Home) -> None:
    """Coffee with each of two, lunch with both: a task about each."""
    home.write("rules.yaml", RULES)
    yes = "ACCEPTED"
    home.card("Ben Archer", BEN)
    home.card("Cleo Marsh", CLEO)
    for number, who in enumerate((BEN, CLEO)):
        home.event(
            at(f"2026-03-0{number + 4}T09:00"), organizer=ANA, attendees={ANA: yes, who: yes}
        )
    home.event(
        at("2026-03-09T12:00"),
        "Lunch with Cleo Marsh and Ben",
        organizer=ANA,
        attendees={ANA: yes, BEN: yes, CLEO: yes},
    )
    home.once()


def traces(home: Home) -> bool:
    """Whether anything of Cleo is in the state or in a task."""
    data = b"".join(path.read_bytes() for path in home.folder.glob("syncd.db*"))
    data += b"".join(path.read_bytes() for path in (home.folder / "tasks").iterdir())
    return CLEO.encode() in data or b"Cleo Marsh" in data


@contextmanager
def killed_at(step: int) -> Iterator[list[int]]:
    """Die at the `step`-th commit or change of a file; yields a counter of the steps so far."""
    count = [0]

    def tick(*_: object) -> None:
        count[0] += 1
        if count[0] == step:
            os._exit(DEAD)

    def before(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **more: Any) -> Any:
            tick()
            return function(*args, **more)

        return wrapped

    with pytest.MonkeyPatch.context() as patch:
        for name in ("link", "replace", "unlink", "rename"):
            patch.setattr(os, name, before(getattr(os, name)))
        event.listen(Engine, "commit", tick)
        yield count
        tick()


def in_child(work: Callable[[], None]) -> int:
    """Run `work` in a forked process that can die; returns its exit code."""
    with warnings.catch_warnings():
        # Only this test's own thread works; the runner's helper thread holds no lock of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_anywhere_they_are_forgotten_or_not_yet(tmp_path: Path) -> None:
    """After every possible death: either nothing happened, or the next pass finishes it."""
    whole = Home(tmp_path / "whole", rules="rules.yaml", now=NOW)
    furnish(whole)
    titles = {one["title"] for one in whole.syncd("tasks", "--json").json}
    assert titles == {"After meeting Ben Archer", "After meeting Cleo Marsh"}

    def copied(name: str) -> Home:
        folder = tmp_path / name
        shutil.copytree(tmp_path / "whole", folder)
        home = Home(folder, rules="rules.yaml", now=NOW)
        home.write("rules.yaml", RULES)
        return home

    counted = copied("counted")
    steps = tmp_path / "steps"

    def counting() -> None:
        with killed_at(-1) as count:
            assert counted.syncd("forget", CLEO, "--yes").code == 0
        steps.write_text(str(count[0]))

    assert in_child(counting) == 0
    number = int(steps.read_text())
    assert number > 8
    outcomes = []
    for step in range(1, number + 1):
        home = copied(f"at-{step}")

        def dying(home: Home = home, step: int = step) -> None:
            with killed_at(step):
                home.syncd("forget", CLEO, "--yes")

        assert in_child(dying) == DEAD
        home.once()
        forgotten = home.syncd("explain", CLEO).code == 1
        outcomes.append(forgotten)
        assert traces(home) is not forgotten, f"killed at step {step} of {number}"
        if not forgotten:
            titles = {one["title"] for one in home.syncd("tasks", "--json").json}
            assert titles == {"After meeting Ben Archer", "After meeting Cleo Marsh"}
        assert home.syncd("forget", CLEO, "--yes").code == 0
        assert not traces(home)
        assert len(list((home.folder / "tasks").glob("*.ics"))) == 1
    assert outcomes == sorted(outcomes)  # once forgotten, forgotten
    assert set(outcomes) == {True, False}
