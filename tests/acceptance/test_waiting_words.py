"""What waits for a list that is gone says so, and not that its turn will come."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from acceptance_bad import BEN
from acceptance_world import ANA, Home, at

DORA = "dora@mill.example.com"
RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    due: 20d
    expires: 60d
    {urgent}
    task: {{title: "After meeting {{{{ first_name }}}}"}}
"""


def meet(home: Home, who: str, when: str) -> None:
    home.event(at(when), "Coffee", organizer=ANA, attendees={ANA: "ACCEPTED", who: "ACCEPTED"})


def said(home: Home) -> tuple[str, str, str]:
    """What `tasks --all`, `explain` and `rules why` say of the task about Dora."""
    return (
        home.syncd("tasks", "--all").out,
        home.syncd("explain", DORA).out,
        home.syncd("rules", "why", "met", DORA).out,
    )


@pytest.mark.parametrize("urgent", ["urgent: true", "priority: 50"])
def test_its_list_has_vanished(tmp_path: Path, urgent: str) -> None:
    """Its turn cannot come before the list is back: each says where the remedy stands, and none
    names a day. When it is back the task is written."""
    home = Home(tmp_path, rules="rules.yaml")
    home.write("rules.yaml", RULES.format(urgent=urgent))
    meet(home, BEN, "2026-06-12T09:00")
    home.once()
    aside = shutil.move(home.folder / "tasks", tmp_path / "aside")
    meet(home, DORA, "2026-06-12T16:00")
    assert home.syncd("once").code == 1
    tasks, explained, why = said(home)
    for text in (tasks, why):
        assert "its list has vanished" in text
        assert "turn" not in text
    assert "list:incident" in explained
    assert "budget" not in explained
    (held,) = [one for one in home.syncd("tasks", "--all", "--json").json if not one["created"]]
    assert held["reasons"][0] == "list:incident"
    assert home.syncd("status").code == 1
    shutil.move(aside, home.folder / "tasks")
    home.once()
    assert len([*(home.folder / "tasks").iterdir()]) == 2


def test_there_is_no_list(tmp_path: Path) -> None:
    """Without `tasks_in:` nothing has a turn to wait for."""
    home = Home(tmp_path, rules="rules.yaml")
    home.write("rules.yaml", RULES.format(urgent="priority: 50"))
    text = home.config.read_text().replace("tasks_in: home\n", "")
    home.configure(text.replace(", tasks: tasks/", ""))
    meet(home, DORA, "2026-06-12T16:00")
    home.syncd("once")
    tasks, explained, why = said(home)
    for text in (tasks, why):
        assert "name one with `tasks_in:`" in text
    assert "list:none" in explained
