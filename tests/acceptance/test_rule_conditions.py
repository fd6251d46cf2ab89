"""The rule language, seen from the command line: `where`."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_rules import MANY, TIERS
from acceptance_tasks import ANA, BEN, House, at


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


# What is true of Ben: met once in person, two letters sent, one received, a card, a tag.
WHERES = [
    ("{}", True),
    ("{stage: connection}", True),
    ("{stage: [contact, acquaintance]}", False),
    ("{stage: [contact, connection]}", True),
    ("{tier: inner}", True),
    ("{tier: [met]}", False),
    ("{tags: boats}", True),
    ("{tags: [hulls, masts]}", False),
    ("{domain: harbour.example.com}", True),
    ("{domain: example.com}", True),
    ("{domain: example.net}", False),
    ("{colleague: false}", True),
    ("{colleague: true}", False),
    ("{wanted: true}", True),
    ("{online_only: false}", True),
    ("{online_only: true}", False),
    ("{channel: mail}", True),
    ("{channel: elsewhere}", False),
    ("{scheduled: false}", True),
    ("{scheduled: true}", False),
    ("{strength: {above: 0.01}}", True),
    ("{strength: {below: 0.01}}", False),
    ("{strength: {at_least: 0, at_most: 1}}", True),
    ("{silent_for: {at_most: 7d}}", True),
    ("{silent_for: {above: 7d}}", False),
    ("{silent_for: {at_least: 7h}}", True),
    ("{counts: {sent: {at_least: 2}}}", True),
    ("{counts: {sent: {above: 2}}}", False),
    ("{counts: {received: {at_most: 1}, in_person: {at_least: 1}}}", True),
    ("{counts: {received: {at_most: 1}, in_person: {at_least: 2}}}", False),
    ("{counts: {meetings: {at_least: 1}}}", True),
    ("{counts: {calls: {below: 1}}}", True),
    ("{counts: {days: {at_least: 3}}}", True),
    ("{stage: connection, wanted: true}", True),
    ("{stage: connection, wanted: false}", False),
    ("{all: [{stage: connection}, {wanted: true}]}", True),
    ("{all: [{stage: connection}, {wanted: false}]}", False),
    ("{any: [{stage: contact}, {wanted: true}]}", True),
    ("{any: [{stage: contact}, {wanted: false}]}", False),
    ("{not: {colleague: true}}", True),
    ("{not: {any: [{colleague: true}, {wanted: true}]}}", False),
    ("{any: [{all: [{wanted: true}, {not: {stage: contact}}]}, {tags: masts}]}", True),
]


@pytest.fixture(scope="module")
def conditions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How a rule with each condition stands, all of them in one house."""
    house = House(tmp_path_factory.mktemp("conditions"))
    house.tiers = TIERS
    house.settings = f"{MANY}tags: {{boats: [{BEN}]}}\n"
    house.rules = "".join(
        f"\n  - {{id: r{number}, since: first_meeting, due: 10d, where: {where},"
        " task: {title: T}}\n"
        for number, (where, _) in enumerate(WHERES)
    )
    house.card(BEN)
    house.meet(BEN, at("2026-03-03", "10:00"))
    one = house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.mail(BEN, ANA, at("2026-03-05", "10:00"), "Re: Hello", answers=one)
    house.mail(ANA, BEN, at("2026-03-05", "11:00"), "Once more")
    now = at("2026-03-06", "08:00")
    house.once(now)
    return {one["rule"]: one["status"] for one in house.tasks(now, everything=True)}


@pytest.mark.parametrize(("number", "where", "holds"), [(n, *w) for n, w in enumerate(WHERES)])
def test_where(conditions: dict[str, str], number: int, where: str, holds: bool) -> None:
    """A task appears where its condition holds; where it does not, the verdict waits."""
    assert conditions[f"r{number}"] == ("open" if holds else "waiting"), where


def test_where_is_tested_again_and_closes_nothing(house: House) -> None:
    """While `where` is false the verdict waits and is tested again; later it closes nothing."""
    house.rules = """
  - id: met
    since: first_meeting
    due: 20d
    where: {counts: {sent: {at_least: 1, at_most: 1}}}
    task: {title: T}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    assert house.lived(at("2026-03-03", "12:00")) == "waiting"
    house.mail(ANA, BEN, at("2026-03-05", "09:00"))
    assert house.lived(at("2026-03-05", "12:00")) == "open"
    house.mail(ANA, BEN, at("2026-03-06", "09:00"))
    assert house.lived(at("2026-03-06", "12:00")) == "open"
    verdict = house.explain(house.task(at("2026-03-06"))["key"], at("2026-03-06"))["verdict"]
    assert (verdict["state"], verdict["reasons"]) == ("open", ["since:first_meeting"])


def test_where_that_never_holds_expires(house: House) -> None:
    """A verdict that only waited until its end leaves no task."""
    house.rules = """
  - {id: met, since: first_meeting, due: 3d, expires: 5d, where: {tags: x}, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    assert house.lived(at("2026-03-03", "12:00")) == "waiting"
    assert house.lived(at("2026-03-08", "12:00")) == "none"
    assert house.files() == {}


def test_silence_opens_by_itself(house: House) -> None:
    """A condition on silence comes true by the mere passing of time."""
    house.rules = """
  - id: met
    since: first_meeting
    due: 20d
    where: {silent_for: {at_least: 5d}}
    task: {title: T}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    assert house.lived(at("2026-03-03", "12:00")) == "waiting"
    assert house.lived(at("2026-03-08", "10:59")) == "waiting"
    assert house.lived(at("2026-03-08", "11:00")) == "open"


def test_pause_while_scheduled(house: House) -> None:
    """`pause_while: scheduled` holds the task back while a meeting is on the calendar; when that
    is called off it comes, and a task that is out stays."""
    house.rules = """
  - {id: met, since: first_meeting, due: 20d, pause_while: scheduled, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-24", "10:00"), uid="next")
    assert house.lived(at("2026-03-03", "12:00")) == "held"
    assert house.lived(at("2026-03-05", "12:00")) == "held"
    house.meet(BEN, at("2026-03-24", "10:00"), uid="next", status="CANCELLED", sequence=1)
    assert house.lived(at("2026-03-06", "12:00")) == "open"
    house.meet(BEN, at("2026-03-25", "10:00"), uid="other")
    assert house.lived(at("2026-03-07", "12:00")) == "open"


def test_a_pause_ends_with_the_meeting(house: House) -> None:
    """When the meeting that paused the rule is over, and it is not what the rule wants, the task
    comes."""
    house.rules = """
  - id: met
    since: first_meeting
    until: [message_sent]
    due: 20d
    pause_while: scheduled
    task: {title: T}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-06", "10:00"), "Lunch")
    assert house.lived(at("2026-03-04", "12:00")) == "held"
    assert house.lived(at("2026-03-06", "11:30")) == "open"


def test_held_verdicts_still_expire(house: House) -> None:
    """What is held back ends when it would have ended anyway."""
    house.rules = """
  - {id: met, since: first_meeting, due: 2d, expires: 4d, pause_while: scheduled, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-24", "10:00"), "Lunch")
    assert house.lived(at("2026-03-03", "12:00")) == "held"
    assert house.lived(at("2026-03-07", "12:00")) == "none"
    assert house.files() == {}
