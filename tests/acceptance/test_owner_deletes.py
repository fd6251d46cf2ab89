"""The owner's hand in the task folder: a deleted task is a no, many at once are an incident."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from acceptance_rules import AMPLE, EVERYBODY, LATER, NOON, rule, written
from acceptance_tasks import (
    ANA,
    BEN,
    CLEO,
    DORA,
    EMIL,
    GUS,
    HANA,
    House,
    at,
    todo_of,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Ana met Ben at ten; `once` has not run yet."""
    house = House(tmp_path, settings=AMPLE)
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    return house


def test_deleted_is_a_no_for_that_anchor(house: House) -> None:
    """A deleted task is dismissed and does not come back; the next anchor may ask again."""
    house.rules = rule(since="meeting")
    key = written(house)
    house.delete(key)
    for day in ("2026-03-04", "2026-03-05", "2026-03-20"):
        house.once(at(day))
        assert [(one["key"], one["status"]) for one in house.tasks(at(day))] == [(key, "dismissed")]
        assert house.files() == {}
    house.meet(BEN, at("2026-03-21", "10:00"), "Lunch")
    now = at("2026-03-21", "12:00")
    house.once(now)
    assert sorted(one["status"] for one in house.tasks(now)) == ["dismissed", "open"]


class Mover(House):
    """A house whose task folder may be another one."""

    place = "tasks"

    @property
    def folder(self) -> Path:
        return self.root / self.place

    def configure(self) -> None:
        super().configure()
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(text.replace("tasks: tasks", f"tasks: {self.place}"), "utf-8")

    def statuses(self, now: datetime, code: int = 0) -> list[str]:
        self.once(now, code)
        return sorted(one["status"] for one in self.tasks(now))


def test_a_list_that_moved_is_read_as_a_whole(tmp_path: Path) -> None:
    """Moved to another folder, a task that is not there was deleted; where none of them is there,
    nothing is believed until the owner says so, or goes back."""
    house = Mover(tmp_path, settings=AMPLE)
    for hour, who in enumerate((BEN, CLEO)):
        house.meet(who, at("2026-03-03", f"{8 + hour:02}:00"), hours=0.5)
    house.once(NOON)
    keys = {one["person"]["addresses"][0]: one["key"] for one in house.tasks(NOON)}
    old = house.folder
    house.place = "empty"
    assert house.statuses(LATER, 1) == ["open", "open"]
    house.place = "tasks"
    assert house.statuses(at("2026-03-05")) == ["open", "open"]
    house.place = "new"
    old.rename(house.folder)
    house.delete(keys[BEN])
    assert house.statuses(at("2026-03-06")) == ["dismissed", "open"]
    assert house.statuses(at("2026-03-07")) == ["dismissed", "open"]
    assert len(house.files()) == 1


def test_a_list_with_tasks_of_another_syncd(tmp_path: Path) -> None:
    """A key like ours is not ours yet: pointed at a list that holds nothing but what another
    owner's syncd wrote, nothing is taken for deleted, and going back settles it."""
    house = Mover(tmp_path, settings=AMPLE)
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    ((name, data),) = house.files().items()
    key = name.removesuffix(".ics")
    other = key[:-4] + ("0f0f" if not key.endswith("0f0f") else "f0f0")
    theirs = data.replace(key.encode(), other.encode())
    house.place = "theirs"
    house.folder.mkdir()
    (house.folder / f"{other}.ics").write_bytes(theirs)
    assert house.statuses(LATER, 1) == ["open"]
    assert [path.read_bytes() for path in house.folder.iterdir()] == [theirs]
    house.place = "tasks"
    assert house.statuses(at("2026-03-05")) == ["open"]


def test_two_deletions_are_a_mute(house: House) -> None:
    """Two deletions for the same rule and person mute that rule for them, and nothing else."""
    house.rules = rule(since="meeting") + rule("other", since="meeting")
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
    key = written(house)
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
    house.rules = rule(more="until: [message_sent]")
    key = written(house)
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
    key = written(house)
    path = house.file(key)
    path.with_name("twin.ics").write_bytes(path.read_bytes())
    house.once(LATER)
    house.once(at("2026-03-05"))
    assert len(house.files()) == 1
    assert house.task(at("2026-03-05"))["status"] == "open"


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
    house.rules = rule(more="until: [message_sent]")
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
        held = house.run("status", "--json", now=now).json["tasks"]["held_by"]
        assert held == {"list:incident": 1}
    back()
    now = at("2026-03-06")
    house.once(now)
    assert house.files().items() >= files.items()
    assert len(house.files()) == 5
    assert {one["status"] for one in house.tasks(now)} == {"open"}


def test_a_folder_with_one_task_that_vanishes(house: House) -> None:
    """Also a folder with a single task: what is gone with the folder was not deleted."""
    key = written(house)
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
    house.rules = rule(more="until: [message_sent]")
    keys = _many(house, 4)
    for key in keys[:3]:
        house.file(key).unlink()
    house.once(LATER, code=1)
    house.run("once", "--accept-deletions", now=LATER)
    found = {one["key"]: one["status"] for one in house.tasks(LATER)}
    assert sorted(found.values()) == ["dismissed"] * 3 + ["open"]
    house.once(at("2026-03-05"))
    assert len(house.files()) == 1
