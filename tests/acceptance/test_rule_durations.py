"""The rule language, seen from the command line: durations, tiers and rhythms."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_rules import MANY, TIERS
from acceptance_tasks import ANA, BEN, CLEO, DORA, House, at


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


DURATIONS = [
    ("48h", "2026-03-05"),
    ("1h", "2026-03-03"),
    ("30d", "2026-04-02"),
    ("6w", "2026-04-14"),
    ("3m", "2026-06-03"),
    ("0d", "2026-03-03"),
    ("1 working day", "2026-03-04"),
    ("4 working days", "2026-03-09"),
    ("5 working days", "2026-03-10"),
]


@pytest.fixture(scope="module")
def durations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """When the task of a rule with each duration is due, all of them in one house."""
    house = House(tmp_path_factory.mktemp("durations"), settings=MANY)
    house.rules = "".join(
        f"\n  - {{id: r{number}, since: first_meeting, due: {due}, task: {{title: T}}}}\n"
        for number, (due, _) in enumerate(DURATIONS)
    )
    house.meet(BEN, at("2026-03-03", "16:00"))  # a Tuesday
    now = at("2026-03-03", "18:00")
    house.once(now)
    return {one["rule"]: one["due"] for one in house.tasks(now)}


@pytest.mark.parametrize(("number", "due", "expected"), [(n, *d) for n, d in enumerate(DURATIONS)])
def test_durations(durations: dict[str, str], number: int, due: str, expected: str) -> None:
    """`due` runs from the anchor's end: hours, days, weeks, calendar months, working days."""
    assert durations[f"r{number}"] == expected, due


@pytest.mark.parametrize(
    ("met", "due", "expected"),
    [
        ("2026-01-31", "1m", "2026-02-28"),
        ("2025-11-30", "3m", "2026-02-28"),
        ("2026-03-28", "1d", "2026-03-29"),  # the clocks change that night
        ("2026-03-28", "24h", "2026-03-29"),
    ],
)
def test_calendar_edges(house: House, met: str, due: str, expected: str) -> None:
    """Months are clamped to their last day, and days are days though the clocks change."""
    house.rules = f"""
  - {{id: met, since: first_meeting, due: {due}, task: {{title: T}}}}
"""
    house.meet(BEN, at(met, "10:00"))
    now = at(met, "12:00")
    house.once(now)
    assert house.task(now)["due"] == expected


def test_hours_are_real_hours_across_a_change_of_the_clocks(house: House) -> None:
    """24h after Saturday 23:30 is Monday 00:30 when Sunday has only 23 hours."""
    house.rules = """
  - {id: hours, since: first_meeting, due: 24h, task: {title: T}}
  - {id: days, since: first_meeting, due: 1d, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-28", "22:30"))
    now = at("2026-03-28", "23:45")
    house.once(now)
    assert house.task(now, "hours")["due"] == "2026-03-30"
    assert house.task(now, "days")["due"] == "2026-03-29"


def test_working_days_are_the_owners(house: House) -> None:
    """Working days are those of `working_days`, weekends included where the owner works then."""
    house.settings = "working_days: [tue, sat]\n"
    house.rules = """
  - {id: met, since: first_meeting, due: 3 working days, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    now = at("2026-03-03", "12:00")
    house.once(now)
    assert house.task(now)["due"] == "2026-03-14"


def test_cadence_is_the_tiers(house: House) -> None:
    """`cadence` is that of the first tier that matches; without a tier the rule does not apply."""
    house.tiers, house.settings = TIERS, MANY
    house.rules = """
  - {id: keep, since: interaction, until: [interaction], remind: 1d, due: cadence, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(CLEO, at("2026-03-03", "14:00"))
    house.mail(ANA, DORA, at("2026-03-03", "14:00"))
    now = at("2026-03-04", "18:00")
    house.once(now)
    due = {one["person"]["addresses"][0]: one["due"] for one in house.tasks(now, everything=True)}
    assert due == {BEN: "2026-03-17", CLEO: "2026-03-24"}
    tiers = {
        one["addresses"][0]: one["tier"] for one in house.run("people", "--json", now=now).json
    }
    assert tiers == {BEN: "inner", CLEO: "met", DORA: None}


def test_rhythm_is_the_pairs_own(house: House) -> None:
    """`rhythm x 3` is three times the pair's median gap; it needs five gaps to be known."""
    house.rules = """
  - {id: rhythm, since: interaction, due: rhythm x 3, task: {title: T}}
"""
    house.settings = MANY
    for day in ("2026-01-12", "2026-01-22", "2026-02-01", "2026-02-11", "2026-02-21", "2026-03-03"):
        house.meet(BEN, at(day, "10:00"))
    for day in ("2026-02-21", "2026-03-03"):
        house.meet(CLEO, at(day, "15:00"))
    now = at("2026-03-03", "18:00")
    house.once(now)
    found = [(one["person"]["addresses"][0], one["due"]) for one in house.tasks(now)]
    assert found == [(BEN, "2026-04-02")]


def test_remind_is_when_the_task_appears(house: House) -> None:
    """A verdict waits until `remind`; `remind`, `due` and `expires` run from the anchor's end."""
    house.rules = """
  - {id: met, since: first_meeting, remind: 3d, due: 5d, expires: 6d, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    told = [
        ("2026-03-03", "12:00", "waiting"),
        ("2026-03-06", "10:59", "waiting"),
        ("2026-03-06", "11:00", "open"),
        ("2026-03-09", "10:59", "open"),
        ("2026-03-09", "11:00", "expired"),
    ]
    for day, time, expected in told:
        assert house.lived(at(day, time)) == expected, (day, time)


def test_defaults(house: House) -> None:
    """Without them: `remind` is at once, `expires` 30 days after due, `until` nothing."""
    house.rules = """
  - {id: met, since: first_meeting, due: 10d, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-10", "10:00"))
    assert house.lived(at("2026-03-03", "11:00")) == "open"
    assert house.lived(at("2026-04-12", "10:59")) == "open"
    assert house.lived(at("2026-04-12", "11:00")) == "expired"
