"""The rule language, seen from the command line: templates, mistakes, past and future."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from acceptance_rules import MANY, clock
from acceptance_tasks import ANA, BEN, CLEO, LISBON, House, at, run


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


TEMPLATES = [
    ("{{ name }}", "Ben Archer"),
    ("{{ first_name }}", "Ben"),
    ("{{ person }}", f"Ben Archer <{BEN}>"),
    ("{{ since.title }}", "Coffee"),
    ("{{ since.when }}", "2026-03-03"),
    ("{{ since.where }}", "Café Aurora"),
    ("{{ since.link }}", "https://zoom.us/j/123456789"),
    ("{{ days }}", "2"),
    ("{% if since.title %}about {{ since.title }}{% endif %}", "about Coffee"),
    (
        "{{ evidence }}",
        "2026-03-03 meeting, in person: Coffee (Café Aurora) <https://zoom.us/j/123456789>",
    ),
    ("{{ gives }}", ""),
    ("{{ notes }}{{ mutual }}{{ promises }}{{ asks }}", ""),
]


def test_templates(house: House) -> None:
    """Every variable of a template is filled from what happened; an unknown one is empty."""
    house.settings = MANY
    house.rules = "".join(
        f'\n  - {{id: r{n}, since: first_meeting, due: 10d, task: {{title: T, notes: "{text}"}}}}\n'
        for n, (text, _) in enumerate(TEMPLATES)
    )
    house.meet(BEN, at("2026-03-03", "10:00"), more=["URL:https://zoom.us/j/123456789"])
    now = at("2026-03-05", "12:00")
    house.once(now)
    for number, (text, expected) in enumerate(TEMPLATES):
        notes = house.task(now, f"r{number}")["notes"]
        assert notes.rpartition("—")[0].strip() == expected, text


BROKEN = """version: 1
tiers:
  - {name: inner, cadence: soon}
rules:
  - id: one
    since: first_meating
    due: 30
    task: {title: "Call {{ firstname }}"}
  - id: one
    since: meeting
    until: [meeting, coffee]
    due: 10d
    due: 20d
    priority: 101
    done_means: mail
    where: {colleage: false, wanted: maybe, strength: 0.4}
    task: {notes: "no title"}
  - id: three
    since: meeting
    remind: 40d
    due: 10d
    expires: 5d
    pause_while: holidays
    where: {stage: friend, tier: outer, counts: {sent: {at_leest: 3}}}
    task: {title: "{{ name.upper() }}"}
"""
MISTAKES = [
    (3, "soon"), (6, "first_meeting"), (7, "30d"), (8, "first_name"), (9, "one"), (11, "coffee"),
    (13, "due"), (14, "priority"), (15, "done_means"), (16, "colleague"), (16, "wanted"),
    (16, "strength"), (17, "title"), (20, "remind"), (22, "expires"), (23, "scheduled"),
    (24, "stage"), (24, "outer"), (24, "at_least"), (25, "calls"),
]  # fmt: skip


@pytest.mark.parametrize("command", [["check"], ["once"], ["tasks"], ["explain", BEN], ["people"]])
def test_every_mistake_at_once(house: House, command: list[str]) -> None:
    """Every mistake of a rule file is reported at once, at file:line:column, with exit code 78 on
    every command, and nothing is done."""
    house.configure()
    (house.root / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    house.rules = "broken.yaml"
    ran = house.run(*command, now=at("2026-03-03"))
    assert ran.code == 78
    said = ran.err.splitlines()
    for line, word in MISTAKES:
        assert any(f"broken.yaml:{line}:" in one and word in one for one in said), (line, word)
    places = [
        one.partition("broken.yaml:")[2].split(":")[:2] for one in said if "broken.yaml:" in one
    ]
    assert all(line.isdigit() and column.isdigit() for line, column in places)
    assert not house.folder.exists()


@pytest.mark.parametrize("missing", ["id", "since", "due", "task", "title"])
def test_mandatory_keys(house: House, missing: str) -> None:
    """`id`, `since`, `due` and `task.title` are mandatory."""
    keys: dict[str, Any] = {"id": "a", "since": "meeting", "due": "3d", "task": "{title: T}"}
    if missing == "title":
        keys["task"] = "{notes: N}"
    else:
        del keys[missing]
    inner = ", ".join(f"{key}: {value}" for key, value in keys.items())
    house.rules = f"\n  - {{{inner}}}\n"
    ran = house.run("check", now=at("2026-03-03"))
    assert ran.code == 78
    assert missing in ran.err
    assert "rules.yaml:3:" in ran.err


@pytest.mark.parametrize(
    "settings",
    ["rules_in: x\n", "limits: {per_day: many}\n", "catch_up: soon\n", "mode: maybe\n"],
)
def test_mistakes_of_the_configuration(house: House, settings: str) -> None:
    """Wrong configuration is reported at its place in the file, with exit code 78."""
    house.settings = settings
    ran = house.run("once", now=at("2026-03-03"))
    assert ran.code == 78
    assert "syncd.yaml:6:" in ran.err


def test_a_rule_file_that_is_not_there(house: House) -> None:
    """A pack or file that does not exist is a mistake of the configuration."""
    house.rules = "real-netwroking"
    ran = house.run("check", now=at("2026-03-03"))
    assert ran.code == 78
    assert "real-networking" in ran.err


def test_cards_of_the_first_start_are_the_past(house: House) -> None:
    """A card that was there when syncd first looked starts no clock."""
    house.rules = clock("card", "card_added")
    house.card(BEN)
    house.mail(ANA, BEN, at("2026-03-02", "09:00"))
    now = at("2026-03-02", "12:00")
    house.once(now)
    house.mail(ANA, CLEO, at("2026-03-03", "09:00"))
    house.card(CLEO)
    now = at("2026-03-03", "12:00")
    house.once(now)
    found = [one["person"]["addresses"] for one in house.tasks(now, everything=True)]
    assert found == [[CLEO]]


def test_the_future_neither_opens_nor_satisfies(house: House) -> None:
    """A meeting that is not over starts nothing and closes nothing."""
    house.rules = clock("met", "first_meeting", "until: [in_person_meeting]")
    house.rules += clock("wrote", "message_sent", "until: [meeting]")
    house.mail(ANA, BEN, at("2026-03-03", "09:00"))
    house.meet(BEN, at("2026-03-05", "10:00"))
    for now in (at("2026-03-03"), at("2026-03-05", "10:30")):
        house.once(now)
        assert [one["rule"] for one in house.tasks(now) if one["status"] == "open"] == ["wrote"]
    now = at("2026-03-05", "11:00")
    house.once(now)
    assert {one["rule"]: one["status"] for one in house.tasks(now)} == {
        "wrote": "closed",
        "met": "open",
    }


def test_history_hides_what_came_first(house: House) -> None:
    """Where `history` cuts, a first meeting within 180 days of the cut is unknown."""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.configure()
    text = house.config.read_text(encoding="utf-8")
    cut = text.replace("tasks: tasks}", "tasks: tasks, history: 2026-01-01}")
    early = text.replace("tasks: tasks}", "tasks: tasks, history: 2025-06-01}")
    assert cut != text
    found = {}
    for name, content in (("cut", cut), ("early", early)):
        content = content.replace("syncd.db", f"{name}.db")
        house.config.write_text(content, encoding="utf-8")
        moment = datetime(2026, 3, 3, 12, tzinfo=LISBON).isoformat()
        assert run("--config", str(house.config), "once", "--now", moment).code == 0
        ran = run("--config", str(house.config), "tasks", "--all", "--json", "--now", moment)
        found[name] = [one["status"] for one in ran.json]
    assert found == {"cut": [], "early": ["open"]}


def test_a_due_date_is_a_date(house: House) -> None:
    """`due` is a date in the owner's zone, also where UTC says another day."""
    house.settings = ""
    house.rules = clock("met", "first_meeting")
    house.meet(BEN, at("2026-06-03", "23:30"), hours=0.5)
    now = at("2026-06-04", "00:30")  # 23:30 UTC on the third
    house.once(now)
    task = house.task(now)
    assert date.fromisoformat(task["due"]) == date(2026, 6, 14)
    assert datetime.fromisoformat(task["created"]).utcoffset() is not None


def test_a_verdict_knows_its_next_moment(house: House) -> None:
    """`explain` says for each verdict when it can change next: at `remind`, at the end, never."""
    house.rules = (
        clock("waits", "first_meeting", "remind: 3d")
        + clock("open", "first_meeting", "expires: 20d")
        + clock("stopped", "first_meeting", "until: [message_sent]")
    )
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(at("2026-03-03", "12:00"))
    house.mail(ANA, BEN, at("2026-03-03", "13:00"))
    now = at("2026-03-03", "14:00")
    house.once(now)
    found = {one["rule"]: one for one in house.explain(BEN, now)["verdicts"]}
    states = {rule: one["state"] for rule, one in found.items()}
    assert states == {"waits": "waiting", "open": "open", "stopped": "satisfied"}
    moments = {rule: one["next"] for rule, one in found.items()}
    assert moments.pop("stopped") is None
    assert {rule: datetime.fromisoformat(one) for rule, one in moments.items()} == {
        "waits": at("2026-03-06", "11:00"),
        "open": at("2026-03-23", "11:00"),
    }


def test_a_moment_without_an_offset_is_the_owners(house: House) -> None:
    """`--now` without an offset is meant in the owner's zone."""
    house.rules = clock("met", "first_meeting")
    house.meet(BEN, at("2026-06-03", "10:00"))
    house.configure()
    for moment, count in (("2026-06-03T10:59", 0), ("2026-06-03T11:00", 1)):
        assert run("--config", str(house.config), "once", "--now", moment).code == 0
        assert len(house.files()) == count
