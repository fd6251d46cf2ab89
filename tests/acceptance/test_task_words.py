"""What a task says: where and when, what was promised and asked, whom both know, and how to stop.

One world with one rule that prints everything, and a few cards with birthdays and no mail at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import ANA, Home, at

from rules.cut import units

OWNER = f"Ana Silva <{ANA}>"
BOB, CARLA, DORA = "bob@lee.example", "carla@dias.example", "dora@ek.example"
ED = "ed@five.example"
FAMILY = "👩‍👩‍👧‍👦"
RULES = """\
version: 1
rules:
  - id: everything
    since: interaction
    due: 30d
    where: {colleague: false}
    task:
      title: "Thank {{ first_name }}{% if since.title %} for {{ since.title }}{% endif %}"
      notes: |
        since: {{ since.title }}|{{ since.when }}|{{ since.where }}|{{ since.link }}
        gives: {{ gives }}
        asks: {{ asks }}
        promises: {{ promises }}
        {{ mutual }}
        next: {{ next_meeting }}
        connect: {{ connection_note }}

        {{ evidence }}
        noted: {{ notes }}
        again: {{ notes }}
        again: {{ notes }}
"""
BIRTHDAY = """\
version: 1
rules:
  - id: birthday
    since: birthday_soon
    due: 14d
    expires: 16d
    task: {title: "{{ first_name }}: {{ since.title }}", notes: "{{ evidence }}"}
"""
AMPLE = "limits: {per_day: 99, open: 99}\n"
BEGIN = at("2026-06-08T09:00")  # a Monday, as is now


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def accepted(*addrs: str) -> dict[str, str]:
    return dict.fromkeys(addrs, "ACCEPTED")


def bob(home: Home) -> None:
    """Met twice in small company, introduced by Carla, and two promises since."""
    who = f"Bob Lee <{BOB}>"
    home.card("Bob Lee", BOB)
    home.event(day(-30), "Kick-off", organizer=ANA, attendees=accepted(ANA, BOB, CARLA))
    home.event(day(-20), "Lunch", organizer=BOB, attendees=accepted(ANA, BOB, CARLA, DORA))
    carla = f"Carla Dias <{CARLA}>"
    text = "Ana, meet Bob. Bob, meet Ana. You two should talk.\n"
    home.mail(carla, [ANA, BOB], day(-40), text, subject="Intro: Ana <> Bob")
    home.mail(OWNER, carla, day(-39), "Thanks!")
    home.mail(OWNER, [who, carla, "noreply@robot.example"], day(-10), subject="Minutes")
    text = "I will send you the slides next week.\n"
    home.mail(
        who, ANA, day(0), text, subject="Re: Fwd: AW: Grant budget", name="budget@lee.example"
    )
    text = "I will send you the budget tomorrow. What do you think of the venue?\n"
    home.mail(OWNER, who, day(1), text, subject="Re: Venue", name="venue@example.org")
    home.event(
        day(20), "Review", organizer=ANA, attendees=accepted(ANA, BOB), more=["LOCATION:Plaza"]
    )


def met(home: Home, name: str, addr: str, title: str, hour: int, place: str = "") -> None:
    """Somebody met once."""
    home.mail(f"{name} <{addr}>", ANA, day(-9), subject="Hello")
    home.mail(OWNER, addr, day(-8), subject="Hello")
    start = day(2) + timedelta(hours=hour)
    more = [f"LOCATION:{place}"] if place else []
    home.event(start, title, organizer=ANA, attendees=accepted(ANA, addr), more=more)


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The tasks of the world, by the address they are about."""
    home = Home(tmp_path_factory.mktemp("words"), more=AMPLE)
    bob(home)
    met(home, '"SILVA, Ana Maria (Dr.)"', "am@one.example", "1:1", 1, "Café Aurora\\, Rua 1")
    met(home, "王小明", "wang@two.example", "项目启动会议", 3, "https://meet.example.org/a b")
    met(home, "דנה כהן", "dana@three.example", "פגישת היכרות", 5)
    met(home, "Acme GmbH", "max@four.example", FAMILY * 400, 7)
    met(home, "Ed Wordy", ED, "An endless title " * 60, 9)
    home.once()
    for number in range(9):
        line = f"about: {number} {'wordy ' * 60}{FAMILY * 20}"
        assert home.syncd("note", ED, line).code == 0
    assert home.syncd("note", BOB, "needs: a lawyer").code == 0
    home.write(home.rules, RULES)
    home.once()
    found = home.syncd("tasks", "--json").json
    return {one["person"]["addresses"][0]: one for one in found}


def test_a_task_says_everything_that_is_known(tasks: dict[str, dict[str, Any]]) -> None:
    """Kinds, days, titles and links; nobody who is no person, and nothing twice."""
    task = tasks[BOB]
    assert task["title"] == "Thank Bob for Venue"
    mine = "You promised Bob something on 9 June (Venue), due 10 June <mid:venue@example.org>"
    theirs = (
        "Bob promised you something on 8 June (Grant budget), due 19 June <mid:budget@lee.example>"
    )
    asked = "You asked Bob on 9 June (Venue) <mid:venue@example.org>"
    *lines, blank, footer = task["notes"].split("\n")
    assert lines[:11] == [
        "since: Venue|2026-06-09||mid:venue@example.org",
        *("gives: needs: a lawyer", mine),
        *(f"asks: {asked}", theirs),
        *(f"promises: {mine}", theirs),
        f"You both know Carla Dias (2 meetings, 1 mail) and {DORA} (1 meeting).",
        "Carla Dias introduced you to Bob on 29 April (Intro: Ana <> Bob).",
        "next: 28 June at 10:00: Review (Plaza)",
        'connect: Hello Bob, it was good to meet you on 19 May ("Lunch"). Shall we stay in touch?',
    ]
    assert [line.partition(" <")[0] for line in lines[12:15]] == [
        "2026-06-09 message sent: Re: Venue",
        "2026-06-08 message received: Re: Fwd: AW: Grant budget",
        "2026-05-29 message sent: Minutes",
    ]
    assert (lines[11], blank) == ("", "")
    assert lines[15:] == [f"{word}: needs: a lawyer" for word in ("noted", "again", "again")]
    assert footer == (
        f"— syncd, rule everything. Why: syncd explain {task['key']}. Not wanted? Delete it; "
        f"never for Bob Lee: syncd mute {BOB} --rule everything"
    )


@pytest.mark.parametrize(
    ("addr", "title", "told"),
    [
        ("am@one.example", "Thank Ana for 1:1", "on 10 June at Café Aurora, Rua 1"),
        ("wang@two.example", "Thank 王小明 for 项目启动会议", '10 June ("项目启动会议")'),
        ("dana@three.example", "Thank דנה for פגישת היכרות", "Hello דנה, it was good to meet you"),
        ("max@four.example", f"Thank Acme GmbH for {FAMILY * 10}…", "Hello Acme GmbH,"),
    ],
)
def test_names_and_titles_of_any_kind_read_well(
    tasks: dict[str, dict[str, Any]], addr: str, title: str, told: str
) -> None:
    """What they are called, a title that ends, and where the two met."""
    assert tasks[addr]["title"] == title
    assert told in tasks[addr]["notes"]


def test_a_task_stays_within_the_limits(tasks: dict[str, dict[str, Any]]) -> None:
    """1,024 and 8,192 characters however they are counted; the footer is whole."""
    for task in tasks.values():
        assert units(task["title"]) <= 150
        assert units(task["notes"]) <= 8192
        assert task["notes"].endswith("--rule everything")
    notes = tasks[ED]["notes"]
    assert units(notes) > 7000
    assert "wordy" in notes
    assert "evidence" not in notes
    assert notes.count("\n…\n") == 3  # the rule prints them as often


def card(number: int, name: str, birthday: str) -> str:
    first, _, last = name.partition(" ")
    lines = [
        *("BEGIN:VCARD", "VERSION:3.0", f"UID:b{number}", f"FN:{name}", f"N:{last};{first};;;"),
        *(f"EMAIL:{first.lower()}@card.example", f"BDAY:{birthday}", "END:VCARD", ""),
    ]
    return "\r\n".join(lines)


def test_birthdays_need_nothing_but_a_card(tmp_path: Path) -> None:
    """Two weeks before, in the owner's zone, once a year; not from address books of others."""
    home = Home(tmp_path, rules="birthday.yaml", more=AMPLE)
    home.write("birthday.yaml", BIRTHDAY)
    text = home.config.read_text(encoding="utf-8")
    shared = "  - {name: team, kind: local, role: shared, contacts: [team/]}\n"
    home.configure(text.replace("tasks_in:", f"{shared}tasks_in:"))
    home.write("contacts/1.vcf", card(1, "Max Bauer", "1986-03-14"))
    home.write("contacts/2.vcf", card(2, "Nele Ekholm", "2000-02-29"))
    home.write("contacts/3.vcf", card(3, "Otis Farrow", "--06-20"))
    home.write("team/4.vcf", card(4, "Team Mate", "1990-03-14"))

    def titles(now: str) -> list[str]:
        home.once(now)
        found = home.syncd("tasks", "--json", now=now).json
        return sorted(task["title"] for task in found if task["status"] == "open")

    nele, max_ = "Nele: Birthday on 28 February (26)", "Max: Birthday on 14 March (40)"
    assert titles("2026-02-13T23:59:00+00:00") == []
    assert titles("2026-02-14T00:00:00+00:00") == [nele]
    assert titles("2026-02-27T23:59:00+00:00") == [nele]
    assert titles("2026-02-28T00:00:00+00:00") == [max_, nele]
    assert titles("2026-03-14T23:00:00+00:00") == [max_]
    assert titles("2026-06-05T22:59:00+00:00") == []
    assert titles("2026-06-05T23:00:00+00:00") == ["Otis: Birthday on 20 June"]
    tasks = home.syncd("tasks", "--json", now="2026-06-05T23:00:00+00:00").json
    assert {task["title"]: (task["due"], task["status"]) for task in tasks} == {
        nele: ("2026-02-28", "expired"),
        max_: ("2026-03-14", "expired"),
        "Otis: Birthday on 20 June": ("2026-06-20", "open"),
    }
    (shown,) = tasks[-1]["evidence"]
    assert (shown["kind"], shown["title"]) == ("card", "Otis: Birthday on 20 June"[6:])
    assert shown["evidence"] == [{"account": "home", "ref": "contacts//3.vcf", "link": ""}]
    assert titles("2028-02-16T12:00:00+00:00") == ["Nele: Birthday on 29 February (28)"]
