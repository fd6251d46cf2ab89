"""The owner's hand where it comes late, in pieces, or just when something else happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from acceptance_abroad import Abroad
from acceptance_rules import AMPLE, EVERYBODY, clock
from acceptance_tasks import ANA, BEN, CLEO

MET = clock("it", "first_meeting", "until: [meeting]\n    done_means: call")


@pytest.fixture
def house(tmp_path: Path) -> Abroad:
    return Abroad(tmp_path, settings=AMPLE, rules=MET)


def six(house: Abroad) -> dict[str, str]:
    """Ana met six people this morning: the keys of their tasks."""
    for number, who in enumerate(EVERYBODY[:6]):
        house.meet(who, house.at(f"2026-03-03T{4 + number:02}:00"), hours=0.5)
    now = house.at("2026-03-03T11:00")
    house.once(now)
    keys = {one["person"]["addresses"][0]: one["key"] for one in house.tasks(now)}
    return {who: keys[who] for who in EVERYBODY[:6]}


def calls(house: Abroad, now: str) -> int:
    """With how many of them a tick counts as a call."""
    people = house.run("people", "--json", now=house.at(now)).json
    return sum(one["counts"]["calls"] for one in people)


def test_six_ticks_in_two_runs_only_acknowledge(house: Abroad) -> None:
    """Whether ticks count depends on when they were made, not on how many runs saw them: the first
    three were calls until three more came within ten minutes."""
    keys = list(six(house).values())
    for minute, key in enumerate(keys[:3]):
        house.tick(key, house.at(f"2026-03-03T12:0{minute}"))
    house.once(house.at("2026-03-03T12:04"))
    assert calls(house, "2026-03-03T12:04") == 3
    for minute, key in enumerate(keys[3:]):
        house.tick(key, house.at(f"2026-03-03T12:0{minute + 5}"))
    house.once(house.at("2026-03-03T12:30"))
    assert calls(house, "2026-03-03T12:30") == 0
    assert {one["status"] for one in house.tasks(house.at("2026-03-03T12:30"))} == {"done"}


def test_six_ticks_of_a_week_seen_at_once_count(house: Abroad) -> None:
    """Ticked on six days and synchronised after the holidays: each is a call on its own day."""
    for number, key in enumerate(six(house).values()):
        house.tick(key, house.at(f"2026-03-{4 + number:02}T12:00"))
    now = house.at("2026-03-12T12:00")
    house.once(now)
    assert calls(house, "2026-03-12T12:00") == 6
    found = house.explain(BEN, now)["interactions"]
    assert [one["at"][:10] for one in found if one["kind"] == "task"] == ["2026-03-04"]


def test_ticks_without_a_moment_are_of_the_run(house: Abroad) -> None:
    """An application that notes no moment: five are calls of now, a sixth is one too when it comes
    twenty minutes later."""
    keys = list(six(house).values())
    for key in keys[:5]:
        house.put(key, status="COMPLETED")
    house.once(house.at("2026-03-04T12:00"))
    assert calls(house, "2026-03-04T12:00") == 5
    house.put(keys[5], status="COMPLETED")
    house.once(house.at("2026-03-04T12:20"))
    assert calls(house, "2026-03-04T12:20") == 6


def _nothing(house: Abroad) -> None:
    pass


def _another_meeting(house: Abroad) -> None:
    house.meet(BEN, house.at("2026-03-07T09:00"), "Dinner")


def _cancelled(house: Abroad) -> None:
    house.meet(BEN, house.at("2026-03-05T09:00"), uid="b", status="CANCELLED", sequence=1)


@pytest.mark.parametrize("happens", [_nothing, _another_meeting, _cancelled])
def test_what_the_owner_opens_again_stays_open(
    house: Abroad, happens: Callable[[Abroad], None]
) -> None:
    """A task that a meeting closed and the owner opens again is theirs, whatever else comes to
    light in the same run; a further meeting does not close it either."""
    house.meet(BEN, house.at("2026-03-03T09:00"), uid="a")
    house.once(house.at("2026-03-03T12:00"))
    key = house.task(house.at("2026-03-03T12:00"), "it")["key"]
    house.meet(BEN, house.at("2026-03-05T09:00"), uid="b")
    assert house.stands(house.at("2026-03-05T12:00")) == {"it": "closed"}
    house.untick(key)
    happens(house)
    house.meet(BEN, house.at("2026-03-09T09:00"), uid="c")
    for day in ("2026-03-08", "2026-03-09"):
        now = house.at(f"{day}T12:00")
        house.once(now)
        found = {one["key"]: one["status"] for one in house.tasks(now)}
        assert found == {key: "open"}, day
        assert str(house.todo(key)["STATUS"]) == "NEEDS-ACTION"


def test_lines_for_the_next_task(house: Abroad) -> None:
    """What the owner writes into one task's notes stands in the next one's, where it belongs, and
    its tags are conditions of rules; nothing of syncd's own words becomes a note."""
    house.rules += """
  - id: next
    since: message_sent
    due: 3d
    where: {tags: sailors}
    task: {title: T, notes: "G: {{ gives }}\\nA: {{ asks }}"}
"""
    house.meet(BEN, house.at("2026-03-03T09:00"))
    now = house.at("2026-03-03T12:00")
    house.once(now)
    key = house.task(now, "it")["key"]
    ours = str(house.todo(key)["DESCRIPTION"])
    lines = "Needs: a tiler\noffers: tax advice\nabout: two kids\ntags: vip, Sailors"
    house.put(key, description=f"{lines}\n\n{ours}")
    house.mail(ANA, BEN, house.at("2026-03-04T09:00"))
    house.mail(ANA, CLEO, house.at("2026-03-04T09:00"), "To Cleo")
    now = house.at("2026-03-04T12:00")
    assert ("next", "Cleo", "waiting", "2026-03-07") in house.told(now)
    notes = house.task(now, "next")["notes"]
    assert "G: Needs: a tiler\nA: offers: tax advice" in notes
    facts = house.explain(BEN, now)["facts"]
    assert sorted(facts["notes"]) == sorted(lines.splitlines())
    assert set(facts["tags"]) == {"vip", "sailors"}


QUESTIONS = ("Could you send me the plan?\n", "Can you tell me who built the boat?\n")


@pytest.mark.parametrize("answer", ["tick", "delete", "late"])
def test_the_next_question_speaks(house: Abroad, answer: str) -> None:
    """A question that the owner ticked off, said no to, or never saw in time, stands in the way of
    no later one, though nobody answered it; when the owner takes that back it goes first again."""
    house.rules = clock("it", "asked_me", "until: [resolved]")
    first = house.mail(ANA, BEN, house.at("2026-03-01T09:00"))
    house.mail(BEN, ANA, house.at("2026-03-01T10:00"), "Re: Hello", answers=first)
    if answer != "late":
        house.once(house.at("2026-03-01T12:00"))
    house.mail(BEN, ANA, house.at("2026-03-03T09:00"), "Plan", QUESTIONS[0])
    house.once(house.at("2026-03-19T12:00" if answer == "late" else "2026-03-03T12:00"))
    before = {path: path.read_bytes() for path in house.folder.glob("*.ics")}
    assert len(before) == (answer != "late")
    keys = [one["key"] for one in house.tasks(house.at("2026-03-03T12:00"))]
    for key in keys:
        if answer == "tick":
            house.tick(key, house.at("2026-03-03T13:00"))
        else:
            house.delete(key)
        house.once(house.at("2026-03-04T12:00"))
    house.mail(BEN, ANA, house.at("2026-03-20T09:00"), "Boat", QUESTIONS[1])
    now = house.at("2026-03-20T12:00")
    house.once(now)
    (new,) = [one for one in house.tasks(now) if one["key"] not in keys]
    assert (new["status"], new["due"]) == ("open", "2026-03-30")
    for path, data in before.items():
        path.write_bytes(data)
    now = house.at("2026-03-21T12:00")
    house.once(now)
    found = {one["key"]: one["status"] for one in house.tasks(now)}
    assert found == {**dict.fromkeys(keys, "open"), new["key"]: "closed" if keys else "open"}
