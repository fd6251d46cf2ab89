"""Tasks and time: what is past is no task, and a day holds only so many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from acceptance_rules import EVERYBODY, NOON, rule
from acceptance_tasks import (
    ANA,
    BEN,
    CLEO,
    DORA,
    House,
    at,
    days,
    titles,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


PAST = [
    # met, seen, catch_up, status, due
    ("2026-03-03", "2026-03-16", "", "open", "2026-03-17"),
    ("2026-03-03", "2026-03-17", "", "open", "2026-03-18"),  # 14 days to the minute
    ("2026-03-03", "2026-03-18", "", "missed", None),
    ("2026-03-03", "2026-03-06", "catch_up: 3d\n", "open", "2026-03-09"),  # Friday, then Monday
    ("2026-03-03", "2026-03-07", "catch_up: 3d\n", "missed", None),
    ("2026-03-03", "2026-03-04", "", "open", "2026-03-05"),  # its very day
    ("2026-03-06", "2026-03-08", "working_days: [sun, mon, thu]\n", "open", "2026-03-08"),
    ("2026-03-06", "2026-03-09", "working_days: [sun, thu]\n", "open", "2026-03-12"),
]


@pytest.mark.parametrize(("met", "seen", "settings", "status", "due"), PAST)
def test_catching_up(
    house: House, met: str, seen: str, settings: str, status: str, due: str | None
) -> None:
    """Found open more than `catch_up` after its remind it is missed and makes no task; else a due
    date already past becomes the next working day."""
    house.rules, house.settings = rule(due="2d"), settings
    house.meet(BEN, at(met, "10:00"))
    now = at(seen, "11:00")
    house.once(now)
    (found,) = house.tasks(now, everything=True)
    assert found["status"] == status
    if due is None:
        assert house.tasks(now) == []
        assert house.files() == {}
        assert house.lived(at("2026-03-25")) in ("missed", "none")
        assert house.files() == {}
    else:
        assert found["due"] == due


def _outage(house: House) -> None:
    house.rules = rule(more="remind: 2d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)


def _late_evidence(house: House) -> None:
    house.once(NOON)
    house.meet(BEN, at("2026-03-03", "10:00"))


def _new_rule(house: House) -> None:
    house.rules = rule("other", since="card_added")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    house.rules = rule()


@pytest.mark.parametrize("story", [_outage, _late_evidence, _new_rule])
def test_catching_up_after_anything(house: House, story: Callable[[House], None]) -> None:
    """An outage, late evidence and a new rule are caught up with like a first start: not."""
    story(house)
    assert house.lived(at("2026-03-23")) == "missed"
    assert house.files() == {}


def test_late_evidence_may_always_close(house: House) -> None:
    """Evidence of long ago opens nothing, but closes what it answers."""
    house.rules = rule(more="until: [message_sent]", due="60d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    house.mail(ANA, BEN, at("2026-03-04", "10:00"))
    assert house.lived(at("2026-04-20")) == "closed"


def test_missed_stays_missed(house: House) -> None:
    """What was missed is not asked for later, and a new occurrence is."""
    house.rules = rule(since="meeting")
    house.meet(BEN, at("2026-02-03", "10:00"))
    assert house.lived(NOON) == "missed"
    house.settings = "catch_up: 60d\n"
    assert house.lived(at("2026-03-04")) == "missed"
    house.meet(BEN, at("2026-03-05", "10:00"))
    house.once(at("2026-03-05", "12:00"))
    assert house.task(at("2026-03-05", "12:00"))["status"] == "open"


def _meet_all(house: House, day: str, people: list[str], hour: int = 8) -> None:
    for number, who in enumerate(people):
        house.meet(who, at(day, f"{hour + number:02}:00"), hours=0.5)


def test_a_day_has_its_number(house: House) -> None:
    """`per_day` tasks are written a day; another `once` of that day draws what is left of the
    number, the next day goes on, and what is held shows as `held`."""
    house.settings = "limits: {per_day: 3, open: 90}\n"
    _meet_all(house, "2026-03-03", EVERYBODY[:2])
    house.once(NOON)
    assert len(house.tasks(NOON)) == 2
    _meet_all(house, "2026-03-03", EVERYBODY[2:], 12)
    counts = []
    for now in (
        at("2026-03-03", "18:00"),
        at("2026-03-03", "23:30"),
        at("2026-03-04", "08:00"),
        at("2026-03-04", "09:00"),
        at("2026-03-05", "08:00"),
    ):
        house.once(now)
        every = [one["status"] for one in house.tasks(now, everything=True)]
        counts.append((len(house.files()), every.count("open"), every.count("held")))
    assert counts == [(3, 3, 4), (3, 3, 4), (6, 6, 1), (6, 6, 1), (7, 7, 0)]


def test_the_order_of_the_draw(house: House) -> None:
    """Priority goes first, then the earlier due date, then the stronger tie."""
    house.settings = "limits: {per_day: 1, open: 90}\n"
    house.rules = (
        rule("low", "priority: 10", due="3d")
        + rule("high", "priority: 90", due="30d")
        + rule("soon", "priority: 50", due="5d")
        + rule("late", "priority: 50", due="9d")
        + rule("usual", "where: {tags: none}", due="1d")
    )
    house.meet(BEN, at("2026-03-03", "10:00"))
    drawn = []
    for day in days("2026-03-03", 4):
        house.once(at(day, "12:00"))
        drawn.append(house.tasks(at(day, "12:00")))
    assert [[one["rule"] for one in some][-1] for some in drawn] == ["high", "soon", "late", "low"]


def test_the_stronger_tie_goes_first(house: House) -> None:
    """Of two that are equally important and due the stronger tie is drawn first."""
    house.settings = "limits: {per_day: 1, open: 90}\n"
    house.meet([BEN, CLEO], at("2026-03-03", "10:00"))
    one = house.mail(ANA, CLEO, at("2026-03-03", "11:10"))
    house.mail(CLEO, ANA, at("2026-03-03", "11:20"), "Re: Hello", answers=one)
    house.once(NOON)
    assert titles(house.tasks(NOON)) == ["After meeting Cleo"]


def test_the_open_limit_counts_what_is_due_soon(house: House) -> None:
    """`open` bounds the open tasks that are due within 7 days; one that is due later passes, and
    ticking one makes room."""
    house.settings = "limits: {per_day: 90, open: 2}\n"
    house.rules = rule("soon", due="5d") + rule("later", due="30d")
    _meet_all(house, "2026-03-03", [BEN, CLEO, DORA])
    house.once(NOON)
    rules = [one["rule"] for one in house.tasks(NOON)]
    assert (rules.count("soon"), rules.count("later")) == (2, 3)
    done = next(one for one in house.tasks(NOON) if one["rule"] == "soon")
    house.tick(done["key"], NOON)
    now = at("2026-03-04")
    house.once(now)
    rules = [one["rule"] for one in house.tasks(now) if one["status"] == "open"]
    assert (rules.count("soon"), rules.count("later")) == (2, 3)


def test_urgent_knows_no_number(house: House) -> None:
    """`urgent` tasks are delivered at once and outside `per_day`."""
    house.settings = "limits: {per_day: 1, open: 90}\n"
    house.rules = rule("usual") + rule("urgent", "urgent: true")
    _meet_all(house, "2026-03-03", [BEN, CLEO, DORA])
    house.once(NOON)
    rules = [one["rule"] for one in house.tasks(NOON)]
    assert (rules.count("urgent"), rules.count("usual")) == (3, 1)


def test_what_the_budget_holds_expires(house: House) -> None:
    """A verdict that the budget holds back ends at its time, without a task."""
    house.settings = "limits: {per_day: 0}\n"
    house.rules = rule(due="2d", more="expires: 5d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    assert house.lived(NOON) == "held"
    assert house.lived(at("2026-03-09")) == "none"
    house.settings = ""
    assert house.lived(at("2026-03-09", "13:00")) == "none"
    assert house.files() == {}


def test_what_was_held_is_not_missed(house: House) -> None:
    """What was found in time and only held back by the budget is drawn later than `catch_up`; its
    due date is then the next working day."""
    house.settings = "limits: {per_day: 0}\n"
    house.meet(BEN, at("2026-03-03", "10:00"))
    assert house.lived(NOON) == "held"
    house.settings = ""
    assert house.lived(at("2026-03-30")) == "open"
    assert house.task(at("2026-03-30"))["due"] == "2026-03-31"


def test_preview_delivers_nothing(house: House) -> None:
    """`mode: preview` writes nothing, not even urgent tasks; `tasks --all` shows as `held` what
    would be written; without `mode` it is written."""
    house.settings = "mode: preview\n"
    house.rules = rule() + rule("urgent", "urgent: true")
    house.meet(BEN, at("2026-03-03", "10:00"))
    for now in (NOON, at("2026-03-04", "08:00")):
        house.once(now)
        assert house.tasks(now) == []
        every = house.tasks(now, everything=True)
        assert [(one["status"], one["title"]) for one in every] == [
            ("held", "After meeting Ben")
        ] * 2
        assert all("Coffee" in one["notes"] for one in every)
        assert house.files() == {}
    house.settings = ""
    house.once(at("2026-03-04", "09:00"))
    assert len(house.files()) == 2
