"""The owner's hand in the task folder: what was ticked, moved or edited wins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance_rules import AMPLE, EVERYBODY, LATER, NOON, rule, written
from acceptance_tasks import (
    ANA,
    BEN,
    House,
    at,
    titles,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Ana met Ben at ten; `once` has not run yet."""
    house = House(tmp_path, settings=AMPLE)
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    return house


def _facts(house: House, now: datetime, who: str = BEN) -> dict[str, Any]:
    found: dict[str, Any] = house.explain(who, now)["facts"]
    return found


def _ticked(house: House, now: datetime, who: str = BEN) -> list[dict[str, Any]]:
    """The interactions that ticks made."""
    return [one for one in house.explain(who, now)["interactions"] if one["kind"] == "task"]


MEANS = {"call": "calls", "meeting": "meetings", "message": "sent"}


@pytest.mark.parametrize("means", ["call", "meeting", "message", "nothing", ""])
def test_a_tick_counts_as_what_it_means(house: House, means: str) -> None:
    """A tick satisfies the anchor, and counts as `done_means` on the day of the tick."""
    house.rules = rule(more=f"done_means: {means}" if means else "")
    key = written(house)
    house.tick(key, at("2026-03-03", "21:00"))
    house.once(LATER)
    task = house.task(LATER)
    assert (task["key"], task["status"]) == (key, "done")
    assert house.explain(key, LATER)["verdict"]["state"] == "satisfied"
    found = _ticked(house, LATER)
    if means not in MEANS:
        assert found == []
        return
    assert [one["real"] for one in found] == ["yes"]
    assert datetime.fromisoformat(found[0]["at"]).date() == date(2026, 3, 3)
    (person,) = house.run("people", "--json", now=LATER).json
    before = 1 if means == "meeting" else 0
    assert person["counts"][MEANS[means]] == before + 1


@pytest.mark.parametrize(
    ("means", "until", "status"),
    [
        ("call", "call", "closed"),
        ("meeting", "meeting", "closed"),
        ("message", "message_sent", "closed"),
        ("call", "message_sent", "open"),
        ("nothing", "interaction", "open"),
    ],
)
def test_a_tick_satisfies_other_rules(house: House, means: str, until: str, status: str) -> None:
    """What a tick means closes what waits for it, and nothing else."""
    house.rules = rule(more=f"done_means: {means}") + rule("other", f"until: [{until}]")
    house.tick(written(house), at("2026-03-03", "21:00"))
    house.once(LATER)
    assert house.task(LATER, "other")["status"] == status


def test_a_tick_is_taken_back(house: House) -> None:
    """Unticking opens the task again, and takes back what the tick counted as."""
    house.rules = rule(more="done_means: call") + rule("other", "until: [call]")
    key = written(house)
    house.tick(key, at("2026-03-03", "21:00"))
    house.once(LATER)
    assert house.task(LATER, "other")["status"] == "closed"
    house.untick(key)
    mine = house.file(key).read_bytes()
    now = at("2026-03-05", "12:00")
    house.once(now)
    assert house.task(now)["status"] == "open"
    assert house.task(now, "other")["status"] == "open"
    assert _ticked(house, now) == []
    assert house.file(key).read_bytes() == mine


@pytest.mark.parametrize(
    "line",
    [b"STATUS:COMPLETED", b"STATUS:NEEDS-ACTION\r\nPERCENT-COMPLETE:100",
     b"STATUS:NEEDS-ACTION\r\nCOMPLETED:20260303T200000Z"],
)  # fmt: skip
def test_every_way_to_tick(house: House, line: bytes) -> None:
    """Applications tick by status, by percentage or by moment; each is a tick."""
    key = written(house)
    path = house.file(key)
    path.write_bytes(path.read_bytes().replace(b"STATUS:NEEDS-ACTION", line))
    house.once(LATER)
    assert house.task(LATER)["status"] == "done"


def test_a_tick_of_tomorrow_is_one_of_now(house: House) -> None:
    """A device whose clock is ahead puts no contact into the future."""
    house.rules = rule(more="done_means: call")
    house.tick(written(house), at("2026-03-20", "12:00"))
    house.once(LATER)
    assert house.task(LATER)["status"] == "done"
    (one,) = _ticked(house, LATER)
    assert datetime.fromisoformat(one["at"]) <= LATER


@pytest.mark.parametrize(("count", "counts"), [(5, True), (6, False)])
def test_many_ticks_only_acknowledge(house: House, count: int, counts: bool) -> None:
    """More than five ticks within ten minutes are tidying up: done, but no contact."""
    house.rules = rule(more="done_means: call")
    for number, who in enumerate(EVERYBODY[1:count]):
        house.meet(who, at("2026-03-03", f"{number:02}:30"), hours=0.5)
    house.once(NOON)
    tasks = house.tasks(NOON)
    assert len(tasks) == count
    for number, task in enumerate(tasks):
        house.tick(task["key"], NOON + timedelta(minutes=number))
    house.once(LATER)
    assert {one["status"] for one in house.tasks(LATER)} == {"done"}
    found = [len(_ticked(house, LATER, who)) for who in EVERYBODY[:count]]
    assert found == [int(counts)] * count


def test_a_ticked_anchor_is_done_for_good(house: House) -> None:
    """The same anchor gives no second task after a tick; a newer one does."""
    house.rules = rule(since="meeting")
    house.tick(written(house), NOON)
    for day in ("2026-03-04", "2026-03-20"):
        house.once(at(day))
        assert titles(house.tasks(at(day))) == ["After meeting Ben"]
    house.meet(BEN, at("2026-03-21", "10:00"), "Lunch")
    now = at("2026-03-21", "12:00")
    house.once(now)
    assert sorted(one["status"] for one in house.tasks(now)) == ["done", "open"]


def test_unticking_what_was_closed_keeps_it_open(house: House) -> None:
    """A task that syncd closed and the owner opens again stays open: it is theirs."""
    house.rules = rule(more="until: [message_sent]")
    key = written(house)
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(LATER)
    assert house.task(LATER)["status"] == "closed"
    house.untick(key)
    mine = house.files()
    for day in ("2026-03-05", "2026-03-06"):
        house.once(at(day))
        assert house.task(at(day))["status"] == "open"
        assert house.files() == mine


def test_a_moved_due_date_moves_the_end(house: House) -> None:
    """A due date that the owner moved stays, and shifts `expires` with it."""
    house.rules = rule(due="2d", more="expires: 5d")
    key = written(house)
    house.put(key, due=date(2026, 3, 12))  # a week later
    for day, status in (("2026-03-09", "open"), ("2026-03-14", "open"), ("2026-03-15", "expired")):
        now = at(day, "12:00")
        house.once(now)
        assert (house.task(now)["due"], house.task(now)["status"]) == ("2026-03-12", status)
        if status == "open":  # and whoever asks why is told the same
            why = house.run("rules", "why", "met", BEN, "--json", now=now).json
            assert why["next"] == why["clock"]["expires"]
            assert (why["clock"]["due"], why["next"][:10]) == ("2026-03-12", "2026-03-15")
    assert house.todo(key)["DUE"].dt == date(2026, 3, 12)


def test_a_due_date_moved_earlier_moves_the_end_too(house: House) -> None:
    """A due date moved to an earlier day brings the end forward as well."""
    house.rules = rule(due="10d", more="expires: 20d")
    key = written(house)
    house.put(key, due=date(2026, 3, 5))
    for day, status in (("2026-03-14", "open"), ("2026-03-15", "expired")):
        now = at(day, "12:00")
        house.once(now)
        assert house.task(now)["status"] == status


def test_a_due_date_taken_away_stays_away(house: House) -> None:
    """A task whose date the owner removed has none, and gets none."""
    key = written(house)
    house.edit(key, lambda todo: todo.pop("DUE"))
    for now in (LATER, at("2026-03-06")):
        house.once(now)
        assert (house.task(now)["due"], house.task(now)["status"]) == (None, "open")
        assert "DUE" not in house.todo(key)


def test_a_due_time_is_its_day(house: House) -> None:
    """A date and time put by another application is that day in the owner's zone."""
    key = written(house)
    path = house.file(key)
    due = b"DUE;TZID=America/New_York:20260310T210000"
    path.write_bytes(path.read_bytes().replace(b"DUE;VALUE=DATE:20260313", due))
    house.once(LATER)
    assert house.task(LATER)["due"] == "2026-03-11"
    assert due in path.read_bytes()


@pytest.mark.parametrize("ends", ["closed", "expired", "moved"])
def test_edited_words_are_never_overwritten(house: House, ends: str) -> None:
    """An edited title and edited notes stay, whatever becomes of the task."""
    house.rules = rule(since="meeting", more="until: [message_sent]\n    expires: 20d", due="10d")
    key = written(house)
    house.put(key, summary="Ben: the hull", description="Ask about paint.\nBring the plan.")
    house.once(at("2026-03-03", "13:00"))
    if ends == "closed":
        house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    if ends == "moved":
        house.meet(BEN, at("2026-03-04", "09:00"), "Lunch")
    now = at("2026-04-10") if ends == "expired" else LATER
    house.once(now)
    task, todo = house.task(now), house.todo(key)
    assert task["status"] == {"moved": "open"}.get(ends, ends)
    assert str(todo["STATUS"]) == ("NEEDS-ACTION" if ends == "moved" else "COMPLETED")
    assert str(todo["SUMMARY"]) == task["title"] == "Ben: the hull"
    assert str(todo["DESCRIPTION"]) == task["notes"] == "Ask about paint.\nBring the plan."
    assert todo["DUE"].dt == date(2026, 3, 14 if ends == "moved" else 13)


def test_an_edited_title_leaves_the_notes_ours(house: House) -> None:
    """Where only the title was edited the reason still goes into the notes."""
    house.rules = rule(more="until: [message_sent]")
    key = written(house)
    house.put(key, summary="Ben: the hull")
    house.once(at("2026-03-03", "13:00"))
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(LATER)
    todo = house.todo(key)
    assert str(todo["SUMMARY"]) == "Ben: the hull"
    assert house.task(LATER)["closed_why"] in str(todo["DESCRIPTION"])


def test_edited_and_answered_between_two_runs(house: House) -> None:
    """An edit that is found in the very run that closes the task stays as well."""
    house.rules = rule(more="until: [message_sent]")
    key = written(house)
    house.put(key, summary="Ben: the hull", description="Mine.")
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(LATER)
    todo = house.todo(key)
    assert (str(todo["SUMMARY"]), str(todo["DESCRIPTION"])) == ("Ben: the hull", "Mine.")
    assert str(todo["STATUS"]) == "COMPLETED"


def test_lines_in_the_notes_become_notes_on_the_person(house: House) -> None:
    """What the owner writes into a task's notes becomes notes on the person."""
    key = written(house)
    notes = str(house.todo(key)["DESCRIPTION"])
    house.put(key, description=f"{notes}\nneeds: a ladder\nLikes tea.")
    house.once(LATER)
    assert set(_facts(house, LATER)["notes"]) >= {"needs: a ladder", "Likes tea."}


def test_an_echo_is_no_edit(house: House) -> None:
    """A file that another program rewrote without changing what it says is nobody's hand."""
    house.rules = rule(more="until: [message_sent]")
    key = written(house)
    house.edit(key, lambda todo: None)
    path = house.file(key)
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    house.once(at("2026-03-03", "13:00"))
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(LATER)
    assert house.task(LATER)["closed_why"] in str(house.todo(key)["DESCRIPTION"])
