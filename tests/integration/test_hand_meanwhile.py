"""What the owner does to a task just while it is being written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.memory.tasks import MemoryTasks
from connectors.records import Facet, Task
from syncd.store import answers, ledger_hand, ledger_tasks, people

from worlds import ANA, BEN, Lab, coffee, day, mail

RULES = """
version: 1
rules:
  - id: met
    since: meeting
    until: [message_sent]
    due: 10d
    done_means: call
    task: {title: "After meeting"}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """One task, delivered and read."""
    lab = Lab(tmp_path, rules=RULES)
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(1))
    return lab


def meanwhile(lab: Lab, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], None]) -> None:
    """Let the owner do this when the task is about to be changed for the first time."""
    (ref,) = lab.world.alive(Facet.TASKS)
    change = MemoryTasks._change
    acts = [act]

    def changed(*given: Any) -> Any:
        if acts:
            acts.pop()(ref)
        return change(*given)

    monkeypatch.setattr(MemoryTasks, "_change", changed)


def test_a_line_in_the_notes(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It becomes a note on the person as any other."""

    def write(ref: str) -> None:
        lab.world.edit_task(ref, notes=lab.world.task(ref).notes + "\nneeds: a designer")

    meanwhile(lab, monkeypatch, write)
    lab.world.deliver(mail(ANA, BEN, day(2)))
    lab.once(day(3))
    lab.once(day(4))
    (ref,) = lab.world.alive(Facet.TASKS)
    assert lab.world.task(ref).completed
    assert lab.explained(BEN, day(4))["facts"]["notes"] == ["needs: a designer"]


def test_a_tick(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as what it means."""
    meanwhile(lab, monkeypatch, lambda ref: lab.world.tick(ref, day(3)))
    lab.world.put_event(coffee(day(2.1), name="again"))
    lab.once(day(3))
    lab.once(day(4))
    assert lab.person(BEN, day(4))["counts"]["calls"] == 1


@pytest.mark.parametrize("case", ["the one we know", "a twin", "restored", "of another copy"])
def test_whose_words_they_are(lab: Lab, case: str) -> None:
    """Where our own words may be forgotten, none are taken for the owner's."""
    database, now = lab.open(), day(2)
    with database.begin() as connection:
        (row,) = ledger_tasks.open_tasks(connection, ANA.addr)
        assert row.task is not None
        theirs = row.task.theirs
        task = Task(row.key, theirs.title, theirs.notes + "\nA line", theirs.due, created=day(0.5))
        ref = "another" if case == "a twin" else row.task.ref or ""
        if case == "of another copy":
            row = row.having(replace(row.task, ref=None))
        found = ledger_hand.Found(ref, "1", task)
        answers.meet(connection, ANA.addr, row, found, now, restored=case == "restored")
    database.close()
    lab.once(day(3))
    kept = ["A line"] if case == "the one we know" else []
    assert lab.explained(BEN, day(3))["facts"]["notes"] == kept


def test_a_deletion(lab: Lab) -> None:
    """Whoever comes upon one sees to it that it counts: two of them are a mute."""
    database = lab.open()
    with database.begin() as connection:
        (row,) = ledger_tasks.open_tasks(connection, ANA.addr)
        answers.refuse(connection, ANA.addr, row, day(2))
        assert people.next_moment(connection, ANA.addr) == day(2)
        assert people.dirty_addresses(connection, ANA.addr, 10) == {BEN.addr}
    database.close()
