"""Tasks close by themselves: when, why, and what stays open."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from acceptance_rules import NOON, rule
from acceptance_tasks import (
    ANA,
    BEN,
    House,
    at,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_closing_says_why(house: House) -> None:
    """What happened closes the task: completed in the list, the reason in untouched notes."""
    house.rules = rule(more="until: [message_sent]")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    before = str(house.todo(key)["DESCRIPTION"])
    house.mail(ANA, BEN, at("2026-03-04", "09:00"), "Thank you")
    now = at("2026-03-04", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"]) == (key, "closed")
    assert task["closed_why"]
    todo = house.todo(key)
    assert str(todo["STATUS"]) == "COMPLETED"
    assert "COMPLETED" in todo
    assert str(todo["DESCRIPTION"]).startswith(before)
    assert task["closed_why"] in str(todo["DESCRIPTION"])
    assert "2026-03-04" in task["closed_why"]


def test_expiring_says_so(house: House) -> None:
    """Later than `expires` the task is closed as expired, with the reason."""
    house.rules = rule(due="2d", more="expires: 5d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    now = at("2026-03-08", "12:00")
    house.once(now)
    task = house.task(now)
    todo = house.todo(task["key"])
    assert (task["status"], str(todo["STATUS"])) == ("expired", "COMPLETED")
    assert task["closed_why"] in str(todo["DESCRIPTION"])


def test_closed_stays_closed(house: House) -> None:
    """A closed task is not opened again by what happens later, and a first meeting has one task."""
    house.rules = rule(more="until: [message_sent]")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(at("2026-03-04", "12:00"))
    house.meet(BEN, at("2026-03-06", "10:00"))
    for day in ("2026-03-06", "2026-03-20", "2026-04-20"):
        assert house.lived(at(day, "12:00")) == "closed"


def test_void_closes_an_untouched_task(house: House) -> None:
    """When the meeting turns out cancelled an untouched task closes, and never opens again."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", status="CANCELLED", sequence=1)
    now = at("2026-03-04", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"]) == (key, "closed")
    assert str(house.todo(key)["STATUS"]) == "COMPLETED"
    assert house.explain(key, now)["verdict"]["state"] == "void"
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", sequence=2)
    assert house.lived(at("2026-03-05", "12:00")) == "closed"


@pytest.mark.parametrize("change", ["summary", "description", "due"])
def test_void_leaves_an_edited_task_open(house: House, change: str) -> None:
    """When the meeting turns out cancelled a task that the owner edited stays open."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    key = house.task(NOON)["key"]
    value = date(2026, 3, 20) if change == "due" else "My own words"
    house.put(key, **{change: value})
    house.once(at("2026-03-03", "13:00"))
    mine = house.files()
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", status="CANCELLED", sequence=1)
    for now in (at("2026-03-04", "12:00"), at("2026-03-05", "12:00")):
        house.once(now)
        assert house.task(now)["status"] == "open"
        assert house.explain(key, now)["verdict"]["state"] == "void"
        assert house.files() == mine


def test_a_title_that_says_cancelled_voids_too(house: House) -> None:
    """An entry whose title begins with "Canceled:" was cancelled."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    house.meet(BEN, at("2026-03-03", "10:00"), "Canceled: Coffee", uid="m", sequence=1)
    assert house.lived(at("2026-03-04", "12:00")) == "closed"


def test_satisfied_by_a_meeting_that_was_cancelled(house: House) -> None:
    """A satisfied verdict whose satisfying meeting is undone opens again, as the same task."""
    house.rules = rule(more="until: [meeting]", due="20d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    before = house.todo(key)
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch", uid="lunch")
    assert house.lived(at("2026-03-05", "12:00")) == "closed"
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch", uid="lunch", status="CANCELLED", sequence=1)
    now = at("2026-03-06", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"], task["closed_why"]) == (key, "open", None)
    todo = house.todo(key)
    assert str(todo["STATUS"]) == "NEEDS-ACTION"
    assert "COMPLETED" not in todo
    assert str(todo["DESCRIPTION"]) == str(before["DESCRIPTION"])
    assert len(house.files()) == 1
    house.meet(BEN, at("2026-03-10", "10:00"), "Dinner")
    assert house.lived(at("2026-03-10", "12:00")) == "closed"
    assert str(house.todo(key)["STATUS"]) == "COMPLETED"


def test_a_moved_meeting_moves_its_task(house: House) -> None:
    """When the calendar says that the meeting was at another time the due date follows."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.meet(BEN, at("2026-03-02", "10:00"), uid="m", sequence=1)
    now = at("2026-03-03", "13:00")
    house.once(now)
    assert (house.task(now)["key"], house.task(now)["due"]) == (key, "2026-03-12")
    assert house.todo(key)["DUE"].dt.isoformat() == "2026-03-12"


def test_a_rule_that_is_gone_leaves_its_task(house: House) -> None:
    """A delivered task is history: without its rule it stays until it would have ended."""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    files = house.files()
    house.rules = rule("other", since="card_added")
    house.once(at("2026-03-10"))
    assert house.files() == files
    assert house.task(at("2026-03-10"))["status"] == "open"
    house.once(at("2026-04-20"))
    assert house.task(at("2026-04-20"))["status"] == "expired"


def test_a_newer_meeting_that_was_cancelled_gives_the_task_back(house: House) -> None:
    """A task that moved to a newer meeting goes back to the older one when that is cancelled."""
    house.rules = rule(since="meeting")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch", uid="lunch")
    house.once(at("2026-03-05", "12:00"))
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch", uid="lunch", status="CANCELLED", sequence=1)
    now = at("2026-03-06", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"], task["due"]) == (key, "open", "2026-03-13")
    assert "Lunch" not in task["notes"]
    assert len(house.files()) == 1


def test_void_before_delivery_is_only_shown(house: House) -> None:
    """What was only held and turns out not to have been leaves no task; `tasks --all` shows it as
    void, and were it real after all, it would be written."""
    house.settings = "mode: preview\n"
    path = house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    assert house.lived(NOON) == "held"
    path.write_bytes(path.read_bytes().replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED"))
    house.settings = ""
    assert house.lived(at("2026-03-04")) == "void"
    assert house.state_of(at("2026-03-04")) == "void"
    assert house.files() == {}
    path.write_bytes(path.read_bytes().replace(b"STATUS:CANCELLED", b"STATUS:CONFIRMED"))
    assert house.lived(at("2026-03-05")) == "open"


def test_void_does_not_undo_a_tick(house: House) -> None:
    """What the owner ticked stays done when its meeting turns out cancelled."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.tick(key, NOON)
    house.once(at("2026-03-04"))
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", status="CANCELLED", sequence=1)
    assert house.lived(at("2026-03-05")) == "done"


@pytest.mark.parametrize("what", ["mail", "calendar"])
def test_what_disappears_remains_observed(house: House, what: str) -> None:
    """A mail that was deleted, and an entry removed after its end, happened all the same."""
    house.rules = rule(since="meeting" if what == "calendar" else "message_sent")
    house.mail(ANA, BEN, at("2026-03-03", "09:00"))
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    for path in (house.root / what).iterdir():
        path.unlink()
    assert house.lived(at("2026-03-04")) == "open"


def test_an_entry_removed_before_its_end_was_cancelled(house: House) -> None:
    """A meeting that vanishes from the calendar while it is to come never was."""
    path = house.meet(BEN, at("2026-03-05", "10:00"))
    house.once(NOON)
    path.unlink()
    house.once(at("2026-03-04"))
    assert house.lived(at("2026-03-06")) == "none"
    assert house.tasks(at("2026-03-06"), everything=True) == []


def test_going_back_in_time_opens_nothing(house: House) -> None:
    """Run with an earlier `--now`, syncd closes and opens nothing that is not so by then."""
    house.rules = rule(more="until: [message_sent]")
    house.meet(BEN, at("2026-03-05", "10:00"))
    house.once(at("2026-03-05", "12:00"))
    files = house.files()
    now = at("2026-03-04", "12:00")
    assert house.run("once", now=now).code == 0
    house.once(at("2026-03-05", "13:00"))
    found = house.tasks(at("2026-03-05", "13:00"))
    assert len(found) == 1
    assert set(house.files()) == set(files)


EVIL = [
    "{{ 7 * 7 }} {% for x in [1] %}x{% endfor %}",
    "Coffee\\nSTATUS:COMPLETED\\nBEGIN:VALARM",
    "x" * 3000,
    "END:VTODO",
]


@pytest.mark.parametrize("title", EVIL, ids=["template", "lines", "long", "end"])
def test_titles_of_others_are_only_words(house: House, title: str) -> None:
    """What others write into a title is printed, never read as a template or a property."""
    house.rules = """
  - {id: met, since: first_meeting, due: 10d, task: {title: "After {{ since.title }}"}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"), title, uid="m")
    house.once(NOON)
    task = house.task(NOON)
    todo = house.todo(task["key"])
    assert str(todo["SUMMARY"]) == task["title"]
    assert (task["status"], str(todo["STATUS"])) == ("open", "NEEDS-ACTION")
    assert len(todo.walk("VALARM")) == 0
    assert len(task["title"]) <= 1024
    assert "49" not in task["title"]
    assert "\n" not in task["title"]
    before = house.files()
    house.once(NOON)
    assert house.files() == before
