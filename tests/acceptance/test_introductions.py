"""Introductions and what was shared, from the command line: who was introduced to whom, whose turn
it is, and what settles it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from acceptance_rules import clock
from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, FLORA, GUS, HANA, House, at

MANY = 'limits: {per_day: 90, open: 90, at: "07:30"}\n'
LOOPS = ("introduction_made", "introduction_received", "introduced_to_me", "shared_with_me")
MEET = "Ana, meet {0}, who restores old boats. {0}, meet Ana, who sails them.\n"
TOO = "<too@mill.example.com>"
ASKED = at("2026-03-03", "18:00")
SETTLED = at("2026-03-06", "18:00")


def _told(house: House) -> None:
    """Ben introduces Cleo, whom Ana does not know; Dora, whom nobody answers, introduces Emil; Ana
    introduces Flora and Gus to each other and recommends somebody to Hana, who shares something."""
    for who in (BEN, FLORA, GUS, HANA):
        first = house.mail(ANA, who, at("2026-03-01", "09:00"), "Good to know you")
        house.mail(who, ANA, at("2026-03-01", "10:00"), "Re: Good to know you", answers=first)
    hour = at("2026-03-03", "09:00")
    house.mail(BEN, [ANA, CLEO], hour, "Boats", MEET.format("Cleo"), name="boats")
    house.mail(DORA, [ANA, EMIL], hour, "Boats, too", MEET.format("Emil"), name="too")
    house.mail(ANA, [FLORA, GUS], hour, "Gardens", "I wanted to introduce you two.\n")
    house.mail(ANA, HANA, hour, "Piers", "You should meet my friend Gus.\n")
    house.mail(HANA, ANA, at("2026-03-03", "10:00"), "Nets", "Here is the article I mentioned.\n")


def _settled(house: House) -> None:
    """Ana writes to Cleo, and to Dora after all; Gus reports; Ana thanks Hana."""
    house.mail(ANA, CLEO, at("2026-03-05", "09:00"), "Your boats", "What a fine trade it is.\n")
    house.mail(ANA, DORA, at("2026-03-05", "10:00"), "Re: Boats, too", answers=TOO)
    house.mail(GUS, ANA, at("2026-03-05", "11:00"), "Gardens it is", "We had a long walk.\n")
    house.mail(ANA, HANA, at("2026-03-06", "09:00"), "Re: Nets", "Thank you for the article!\n")


@dataclass(frozen=True)
class Seen:
    """What the command line told at one moment."""

    tasks: dict[tuple[str, str], str]  # the status of everybody's task of each rule
    people: dict[str, dict[str, Any]]  # what `explain` says of each address

    def signals(self, who: str) -> list[tuple[str, str, str]]:
        found = self.people[who]["signals"]
        return [(one["kind"], one["direction"], one["state"]) for one in found]

    def open_loops(self, who: str) -> dict[str, list[str]]:
        loops = self.people[who]["facts"]["open_loops"]
        return {side: [one["kind"] for one in loops[side]] for side in ("mine", "theirs")}


def _look(house: House, now: datetime) -> Seen:
    house.once(now)
    ran = house.run("explain", "--all", "--json", now=now)
    assert ran.code == 0, ran.err
    told = [json.loads(line) for line in ran.out.splitlines()]
    return Seen(
        {
            (one["rule"], addr): one["status"]
            for one in house.tasks(now)
            for addr in one["person"]["addresses"]
        },
        {addr: one for one in told if one["person"] for addr in one["person"]["addresses"]},
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """After the first day, after both, and by a state that read both at once."""
    house = House(tmp_path_factory.mktemp("introductions"), settings=MANY)
    house.rules = "".join(clock(name, name, "until: [resolved]") for name in LOOPS)
    _told(house)
    asked = _look(house, ASKED)
    _settled(house)
    settled = _look(house, SETTLED)
    house.state = "other.db"
    return {"asked": asked, "settled": settled, "afresh": _look(house, SETTLED)}


EXPECTED = {
    ("introduction_made", FLORA),
    ("introduction_made", GUS),
    ("introduction_received", BEN),
    ("introduction_received", CLEO),
    ("introduced_to_me", CLEO),
    ("shared_with_me", HANA),
}


def test_who_was_introduced_to_whom(seen: dict[str, Seen]) -> None:
    """Each introduction is with everybody in it and nobody else: a stranger's opens nothing, and
    a recommendation to one person is an offer."""
    assert seen["asked"].tasks == dict.fromkeys(EXPECTED, "open")


def test_what_was_found_is_shown(seen: dict[str, Seen]) -> None:
    """`explain` shows the signal for the introducer and the introduced, in both directions."""
    asked = seen["asked"]
    assert asked.signals(BEN) == [("introduces", "received", "open")]
    assert asked.signals(CLEO) == [("introduces", "received", "open")]
    assert asked.signals(GUS) == [("introduces", "sent", "open")]
    assert [kind for kind, _, _ in asked.signals(HANA)] == ["offers", "shares"]
    (claim,) = asked.people[CLEO]["interactions"]
    assert (claim["real"], claim["reasons"]) == ("no", ["mail:co-recipient", "mail:introduced"])


def test_whose_turn_it_is(seen: dict[str, Seen]) -> None:
    """An introduction without echo is theirs to report; what was given waits for the owner."""
    asked = seen["asked"]
    assert asked.open_loops(GUS) == {"mine": [], "theirs": ["introduction_made"]}
    assert asked.open_loops(BEN) == {"mine": ["introduction_received"], "theirs": []}
    assert asked.open_loops(CLEO) == {"mine": ["introduced_to_me"], "theirs": []}
    assert asked.open_loops(HANA) == {"mine": ["shared_with_me"], "theirs": []}


def test_what_settles_an_introduction(seen: dict[str, Seen]) -> None:
    """The first contact with the person introduced, their echo, thanks; not with the introducer
    what was done with the introduced. A stranger who is answered was no stranger."""
    settled = seen["settled"]
    assert settled.tasks == {
        ("introduction_made", FLORA): "open",
        ("introduction_made", GUS): "closed",
        ("introduction_received", BEN): "open",
        ("introduction_received", CLEO): "closed",
        ("introduction_received", EMIL): "open",
        ("introduced_to_me", CLEO): "closed",
        ("introduced_to_me", EMIL): "open",
        ("shared_with_me", HANA): "closed",
    }
    # Dora's own was settled by the very answer that made it count.
    assert settled.signals(DORA) == [("introduces", "received", "closed")]


def test_the_order_of_arrival_changes_nothing(seen: dict[str, Seen]) -> None:
    """A state that never saw the first day says the same of everybody."""
    without = ("verdicts", "person")  # tasks are history, and ids are drawn
    settled, afresh = (
        {
            who: {key: value for key, value in told.items() if key not in without}
            for who, told in seen[name].people.items()
        }
        for name in ("settled", "afresh")
    )
    assert settled == afresh


def test_whose_mail_no_longer_counts_introduced_nobody(tmp_path: Path) -> None:
    """Ana's only mail to Ben turns out to be one of a dozen copies: Ben is a stranger again, and
    Cleo nobody; the untouched task closes, as after anything that was not real."""
    house = House(tmp_path, settings=MANY)
    house.rules = clock("met", "introduced_to_me", "until: [resolved]")
    house.mail(ANA, BEN, at("2026-03-02", "09:00"), "The regatta")
    house.mail(BEN, [ANA, CLEO], at("2026-03-03", "09:00"), "Boats", MEET.format("Cleo"))
    house.once(ASKED)
    assert house.task(ASKED, "met", CLEO)["status"] == "open"
    for number in range(11):
        to = f"sailor.{number}@fleet.example.com"
        house.mail(ANA, to, at("2026-03-02", f"09:{number:02}"), "The regatta")
    later = at("2026-03-04", "18:00")
    house.once(later)
    (task,) = house.tasks(later)
    assert (task["status"], house.explain(CLEO, later)["signals"]) == ("closed", [])
