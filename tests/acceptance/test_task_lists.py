"""Task lists that others write to as well, and several of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from acceptance_rules import LATER, NOON, rule
from acceptance_tasks import (
    ANA,
    BEN,
    CLEO,
    DORA,
    EMIL,
    GUS,
    House,
    at,
    calendar,
    run,
    todo_of,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


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
    house.rules = rule(more="until: [message_sent]")
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
    house.rules = rule(more="until: [message_sent]")
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
    house.rules = rule(more="until: [message_sent]")
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
        rule("open")
        + rule("closed", "until: [message_sent]")
        + rule("waiting", "remind: 5d")
        + rule("where", "where: {tags: none}")
        + rule("held", "pause_while: scheduled")
        + rule("expired", "expires: 20h", due="12h")
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


def test_tasks_of_a_rule_that_is_gone_are_named(house: House) -> None:
    """`status` and `rules why` say that they are open and when the last of them ends."""
    house.rules = rule() + rule("other")
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.once(NOON)
    assert house.run("status", "--json", now=NOON).json["tasks"]["without_rule"] == []
    (key,) = [one["key"] for one in house.tasks(NOON) if one["rule"] == "met"]
    house.rules = rule("other")
    house.once(LATER)
    (left,) = house.run("status", "--json", now=LATER).json["tasks"]["without_rule"]
    assert (left["key"], left["rule"]) == (key, "met")
    told = f"'met', which is not in use any more: open until {left['until'][:10]}"
    assert told in house.run("status", now=LATER).out
    why = house.run("rules", "why", "met", BEN, now=LATER)
    assert (why.code, key in why.err) == (1, True)
    assert "unknown rule" in house.run("rules", "why", "mett", BEN, now=LATER).err


def test_what_waits_in_numbers_is_one_line(house: House) -> None:
    """`tasks --all` folds it by rule, `--rule` shows each; the JSON has each in any case."""
    house.rules = rule("soon", "remind: 5d") + rule("once", "remind: 5d\n    where: {tags: inner}")
    for hour, who in enumerate((BEN, CLEO, DORA, EMIL)):
        house.meet(who, at("2026-03-03", f"{6 + hour:02}:00"), hours=0.5)
    house.once(NOON)
    every = house.tasks(NOON, everything=True)
    of_soon = [one["key"] for one in every if one["rule"] == "soon"]
    assert len(of_soon) == 4
    plain = house.run("tasks", "--all", now=NOON).out
    assert "4 of soon" in plain
    assert not [key for key in of_soon if key in plain]
    each = house.run("tasks", "--all", "--rule", "soon", now=NOON).out
    assert [key for key in of_soon if key in each] == of_soon
    filtered = house.run("tasks", "--all", "--rule", "once", "--json", now=NOON).json
    assert filtered == [one for one in every if one["rule"] == "once"]
    assert house.run("tasks", "--rule", "sooon", now=NOON).code == 2
