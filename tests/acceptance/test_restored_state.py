"""An older copy of the state is put back: no task twice, none comes back, no word is lost."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from acceptance_rules import AMPLE, LATER, NOON, rule
from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, FLORA, House, at

AFTER = at("2026-03-05", "12:00")
AGAIN = at("2026-03-06", "12:00")
RULES = rule(since="meeting", more="until: [message_sent]\n    done_means: call")


class Keeper:
    """Backups of one house's state, with or without the file beside it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.state = house.root / "syncd.db"
        self.lock = house.root / "syncd.db.lock"

    def copy(self) -> Path:
        return Path(shutil.copy(self.state, self.house.root / "backup"))

    def put_back(self, copy: Path, *, lock: bool) -> None:
        for end in ("-wal", "-shm"):
            self.state.with_name(self.state.name + end).unlink(missing_ok=True)
        shutil.copy(copy, self.state)
        if not lock:
            self.lock.unlink()


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Ana met five people on one morning; `once` has not run yet."""
    house = House(tmp_path, rules=RULES, settings=AMPLE)
    for hour, who in enumerate((BEN, CLEO, DORA, EMIL, FLORA)):
        house.meet(who, at("2026-03-03", f"{6 + hour:02}:00"), hours=0.5, uid=f"m{hour}")
    return house


def keys_of(house: House) -> dict[str, str]:
    return {one["person"]["addresses"][0]: one["key"] for one in house.tasks(NOON)}


def what_happens_after(house: House, keys: dict[str, str]) -> None:
    """Each of five tasks goes another way, and syncd sees it."""
    house.mail(ANA, BEN, at("2026-03-03", "13:00"))  # closed by us
    house.tick(keys[CLEO], at("2026-03-03", "20:00"))
    house.put(keys[DORA], summary="My own words", description="Mine.", due=date(2026, 3, 20))
    house.meet(EMIL, at("2026-03-04", "09:00"), "Lunch")  # re-anchored by us
    house.delete(keys[FLORA])
    house.once(LATER)


STATUS = {BEN: "closed", CLEO: "done", DORA: "open", EMIL: "open"}


@pytest.mark.parametrize(
    ("written", "lock"),
    [(True, True), (False, False)],
    ids=["made after writing", "made before writing, without the file beside it"],
)
def test_an_older_copy_is_put_back(house: House, lock: bool, written: bool) -> None:
    """Whether the copy was made before the tasks were written or after: the list stays as it is,
    closed stays closed, ticked stays ticked, and what the owner wrote stays theirs."""
    keeper = Keeper(house)
    if not written:
        house.settings = AMPLE + "mode: preview\n"
    house.once(at("2026-03-03", "11:30"))
    copy = keeper.copy()
    house.settings = AMPLE
    house.once(NOON)
    keys = keys_of(house)
    what_happens_after(house, keys)
    files = house.files()
    keeper.put_back(copy, lock=lock)
    if not written:
        # Nobody can know that a task was there that is not, unless the state does.
        house.mail(ANA, FLORA, at("2026-03-04", "08:00"))
    for now in (AFTER, AGAIN):
        house.once(now)
        assert house.files() == files
        found = {one["person"]["addresses"][0]: one for one in house.tasks(now)}
        assert {who: found[who]["status"] for who in STATUS} == STATUS
        assert {who: found[who]["key"] for who in STATUS} == {who: keys[who] for who in STATUS}
        if written:
            assert found[FLORA]["status"] == "dismissed"
        assert (found[DORA]["title"], found[DORA]["due"]) == ("My own words", "2026-03-20")
    assert house.explain(EMIL, AGAIN)["facts"]["notes"] == []
    kinds = {w: [i["kind"] for i in house.explain(w, AGAIN)["interactions"]] for w in (BEN, CLEO)}
    assert [who for who, some in kinds.items() if "task" in some] == [CLEO]


def test_what_was_out_is_followed_on(house: House) -> None:
    """What only the list knows is not drawn again on any later day, however small the day's number,
    and closes like any other when its reason is gone."""
    keeper = Keeper(house)
    house.settings = AMPLE + "mode: preview\n"
    house.once(at("2026-03-03", "11:30"))
    copy = keeper.copy()
    house.settings = AMPLE
    house.once(NOON)
    keys = keys_of(house)
    files = house.files()
    keeper.put_back(copy, lock=True)
    house.settings = "limits: {per_day: 1}\n"
    house.meet(CLEO, at("2026-03-04", "09:30"), "Lunch")  # a newer anchor, the same task
    house.once(LATER)
    assert keys_of(house) == keys
    house.mail(ANA, BEN, at("2026-03-04", "13:00"))
    house.once(AFTER)
    found = {one["key"]: one["status"] for one in house.tasks(AFTER)}
    assert found == {key: "closed" if who == BEN else "open" for who, key in keys.items()}
    assert str(house.todo(keys[BEN])["STATUS"]) == "COMPLETED"
    assert house.files().keys() == files.keys()


def test_ticks_count_at_once_where_the_state_is_lost(house: House) -> None:
    """What was ticked is contact in the very pass that finds it: no other rule asks for it."""
    house.rules += rule("other", since="meeting", more="remind: 2d\n    until: [call]")
    house.once(NOON)
    key = keys_of(house)[CLEO]
    house.tick(key, at("2026-03-03", "20:00"))
    house.once(LATER)
    for path in house.root.glob("syncd.db*"):
        path.unlink()
    house.once(AGAIN)
    whose = {one["person"]["addresses"][0]: one for one in house.tasks(AGAIN)
             if one["rule"] == "other"}  # fmt: skip
    assert CLEO not in whose
    assert BEN in whose
    assert any(one["kind"] == "task" for one in house.explain(CLEO, AGAIN)["interactions"])


def test_the_owner_sees_that_nothing_else_changes(house: House) -> None:
    """An ordinary run doubts nothing: the number beside the state is the state's own."""
    house.once(NOON)
    before = (house.root / "syncd.db.lock").read_text().split()[1:]
    house.once(LATER)
    assert (house.root / "syncd.db.lock").read_text().split()[1:] == before
    house.mail(ANA, BEN, at("2026-03-04", "13:00"))
    house.once(AFTER)
    after = (house.root / "syncd.db.lock").read_text().split()[1:]
    assert int(after[0]) > int(before[0])
