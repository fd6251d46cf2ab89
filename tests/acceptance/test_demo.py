"""The invented year, read by the real pipeline, against what really happened in it."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from acceptance_fields import PEOPLE
from acceptance_world import run

from syncd import demo
from syncd.demo import Truth
from syncd.demo.cast import Person

END = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
SEEDS = (7, 11) if os.environ.get("SYNCD_SOAK") else (7,)


class Year:
    """The demo's folder after `syncd demo`, and what the command line says of it."""

    def __init__(self, folder: Path, seed: int, end: datetime) -> None:
        self.folder, self.end = folder, end
        truths: list[Truth] = []

        def write(*where: Path, **more: Any) -> Truth:
            truths.append(written(*where, **more))
            return truths[-1]

        written = demo.write
        self.command = ("demo", "--dir", str(folder), "--seed", str(seed), "--now", end.isoformat())
        with patch.object(demo, "write", write):
            self.shown = run(*self.command)
        assert self.shown.code == 0, self.shown.err
        (self.truth,) = truths
        self.people: list[dict[str, Any]] = json.loads(self.run("people", "--json"))
        self.tasks: list[dict[str, Any]] = json.loads(self.run("tasks", "--all", "--json"))

    def run(self, *words: str) -> str:
        config = str(self.folder / "syncd.yaml")
        done = run("--config", config, "--now", self.end.isoformat(), *words)
        assert done.code == 0, done.err
        return done.out

    def person(self, who: Person) -> dict[str, Any] | None:
        return next((p for p in self.people if who.address in p["addresses"]), None)

    def meetings(self, who: Person) -> int:
        found = self.person(who)
        return int(found["counts"]["meetings"]) if found else 0


@pytest.fixture(scope="module", params=SEEDS)
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Year:
    return Year(tmp_path_factory.mktemp("year") / "demo", request.param, END)


def test_the_verdicts_are_those_of_the_truth(year: Year) -> None:
    """Exactly the tasks that a careful reader of that year would set, for exactly those people."""
    found: dict[str, set[str]] = {}
    for task in year.tasks:
        paused = "pause:scheduled" in task["reasons"]
        if task["status"] in ("open", "held") and not paused:
            found.setdefault(task["rule"], set()).add(task["person"]["name"])
    wanted = {rule: {p.name for p in people} for rule, people in year.truth.tasks.items()}
    assert found == {rule: names for rule, names in wanted.items() if names}


def test_five_are_written_and_the_others_held(year: Year) -> None:
    """The day's limit holds: five files in the task folder, the rest waits for its budget."""
    written = [task for task in year.tasks if task["status"] == "open"]
    assert len(written) == 5
    assert len(list((year.folder / "tasks").glob("*.ics"))) == 5
    assert all(task["evidence"] for task in written)


@pytest.mark.parametrize(
    "role",
    [
        "ghosted", "declined", "declined_owner", "cancelled", "double_booked",
        "double_booked_missed", "met_while_away", "reminder_call", "reminder_gift",
        "never_answered", "never_answered_by_owner", "future_only",
    ],
)  # fmt: skip
def test_meetings_that_were_none_do_not_count(year: Year, role: str) -> None:
    """Ghosted, declined, cancelled, double-booked, unanswered, future: no meeting."""
    people = getattr(year.truth, role)
    for who in people if isinstance(people, tuple) else (people,):
        assert year.meetings(who) == 0, who


@pytest.mark.parametrize(
    "role",
    [
        "unanswered_but_met", "double_booked_met", "free_but_met", "met_through_assistant",
        "reminder_confirmed", "coffee", "met_yesterday", "met_by_video",
    ],
)  # fmt: skip
def test_meetings_that_were_real_count(year: Year, role: str) -> None:
    """What mail confirms, a 1:1 marked free that both accepted, "Coffee with Lena": a meeting."""
    assert year.meetings(getattr(year.truth, role)) >= 1


def test_machines_and_strangers_are_nobody(year: Year) -> None:
    """Robots, newsletters and lists are no people; a cold pitch is at most a contact."""
    addresses = {addr for person in year.people for addr in person["addresses"]}
    truth = year.truth
    for machine in (*truth.newsletter_senders, *truth.robots, truth.mailing_list):
        assert machine not in addresses
    for who in (*truth.cold_pitchers, *truth.list_posters, *truth.house):
        person = year.person(who)
        assert person is None or person["stage"] == "contact"
        assert person is None or person["strength"] == 0


def test_ties_of_their_own_kind_are_recognised(year: Year) -> None:
    """The friend who was only ever online, the one who fell silent, the two addresses of one."""
    truth = year.truth
    online, dormant = year.person(truth.online_friend), year.person(truth.dormant)
    assert online is not None
    assert online["online_only"]
    assert online["stage"] == "connection"
    assert dormant is not None
    assert dormant["stage"] == "dormant"
    both = year.person(truth.two_addresses)
    assert both is not None
    assert set(both["addresses"]) == {truth.two_addresses.address, truth.two_addresses.second}


def test_everybody_can_be_explained(year: Year) -> None:
    """Every person and every other address has its object, and every claim in it a reason."""
    lines = year.run("explain", "--all", "--json").splitlines()
    assert len(lines) > 100
    for line in lines:
        found = json.loads(line)
        assert all(one["reasons"] and one["evidence"] for one in found["interactions"])
        assert all(one["real"] != "yes" or one["at"] <= END.isoformat() for one in
                   found["interactions"])  # fmt: skip


def test_nothing_of_a_text_is_kept(year: Year) -> None:
    """Words that stand only in bodies are nowhere in the state, nor in its log."""
    bodies = [
        path.read_bytes().partition(b"\n\n")[2] or path.read_bytes().partition(b"\r\n\r\n")[2]
        for path in sorted((year.folder / "Maildir" / ".Sent").rglob("*"))
        if path.is_file()
    ]
    state = b"".join(path.read_bytes() for path in year.folder.glob("syncd.db*"))
    phrases = {
        line.strip()
        for body in bodies
        for line in body.splitlines()
        if len(line.strip()) > 45 and b"=" not in line and b":" not in line and b"<" not in line
    }
    assert len(phrases) > 50
    assert [phrase for phrase in phrases if phrase in state] == []


def test_the_demo_itself(year: Year) -> None:
    """`syncd demo` prints the week, the tasks and what did not count, in at most 100 columns; a
    folder with something in it is refused."""
    assert year.shown.err == ""
    lines = year.shown.out.splitlines()
    assert max(len(line) for line in lines if str(year.folder) not in line) <= 100
    for heading in ("The truth of this week", "5 tasks written", "What it did not count"):
        assert heading in year.shown.out
    again = run(*year.command)
    assert again.code == 2
    assert "not empty" in again.err


def test_its_people_are_told_like_all_people(year: Year) -> None:
    """Every field is there, and whoever was met last comes first."""
    assert {one.keys() == PEOPLE for one in year.people} == {True}
    last = [one["last_interaction"] or "" for one in year.people]
    assert last == sorted(last, reverse=True)


def test_the_truth_names_everybody(year: Year) -> None:
    """Every role that is a person with mail or meetings is found or knowingly nobody."""
    for field in fields(year.truth):
        value = getattr(year.truth, field.name)
        if isinstance(value, Person) and field.name not in ("owner", "introduced", "bounced"):
            assert year.person(value) is not None, field.name


def test_whom_no_mail_reached_is_nobody(year: Year) -> None:
    """The only mail to them came back: it is no contact, and `explain` says so."""
    assert year.person(year.truth.bounced) is None
    found = json.loads(year.run("explain", year.truth.bounced.address, "--json"))
    assert ["mail:bounced"] in [one["reasons"] for one in found["interactions"]]
