"""Tasks where days, lists, people and states are not the usual ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from acceptance_abroad import Abroad
from acceptance_rules import AMPLE, clock
from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, todo_of


@pytest.fixture
def house(tmp_path: Path) -> Abroad:
    return Abroad(tmp_path, settings=AMPLE, rules=clock("it", "meeting"))


def test_a_day_of_the_draw_is_the_owners(house: Abroad) -> None:
    """The day's number is that of the owner's day: not of UTC's, in which it begins anew at noon in
    Auckland."""
    house.zone = "Pacific/Auckland"
    house.settings = "limits: {per_day: 1}\n"
    for number, who in enumerate((BEN, CLEO, DORA)):
        house.meet(who, house.at(f"2026-03-03T{7 + number:02}:00"), hours=0.5)
    told = [("2026-03-03T11:00", 1), ("2026-03-03T23:00", 1), ("2026-03-04T08:00", 2)]
    for moment, count in told:
        found = [status for _, _, status, _ in house.told(house.at(moment))]
        assert sorted(found) == ["held"] * (3 - count) + ["open"] * count, moment


def test_a_day_without_a_number(house: Abroad) -> None:
    """With `per_day: 0` nothing but what is urgent is written; a newer anchor replaces what is
    held, and `explain` names the reason."""
    house.settings = "limits: {per_day: 0}\n"
    house.rules += clock("now", "first_meeting", "urgent: true")
    house.meet(BEN, house.at("2026-03-03T09:00"))
    assert house.stands(house.at("2026-03-03T12:00")) == {"it": "held", "now": "open"}
    house.meet(BEN, house.at("2026-03-05T09:00"), "Lunch")
    now = house.at("2026-03-05T12:00")
    assert ("it", "Ben", "held", "2026-03-15") in house.told(now)
    assert house.stands(now) == {"it": "held", "now": "open"}
    (verdict,) = [one for one in house.explain(BEN, now)["verdicts"] if one["rule"] == "it"]
    assert (verdict["state"], "budget" in verdict["reasons"]) == ("held", True)
    assert len(house.files()) == 1


def test_merging_and_splitting(house: Abroad) -> None:
    """Of two people who become one the older task stays; when they part again each has their
    own, under the keys they had."""
    for day, who in (("2026-03-03", BEN), ("2026-03-04", CLEO)):
        house.meet(who, house.at(f"{day}T09:00"))
        house.once(house.at(f"{day}T12:00"))
    now = house.at("2026-03-05T12:00")
    keys = {who: house.task(now, "it", who)["key"] for who in (BEN, CLEO)}
    assert house.run("merge", BEN, CLEO, now=now).code == 0
    house.once(now)
    found = {one["key"]: one["status"] for one in house.tasks(now)}
    assert found == {keys[BEN]: "open", keys[CLEO]: "closed"}
    now += timedelta(days=1)
    assert house.run("split", BEN, now=now).code == 0
    house.once(now)
    assert {who: house.task(now, "it", who)["key"] for who in (BEN, CLEO)} == keys
    assert {one["status"] for one in house.tasks(now)} == {"open"}
    assert {str(todo_of(house.file(key))["STATUS"]) for key in keys.values()} == {"NEEDS-ACTION"}


def test_two_accounts_that_saw_the_same(house: Abroad) -> None:
    """A meeting in two calendars is one, with one task in the list of the first account; what only
    one account saw goes where that one's tasks go."""
    house.accounts = (
        "  - {name: home, kind: local, mail: [mail], calendar: [calendar], tasks: tasks}\n"
        "  - {name: work, kind: local, mail: [letters], calendar: [office], tasks: todo}\n"
    )
    house.settings += "tasks_in: {default: home, work: work}\n"
    house.rules += clock("letter", "message_sent")
    (house.root / "office").mkdir()
    (house.root / "letters").mkdir()
    both = house.meet(BEN, house.at("2026-03-03T09:00"))
    (house.root / "office" / both.name).write_bytes(both.read_bytes())
    only = house.meet(CLEO, house.at("2026-03-03T10:00"))
    only.rename(house.root / "office" / only.name)
    house.mail(ANA, DORA, house.at("2026-03-03T10:00"), "To Dora")
    for path in (house.root / "mail").iterdir():
        path.rename(house.root / "letters" / path.name)
    house.mail(ANA, EMIL, house.at("2026-03-03T10:00"), "To Emil")
    now = house.at("2026-03-03T12:00")
    house.once(now)
    who = {one["key"]: one["person"]["name"].split()[0] for one in house.tasks(now)}
    for folder, names in (("tasks", {"Ben", "Emil"}), ("todo", {"Cleo", "Dora"})):
        paths = (house.root / folder).glob("*.ics")
        assert {who.pop(str(todo_of(path)["UID"])) for path in paths} == names, folder
    assert who == {}


def test_satisfied_until_it_is_undone(house: Abroad) -> None:
    """A meeting that ended a rule and is declined opens it again under the same key, but not after
    the end."""
    house.rules = clock("it", "first_meeting", "until: [meeting]")
    house.meet(BEN, house.at("2026-03-03T09:00"))
    house.once(house.at("2026-03-03T12:00"))
    key = house.task(house.at("2026-03-03T12:00"), "it")["key"]
    told = [("2026-03-05", "2026-03-06", "open"), ("2026-03-07", "2026-04-20", "closed")]
    for met, later, status in told:
        house.meet(BEN, house.at(f"{met}T09:00"), uid=met)
        assert house.stands(house.at(f"{met}T12:00")) == {"it": "closed"}
        house.meet(BEN, house.at(f"{met}T09:00"), uid=met, answer="DECLINED", sequence=1)
        assert house.stands(house.at(f"{later}T12:00")) == {"it": status}
        assert house.task(house.at(f"{later}T12:00"), "it")["key"] == key


def test_ignored_and_taken_back(house: Abroad) -> None:
    """Whoever is ignored is nobody; the task that stands stays, and what was not seen meanwhile is
    judged anew when they are no longer ignored."""
    for who in (BEN, CLEO):
        house.mail(ANA, who, house.at("2026-03-01T09:00"), f"To {who}")
    house.meet(BEN, house.at("2026-03-03T09:00"))
    before = house.told(house.at("2026-03-03T12:00"))
    house.settings += f"ignore: [{BEN}, studio.example.net]\n"
    house.meet(CLEO, house.at("2026-03-04T09:00"))
    now = house.at("2026-03-05T12:00")
    assert house.told(now) == before == [("it", "Ben", "open", "2026-03-13")]
    assert [house.run("explain", who, now=now).code for who in (BEN, CLEO)] == [1, 1]
    house.settings = AMPLE
    told = [*before, ("it", "Cleo", "open", "2026-03-14")]
    assert house.told(house.at("2026-03-06T12:00")) == told


def test_whoever_leaves_their_tier(house: Abroad) -> None:
    """A task that was written for a tier's cadence stays until it would have ended, though the
    person is in the tier no more."""
    house.rules = clock("it", "message_sent", "expires: 30d").replace("10d", "cadence")
    house.tiers = f"  - {{name: inner, people: [{BEN}], cadence: 10d}}\n"
    house.mail(ANA, BEN, house.at("2026-03-03T09:00"))
    assert house.stands(house.at("2026-03-03T12:00")) == {"it": "open"}
    house.tiers = house.tiers.replace(BEN, CLEO)
    ends = [("2026-03-04T12:00", "open"), ("2026-04-02T08:30", "open"), ("2026-04-02T09:30", "")]
    for moment, status in ends:
        found = house.told(house.at(moment))
        assert found == [("it", "Ben", status or "expired", "2026-03-13")], moment


def test_the_next_moment_is_exact(house: Abroad) -> None:
    """Until the moment that `status` names nothing changes, not even a second before it."""
    house.zone = "America/New_York"
    house.settings = AMPLE
    house.rules = clock("fade", "{strength_below: 0.25}", "until: [interaction]")
    house.rules += clock("mute", "message_sent", "where: {silent_for: {at_least: 9d}}")
    house.rules += clock("long", "meeting", "remind: 6 working days\n    expires: 2m")
    house.rules += clock("free", "first_meeting", "pause_while: scheduled\n    expires: 60d")
    for day in (10, 15, 20):
        first = house.mail(ANA, BEN, house.at(f"2026-02-{day}T09:00"), f"Letter {day}")
        answer = house.at(f"2026-02-{day}T10:00")
        house.mail(BEN, ANA, answer, f"Re: Letter {day}", answers=first)
    house.meet(CLEO, house.at("2026-03-02T15:00"))
    house.meet(CLEO, house.at("2026-03-12T15:00"), "Lunch")
    now = house.at("2026-03-03T08:00")
    seen, moments = house.told(now), 0
    for _ in range(9):
        named = house.run("status", "--json", now=now).json["next"]
        if named is None:
            break
        following = datetime.fromisoformat(named)
        assert following > now
        assert house.told(following - timedelta(seconds=1)) == seen, (now, named)
        now, seen = following, house.told(following)
        moments += 1
    assert moments >= 6
    found = {rule for rule, _, status, _ in seen if status not in {"waiting", "held"}}
    assert found == {"fade", "mute", "long", "free"}
