"""Tasks, seen from the command line: their looks, their keys, one for each person and rule."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

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
)

FIELDS = {
    "key": str,
    "rule": str,
    "person": dict,
    "title": str,
    "notes": str,
    "due": str,
    "status": str,
    "created": str,
    "closed_why": (str, type(None)),
    "evidence": list,
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_json_of_a_task(house: House) -> None:
    """`tasks --json` has every field of the interface with its type, moments with an offset."""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    (task,) = house.tasks(NOON)
    assert {name: type(task[name]) for name in FIELDS} == {
        **FIELDS,
        "closed_why": type(None),
    }
    assert set(task["person"]) == {"id", "name", "addresses"}
    assert (task["person"]["name"], task["person"]["addresses"]) == ("Ben Archer", [BEN])
    assert (task["rule"], task["status"], task["due"]) == ("met", "open", "2026-03-13")
    assert task["title"] == "After meeting Ben"
    assert datetime.fromisoformat(task["created"]) == NOON
    (evidence,) = task["evidence"]
    assert (evidence["kind"], evidence["real"], evidence["mode"]) == ("meeting", "yes", "in_person")
    assert datetime.fromisoformat(evidence["at"]) == at("2026-03-03", "10:00")
    assert [one["account"] for one in evidence["evidence"]] == ["home"]


def test_explaining_a_task(house: House) -> None:
    """`explain KEY --json` is `{task, verdict, interactions}`; an unknown key exits 1."""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.mail(ANA, BEN, at("2026-03-02", "10:00"))
    house.once(NOON)
    (task,) = house.tasks(NOON)
    found = house.explain(task["key"], NOON)
    assert set(found) == {"task", "verdict", "interactions"}
    assert found["task"] == task
    verdict = found["verdict"]
    assert set(verdict) >= {"rule", "anchor", "state", "remind", "due", "next", "reasons"}
    assert (verdict["rule"], verdict["state"], verdict["due"]) == ("met", "open", "2026-03-13")
    assert datetime.fromisoformat(verdict["remind"]) == at("2026-03-03", "11:00")
    assert verdict["reasons"]
    assert [one["kind"] for one in found["interactions"]] == ["meeting", "message"]
    assert house.run("explain", task["key"] + "x", "--json", now=NOON).code == 1


def test_every_task_holds_its_evidence(house: House) -> None:
    """The notes in the list say what happened, when and where, and how to ask why."""
    house.meet(BEN, at("2026-03-03", "10:00"), "Talk about hulls", place="Pier 4, Lisboa")
    house.once(NOON)
    (task,) = house.tasks(NOON)
    notes = str(house.todo(task["key"])["DESCRIPTION"])
    for part in ("2026-03-03", "Talk about hulls", "Pier 4, Lisboa", f"explain {task['key']}"):
        assert part in notes
    assert notes == task["notes"]


def test_a_written_task_is_a_valid_todo(house: House) -> None:
    """A VTODO has UID, stamps, summary and a due date, CRLF ends, no line over 75 octets, and
    texts that come back as they were meant."""
    title = "Kaffee; Kuchen, \\ & Söhne — 東京 「会議」 " + "lang " * 30
    house.meet(BEN, at("2026-03-03", "10:00"), title.replace("\\", "\\\\").replace(";", "\\;"))
    house.rules = """
  - id: met
    since: first_meeting
    due: 10d
    priority: 90
    task: {title: "{{ since.title }}", notes: "one; two, three\\nfour \\\\ five"}
"""
    house.once(NOON)
    (task,) = house.tasks(NOON)
    data = house.file(task["key"]).read_bytes()
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    todo = house.todo(task["key"])
    assert str(todo["UID"]) == task["key"]
    assert todo["DTSTAMP"].dt is not None
    assert todo["DUE"].dt.isoformat() == "2026-03-13"
    assert str(todo["SUMMARY"]) == task["title"]
    assert task["title"].startswith("Kaffee; Kuchen, \\ & Söhne — 東京 「会議」 lang")
    assert str(todo["DESCRIPTION"]).startswith("one; two, three\nfour \\ five")
    assert str(todo["STATUS"]) == "NEEDS-ACTION"
    assert int(todo["PRIORITY"]) < 5


def test_keys_are_kept_and_the_second_run_writes_nothing(house: House) -> None:
    """What a run has written the next run leaves alone, to the byte and the second."""
    for who in (BEN, CLEO):
        house.meet(who, at("2026-03-03", "10:00" if who == BEN else "14:00"))
    now = at("2026-03-03", "18:00")
    house.once(now)
    files = house.files()
    times = {path.name: path.stat().st_mtime_ns for path in house.folder.iterdir()}
    assert len(files) == 2
    keys = {one["key"] for one in house.tasks(now)}
    for later in (now, at("2026-03-03", "18:30"), at("2026-03-04", "09:00")):
        assert set(house.once(later).json["tasks"].values()) == {0}
        assert house.files() == files
        assert {p.name: p.stat().st_mtime_ns for p in house.folder.iterdir()} == times
        assert {one["key"] for one in house.tasks(later)} == keys


def _busy(house: House, order: Callable[[list[Any]], list[Any]]) -> None:
    """The same weeks, put on disk in any order."""

    def met(who: str, day: str) -> None:
        house.meet(who, at(day, "10:00"), uid=f"m-{who}")

    def wrote(who: str, day: str) -> None:
        text = "Could you send me the plan?"
        house.mail(ANA, who, at(day, "15:00"), text, name=f"a-{who}")

    acts: list[Callable[[], Any]] = []
    for number, who in enumerate(EVERYBODY):
        acts.append(partial(met, who, f"2026-03-{2 + number:02}"))
        acts.append(partial(wrote, who, f"2026-03-{2 + number:02}"))
    acts.append(lambda: house.mail(BEN, ANA, at("2026-03-07", "08:00"), "Re", name="b"))
    acts.append(lambda: house.card(CLEO))
    for act in order(acts):
        act()


def test_the_same_history_gives_the_same_verdicts(tmp_path: Path) -> None:
    """Same history, rules and now in a fresh state: the same people, verdicts, keys and tasks,
    byte for byte, whatever order the files came in."""
    said = []
    orders: list[Callable[[list[Any]], list[Any]]] = [list, lambda acts: acts[::-1]]
    for number, order in enumerate(orders):
        house = House(tmp_path / str(number), rules="real-networking")
        _busy(house, order)
        if number:  # names of mail files do not matter either
            for path in sorted((house.root / "mail").iterdir()):
                path.rename(path.with_name(f"x{path.name}"))
        now = at("2026-03-09", "09:00")
        house.once(now)
        people = house.run("people", "--json", now=now).out
        explained = house.run("explain", "--all", "--json", now=now).out
        tasks = house.run("tasks", "--all", "--json", now=now).out
        said.append([re.sub(r'"ref": ?"mail//[^"]*"', "", t) for t in (people, explained, tasks)])
    assert said[0] == said[1]


def test_a_lived_history_and_a_fresh_one_agree_on_keys(tmp_path: Path) -> None:
    """Whoever starts later gives the same verdicts the keys they were delivered under."""
    house = House(tmp_path, settings="limits: {per_day: 90, open: 90}\n")
    _busy(house, list)
    for day in days("2026-03-02", 8):
        house.once(at(day, "18:00"))
    now = at("2026-03-09", "18:00")
    lived = {one["key"]: one["person"]["id"] for one in house.tasks(now)}
    shutil.rmtree(house.folder)
    house.state = "fresh.db"
    house.once(now)
    assert {one["key"]: one["person"]["id"] for one in house.tasks(now)} == lived
    assert len(lived) == len(EVERYBODY)


def test_a_lost_state_writes_nothing_twice(house: House) -> None:
    """A state that was lost finds its tasks in the list: none twice, and the owner's words stay."""
    house.settings = "limits: {per_day: 90, open: 90}\n"
    for number, who in enumerate((BEN, CLEO, DORA)):
        house.meet(who, at("2026-03-03", f"{9 + number:02}:00"))
    house.once(NOON)
    tasks = {one["person"]["addresses"][0]: one["key"] for one in house.tasks(NOON)}
    house.put(tasks[BEN], summary="Write to Ben about hulls")
    house.tick(tasks[CLEO], NOON)
    files = house.files()
    house.state = "new.db"
    for now in (at("2026-03-03", "15:00"), at("2026-03-04", "15:00")):
        house.once(now)
        found = {one["key"]: one for one in house.tasks(now)}
        assert house.files() == files
        assert set(found) == set(tasks.values())
        assert found[tasks[BEN]]["title"] == "Write to Ben about hulls"
        assert found[tasks[CLEO]]["status"] == "done"


def test_a_card_that_joins_two_addresses_keeps_the_older_task(house: House) -> None:
    """When two people turn out to be one, the older of two open tasks stays, the other closes."""
    other = "ben.archer@archer.example.net"
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    older = house.task(NOON)["key"]
    house.meet(other, at("2026-03-04", "10:00"), "Lunch")
    now = at("2026-03-04", "12:00")
    house.once(now)
    assert len(house.tasks(now)) == 2
    lines = ["BEGIN:VCARD", "VERSION:4.0", "UID:one", "FN:Ben Archer", "N:Archer;Ben;;;"]
    lines += [f"EMAIL:{BEN}", f"EMAIL:{other}", "END:VCARD", ""]
    (house.root / "contacts" / "ben.vcf").write_bytes("\r\n".join(lines).encode())
    now = at("2026-03-05", "12:00")
    house.once(now)
    found = {one["key"]: one["status"] for one in house.tasks(now)}
    assert found.pop(older) == "open"
    assert list(found.values()) == ["closed"]


def test_a_newer_anchor_replaces_what_was_never_delivered(house: House) -> None:
    """Before delivery a newer anchor replaces the task."""
    house.rules = rule(since="meeting")
    house.settings = "limits: {per_day: 0}\n"
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch")
    now = at("2026-03-05", "12:00")
    house.once(now)
    (held,) = house.tasks(now, everything=True)
    assert (held["status"], held["due"]) == ("held", "2026-03-15")
    house.settings = ""
    house.once(now)
    (task,) = house.tasks(now, everything=True)
    assert (task["status"], task["due"], len(house.files())) == ("open", "2026-03-15", 1)


def test_a_newer_anchor_moves_a_delivered_task(house: House) -> None:
    """After delivery the task stays under its key, and its untouched due date moves; the evidence
    is the new one's as well."""
    house.rules = rule(since="meeting")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch at noon")
    now = at("2026-03-05", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"], task["due"]) == (key, "open", "2026-03-15")
    todo = house.todo(key)
    assert todo["DUE"].dt.isoformat() == "2026-03-15"
    assert "Lunch at noon" in str(todo["DESCRIPTION"])
    assert "Lunch at noon" in [one["title"] for one in task["evidence"]]
    assert len(house.files()) == 1


def test_a_moved_due_date_survives_a_newer_anchor(house: House) -> None:
    """A due date that the owner moved stays when a newer anchor comes."""
    house.rules = rule(since="meeting")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.put(key, due=date(2026, 3, 20))
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch")
    for now in (at("2026-03-05", "12:00"), at("2026-03-06", "12:00")):
        house.once(now)
        assert house.task(now)["due"] == "2026-03-20"
        assert house.todo(key)["DUE"].dt.isoformat() == "2026-03-20"
