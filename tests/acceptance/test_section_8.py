"""What becomes of a task in the owner's folder, sentence by sentence; numbered as in
`tests/unit/planner/test_section_8.py`, which has what needs no files. Other sentences are the
subject of test_owner_hand, test_owner_deletes, test_task_closing, test_task_limits,
test_task_lists, test_off_switches and test_restored_state."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acceptance_rules import AMPLE, LATER, NOON, rule, written
from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, House, at, todo_of


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Ana met Ben at ten; `once` has not run yet."""
    house = House(tmp_path, settings=AMPLE)
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    return house


def facts_of(house: House, who: str, now: Any) -> dict[str, Any]:
    found: dict[str, Any] = house.explain(who, now)["facts"]
    return found


def three_files(house: House) -> None:
    for path in sorted(house.folder.glob("*.ics"))[:3]:
        path.unlink()


def the_folder(house: House) -> None:
    shutil.rmtree(house.folder)


@pytest.mark.parametrize(
    ("lose", "left"), [(three_files, 1), (the_folder, 0)], ids=["files", "folder"]
)
def test_8_20_an_incident_is_asked_and_answered(
    house: House, lose: Callable[[House], None], left: int
) -> None:
    """Deleted, emptied or gone: `status` names the tasks and ends with 1 until the owner says that
    it was meant; then each was a no, and the list is written to again."""
    for hour, who in enumerate((CLEO, DORA, EMIL)):
        house.meet(who, at("2026-03-03", f"{5 + hour:02}:00"), hours=0.5)
    house.once(NOON)
    titles = {one["key"]: one["title"] for one in house.tasks(NOON)}
    lose(house)
    lost = titles.keys() - {str(todo_of(p)["UID"]) for p in house.folder.glob("*.ics")}
    house.once(LATER, code=1)
    ran = house.run("status", now=LATER)
    assert ran.code == 1
    assert all(key in ran.out and titles[key] in ran.out for key in lost)
    (incident,) = house.run("status", "--json", now=LATER).json["incidents"]
    assert {one["key"] for one in incident["tasks"]} == lost
    assert house.run("once", "--accept-deletions", now=LATER).code == 0
    found = [one["status"] for one in house.tasks(LATER)]
    assert (found.count("dismissed"), found.count("open")) == (4 - left, left)
    assert house.run("status", now=LATER).code == 0
    house.meet("zoe@harbour.example.com", at("2026-03-04", "14:00"))
    house.once(at("2026-03-05"))
    assert len(house.files()) == left + 1


def test_8_21_notes_of_the_owners_are_notes_on_the_person(house: House) -> None:
    """Lines from a task, `syncd note` and a card are the person's notes; `tags:` gives them tags,
    which make them wanted, and rules may ask for them. A line that goes from the task stays until
    it is removed as a note."""
    tagged = rule("tagged", "where: {tags: [investor]}") + rule("sailor", "where: {tags: [sails]}")
    house.rules = rule() + tagged
    house.meet(CLEO, at("2026-03-03", "08:00"))
    key = written(house)
    notes = str(house.todo(key)["DESCRIPTION"])
    house.put(key, description=f"needs: a tiler\nTags: Investor, #lisbon\n{notes}\nabout: sails")
    card = house.card(CLEO)
    card.write_text(card.read_text().replace("END:", "NOTE:tags: sails\r\nEND:"), "utf-8")
    house.once(LATER)
    found = facts_of(house, BEN, LATER)
    assert set(found["notes"]) >= {"needs: a tiler", "about: sails"}
    assert (found["tags"], found["wanted"]) == (["investor", "lisbon"], True)
    assert facts_of(house, CLEO, LATER)["tags"] == ["sails"]
    status = {
        (one["rule"], one["person"]["addresses"][0]): one["status"]
        for one in house.tasks(LATER, everything=True)
    }
    assert (status["tagged", BEN], status["tagged", CLEO]) == ("open", "waiting")
    assert (status["sailor", BEN], status["sailor", CLEO]) == ("waiting", "open")
    assert house.run("note", CLEO, "tags:", "investor", now=LATER).code == 0
    house.put(key, description=notes)
    now = at("2026-03-05")
    house.once(now)
    assert house.task(now, "tagged", CLEO)["status"] == "open"
    assert facts_of(house, BEN, now)["tags"] == ["investor", "lisbon"]
    listed = {one["line"]: one["number"] for one in house.run("note", BEN, "--json", now=now).json}
    house.run("note", BEN, "--remove", str(listed["Tags: Investor, #lisbon"]), now=now)
    assert facts_of(house, BEN, now)["tags"] == []
    people = {one["name"]: one["wanted"] for one in house.run("people", "--json", now=now).json}
    assert people["Cleo Marsh"] is True


def test_7_32_a_void_task_that_stays_open_is_a_report_line(house: House) -> None:
    """An edited task whose meeting was cancelled stays open; `status` says that its reason is
    gone."""
    key = written(house)
    house.put(key, summary="Ben: the hull")
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", status="CANCELLED", sequence=1)
    house.once(LATER)
    (line,) = house.run("status", "--json", now=LATER).json["report"]
    assert (line["kind"], line["key"], line["person"]) == ("void", key, "Ben Archer")
    ran = house.run("status", now=LATER)
    assert (ran.code, "Ben: the hull" in ran.out) == (0, True)


def test_7_35_a_meeting_moved_ahead_puts_its_task_off(house: House) -> None:
    """It closes, says to when the meeting was moved, and is the same task with the new date when
    that took place; putting the clock back moves nothing."""
    key = written(house)
    house.once(at("2026-03-03", "09:00"))
    assert house.task(NOON)["status"] == "open"
    house.meet(BEN, at("2026-03-12", "10:00"), uid="m", sequence=1)
    house.once(LATER)
    assert house.task(LATER)["status"] == "closed"
    assert "moved to 2026-03-12" in str(house.todo(key)["DESCRIPTION"])
    assert house.explain(key, LATER)["verdict"]["state"] == "waiting"
    now = at("2026-03-12", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"], task["due"]) == (key, "open", "2026-03-22")
    text = str(house.todo(key)["DESCRIPTION"])
    assert ("moved to" in text, "2026-03-12" in text) == (False, True)


def test_8_27_closed_expired_and_void_tasks_stay_in_the_folder(house: House) -> None:
    """Nothing is deleted, whatever becomes of a task."""
    house.rules = rule(due="2d", more="expires: 3d")
    house.meet(CLEO, at("2026-03-03", "08:00"), uid="c")
    house.once(NOON)
    names = set(house.files())
    house.meet(CLEO, at("2026-03-03", "08:00"), uid="c", status="CANCELLED", sequence=1)
    now = at("2026-03-20")
    house.once(now)
    assert set(house.files()) == names
    assert sorted(one["status"] for one in house.tasks(now)) == ["closed", "expired"]


def test_8_22_ignoring_somebody_leaves_their_task(house: House) -> None:
    """What is ignored is out of sight, not undone: the open task stays, and is followed again
    when the person is not ignored any more."""
    key = written(house)
    files = house.files()
    house.settings = AMPLE + f"ignore: [{BEN}]\n"
    house.once(LATER)
    assert house.files() == files
    house.settings = AMPLE
    now = at("2026-03-05")
    house.once(now)
    assert (house.task(now)["key"], house.task(now)["status"]) == (key, "open")
    assert house.explain(key, now)["verdict"]["state"] == "open"


def test_7_37_leaving_a_tier_closes_nothing(house: House) -> None:
    """A task that was made by a cadence ends when it would have, also where the person has none
    now."""
    house.rules = rule(due="cadence")
    house.tiers = f"  - {{name: inner, people: [{BEN}], cadence: 10d}}\n"
    key = written(house)
    house.tiers = f"  - {{name: inner, people: [{CLEO}], cadence: 10d}}\n"
    for now, status in ((LATER, "open"), (at("2026-04-13"), "expired")):
        house.once(now)
        assert (house.task(now)["key"], house.task(now)["status"]) == (key, status)


def test_8_19_an_answered_question_makes_way_for_the_next(house: House) -> None:
    """Of open loops the oldest is asked about that was neither missed, deleted nor ticked."""
    house.rules = rule("q", since="asked_me", due="3d", more="until: [resolved]")
    house.mail(ANA, CLEO, at("2025-12-20", "09:00"))
    house.mail(CLEO, ANA, at("2026-02-05", "09:00"), "Plan", "Could you send me the plan?\n")
    found = []
    for day, subject in (("2026-03-03", "Boat"), ("2026-03-04", "Car"), ("2026-03-05", "Tree")):
        asked = f"Could you send me the photo of the {subject.lower()}?\n"
        house.mail(CLEO, ANA, at(day, "09:00"), subject, asked)
        now = at(day, "12:00")
        house.once(now)
        (task,) = [one for one in house.tasks(now) if one["status"] == "open"]
        found.append(str(task["evidence"][0]["title"]))
        if subject == "Boat":
            house.delete(task["key"])
        else:
            house.tick(task["key"], now)
    assert found == ["Boat", "Car", "Tree"]
