"""From verdict to task, seen from the command line: keys, catching up, budget, closing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from acceptance_tasks import (
    ANA,
    BEN,
    CLEO,
    DORA,
    EMIL,
    FLORA,
    GUS,
    HANA,
    House,
    at,
    calendar,
    days,
    run,
    titles,
    todo_of,
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
NOON = at("2026-03-03", "12:00")  # a Tuesday
EVERYBODY = [BEN, CLEO, DORA, EMIL, FLORA, GUS, HANA]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _rule(name: str = "met", more: str = "", since: str = "first_meeting", due: str = "10d") -> str:
    return f"""
  - id: {name}
    since: {since}
    due: {due}
    task: {{title: "After meeting {{{{ first_name }}}}", notes: "{{{{ evidence }}}}"}}
    {more}
"""


# --- what a task looks like ---


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


# --- keys ---


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


# --- one open task per person and rule ---


def test_a_newer_anchor_replaces_what_was_never_delivered(house: House) -> None:
    """Before delivery a newer anchor replaces the task."""
    house.rules = _rule(since="meeting")
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
    house.rules = _rule(since="meeting")
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
    house.rules = _rule(since="meeting")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.put(key, due=date(2026, 3, 20))
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch")
    for now in (at("2026-03-05", "12:00"), at("2026-03-06", "12:00")):
        house.once(now)
        assert house.task(now)["due"] == "2026-03-20"
        assert house.todo(key)["DUE"].dt.isoformat() == "2026-03-20"


# --- the past ---

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
    house.rules, house.settings = _rule(due="2d"), settings
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
    house.rules = _rule(more="remind: 2d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)


def _late_evidence(house: House) -> None:
    house.once(NOON)
    house.meet(BEN, at("2026-03-03", "10:00"))


def _new_rule(house: House) -> None:
    house.rules = _rule("other", since="card_added")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    house.rules = _rule()


@pytest.mark.parametrize("story", [_outage, _late_evidence, _new_rule])
def test_catching_up_after_anything(house: House, story: Callable[[House], None]) -> None:
    """An outage, late evidence and a new rule are caught up with like a first start: not."""
    story(house)
    assert house.lived(at("2026-03-23")) == "missed"
    assert house.files() == {}


def test_late_evidence_may_always_close(house: House) -> None:
    """Evidence of long ago opens nothing, but closes what it answers."""
    house.rules = _rule(more="until: [message_sent]", due="60d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    house.mail(ANA, BEN, at("2026-03-04", "10:00"))
    assert house.lived(at("2026-04-20")) == "closed"


def test_missed_stays_missed(house: House) -> None:
    """What was missed is not asked for later, and a new occurrence is."""
    house.rules = _rule(since="meeting")
    house.meet(BEN, at("2026-02-03", "10:00"))
    assert house.lived(NOON) == "missed"
    house.settings = "catch_up: 60d\n"
    assert house.lived(at("2026-03-04")) == "missed"
    house.meet(BEN, at("2026-03-05", "10:00"))
    house.once(at("2026-03-05", "12:00"))
    assert house.task(at("2026-03-05", "12:00"))["status"] == "open"


# --- the budget ---


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
        _rule("low", "priority: 10", due="3d")
        + _rule("high", "priority: 90", due="30d")
        + _rule("soon", "priority: 50", due="5d")
        + _rule("late", "priority: 50", due="9d")
        + _rule("usual", "where: {tags: none}", due="1d")
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
    house.rules = _rule("soon", due="5d") + _rule("later", due="30d")
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
    house.rules = _rule("usual") + _rule("urgent", "urgent: true")
    _meet_all(house, "2026-03-03", [BEN, CLEO, DORA])
    house.once(NOON)
    rules = [one["rule"] for one in house.tasks(NOON)]
    assert (rules.count("urgent"), rules.count("usual")) == (3, 1)


def test_what_the_budget_holds_expires(house: House) -> None:
    """A verdict that the budget holds back ends at its time, without a task."""
    house.settings = "limits: {per_day: 0}\n"
    house.rules = _rule(due="2d", more="expires: 5d")
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


# --- preview ---


def test_preview_delivers_nothing(house: House) -> None:
    """`mode: preview` writes nothing, not even urgent tasks; `tasks --all` shows as `held` what
    would be written; without `mode` it is written."""
    house.settings = "mode: preview\n"
    house.rules = _rule() + _rule("urgent", "urgent: true")
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


# --- closing ---


def test_closing_says_why(house: House) -> None:
    """What happened closes the task: completed in the list, the reason in untouched notes."""
    house.rules = _rule(more="until: [message_sent]")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    before = str(house.todo(key)["DESCRIPTION"])
    house.mail(ANA, BEN, at("2026-03-04", "09:00"), "Thank you")
    now = at("2026-03-04", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"]) == (key, "closed")
    assert task["closed_why"]
    todo = house.todo(key)
    assert str(todo["STATUS"]) == "COMPLETED"
    assert "COMPLETED" in todo
    assert str(todo["DESCRIPTION"]).startswith(before)
    assert task["closed_why"] in str(todo["DESCRIPTION"])
    assert "2026-03-04" in task["closed_why"]


def test_expiring_says_so(house: House) -> None:
    """Later than `expires` the task is closed as expired, with the reason."""
    house.rules = _rule(due="2d", more="expires: 5d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    now = at("2026-03-08", "12:00")
    house.once(now)
    task = house.task(now)
    todo = house.todo(task["key"])
    assert (task["status"], str(todo["STATUS"])) == ("expired", "COMPLETED")
    assert task["closed_why"] in str(todo["DESCRIPTION"])


def test_closed_stays_closed(house: House) -> None:
    """A closed task is not opened again by what happens later, and a first meeting has one task."""
    house.rules = _rule(more="until: [message_sent]")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.once(at("2026-03-04", "12:00"))
    house.meet(BEN, at("2026-03-06", "10:00"))
    for day in ("2026-03-06", "2026-03-20", "2026-04-20"):
        assert house.lived(at(day, "12:00")) == "closed"


def test_void_closes_an_untouched_task(house: House) -> None:
    """When the meeting turns out cancelled an untouched task closes, and never opens again."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", status="CANCELLED", sequence=1)
    now = at("2026-03-04", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"]) == (key, "closed")
    assert str(house.todo(key)["STATUS"]) == "COMPLETED"
    assert house.explain(key, now)["verdict"]["state"] == "void"
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", sequence=2)
    assert house.lived(at("2026-03-05", "12:00")) == "closed"


@pytest.mark.parametrize("change", ["summary", "description", "due"])
def test_void_leaves_an_edited_task_open(house: House, change: str) -> None:
    """When the meeting turns out cancelled a task that the owner edited stays open."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    key = house.task(NOON)["key"]
    value = date(2026, 3, 20) if change == "due" else "My own words"
    house.put(key, **{change: value})
    house.once(at("2026-03-03", "13:00"))
    mine = house.files()
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", status="CANCELLED", sequence=1)
    for now in (at("2026-03-04", "12:00"), at("2026-03-05", "12:00")):
        house.once(now)
        assert house.task(now)["status"] == "open"
        assert house.explain(key, now)["verdict"]["state"] == "void"
        assert house.files() == mine


def test_a_title_that_says_cancelled_voids_too(house: House) -> None:
    """An entry whose title begins with "Canceled:" was cancelled."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    house.meet(BEN, at("2026-03-03", "10:00"), "Canceled: Coffee", uid="m", sequence=1)
    assert house.lived(at("2026-03-04", "12:00")) == "closed"


def test_satisfied_by_a_meeting_that_was_cancelled(house: House) -> None:
    """A satisfied verdict whose satisfying meeting is undone opens again, as the same task."""
    house.rules = _rule(more="until: [meeting]", due="20d")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    before = house.todo(key)
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch", uid="lunch")
    assert house.lived(at("2026-03-05", "12:00")) == "closed"
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch", uid="lunch", status="CANCELLED", sequence=1)
    now = at("2026-03-06", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"], task["closed_why"]) == (key, "open", None)
    todo = house.todo(key)
    assert str(todo["STATUS"]) == "NEEDS-ACTION"
    assert "COMPLETED" not in todo
    assert str(todo["DESCRIPTION"]) == str(before["DESCRIPTION"])
    assert len(house.files()) == 1
    house.meet(BEN, at("2026-03-10", "10:00"), "Dinner")
    assert house.lived(at("2026-03-10", "12:00")) == "closed"
    assert str(house.todo(key)["STATUS"]) == "COMPLETED"


def test_a_moved_meeting_moves_its_task(house: House) -> None:
    """When the calendar says that the meeting was at another time the due date follows."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.meet(BEN, at("2026-03-02", "10:00"), uid="m", sequence=1)
    now = at("2026-03-03", "13:00")
    house.once(now)
    assert (house.task(now)["key"], house.task(now)["due"]) == (key, "2026-03-12")
    assert house.todo(key)["DUE"].dt.isoformat() == "2026-03-12"


def test_a_rule_that_is_gone_leaves_its_task(house: House) -> None:
    """A delivered task is history: without its rule it stays until it would have ended."""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    files = house.files()
    house.rules = _rule("other", since="card_added")
    house.once(at("2026-03-10"))
    assert house.files() == files
    assert house.task(at("2026-03-10"))["status"] == "open"
    house.once(at("2026-04-20"))
    assert house.task(at("2026-04-20"))["status"] == "expired"


def test_a_newer_meeting_that_was_cancelled_gives_the_task_back(house: House) -> None:
    """A task that moved to a newer meeting goes back to the older one when that is cancelled."""
    house.rules = _rule(since="meeting")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch", uid="lunch")
    house.once(at("2026-03-05", "12:00"))
    house.meet(BEN, at("2026-03-05", "10:00"), "Lunch", uid="lunch", status="CANCELLED", sequence=1)
    now = at("2026-03-06", "12:00")
    house.once(now)
    task = house.task(now)
    assert (task["key"], task["status"], task["due"]) == (key, "open", "2026-03-13")
    assert "Lunch" not in task["notes"]
    assert len(house.files()) == 1


def test_void_before_delivery_leaves_nothing(house: House) -> None:
    """What was only held and turns out not to have been leaves no task and no verdict."""
    house.settings = "mode: preview\n"
    path = house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    assert house.lived(NOON) == "held"
    path.write_bytes(path.read_bytes().replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED"))
    house.settings = ""
    assert house.lived(at("2026-03-04")) == "none"
    assert house.files() == {}


def test_void_does_not_undo_a_tick(house: House) -> None:
    """What the owner ticked stays done when its meeting turns out cancelled."""
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    key = house.task(NOON)["key"]
    house.tick(key, NOON)
    house.once(at("2026-03-04"))
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", status="CANCELLED", sequence=1)
    assert house.lived(at("2026-03-05")) == "done"


@pytest.mark.parametrize("what", ["mail", "calendar"])
def test_what_disappears_remains_observed(house: House, what: str) -> None:
    """A mail that was deleted, and an entry removed after its end, happened all the same."""
    house.rules = _rule(since="meeting" if what == "calendar" else "message_sent")
    house.mail(ANA, BEN, at("2026-03-03", "09:00"))
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    for path in (house.root / what).iterdir():
        path.unlink()
    assert house.lived(at("2026-03-04")) == "open"


def test_an_entry_removed_before_its_end_was_cancelled(house: House) -> None:
    """A meeting that vanishes from the calendar while it is to come never was."""
    path = house.meet(BEN, at("2026-03-05", "10:00"))
    house.once(NOON)
    path.unlink()
    house.once(at("2026-03-04"))
    assert house.lived(at("2026-03-06")) == "none"
    assert house.tasks(at("2026-03-06"), everything=True) == []


def test_going_back_in_time_opens_nothing(house: House) -> None:
    """Run with an earlier `--now`, syncd closes and opens nothing that is not so by then."""
    house.rules = _rule(more="until: [message_sent]")
    house.meet(BEN, at("2026-03-05", "10:00"))
    house.once(at("2026-03-05", "12:00"))
    files = house.files()
    now = at("2026-03-04", "12:00")
    assert house.run("once", now=now).code == 0
    house.once(at("2026-03-05", "13:00"))
    found = house.tasks(at("2026-03-05", "13:00"))
    assert len(found) == 1
    assert set(house.files()) == set(files)


EVIL = [
    "{{ 7 * 7 }} {% for x in [1] %}x{% endfor %}",
    "Coffee\\nSTATUS:COMPLETED\\nBEGIN:VALARM",
    "x" * 3000,
    "END:VTODO",
]


@pytest.mark.parametrize("title", EVIL, ids=["template", "lines", "long", "end"])
def test_titles_of_others_are_only_words(house: House, title: str) -> None:
    """What others write into a title is printed, never read as a template or a property."""
    house.rules = """
  - {id: met, since: first_meeting, due: 10d, task: {title: "After {{ since.title }}"}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"), title, uid="m")
    house.once(NOON)
    task = house.task(NOON)
    todo = house.todo(task["key"])
    assert str(todo["SUMMARY"]) == task["title"]
    assert (task["status"], str(todo["STATUS"])) == ("open", "NEEDS-ACTION")
    assert len(todo.walk("VALARM")) == 0
    assert len(task["title"]) <= 1024
    assert "49" not in task["title"]
    assert "\n" not in task["title"]
    before = house.files()
    house.once(NOON)
    assert house.files() == before


# --- other people's tasks ---

FOREIGN = calendar(
    "VTODO",
    [
        "UID:shopping@example.org",
        "DTSTAMP:20260301T080000Z",
        "SUMMARY:Buy a ladder",
        "STATUS:NEEDS-ACTION",
        "X-SYNCD:looks like ours",
    ],
)


def test_other_tasks_in_the_folder_are_left_alone(house: House) -> None:
    """VTODOs that are not ours, and files that are none, stay as they are and are not shown."""
    house.folder.mkdir()
    strange = {"shopping.ics": FOREIGN, "broken.ics": b"BEGIN:VCALENDAR\r\nno", "note.txt": b"hi"}
    for name, data in strange.items():
        (house.folder / name).write_bytes(data)
    house.rules = _rule(more="until: [message_sent]")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    house.mail(ANA, BEN, at("2026-03-04"))
    house.once(at("2026-03-04", "15:00"))
    (house.folder / "shopping.ics").unlink()
    house.once(at("2026-03-05", "15:00"))
    (house.folder / "shopping.ics").write_bytes(FOREIGN)
    house.once(at("2026-03-06", "15:00"))
    assert len(house.tasks(at("2026-03-06", "15:00"))) == 1
    for name, data in strange.items():
        assert (house.folder / name).read_bytes() == data


def test_what_other_applications_add_stays(house: House) -> None:
    """Alarms and properties that another application put into our VTODO survive our writes."""
    house.rules = _rule(more="until: [message_sent]")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    key = house.task(NOON)["key"]
    path = house.file(key)
    added = (
        b"X-APPLE-SORT-ORDER:42\r\nCATEGORIES:people\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n"
        b"TRIGGER:-PT1H\r\nDESCRIPTION:Soon\r\nEND:VALARM\r\nEND:VTODO"
    )
    path.write_bytes(path.read_bytes().replace(b"END:VTODO", added))
    house.mail(ANA, BEN, at("2026-03-04"))
    now = at("2026-03-04", "15:00")
    house.once(now)
    assert house.task(now)["status"] == "closed"
    todo = todo_of(path)
    assert str(todo["STATUS"]) == "COMPLETED"
    assert str(todo["X-APPLE-SORT-ORDER"]) == "42"
    assert b"CATEGORIES:people" in path.read_bytes()
    (alarm,) = todo.walk("VALARM")
    assert str(alarm["DESCRIPTION"]) == "Soon"


def test_tasks_go_where_the_contact_was_made(house: House) -> None:
    """`tasks_in: {default, work}` puts a task into the list of the anchor's account."""
    house.settings = "limits: {per_day: 90, open: 90}\n"
    once = _two_lists(house)
    house.meet(BEN, at("2026-03-03", "05:00"))
    ran = once(NOON)
    assert ran.code == 0, ran.err
    found = {
        name: sorted(str(todo_of(path)["SUMMARY"]) for path in (house.root / name).glob("*.ics"))
        for name in ("tasks", "work-tasks")
    }
    work = [f"After meeting {name}" for name in ("Cleo", "Dora", "Emil")]
    assert found == {"tasks": ["After meeting Ben"], "work-tasks": work}


def _two_lists(house: House) -> Callable[[datetime], Any]:
    """Ben is met at home, the others at work; each account has its own list."""
    house.configure()
    (house.root / "work").mkdir()
    text = house.config.read_text(encoding="utf-8").replace(
        "rules: [",
        "  - {name: work, kind: local, calendar: [work], tasks: work-tasks}\n"
        "tasks_in: {default: home, work: work}\nrules: [",
    )
    house.config.write_text(text, encoding="utf-8")
    for number, who in enumerate((CLEO, DORA, EMIL)):
        path = house.meet(who, at("2026-03-03", f"{7 + number:02}:00"), hours=0.5)
        path.rename(house.root / "work" / path.name)
    return lambda now: run("--config", str(house.config), "once", "--now", now.isoformat())


@pytest.mark.parametrize("trouble", ["deleted", "vanished"])
def test_trouble_with_one_list_stops_no_other(house: House, trouble: str) -> None:
    """An incident in one list, or a list that vanished, stops nothing in the other one."""
    house.settings = "limits: {per_day: 90, open: 90}\n"
    house.rules = _rule(more="until: [message_sent]")
    once = _two_lists(house)
    house.meet(GUS, at("2026-03-03", "11:00"))
    assert once(at("2026-03-03", "13:00")).code == 0
    (mine,) = house.files()
    work = house.root / "work-tasks"
    assert len(list(work.glob("*.ics"))) == 3
    if trouble == "deleted":
        for path in work.glob("*.ics"):
            path.unlink()
    else:
        shutil.rmtree(work)
    house.meet(BEN, at("2026-03-04", "10:00"))
    house.mail(ANA, GUS, at("2026-03-04", "11:00"))
    assert once(at("2026-03-04", "12:00")).code == 1
    assert len(house.files()) == 2
    assert str(todo_of(house.folder / mine)["STATUS"]) == "COMPLETED"
    assert not list(work.glob("*.ics"))


def test_all_statuses_have_their_names(house: House) -> None:
    """`tasks --all` adds waiting, held, muted and missed under these names; `tasks` does not."""
    house.settings = 'limits: {per_day: 90, open: 90, at: "07:30"}\n'
    house.rules = (
        _rule("open")
        + _rule("closed", "until: [message_sent]")
        + _rule("waiting", "remind: 5d")
        + _rule("where", "where: {tags: none}")
        + _rule("held", "pause_while: scheduled")
        + _rule("expired", "expires: 20h", due="12h")
    )
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-28", "10:00"), "Lunch")
    house.meet(CLEO, at("2026-02-03", "10:00"))
    house.once(NOON)
    house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    now = at("2026-03-04", "12:00")
    house.once(now)
    delivered = {(one["rule"], one["status"]) for one in house.tasks(now)}
    assert delivered == {("open", "open"), ("closed", "closed"), ("expired", "expired")}
    every = {
        (one["rule"], one["status"])
        for one in house.tasks(now, everything=True)
        if one["person"]["addresses"] == [BEN]
    }
    assert every - delivered == {("waiting", "waiting"), ("where", "waiting"), ("held", "held")}
    missed = {
        one["status"]
        for one in house.tasks(now, everything=True)
        if one["person"]["addresses"] == [CLEO] and one["rule"] != "where"
    }
    assert missed == {"missed"}
