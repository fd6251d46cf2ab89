"""The owner's hand in the task folder: what was ticked, moved, edited or deleted wins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance_tasks import (
    ANA,
    BEN,
    CLEO,
    DORA,
    EMIL,
    FLORA,
    GUS,
    HANA,
    House,
    at,
    titles,
    todo_of,
)

NOON = at("2026-03-03", "12:00")  # a Tuesday
LATER = at("2026-03-04", "12:00")
EVERYBODY = [BEN, CLEO, DORA, EMIL, FLORA, GUS, HANA]
AMPLE = "limits: {per_day: 90, open: 90}\n"


def _rule(name: str = "met", more: str = "", since: str = "first_meeting", due: str = "10d") -> str:
    return f"""
  - id: {name}
    since: {since}
    due: {due}
    task: {{title: "After meeting {{{{ first_name }}}}", notes: "{{{{ evidence }}}}"}}
    {more}
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Ana met Ben at ten; `once` has not run yet."""
    house = House(tmp_path, settings=AMPLE)
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    return house


def _written(house: House) -> str:
    """The key of Ben's task, once it is in the folder."""
    house.once(NOON)
    key: str = house.task(NOON)["key"]
    return key


def _facts(house: House, now: datetime, who: str = BEN) -> dict[str, Any]:
    found: dict[str, Any] = house.explain(who, now)["facts"]
    return found


def _ticked(house: House, now: datetime, who: str = BEN) -> list[dict[str, Any]]:
    """The interactions that ticks made."""
    return [one for one in house.explain(who, now)["interactions"] if one["kind"] == "task"]


# --- ticking ---

MEANS = {"call": "calls", "meeting": "meetings", "message": "sent"}


@pytest.mark.parametrize("means", ["call", "meeting", "message", "nothing", ""])
def test_a_tick_counts_as_what_it_means(house: House, means: str) -> None:
    """A tick satisfies the anchor, and counts as `done_means` on the day of the tick."""
    house.rules = _rule(more=f"done_means: {means}" if means else "")
    key = _written(house)
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
    house.rules = _rule(more=f"done_means: {means}") + _rule("other", f"until: [{until}]")
    house.tick(_written(house), at("2026-03-03", "21:00"))
    house.once(LATER)
    assert house.task(LATER, "other")["status"] == status


def test_a_tick_is_taken_back(house: House) -> None:
    """Unticking opens the task again, and takes back what the tick counted as."""
    house.rules = _rule(more="done_means: call") + _rule("other", "until: [call]")
    key = _written(house)
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
    key = _written(house)
    path = house.file(key)
    path.write_bytes(path.read_bytes().replace(b"STATUS:NEEDS-ACTION", line))
    house.once(LATER)
    assert house.task(LATER)["status"] == "done"


def test_a_tick_of_tomorrow_is_one_of_now(house: House) -> None:
    """A device whose clock is ahead puts no contact into the future."""
    house.rules = _rule(more="done_means: call")
    house.tick(_written(house), at("2026-03-20", "12:00"))
    house.once(LATER)
    assert house.task(LATER)["status"] == "done"
    (one,) = _ticked(house, LATER)
    assert datetime.fromisoformat(one["at"]) <= LATER


@pytest.mark.parametrize(("count", "counts"), [(5, True), (6, False)])
def test_many_ticks_only_acknowledge(house: House, count: int, counts: bool) -> None:
    """More than five ticks within ten minutes are tidying up: done, but no contact."""
    house.rules = _rule(more="done_means: call")
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
    house.rules = _rule(since="meeting")
    house.tick(_written(house), NOON)
    for day in ("2026-03-04", "2026-03-20"):
        house.once(at(day))
        assert titles(house.tasks(at(day))) == ["After meeting Ben"]
    house.meet(BEN, at("2026-03-21", "10:00"), "Lunch")
    now = at("2026-03-21", "12:00")
    house.once(now)
    assert sorted(one["status"] for one in house.tasks(now)) == ["done", "open"]


def test_unticking_what_was_closed_keeps_it_open(house: House) -> None:
    """A task that syncd closed and the owner opens again stays open: it is theirs."""
    house.rules = _rule(more="until: [message_sent]")
    key = _written(house)
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(LATER)
    assert house.task(LATER)["status"] == "closed"
    house.untick(key)
    mine = house.files()
    for day in ("2026-03-05", "2026-03-06"):
        house.once(at(day))
        assert house.task(at(day))["status"] == "open"
        assert house.files() == mine


# --- editing ---


def test_a_moved_due_date_moves_the_end(house: House) -> None:
    """A due date that the owner moved stays, and shifts `expires` with it."""
    house.rules = _rule(due="2d", more="expires: 5d")
    key = _written(house)
    house.put(key, due=date(2026, 3, 12))  # a week later
    for day, status in (("2026-03-09", "open"), ("2026-03-14", "open"), ("2026-03-15", "expired")):
        now = at(day, "12:00")
        house.once(now)
        assert (house.task(now)["due"], house.task(now)["status"]) == ("2026-03-12", status)
    assert house.todo(key)["DUE"].dt == date(2026, 3, 12)


def test_a_due_date_moved_earlier_moves_the_end_too(house: House) -> None:
    """A due date moved to an earlier day brings the end forward as well."""
    house.rules = _rule(due="10d", more="expires: 20d")
    key = _written(house)
    house.put(key, due=date(2026, 3, 5))
    for day, status in (("2026-03-14", "open"), ("2026-03-15", "expired")):
        now = at(day, "12:00")
        house.once(now)
        assert house.task(now)["status"] == status


def test_a_due_date_taken_away_stays_away(house: House) -> None:
    """A task whose date the owner removed has none, and gets none."""
    key = _written(house)
    house.edit(key, lambda todo: todo.pop("DUE"))
    for now in (LATER, at("2026-03-06")):
        house.once(now)
        assert (house.task(now)["due"], house.task(now)["status"]) == (None, "open")
        assert "DUE" not in house.todo(key)


def test_a_due_time_is_its_day(house: House) -> None:
    """A date and time put by another application is that day in the owner's zone."""
    key = _written(house)
    path = house.file(key)
    due = b"DUE;TZID=America/New_York:20260310T210000"
    path.write_bytes(path.read_bytes().replace(b"DUE;VALUE=DATE:20260313", due))
    house.once(LATER)
    assert house.task(LATER)["due"] == "2026-03-11"
    assert due in path.read_bytes()


@pytest.mark.parametrize("ends", ["closed", "expired", "moved"])
def test_edited_words_are_never_overwritten(house: House, ends: str) -> None:
    """An edited title and edited notes stay, whatever becomes of the task."""
    house.rules = _rule(since="meeting", more="until: [message_sent]\n    expires: 20d", due="10d")
    key = _written(house)
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
    house.rules = _rule(more="until: [message_sent]")
    key = _written(house)
    house.put(key, summary="Ben: the hull")
    house.once(at("2026-03-03", "13:00"))
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(LATER)
    todo = house.todo(key)
    assert str(todo["SUMMARY"]) == "Ben: the hull"
    assert house.task(LATER)["closed_why"] in str(todo["DESCRIPTION"])


def test_edited_and_answered_between_two_runs(house: House) -> None:
    """An edit that is found in the very run that closes the task stays as well."""
    house.rules = _rule(more="until: [message_sent]")
    key = _written(house)
    house.put(key, summary="Ben: the hull", description="Mine.")
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(LATER)
    todo = house.todo(key)
    assert (str(todo["SUMMARY"]), str(todo["DESCRIPTION"])) == ("Ben: the hull", "Mine.")
    assert str(todo["STATUS"]) == "COMPLETED"


def test_lines_in_the_notes_become_notes_on_the_person(house: House) -> None:
    """What the owner writes into a task's notes becomes notes on the person."""
    key = _written(house)
    notes = str(house.todo(key)["DESCRIPTION"])
    house.put(key, description=f"{notes}\nneeds: a ladder\nLikes tea.")
    house.once(LATER)
    assert set(_facts(house, LATER)["notes"]) >= {"needs: a ladder", "Likes tea."}


def test_an_echo_is_no_edit(house: House) -> None:
    """A file that another program rewrote without changing what it says is nobody's hand."""
    house.rules = _rule(more="until: [message_sent]")
    key = _written(house)
    house.edit(key, lambda todo: None)
    path = house.file(key)
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    house.once(at("2026-03-03", "13:00"))
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(LATER)
    assert house.task(LATER)["closed_why"] in str(house.todo(key)["DESCRIPTION"])


# --- deleting ---


def test_deleted_is_a_no_for_that_anchor(house: House) -> None:
    """A deleted task is dismissed and does not come back; the next anchor may ask again."""
    house.rules = _rule(since="meeting")
    key = _written(house)
    house.delete(key)
    for day in ("2026-03-04", "2026-03-05", "2026-03-20"):
        house.once(at(day))
        assert [(one["key"], one["status"]) for one in house.tasks(at(day))] == [(key, "dismissed")]
        assert house.files() == {}
    house.meet(BEN, at("2026-03-21", "10:00"), "Lunch")
    now = at("2026-03-21", "12:00")
    house.once(now)
    assert sorted(one["status"] for one in house.tasks(now)) == ["dismissed", "open"]


def test_two_deletions_are_a_mute(house: House) -> None:
    """Two deletions for the same rule and person mute that rule for them, and nothing else."""
    house.rules = _rule(since="meeting") + _rule("other", since="meeting")
    house.meet(CLEO, at("2026-03-03", "08:00"))
    for day in ("2026-03-03", "2026-03-05"):
        now = at(day, "12:00")
        if day != "2026-03-03":
            house.meet(BEN, at(day, "10:00"), "Lunch")
        house.once(now)
        open_ = [
            one
            for one in house.tasks(now)
            if (one["rule"], one["status"]) == ("met", "open") and BEN in one["person"]["addresses"]
        ]
        assert len(open_) == 1, day
        house.delete(open_[0]["key"])
    house.once(at("2026-03-06"))
    for who in (BEN, CLEO):
        house.meet(who, at("2026-03-07", "09:00" if who == BEN else "11:00"), "Dinner")
    now = at("2026-03-07", "14:00")
    house.once(now)
    every = {
        (one["rule"], one["person"]["addresses"][0]): one["status"]
        for one in house.tasks(now, everything=True)
        if one["status"] != "dismissed"
    }
    assert every == {
        ("met", BEN): "muted",
        ("met", CLEO): "open",
        ("other", BEN): "open",
        ("other", CLEO): "open",
    }


def test_a_deleted_task_that_comes_back_is_open(house: House) -> None:
    """A file that the owner restored from the bin is an open task again."""
    key = _written(house)
    path = house.file(key)
    data = path.read_bytes()
    house.delete(key)
    house.once(LATER)
    path.write_bytes(data)
    now = at("2026-03-05")
    house.once(now)
    assert house.task(now)["status"] == "open"
    assert house.files() == {path.name: data}


def test_clearing_away_what_is_done_says_nothing(house: House) -> None:
    """Deleting tasks that are closed or ticked is no answer, however many there are."""
    for number, who in enumerate((CLEO, DORA, EMIL)):
        house.meet(who, at("2026-03-03", f"{6 + number:02}:00"), hours=0.5)
    house.once(NOON)
    keys = [one["key"] for one in house.tasks(NOON)]
    for number, key in enumerate(keys):
        house.tick(key, NOON + timedelta(hours=number))
    house.once(LATER)
    for key in keys:
        house.delete(key)
    house.once(at("2026-03-05"))
    assert {one["status"] for one in house.tasks(at("2026-03-05"))} == {"done"}
    assert house.files() == {}


def test_a_file_under_another_name_is_the_same_task(house: House) -> None:
    """A sync program may rename files: neither a deletion nor a second task."""
    house.rules = _rule(more="until: [message_sent]")
    key = _written(house)
    path = house.file(key)
    path.rename(path.with_name("8c1f.ics"))
    house.once(LATER)
    assert house.task(LATER)["status"] == "open"
    house.mail(ANA, BEN, at("2026-03-05", "09:00"))
    house.once(at("2026-03-05"))
    assert list(house.files()) == ["8c1f.ics"]
    assert str(house.todo(key)["STATUS"]) == "COMPLETED"


def test_an_untouched_twin_goes(house: House) -> None:
    """Of two files with one key the older one stays; an untouched twin is removed."""
    key = _written(house)
    path = house.file(key)
    path.with_name("twin.ics").write_bytes(path.read_bytes())
    house.once(LATER)
    house.once(at("2026-03-05"))
    assert len(house.files()) == 1
    assert house.task(at("2026-03-05"))["status"] == "open"


# --- incidents ---


def _many(house: House, count: int) -> list[str]:
    for number, who in enumerate(EVERYBODY[1:count]):
        house.meet(who, at("2026-03-03", f"{5 + number:02}:00"), hours=0.5)
    house.once(NOON)
    keys = [one["key"] for one in house.tasks(NOON)]
    assert len(keys) == count
    return keys


def test_two_deletions_of_two_people_are_two_answers(house: House) -> None:
    """Two deletions in one sync are two answers."""
    keys = _many(house, 4)
    for key in keys[:2]:
        house.delete(key)
    house.once(LATER)
    found = {one["key"]: one["status"] for one in house.tasks(LATER)}
    assert [found[key] for key in keys] == ["dismissed", "dismissed", "open", "open"]


def _status(house: House, now: datetime) -> tuple[int, str]:
    ran = house.run("status", now=now)
    return ran.code, ran.out + ran.err


def test_three_deletions_are_an_incident(house: House) -> None:
    """Three deletions in one sync are no answer: exit code 1, tasks keep their state, nothing is
    written, `status` asks; when the files are back all is well."""
    house.rules = _rule(more="until: [message_sent]")
    keys = _many(house, 5)
    gone = {house.file(key): house.file(key).read_bytes() for key in keys[:3]}
    for path in gone:
        path.unlink()
    left = house.files()
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.meet(HANA, at("2026-03-04", "10:00"))
    for now in (LATER, at("2026-03-05"), at("2026-03-06")):
        ran = house.once(now, code=1)
        assert ran.err
        assert house.files() == left
        found = {one["key"]: one["status"] for one in house.tasks(now)}
        assert found == dict.fromkeys(keys, "open")
        code, said = _status(house, now)
        assert code == 1
        assert "vanish" in said or "missing" in said
    for path, data in gone.items():
        path.write_bytes(data)
    now = at("2026-03-07")
    house.once(now)
    found = {one["key"]: one["status"] for one in house.tasks(now)}
    closed = [key for key, status in found.items() if status == "closed"]
    assert [house.task(now)["key"]] == closed
    assert len(found) == 6
    assert set(found.values()) == {"closed", "open"}
    assert _status(house, now)[0] == 0


def _unmounted(house: House) -> Callable[[], None]:
    away = house.root / "away"
    house.folder.rename(away)

    def back() -> None:
        away.rename(house.folder)

    return back


def _emptied(house: House) -> Callable[[], None]:
    files = house.files()
    for path in house.folder.glob("*.ics"):
        path.unlink()

    def back() -> None:
        for name, data in files.items():
            (house.folder / name).write_bytes(data)

    return back


@pytest.mark.parametrize("vanish", [_unmounted, _emptied])
def test_a_vanished_list_is_an_incident(
    house: House, vanish: Callable[[House], Callable[[], None]]
) -> None:
    """A task folder that is gone, or empty all at once, is no answer: exit code 1, nothing is
    written there, and afterwards everything is as before."""
    keys = _many(house, 4)
    files = house.files()
    back = vanish(house)
    house.meet(GUS, at("2026-03-04", "10:00"))
    for now in (LATER, at("2026-03-05")):
        house.once(now, code=1)
        assert house.files() == {}
        assert {one["key"]: one["status"] for one in house.tasks(now)} == dict.fromkeys(
            keys, "open"
        )
        assert _status(house, now)[0] == 1
    back()
    now = at("2026-03-06")
    house.once(now)
    assert house.files().items() >= files.items()
    assert len(house.files()) == 5
    assert {one["status"] for one in house.tasks(now)} == {"open"}


def test_a_folder_with_one_task_that_vanishes(house: House) -> None:
    """Also a folder with a single task: what is gone with the folder was not deleted."""
    key = _written(house)
    away = house.root / "away"
    house.folder.rename(away)
    house.once(LATER, code=1)
    assert not house.folder.exists()
    assert house.task(LATER)["status"] == "open"
    away.rename(house.folder)
    house.once(at("2026-03-05"))
    assert house.task(at("2026-03-05"))["key"] == key
    assert str(todo_of(house.file(key))["STATUS"]) == "NEEDS-ACTION"


def test_deletions_that_were_meant_can_be_accepted(house: House) -> None:
    """After an incident the owner can say that the tasks were deleted on purpose: dismissed, and
    the list is written to again."""
    house.rules = _rule(more="until: [message_sent]")
    keys = _many(house, 4)
    for key in keys[:3]:
        house.file(key).unlink()
    house.once(LATER, code=1)
    house.run("once", "--accept-deletions", now=LATER)
    found = {one["key"]: one["status"] for one in house.tasks(LATER)}
    assert sorted(found.values()) == ["dismissed"] * 3 + ["open"]
    house.once(at("2026-03-05"))
    assert len(house.files()) == 1
