"""The rule language where clocks, zones, folders and groups are not the usual ones."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from acceptance_abroad import Abroad
from acceptance_rules import AMPLE, clock
from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, FLORA, GUS

ASK = "Could you tell me which paint you used for the hull?\n"


@pytest.fixture
def house(tmp_path: Path) -> Abroad:
    return Abroad(tmp_path, settings=AMPLE)


def due(**rules: str) -> str:
    """A rule by name for each duration, from the first meeting on."""
    return "".join(
        f"\n  - {{id: {name}, since: first_meeting, due: {text}, task: {{title: T}}}}\n"
        for name, text in rules.items()
    )


@pytest.mark.parametrize(
    "zone", ["Pacific/Kiritimati", "Pacific/Auckland", "Asia/Kolkata", "America/Anchorage"]
)
def test_days_are_the_owners_wherever_they_live(house: Abroad, zone: str) -> None:
    """Dates, months and working days are those of the owner's clock, fourteen hours off UTC too."""
    house.zone = zone
    house.rules = due(hours="48h", working="1 working day", month="1m", weeks="2w")
    house.meet(BEN, house.at("2026-01-30T22:30"))  # until half past eleven on a Friday
    found = house.told(house.at("2026-01-30T23:40"))
    assert {rule: day for rule, _, _, day in found} == {
        "hours": "2026-02-01",
        "working": "2026-02-02",
        "month": "2026-02-28",
        "weeks": "2026-02-13",
    }


def test_the_night_that_lacks_an_hour(house: Abroad) -> None:
    """In the night the clocks change a day is a day, 24h are hours: for `remind` as for `due`."""
    house.zone = "America/New_York"
    house.rules = due(day="1d", hours="24h") + clock("later", "first_meeting", "remind: 1d")
    house.rules += clock("hour", "first_meeting", "remind: 24h")
    house.meet(BEN, house.at("2026-03-07T22:30"))
    seen = {rule: day for rule, _, _, day in house.told(house.at("2026-03-07T23:40"))}
    assert (seen["day"], seen["hours"]) == ("2026-03-08", "2026-03-09")
    assert house.stands(house.at("2026-03-08T23:29"))["later"] == "waiting"
    found = house.stands(house.at("2026-03-08T23:30"))
    assert (found["later"], found["hour"]) == ("open", "waiting")
    assert house.stands(house.at("2026-03-09T00:30"))["hour"] == "open"


def test_a_calendar_in_one_file_and_a_week_that_begins_on_sunday(house: Abroad) -> None:
    """A single file is a calendar too; a due date past is the next day on which the owner works."""
    house.zone = "Asia/Jerusalem"
    house.accounts = "  - {name: home, kind: local, calendar: [all.ics], tasks: tasks}\n"
    house.settings = AMPLE + "working_days: [sun, mon, tue, wed, thu]\n"
    house.rules = due(day="1d", working="1 working day")
    house.meet(BEN, house.at("2026-03-05T09:00")).rename(house.root / "all.ics")  # a Thursday
    found = house.told(house.at("2026-03-07T12:00"))
    assert {day for *_, day in found} == {"2026-03-08"}


def test_an_event_does_not_end_its_own_clock(house: Abroad) -> None:
    """One mail may be many events: none of them ends the clock that it starts."""
    house.rules = clock("ask", "asked_me", "until: [message_received, interaction]")
    house.rules += clock("mail", "message_received", "until: [asked_me, interaction]")
    house.rules += clock("meet", "meeting", "until: [in_person_meeting, first_meeting]")
    first = house.mail(ANA, BEN, house.at("2026-03-01T09:00"))
    house.mail(BEN, ANA, house.at("2026-03-01T10:00"), "Re: Hello", answers=first)
    house.mail(BEN, ANA, house.at("2026-03-03T09:00"), "The hull", ASK)
    house.meet(CLEO, house.at("2026-03-03T09:00"))
    assert house.stands(house.at("2026-03-03T12:00")) == dict.fromkeys(
        ("ask", "mail", "meet"), "open"
    )


@pytest.mark.parametrize(("count", "tasks"), [(5, 5), (6, 0)])
def test_a_letter_to_many_is_no_anchor(house: Abroad, count: int, tasks: int) -> None:
    """A letter to five is an anchor with each of them, one to six with nobody."""
    house.rules = clock("it", "message_sent")
    house.mail(ANA, [BEN, CLEO, DORA, EMIL, FLORA, GUS][:count], house.at("2026-03-03T09:00"))
    assert len(house.told(house.at("2026-03-03T12:00"))) == tasks


def test_what_is_logged_ends_a_clock(house: Abroad) -> None:
    """What the owner logs counts as what it says, and as nothing else."""
    events = ("call", "meeting", "in_person_meeting", "message_sent")
    told = {
        BEN: ("call with Ben", {"call"}),
        CLEO: ("coffee with Cleo", {"meeting", "in_person_meeting"}),
        DORA: ("video call with Dora", {"call", "meeting"}),
        EMIL: ("wrote to Emil", {"message_sent"}),
    }
    house.rules = "".join(clock(name, "first_meeting", f"until: [{name}]") for name in events)
    for number, who in enumerate(told):
        house.meet(who, house.at(f"2026-03-03T{8 + number:02}:00"), hours=0.5)
    assert {status for *_, status, _ in house.told(house.at("2026-03-03T12:00"))} == {"open"}
    now = house.at("2026-03-04T12:00")
    for words, _ in told.values():
        assert house.run("log", words, now=now).code == 0
    house.once(now)
    for who, (words, ended) in told.items():
        found = {
            one["rule"]
            for one in house.tasks(now)
            if one["status"] == "closed" and who in one["person"]["addresses"]
        }
        assert found - {"meeting"} == ended - {"meeting"}, words


def test_a_tick_ends_and_starts_clocks(house: Abroad) -> None:
    """`task_done` ends the clock of another rule and starts that of a third, on its day."""
    house.zone = "Pacific/Kiritimati"
    house.rules = clock("it", "first_meeting", "done_means: call")
    house.rules += clock("ends", "first_meeting", "until: [task_done]") + clock("next", "task_done")
    house.meet(BEN, house.at("2026-03-03T09:00"))
    now = house.at("2026-03-03T12:00")
    house.once(now)
    house.tick(house.task(now, "it")["key"], house.at("2026-03-04T00:30"))
    found = house.told(house.at("2026-03-05T09:00"))
    assert [(rule, status) for rule, _, status, _ in found] == [
        ("ends", "closed"),
        ("it", "done"),
        ("next", "open"),
    ]
    assert found[-1][-1] == "2026-03-14"
    called = house.explain(BEN, house.at("2026-03-05T09:00"))["interactions"]
    assert [one["at"] for one in called if one["kind"] == "task"] == ["2026-03-03T10:30:00+00:00"]


def test_who_is_in_no_tier_at_the_anchor(house: Abroad) -> None:
    """The tier is the one at the anchor: whoever came into one later has no cadence before."""
    house.tiers = "  - {name: two, where: {counts: {meetings: {at_least: 2}}}, cadence: 14d}\n"
    house.rules = due(keep="cadence")
    house.rules += clock("again", "meeting").replace("10d", "cadence")
    house.meet(BEN, house.at("2026-03-03T09:00"))
    assert house.told(house.at("2026-03-03T12:00")) == []
    house.meet(BEN, house.at("2026-03-04T09:00"), "Lunch")
    now = house.at("2026-03-04T12:00")
    assert house.told(now) == [("again", "Ben", "open", "2026-03-18")]
    assert house.run("people", "--json", now=now).json[0]["tier"] == "two"


def test_the_first_tier_that_matches(house: Abroad) -> None:
    """A person is in the first tier that matches: by address, domain or tag."""
    house.settings += f"tags: {{vip: [{DORA}]}}\n"
    house.tiers = f"""  - {{name: gold, people: [{BEN}], cadence: 7d}}
  - {{name: silver, where: {{any: [{{domain: studio.example.net}}, {{tags: vip}}]}}, cadence: 1m}}
  - {{name: rest, cadence: 90d}}
"""
    house.rules = clock("keep", "message_sent").replace("10d", "cadence")
    for who in (BEN, CLEO, DORA, EMIL):
        house.mail(ANA, who, house.at("2026-03-02T09:00"), f"To {who}", f"Dear {who}\n")
    found = house.told(house.at("2026-03-02T10:00"))
    assert [(name, day) for _, name, _, day in found] == [
        ("Ben", "2026-03-09"),
        ("Cleo", "2026-04-02"),
        ("Dora", "2026-04-02"),
        ("Emil", "2026-05-31"),
    ]


TWO = """  - {name: home, kind: local, mail: [mail], calendar: [calendar], tasks: tasks}
  - {name: work, kind: local, calendar: [away], contacts: [cards]}
"""


def test_what_came_first_waits_for_every_account(house: Abroad) -> None:
    """While one calendar could not be read nobody knows what came first; other events do."""
    house.accounts = TWO
    (house.root / "cards").mkdir()
    house.rules = clock("first", "first_meeting") + clock("any", "meeting")
    house.meet(BEN, house.at("2026-03-02T09:00"))
    now = house.at("2026-03-02T12:00")
    house.once(now, code=1)
    assert house.listed(now) == [("any", "Ben", "open", "2026-03-12")]
    (house.root / "away").mkdir()
    assert house.stands(now + timedelta(hours=1)) == {"any": "open", "first": "open"}


def test_cards_of_a_new_account_are_the_past(house: Abroad) -> None:
    """The cards that a new account brings are the past; what is added later is not."""
    house.rules = clock("card", "card_added")
    house.once(house.at("2026-03-01T09:00"))
    house.accounts = TWO
    (house.root / "away").mkdir()
    house.card(BEN)
    (house.root / "contacts").rename(house.root / "cards")
    (house.root / "contacts").mkdir()
    assert house.told(house.at("2026-03-02T09:00")) == []
    house.card(CLEO).rename(house.root / "cards" / "cleo.vcf")
    found = house.told(house.at("2026-03-04T09:00"))
    assert found == [("card", "Cleo", "open", "2026-03-14")]


def test_a_weekly_meeting_moves_its_task_each_week(house: Abroad) -> None:
    """Each instance of a series is an occurrence of its own: the untouched due date follows."""
    house.rules = clock("it", "meeting")
    house.meet(BEN, house.at("2026-03-03T09:00"), more=["RRULE:FREQ=WEEKLY;COUNT=5"])
    assert house.told(house.at("2026-03-03T12:00"))[0][-1] == "2026-03-13"
    now = house.at("2026-03-10T12:00")
    assert house.told(now) == [("it", "Ben", "open", "2026-03-20")]
    assert house.explain(BEN, now)["facts"]["next_meeting"] == "2026-03-17T09:00:00+00:00"


def test_an_invitation_is_no_appointment_until_it_is_accepted(house: Abroad) -> None:
    """`meeting_scheduled` happens when the owner's yes is first seen, not when the invitation was:
    so it ends what began between the two."""
    house.rules = clock("new", "meeting_scheduled")
    house.rules += clock("plan", "meeting_proposed", "until: [meeting_scheduled]")
    first = house.mail(ANA, BEN, house.at("2026-02-27T09:00"))
    house.mail(BEN, ANA, house.at("2026-02-27T10:00"), "Re: Hello", answers=first)
    house.once(house.at("2026-03-01T12:00"))
    start = house.at("2026-04-01T10:00")
    for day, mine in (("2026-03-02", "NEEDS-ACTION"), ("2026-03-03", "TENTATIVE")):
        house.meet(BEN, start, uid="m", organizer=BEN, mine=mine)
        if mine == "TENTATIVE":
            house.mail(BEN, ANA, house.at("2026-03-03T09:00"), "Hi", "Let's have coffee soon!\n")
        expected = [] if mine == "NEEDS-ACTION" else [("plan", "Ben", "open", "2026-03-13")]
        assert house.told(house.at(f"{day}T12:00")) == expected
    house.meet(BEN, start, uid="m", organizer=BEN)
    assert house.told(house.at("2026-03-05T12:00")) == [
        ("new", "Ben", "open", "2026-03-15"),
        ("plan", "Ben", "closed", "2026-03-13"),
    ]
