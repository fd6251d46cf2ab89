"""The pack `real-networking` on lives as they are lived: one `once` a day over weeks and months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

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
    days,
    titles,
)

THANK, CALL, MEET = "thank-within-48-hours", "call-in-30-days", "meet-within-90-days"


@dataclass(slots=True)
class Diary:
    """A life with Ben, day by day, and the tasks it made."""

    house: House
    today: date = date(2026, 3, 1)
    made: dict[str, tuple[str, str]] = field(default_factory=dict)  # rule: (appeared, due)
    ended: dict[str, tuple[str, str]] = field(default_factory=dict)  # rule: (day, status)

    def until(self, day: str, step: int = 1) -> None:
        """One `once` at eight in the evening of every day up to and including this one."""
        end = date.fromisoformat(day)
        while self.today < end:
            self.today = min(end, self.today + timedelta(days=step))
            now = at(self.today.isoformat(), "20:00")
            written = self.house.once(now).json["tasks"]
            for task in self.house.tasks(now) if any(written.values()) else ():
                rule = task["rule"]
                self.made.setdefault(rule, (self.today.isoformat(), task["due"]))
                if task["status"] != "open":
                    self.ended.setdefault(rule, (self.today.isoformat(), task["status"]))


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    diary = Diary(House(tmp_path, rules="real-networking"))
    diary.house.once(at("2026-03-01", "20:00"))
    return diary


def test_the_three_habits_kept(diary: Diary) -> None:
    """Thanked the next day, called after three weeks, met after two months: each habit's task
    appears at its time and closes by itself."""
    house = diary.house
    house.meet(BEN, at("2026-03-03", "10:00"))
    diary.until("2026-03-03")
    assert diary.made[THANK] == ("2026-03-03", "2026-03-05")
    house.mail(ANA, BEN, at("2026-03-04", "09:00"), "Thank you for the coffee")
    diary.until("2026-03-06")
    assert diary.ended[THANK] == ("2026-03-04", "closed")
    house.meet(
        BEN,
        at("2026-03-26", "10:00"),
        "Catch-up",
        place="",
        more=["URL:https://zoom.us/j/12345678"],
    )
    diary.until("2026-03-27")
    assert diary.made[CALL][1] == "2026-04-02"
    assert diary.made[CALL][0] <= "2026-03-04"
    assert diary.ended[CALL] == ("2026-03-26", "closed")
    diary.until("2026-05-10", 3)
    assert diary.made[MEET][1] == "2026-06-01"
    assert "2026-05-02" <= diary.made[MEET][0] <= "2026-05-05"
    house.meet(BEN, at("2026-05-11", "12:30"), "Lunch")
    diary.until("2026-05-12")
    assert diary.ended[MEET] == ("2026-05-11", "closed")
    diary.until("2026-09-01", 30)
    assert len(house.files()) == len(diary.made) == 3


def test_the_three_habits_forgotten(diary: Diary) -> None:
    """Nobody did anything: thanks expire after a week, the call after 60 days, meeting after 120;
    and there are never more than three tasks."""
    house = diary.house
    house.meet(BEN, at("2026-03-03", "10:00"))
    diary.until("2026-03-05")
    diary.until("2026-03-09", 4)
    diary.until("2026-03-10")
    assert diary.ended[THANK] == ("2026-03-10", "expired")
    diary.until("2026-07-15", 5)
    assert diary.made[CALL][1] == "2026-04-02"
    assert diary.made[MEET][1] == "2026-06-01"
    assert diary.ended[CALL][1] == diary.ended[MEET][1] == "expired"
    assert "2026-05-02" <= diary.ended[CALL][0] <= "2026-05-07"
    assert "2026-07-01" <= diary.ended[MEET][0] <= "2026-07-06"
    assert len(house.files()) == 3


def test_the_call_is_set_at_once(diary: Diary) -> None:
    """Whom Ana wants to know she calls in 30 days, and that task stands within 48 hours, with the
    reason why in its notes."""
    house = diary.house
    house.card(BEN)
    house.meet(BEN, at("2026-03-03", "10:00"), "Boats and masts", organizer=BEN)
    diary.until("2026-03-03")
    assert diary.made == {
        THANK: ("2026-03-03", "2026-03-05"),
        CALL: ("2026-03-03", "2026-04-02"),
    }
    found = {one["rule"]: one for one in house.tasks(at("2026-03-03", "20:00"))}
    assert found[CALL]["title"] == "Call Ben"
    assert found[THANK]["title"] == "Thank Ben for Boats and masts"
    for task in found.values():
        assert "Boats and masts" in task["notes"]
        assert "2026-03-03" in task["notes"]


def test_not_wanted_is_not_called(diary: Diary) -> None:
    """Whom Ana neither wrote to nor invited nor saved she is asked to thank, and nothing more."""
    diary.house.meet(BEN, at("2026-03-03", "10:00"), organizer=BEN)
    diary.until("2026-03-20", 3)
    assert set(diary.made) == {THANK}
    diary.house.mail(ANA, BEN, at("2026-03-21", "09:00"), "A thought")
    diary.until("2026-03-22")
    assert diary.made[CALL] == ("2026-03-21", "2026-04-02")


def test_a_call_before_the_task_is_due_is_enough(diary: Diary) -> None:
    """Ticking the call counts as a call: it closes that habit, and meeting stays to be done."""
    house = diary.house
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.mail(ANA, BEN, at("2026-03-03", "12:00"), "Thank you")
    diary.until("2026-03-10", 3)
    key = house.task(at("2026-03-10", "20:00"), CALL)["key"]
    house.tick(key, at("2026-03-11", "17:00"))
    diary.until("2026-03-12")
    assert house.task(at("2026-03-12", "20:00"), CALL)["status"] == "done"
    (person,) = house.run("people", "--json", now=at("2026-03-12", "20:00")).json
    assert person["counts"]["calls"] == 1
    diary.until("2026-05-10", 4)
    assert diary.made[MEET][1] == "2026-06-01"


def test_a_scheduled_meeting_holds_the_reminder_to_meet(diary: Diary) -> None:
    """With a lunch in the calendar nobody is reminded to meet; when it is called off they are, and
    when it takes place the habit is kept."""
    house = diary.house
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.mail(ANA, BEN, at("2026-03-03", "12:00"), "Thank you")
    diary.until("2026-03-04")
    house.meet(BEN, at("2026-05-20", "12:30"), "Lunch", uid="lunch")
    diary.until("2026-05-08", 5)
    assert MEET not in diary.made
    house.meet(BEN, at("2026-05-20", "12:30"), "Lunch", uid="lunch", status="CANCELLED", sequence=1)
    diary.until("2026-05-09")
    assert diary.made[MEET] == ("2026-05-09", "2026-06-01")
    house.meet(BEN, at("2026-05-25", "12:30"), "Lunch again")
    diary.until("2026-05-25", 4)
    assert diary.ended[MEET] == ("2026-05-25", "closed")


def test_a_tie_that_lives_on_line_is_not_asked_to_meet(diary: Diary) -> None:
    """Who is only ever met online, often and for long, is a real tie: no reminder to meet."""
    house = diary.house
    zoom = ["URL:https://zoom.us/j/12345678"]
    for day in ("2026-03-03", "2026-03-17", "2026-03-31", "2026-04-14", "2026-04-28", "2026-05-12"):
        house.meet(BEN, at(day, "10:00"), "Weekly talk", place="", more=zoom)
    diary.until("2026-03-05")
    diary.until("2026-06-30", 10)
    (person,) = house.run("people", "--json", now=at("2026-06-30", "20:00")).json
    assert person["online_only"]
    if MEET in diary.made:  # it may have appeared in the days before the tie was known as such
        assert diary.made[MEET][0] < "2026-05-12"


@pytest.mark.parametrize(
    "guard", ["colleague", "declined", "cancelled", "crowd", "mail", "newsletter", "future", "own"]
)
def test_guards(diary: Diary, guard: str) -> None:
    """Colleagues, declined and cancelled meetings, crowds, mere mail, robots, what is to come and
    the owner's own entries give no task of this pack."""
    house = diary.house
    start = at("2026-03-03", "10:00")
    if guard == "colleague":
        house.meet("zoe@example.org", start)
    if guard == "declined":
        house.meet(BEN, start, answer="DECLINED")
    if guard == "cancelled":
        house.meet(BEN, start, status="CANCELLED")
    if guard == "crowd":
        house.meet([BEN, CLEO, DORA, EMIL, FLORA, GUS, HANA], start, "Conference dinner")
    if guard == "mail":
        one = house.mail(ANA, BEN, start)
        house.mail(BEN, ANA, at("2026-03-03", "12:00"), "Re: Hello", answers=one)
    if guard == "newsletter":
        house.mail(
            "news@letters.example.com",
            ANA,
            start,
            "Our coffee of the month",
            headers={"List-Unsubscribe": "<https://letters.example.com/u>"},
        )
    if guard == "future":
        house.meet(BEN, at("2026-04-03", "10:00"))
    if guard == "own":
        house.meet(ANA, start, "Focus time")
    diary.until("2026-03-05")
    diary.until("2026-03-30", 12)
    assert diary.made == {}
    assert house.files() == {}


def test_old_acquaintances_are_no_first_meetings(tmp_path: Path) -> None:
    """Whoever was met long before syncd came is not somebody whom Ana just met."""
    house = House(tmp_path, rules="real-networking")
    house.meet(BEN, at("2024-06-03", "10:00"), "Long ago")
    house.meet(BEN, at("2026-02-27", "10:00"), "Once more")
    house.meet(CLEO, at("2026-02-27", "14:00"), "The first time")
    now = at("2026-03-01", "20:00")
    house.once(now)
    assert titles(house.tasks(now)) == ["Call Cleo", "Thank Cleo for The first time"]


def test_a_first_start_opens_nothing_old(tmp_path: Path) -> None:
    """A first start on years of history asks only for what is at most `catch_up` old."""
    house = House(tmp_path, rules="real-networking")
    people = [BEN, CLEO, DORA, EMIL, FLORA, GUS, HANA]
    for number, who in enumerate(people):
        house.meet(who, at("2026-03-03", "10:00") - timedelta(days=40 * number))
    now = at("2026-03-03", "20:00")
    house.once(now)
    whose = {one["person"]["addresses"][0] for one in house.tasks(now)}
    assert whose <= {BEN, *_sixty_to_ninety(people)}
    statuses = {one["status"] for one in house.tasks(now, everything=True)}
    assert "missed" in statuses


def _sixty_to_ninety(people: Iterable[str]) -> list[str]:
    """Whose reminder to meet came up within the last two weeks: nobody here but the third."""
    return [who for number, who in enumerate(people) if 60 <= 40 * number <= 74]


def test_a_fair_with_twelve_first_meetings(tmp_path: Path) -> None:
    """Twelve people met at a fair: never more than five tasks a day, thanks first, no thanks that
    have become pointless, and one task for each person and habit."""
    house = House(tmp_path, rules="real-networking")
    house.once(at("2026-03-02", "20:00"))
    everybody = [f"guest{n}@stand{n}.example.com" for n in range(12)]
    for number, who in enumerate(everybody):
        house.meet(who, at("2026-03-03", "08:00") + timedelta(minutes=40 * number), hours=0.5)
    played = house.play([at(day, "20:00") for day in days("2026-03-03", 14)])
    assert [len(played.get(day, [])) for day in days("2026-03-03", 6)] == [5] * 4 + [4, 0]
    rules = [sorted(one["rule"] for one in played[day]) for day in sorted(played)]
    assert rules == [[THANK] * 5, [THANK] * 5, [CALL] * 3 + [THANK] * 2, [CALL] * 5, [CALL] * 4]
    every = [one for some in played.values() for one in some]
    assert len({(one["rule"], one["person"]["id"]) for one in every}) == len(every)
    assert max(one["due"] for one in every if one["rule"] == THANK) <= "2026-03-06"
    assert {one["due"] for one in every if one["rule"] == CALL} == {"2026-04-02"}


def test_a_weekend_between(diary: Diary) -> None:
    """A coffee on Friday evening: thanks are due on Sunday; found only on Monday they are due on
    the next working day."""
    house = diary.house
    house.meet(BEN, at("2026-03-06", "18:00"))
    diary.today = date(2026, 3, 8)
    diary.until("2026-03-09")
    assert diary.made[THANK] == ("2026-03-09", "2026-03-10")


# --- the pack open-loops, beside the other one ---


@dataclass(frozen=True)
class Loop:
    """Something that stays open between Ana and Ben, and what closes it."""

    rule: str
    sender: str
    text: str
    appears: str
    due: str
    closer: str  # letter | theirs | date


LOOPS = {
    "a question": Loop(
        "answer-question", BEN, "Could you tell me which paint you used?\n",
        "2026-03-10", "2026-03-12", "letter",
    ),
    "a promise": Loop(
        "keep-promise", ANA, "I'll send you the drawings by Friday.\n",
        "2026-03-11", "2026-03-16", "letter",
    ),
    "my question": Loop(
        "ask-again", ANA, "Could you tell me which paint you used?\n",
        "2026-03-16", "2026-03-19", "theirs",
    ),
    "a coffee": Loop(
        "promised-coffee", BEN, "It was long ago. We should have coffee some time!\n",
        "2026-03-14", "2026-03-23", "date",
    ),
}  # fmt: skip


@pytest.mark.parametrize("loop", list(LOOPS.values()), ids=list(LOOPS))
def test_open_loops(diary: Diary, loop: Loop) -> None:
    """What was asked, promised or proposed on Monday becomes a task at its time, and is closed by
    the answer, the letter, or the date in the calendar."""
    house = diary.house
    house.rules = "real-networking, open-loops"
    one = house.mail(ANA, BEN, at("2026-03-02", "09:00"), "Good to know you")
    house.mail(BEN, ANA, at("2026-03-02", "10:00"), "Re: Good to know you", answers=one)
    house.card(BEN)
    opener = house.mail(
        loop.sender, BEN if loop.sender == ANA else ANA, at("2026-03-09", "09:00"), "It", loop.text
    )
    eve = date.fromisoformat(loop.appears) - timedelta(days=1)
    diary.until(eve.isoformat(), 5)
    assert diary.made == {}
    diary.until("2026-03-17")
    assert diary.made == {loop.rule: (loop.appears, loop.due)}
    moment = at("2026-03-18", "10:00")
    if loop.closer == "letter":
        house.mail(ANA, BEN, moment, "Re: It", "Here it is.\n", answers=opener)
    elif loop.closer == "theirs":
        house.mail(BEN, ANA, moment, "Re: It", "The blue one.\n", answers=opener)
    else:
        house.meet(BEN, at("2026-04-10", "10:00"))
    diary.until("2026-03-18")
    assert diary.ended == {loop.rule: ("2026-03-18", "closed")}


def test_a_loop_that_closes_in_time_makes_no_task(diary: Diary) -> None:
    """Whoever answers the next morning is never reminded."""
    house = diary.house
    house.rules = "open-loops"
    one = house.mail(ANA, BEN, at("2026-03-02", "09:00"), "Good to know you")
    house.mail(BEN, ANA, at("2026-03-02", "10:00"), "Re: Good to know you", answers=one)
    asked = house.mail(
        BEN, ANA, at("2026-03-09", "15:00"), "Paint", "Could you tell me which paint you used?\n"
    )
    diary.until("2026-03-09", 7)
    house.mail(ANA, BEN, at("2026-03-10", "09:00"), "Re: Paint", "Blue.\n", answers=asked)
    diary.until("2026-03-12")
    diary.until("2026-03-30", 6)
    assert diary.made == {}
    assert house.files() == {}
