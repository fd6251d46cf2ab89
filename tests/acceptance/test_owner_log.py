"""How the owner may say what happened, what is refused, and that undoing is exact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance_letters import ANA_WHO, difference, printed
from acceptance_people import BEN, CLEO, DORA, wrote
from acceptance_world import ANA, Home, Result, at

RULES = """\
version: 1
rules:
  - id: call
    since: message_sent
    until: [call, meeting]
    due: 60d
    task: {title: "Call {{ first_name }}", notes: "{{ notes }}"}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ben Archer, Cleo Birkin and two Doras; Monday 15 June 2026, noon."""
    home = Home(tmp_path, rules="rules.yaml")
    home.write("rules.yaml", RULES)
    wrote(home, BEN, "Ben Archer", "2026-06-05")
    wrote(home, CLEO, "Cleo Birkin")
    wrote(home, DORA, "Dora Castell")
    wrote(home, "dora@example.org", "Dora Dahlgren")
    home.once()
    return home


def do(home: Home, *words: str) -> Result:
    result = home.syncd(*words)
    assert result.code == 0, (words, result)
    return result


def logged(home: Home, who: str = BEN) -> list[dict[str, Any]]:
    return [one for one in home.interactions(who) if one["kind"] == "log"]


def entries(home: Home) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = do(home, "log", "--list", "--json").json
    return found


SAID = (
    ("coffee with Ben, yesterday", "2026-06-14", "in_person"),
    ("Coffee with Ben Archer yesterday.", "2026-06-14", "in_person"),
    ("yesterday: lunch with Ben", "2026-06-14", "in_person"),
    ("lunch with Ben on Friday", "2026-06-12", "in_person"),
    ("called Ben, 3 days ago", "2026-06-12", "phone"),
    ("call with Ben this morning", "2026-06-15", "phone"),
    ("Ben called", "2026-06-15", "phone"),
    ("Zoom with Ben on 2026-06-10", "2026-06-10", "video"),
    ("dinner with ben@example.com, 9 June", "2026-06-09", "in_person"),
    ("met Ben last Tuesday", "2026-06-09", ""),
    ("coffee with BEN ARCHER a week ago", "2026-06-08", "in_person"),
    ("Kaffee mit Ben, gestern", "2026-06-14", "in_person"),
    ("mit Ben telefoniert, vorgestern", "2026-06-13", "phone"),
    ("café avec Ben, hier", "2026-06-14", "in_person"),
    ("almoço com Ben ontem", "2026-06-14", "in_person"),
    ("cena con Ben, ayer", "2026-06-14", "in_person"),
)


@pytest.mark.parametrize(("text", "day", "mode"), SAID, ids=[case[0] for case in SAID])
def test_what_is_logged_is_real(home: Home, text: str, day: str, mode: str) -> None:
    """What the owner says happened counts, on the day they say, in the way they say."""
    do(home, "log", text)
    (one,) = logged(home)
    assert one["at"].startswith(day)
    assert one["real"] == "yes"
    assert one["reasons"]
    assert not mode or one["mode"] == mode
    assert next(p for p in home.people() if p["addresses"] == [BEN])["counts"]["days"] >= 2


REFUSED = (
    "coffee with Ben, tomorrow",
    "coffee with Ben next Friday",
    "coffee with Ben on 2027-01-01",
    "coffee with Nobody, yesterday",
    "coffee with Dora, yesterday",
    "coffee with Ben and Nobody, yesterday",
    "coffee with Ben, on the 31 February",
    "coffee",
    "yesterday",
    "coffee with Ana Silva, yesterday",
    "did not meet Ben yesterday",
)


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_logged(home: Home, text: str) -> None:
    """The future, nobody, the owner, either of two: said in a few lines, and nothing is written."""
    before = printed(home)
    result = home.syncd("log", text)
    assert result.code in {1, 2}, result
    assert result.err.strip()
    assert "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) <= 6
    assert printed(home) == before


def test_list_and_undo(home: Home) -> None:
    """Entries are listed with a number, and undoing one restores exactly what was before it."""
    before = printed(home)
    do(home, "log", "coffee with Ben, yesterday")
    between = printed(home)
    do(home, "log", "called Cleo today")
    assert len(entries(home)) == 2
    (cleo,) = [entry["number"] for entry in entries(home) if CLEO in entry["addresses"]]
    do(home, "log", "--undo", str(cleo))
    assert printed(home) == between, difference(between, printed(home))
    (ben,) = [entry["number"] for entry in entries(home)]
    do(home, "log", "--undo", str(ben))
    assert printed(home) == before, difference(before, printed(home))
    assert entries(home) == []


def test_a_number_is_one_entrys_for_good(home: Home) -> None:
    """Whoever lists once may undo several: a number does not come to mean another entry."""
    for text in ("coffee with Ben, yesterday", "called Cleo today", "lunch with Ben on Friday"):
        do(home, "log", text)
    first, second, third = entries(home)
    do(home, "log", "--undo", str(first["number"]))
    do(home, "log", "--undo", str(second["number"]))
    assert [entry["title"] for entry in entries(home)] == [third["title"]]


def test_a_logged_call_closes_its_task(home: Home) -> None:
    """A call that is logged is a call: what waited for one is done, and open again without it."""

    def status() -> str:
        tasks = home.syncd("tasks", "--json").json
        (found,) = [task["status"] for task in tasks if BEN in task["person"]["addresses"]]
        return str(found)

    assert status() == "open"
    do(home, "log", "called Ben this morning")
    home.once()
    assert status() == "closed"
    (entry,) = entries(home)
    do(home, "log", "--undo", str(entry["number"]))
    home.once()
    assert status() == "open"


def test_yesterday_is_the_owners(home: Home) -> None:
    """ "Yesterday" is the day before --now in the owner's zone, not in UTC."""
    late = "2026-06-20T23:30:00+00:00"  # in Lisbon it is the 21st already
    assert home.syncd("log", "coffee with Ben, yesterday", now=late).code == 0
    (one,) = [i for i in home.interactions(BEN, "2026-06-22T12:00Z") if i["kind"] == "log"]
    assert one["at"].startswith("2026-06-20")


def test_a_log_goes_with_its_address(home: Home) -> None:
    """What was logged with one of two who are one, and are split again, stays with that one."""
    do(home, "log", "coffee with Ben, yesterday")
    before = printed(home)
    do(home, "merge", BEN, CLEO)
    assert len(logged(home, CLEO)) == 1
    do(home, "split", CLEO)
    assert printed(home) == before, difference(before, printed(home))
    assert logged(home, CLEO) == []


WRONG_NOTES = (("nobody@example.com", "x"), ("Dora", "x"), (BEN, ""), ())


@pytest.mark.parametrize("words", WRONG_NOTES)
def test_a_note_that_cannot_be(home: Home, words: tuple[str, ...]) -> None:
    """A note about nobody, about either of two, or without words is refused."""
    before = printed(home)
    result = home.syncd("note", *words)
    assert result.code in {1, 2}, result
    assert "Traceback" not in result.err
    assert printed(home) == before


def test_a_note_is_one_persons(home: Home) -> None:
    """A note stands in the facts of its person, survives every run, and is nobody else's."""
    do(home, "note", BEN, "needs: a translator")
    do(home, "note", "Ben Archer", "likes old mills")
    home.once()
    notes = json.dumps(home.explain(BEN)["facts"]["notes"])
    assert "translator" in notes
    assert "likes old mills" in notes
    assert home.explain(CLEO)["facts"]["notes"] == []


def test_export(home: Home) -> None:
    """All that is stored about one person, as JSON: addresses, mails, meetings, logs, notes."""
    home.mail(ANA_WHO, [BEN, CLEO], at("2026-06-10T09:00"), subject="To both")
    answers = {ANA: "ACCEPTED", BEN: "ACCEPTED", DORA: "ACCEPTED"}
    home.event(at("2026-06-11T09:00"), "Mill", organizer=ANA, attendees=answers)
    home.card("Ben Archer", BEN)
    home.once()
    do(home, "log", "coffee with Ben, yesterday")
    do(home, "note", BEN, "needs: a translator")
    text = json.dumps(json.loads(do(home, "export", BEN).out))
    for word in (BEN, "Ben Archer", "To both", "Mill", "translator", "coffee"):
        assert word in text, word


def test_what_did_not_happen_is_no_log(home: Home) -> None:
    """A denial is refused, and somebody new is told how to be named."""
    refused = home.syncd("log", "didn't meet Ben yesterday")
    assert refused.code == 2
    assert "did happen" in refused.err
    unknown = home.syncd("log", "coffee with Zebedee yesterday")
    assert unknown.code == 1
    assert "--with 'Zebedee <address>'" in unknown.err
    assert entries(home) == []


@pytest.mark.parametrize(
    ("text", "now", "at"),
    [
        ("coffee with Ben tonight", "2026-06-15T09:00+00:00", ""),
        ("coffee with Ben this evening", "2026-06-15T09:00+00:00", ""),
        ("coffee with Ben this evening", "2026-06-15T18:30+00:00", "18:30"),
        ("lunch with Ben today", "2026-06-15T09:00+00:00", ""),
        ("dinner with Ben", "2026-06-15T12:00+00:00", ""),
        ("lunch with Ben today", "2026-06-15T15:00+00:00", "15:00"),
        ("coffee with Ben at 3", "2026-06-15T09:00+00:00", ""),
        ("coffee with Ben at 3", "2026-06-15T16:00+00:00", "14:00"),
    ],
)
def test_what_is_still_to_come_today(home: Home, text: str, now: str, at: str) -> None:
    """An hour of today that has not come is the future; Lisbon is an hour ahead of UTC."""
    done = home.syncd("log", text, "--json", now=now)
    if at:
        assert done.json["at"].startswith(f"2026-06-15T{at}")
    else:
        assert done.code == 2
        assert "nothing in the future" in done.err
