"""The rule language, seen from the command line: clocks, conditions, states, mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, HANA, LISBON, House, at, days, run

MANY = 'limits: {per_day: 90, open: 90, at: "07:30"}\n'


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


# --- events ---


@dataclass(frozen=True)
class Story:
    """One event, played day by day, and what a rule that starts at it must make of it."""

    event: str
    tell: Callable[[House, str], None]  # called on every day, before `once`
    due: str  # ten days after the anchor's end
    never: str = "in_person_meeting"  # an event that does not happen in it
    who: str = BEN


def _letters(house: House, day: str) -> None:
    if day == "2026-03-03":
        house.mail(ANA, BEN, at(day, "09:00"))
    if day == "2026-03-04":
        house.mail(BEN, ANA, at(day, "09:00"), "Re: Hello", answers="<letter-1@example.org>")


def _coffees(house: House, day: str) -> None:
    if day in ("2026-03-03", "2026-03-05"):
        house.meet(BEN, at(day, "10:00"))


def _coffee_then_calls(house: House, day: str) -> None:
    if day == "2026-03-03":
        house.meet(BEN, at(day, "10:00"))
    if day == "2026-03-05":
        house.meet(
            BEN, at(day, "10:00"), "Catch-up", place="", more=["URL:https://zoom.us/j/123456789"]
        )


def _two_letters(subject: str, first: str, second: str, sender: str) -> Callable[..., None]:
    """Ana and Ben know each other; then one of them writes the same kind of thing twice."""

    def tell(house: House, day: str) -> None:
        if day == "2026-03-02":
            one = house.mail(ANA, BEN, at(day, "09:00"), "Good to know you")
            house.mail(BEN, ANA, at(day, "10:00"), "Re: Good to know you", answers=one)
        if day == "2026-03-03" or (day == "2026-03-05" and second):
            to = BEN if sender == ANA else ANA
            text = first if day == "2026-03-03" else second
            house.mail(sender, to, at(day, "09:00"), subject, text)

    return tell


def _seen_ahead(house: House, day: str) -> None:
    if day == "2026-03-03":
        house.meet(BEN, at("2026-03-26", "10:00"))


def _card(house: House, day: str) -> None:
    if day == "2026-03-03":
        house.mail(ANA, BEN, at(day, "08:00"))
        house.card(BEN)


_ASK = "Could you tell me which paint you used for the hull?\n"
_ASK_TOO = "And what did the mast cost you in the end?\n"
_PROMISE = "I'll send you the drawings by Friday.\n"
_PROPOSE = "It was long ago. We should have coffee some time!\n"
_PROPOSE_TOO = "Really, let's have lunch soon.\n"

STORIES = [
    Story("first_contact", _letters, "2026-03-13"),
    Story("first_meeting", _coffees, "2026-03-13", "message_sent"),
    Story("meeting", _coffees, "2026-03-15", "message_sent"),
    Story("in_person_meeting", _coffee_then_calls, "2026-03-13", "message_sent"),
    Story("call", _coffee_then_calls, "2026-03-15", "message_sent"),
    Story("message_sent", _letters, "2026-03-13"),
    Story("message_received", _letters, "2026-03-14"),
    Story("interaction", _coffees, "2026-03-15", "message_sent"),
    Story("asked_me", _two_letters("The hull", _ASK, _ASK_TOO, BEN), "2026-03-13"),
    Story("i_asked", _two_letters("The hull", _ASK, _ASK_TOO, ANA), "2026-03-13"),
    Story("i_promised", _two_letters("Drawings", _PROMISE, "", ANA), "2026-03-13"),
    Story("they_promised", _two_letters("Drawings", _PROMISE, "", BEN), "2026-03-13"),
    Story("meeting_proposed", _two_letters("Hi", _PROPOSE, _PROPOSE_TOO, BEN), "2026-03-13"),
    Story("meeting_scheduled", _seen_ahead, "2026-03-13"),
    Story("card_added", _card, "2026-03-13"),
]


def _clock(rule: str, since: str, more: str = "", title: str = "Do it") -> str:
    return f"""
  - id: {rule}
    since: {since}
    due: 10d
    task: {{title: "{title}"}}
    {more}
"""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.event)
def test_an_event_starts_and_stops_a_clock(house: House, story: Story) -> None:
    """Every event starts a clock at its own moment (loops at the oldest one that is open, the rest
    at the newest), and as `until` closes a task that was anchored before it, which others do not.
    """
    start = "card_added" if story.event != "card_added" else "message_sent"
    house.settings = MANY
    house.rules = _clock("starts", story.event)
    house.rules += _clock("stops", start, f"until: [{story.event}]")
    house.rules += _clock("stays", start, f"until: [{story.never}]")
    house.once(at("2026-03-01", "18:00"))
    if start == "card_added":
        house.card(story.who)
    else:
        house.mail(ANA, BEN, at("2026-03-02", "07:00"))
    now = at("2026-03-02")
    told = ["2026-03-02", "2026-03-03", "2026-03-05"]
    for day in days(told[0], 4) if story.tell is _letters else told:
        story.tell(house, day)
        now = at(day, "18:00")
        house.once(now)
        if day == told[0]:
            assert house.task(now, "stops", story.who)["status"] == "open"
    found = {
        one["rule"]: one for one in house.tasks(now) if story.who in one["person"]["addresses"]
    }
    assert found["starts"]["due"] == story.due
    assert found["stops"]["status"] == "closed"
    assert found["stays"]["status"] == "open"


def test_task_done_is_an_event(house: House) -> None:
    """Ticking a task starts the clock of a rule whose `since` is task_done."""
    house.rules = _clock("met", "first_meeting", "done_means: message")
    house.rules += _clock("after", "task_done")
    house.meet(BEN, at("2026-03-03", "10:00"))
    now = at("2026-03-03", "12:00")
    house.once(now)
    house.tick(house.task(now)["key"], at("2026-03-05", "09:00"))
    now = at("2026-03-05", "18:00")
    house.once(now)
    assert house.task(now, "after")["due"] == "2026-03-15"


def test_strength_below_is_a_crossing(house: House) -> None:
    """`strength_below` starts its clock at the very moment the tie decays through the level."""
    house.rules = _clock("fading", "{strength_below: 0.3}")
    for day in ("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"):
        first = house.mail(ANA, BEN, at(day, "09:00"))
        house.mail(BEN, ANA, at(day, "10:00"), "Re: Hello", answers=first)
    for day in days("2026-01-08", 400)[::10]:
        now = at(day, "18:00")
        house.once(now)
        told = house.explain(BEN, now)
        if found := told["verdicts"]:
            break
        assert told["facts"]["strength"] >= 0.3
    else:
        pytest.fail("the tie never faded")
    crossed = datetime.fromisoformat(found[0]["remind"])
    assert house.task(now, "fading")["status"] == "open"
    for hours, above in ((-1, True), (1, False)):
        facts = house.explain(BEN, crossed + timedelta(hours=hours))["facts"]
        assert (facts["strength"] > 0.3) is above


LOOPS = {
    "a letter answers a question": ("asked_me", BEN, _ASK, "letter"),
    "a meeting answers a question": ("asked_me", BEN, _ASK, "meeting"),
    "a letter keeps a promise": ("i_promised", ANA, _PROMISE, "letter"),
    "a meeting follows a proposal": ("meeting_proposed", BEN, _PROPOSE, "meeting"),
    "their letter answers mine": ("i_asked", ANA, _ASK, "theirs"),
}


@pytest.mark.parametrize(
    ("since", "sender", "text", "closer"), list(LOOPS.values()), ids=list(LOOPS)
)
def test_resolved(house: House, since: str, sender: str, text: str, closer: str) -> None:
    """`resolved` closes the task when the loop that anchors it was closed, on whatever channel."""
    house.rules = _clock("loop", since, "until: [resolved]")
    one = house.mail(ANA, BEN, at("2026-03-01", "09:00"), "Good to know you")
    house.mail(BEN, ANA, at("2026-03-01", "10:00"), "Re: Good to know you", answers=one)
    opener = house.mail(
        sender, ANA if sender == BEN else BEN, at("2026-03-03", "09:00"), "A thing", text
    )
    now = at("2026-03-03", "18:00")
    house.once(now)
    assert house.task(now, "loop")["status"] == "open"
    if closer == "meeting":
        house.meet(BEN, at("2026-03-05", "10:00"))
    elif closer == "letter":
        house.mail(ANA, BEN, at("2026-03-05", "10:00"), "Re: A thing", "Here it is.\n",
                   answers=opener)  # fmt: skip
    else:
        house.mail(BEN, ANA, at("2026-03-05", "10:00"), "Re: A thing", "The blue one.\n",
                   answers=opener)  # fmt: skip
    now = at("2026-03-05", "18:00")
    house.once(now)
    assert house.task(now, "loop")["status"] == "closed"


def test_the_oldest_open_loop_then_the_next(house: House) -> None:
    """A loop rule anchors at the oldest open one: when that is answered, the next one remains."""
    house.rules = _clock("ask", "asked_me", "until: [resolved]")
    one = house.mail(ANA, BEN, at("2026-03-01", "09:00"), "Good to know you")
    house.mail(BEN, ANA, at("2026-03-01", "10:00"), "Re: Good to know you", answers=one)
    house.mail(BEN, ANA, at("2026-03-03", "09:00"), "Paint", _ASK)
    house.once(at("2026-03-03", "18:00"))
    house.mail(ANA, BEN, at("2026-03-04", "09:00"), "Re: Paint", "Blue.\n")
    house.once(at("2026-03-04", "18:00"))
    house.mail(BEN, ANA, at("2026-03-06", "09:00"), "Mast", _ASK_TOO)
    now = at("2026-03-06", "18:00")
    house.once(now)
    assert {(one["status"], one["due"]) for one in house.tasks(now)} == {
        ("closed", "2026-03-13"),
        ("open", "2026-03-16"),
    }


@pytest.mark.parametrize(
    ("anchor", "due"), [("newest", "2026-03-15"), ("oldest_open", "2026-03-13")]
)
@pytest.mark.parametrize("since", ["meeting", "asked_me"])
def test_anchor_overrides(house: House, since: str, anchor: str, due: str) -> None:
    """`anchor: newest|oldest_open` overrides what an event would anchor at by itself."""
    house.rules = _clock("it", since, f"anchor: {anchor}")
    one = house.mail(ANA, BEN, at("2026-03-01", "09:00"), "Good to know you")
    house.mail(BEN, ANA, at("2026-03-01", "10:00"), "Re: Good to know you", answers=one)
    for day, text in (("2026-03-03", _ASK), ("2026-03-05", _ASK_TOO)):
        if since == "meeting":
            house.meet(BEN, at(day, "10:00"))
        else:
            house.mail(BEN, ANA, at(day, "09:00"), "A question", text)
    now = at("2026-03-05", "18:00")
    house.once(now)
    assert house.task(now, "it")["due"] == due


@pytest.mark.parametrize(("others", "anchors"), [(4, True), (5, False)])
def test_a_crowd_is_no_anchor(house: House, others: int, anchors: bool) -> None:
    """An anchor is in a group of at most five; a larger meeting starts no clock."""
    house.settings = MANY
    everybody = [BEN, CLEO, DORA, EMIL, HANA][:others]
    house.meet(everybody, at("2026-03-03", "10:00"), "Workshop")
    now = at("2026-03-03", "18:00")
    house.once(now)
    assert bool(house.tasks(now)) is anchors


def test_until_never_counts_its_own_anchor_or_the_past(house: House) -> None:
    """What happened before the anchor, or is the anchor itself, closes nothing."""
    house.rules = _clock("it", "first_meeting", "until: [meeting, message_sent]")
    house.mail(ANA, BEN, at("2026-03-02", "09:00"))
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.mail(ANA, BEN, at("2026-03-03", "10:30"), "While we talk")
    now = at("2026-03-04", "18:00")
    house.once(now)
    assert house.task(now, "it")["status"] == "open"


# --- durations ---

DURATIONS = [
    ("48h", "2026-03-05"),
    ("1h", "2026-03-03"),
    ("30d", "2026-04-02"),
    ("6w", "2026-04-14"),
    ("3m", "2026-06-03"),
    ("0d", "2026-03-03"),
    ("1 working day", "2026-03-04"),
    ("4 working days", "2026-03-09"),
    ("5 working days", "2026-03-10"),
]


@pytest.fixture(scope="module")
def durations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """When the task of a rule with each duration is due, all of them in one house."""
    house = House(tmp_path_factory.mktemp("durations"), settings=MANY)
    house.rules = "".join(
        f"\n  - {{id: r{number}, since: first_meeting, due: {due}, task: {{title: T}}}}\n"
        for number, (due, _) in enumerate(DURATIONS)
    )
    house.meet(BEN, at("2026-03-03", "16:00"))  # a Tuesday
    now = at("2026-03-03", "18:00")
    house.once(now)
    return {one["rule"]: one["due"] for one in house.tasks(now)}


@pytest.mark.parametrize(("number", "due", "expected"), [(n, *d) for n, d in enumerate(DURATIONS)])
def test_durations(durations: dict[str, str], number: int, due: str, expected: str) -> None:
    """`due` runs from the anchor's end: hours, days, weeks, calendar months, working days."""
    assert durations[f"r{number}"] == expected, due


@pytest.mark.parametrize(
    ("met", "due", "expected"),
    [
        ("2026-01-31", "1m", "2026-02-28"),
        ("2025-11-30", "3m", "2026-02-28"),
        ("2026-03-28", "1d", "2026-03-29"),  # the clocks change that night
        ("2026-03-28", "24h", "2026-03-29"),
    ],
)
def test_calendar_edges(house: House, met: str, due: str, expected: str) -> None:
    """Months are clamped to their last day, and days are days though the clocks change."""
    house.rules = f"""
  - {{id: met, since: first_meeting, due: {due}, task: {{title: T}}}}
"""
    house.meet(BEN, at(met, "10:00"))
    now = at(met, "12:00")
    house.once(now)
    assert house.task(now)["due"] == expected


def test_hours_are_real_hours_across_a_change_of_the_clocks(house: House) -> None:
    """24h after Saturday 23:30 is Monday 00:30 when Sunday has only 23 hours."""
    house.rules = """
  - {id: hours, since: first_meeting, due: 24h, task: {title: T}}
  - {id: days, since: first_meeting, due: 1d, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-28", "22:30"))
    now = at("2026-03-28", "23:45")
    house.once(now)
    assert house.task(now, "hours")["due"] == "2026-03-30"
    assert house.task(now, "days")["due"] == "2026-03-29"


def test_working_days_are_the_owners(house: House) -> None:
    """Working days are those of `working_days`, weekends included where the owner works then."""
    house.settings = "working_days: [tue, sat]\n"
    house.rules = """
  - {id: met, since: first_meeting, due: 3 working days, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    now = at("2026-03-03", "12:00")
    house.once(now)
    assert house.task(now)["due"] == "2026-03-14"


TIERS = f"""  - {{name: inner, people: [{BEN}], cadence: 14d}}
  - {{name: met, where: {{counts: {{meetings: {{at_least: 1}}}}}}, cadence: 3w}}
"""


def test_cadence_is_the_tiers(house: House) -> None:
    """`cadence` is that of the first tier that matches; without a tier the rule does not apply."""
    house.tiers, house.settings = TIERS, MANY
    house.rules = """
  - {id: keep, since: interaction, until: [interaction], remind: 1d, due: cadence, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(CLEO, at("2026-03-03", "14:00"))
    house.mail(ANA, DORA, at("2026-03-03", "14:00"))
    now = at("2026-03-04", "18:00")
    house.once(now)
    due = {one["person"]["addresses"][0]: one["due"] for one in house.tasks(now, everything=True)}
    assert due == {BEN: "2026-03-17", CLEO: "2026-03-24"}
    tiers = {
        one["addresses"][0]: one["tier"] for one in house.run("people", "--json", now=now).json
    }
    assert tiers == {BEN: "inner", CLEO: "met", DORA: None}


def test_rhythm_is_the_pairs_own(house: House) -> None:
    """`rhythm x 3` is three times the pair's median gap; it needs five gaps to be known."""
    house.rules = """
  - {id: rhythm, since: interaction, due: rhythm x 3, task: {title: T}}
"""
    house.settings = MANY
    for day in ("2026-01-12", "2026-01-22", "2026-02-01", "2026-02-11", "2026-02-21", "2026-03-03"):
        house.meet(BEN, at(day, "10:00"))
    for day in ("2026-02-21", "2026-03-03"):
        house.meet(CLEO, at(day, "15:00"))
    now = at("2026-03-03", "18:00")
    house.once(now)
    found = [(one["person"]["addresses"][0], one["due"]) for one in house.tasks(now)]
    assert found == [(BEN, "2026-04-02")]


def test_remind_is_when_the_task_appears(house: House) -> None:
    """A verdict waits until `remind`; `remind`, `due` and `expires` run from the anchor's end."""
    house.rules = """
  - {id: met, since: first_meeting, remind: 3d, due: 5d, expires: 6d, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    told = [
        ("2026-03-03", "12:00", "waiting"),
        ("2026-03-06", "10:59", "waiting"),
        ("2026-03-06", "11:00", "open"),
        ("2026-03-09", "10:59", "open"),
        ("2026-03-09", "11:00", "expired"),
    ]
    for day, time, expected in told:
        assert house.lived(at(day, time)) == expected, (day, time)


def test_defaults(house: House) -> None:
    """Without them: `remind` is at once, `expires` 30 days after due, `until` nothing."""
    house.rules = """
  - {id: met, since: first_meeting, due: 10d, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-10", "10:00"))
    assert house.lived(at("2026-03-03", "11:00")) == "open"
    assert house.lived(at("2026-04-12", "10:59")) == "open"
    assert house.lived(at("2026-04-12", "11:00")) == "expired"


# --- conditions ---

# What is true of Ben: met once in person, two letters sent, one received, a card, a tag.
WHERES = [
    ("{}", True),
    ("{stage: connection}", True),
    ("{stage: [contact, acquaintance]}", False),
    ("{stage: [contact, connection]}", True),
    ("{tier: inner}", True),
    ("{tier: [met]}", False),
    ("{tags: boats}", True),
    ("{tags: [hulls, masts]}", False),
    ("{domain: harbour.example.com}", True),
    ("{domain: example.com}", True),
    ("{domain: example.net}", False),
    ("{colleague: false}", True),
    ("{colleague: true}", False),
    ("{wanted: true}", True),
    ("{online_only: false}", True),
    ("{online_only: true}", False),
    ("{channel: mail}", True),
    ("{channel: elsewhere}", False),
    ("{scheduled: false}", True),
    ("{scheduled: true}", False),
    ("{strength: {above: 0.01}}", True),
    ("{strength: {below: 0.01}}", False),
    ("{strength: {at_least: 0, at_most: 1}}", True),
    ("{silent_for: {at_most: 7d}}", True),
    ("{silent_for: {above: 7d}}", False),
    ("{silent_for: {at_least: 7h}}", True),
    ("{counts: {sent: {at_least: 2}}}", True),
    ("{counts: {sent: {above: 2}}}", False),
    ("{counts: {received: {at_most: 1}, in_person: {at_least: 1}}}", True),
    ("{counts: {received: {at_most: 1}, in_person: {at_least: 2}}}", False),
    ("{counts: {meetings: {at_least: 1}}}", True),
    ("{counts: {calls: {below: 1}}}", True),
    ("{counts: {days: {at_least: 3}}}", True),
    ("{stage: connection, wanted: true}", True),
    ("{stage: connection, wanted: false}", False),
    ("{all: [{stage: connection}, {wanted: true}]}", True),
    ("{all: [{stage: connection}, {wanted: false}]}", False),
    ("{any: [{stage: contact}, {wanted: true}]}", True),
    ("{any: [{stage: contact}, {wanted: false}]}", False),
    ("{not: {colleague: true}}", True),
    ("{not: {any: [{colleague: true}, {wanted: true}]}}", False),
    ("{any: [{all: [{wanted: true}, {not: {stage: contact}}]}, {tags: masts}]}", True),
]


@pytest.fixture(scope="module")
def conditions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How a rule with each condition stands, all of them in one house."""
    house = House(tmp_path_factory.mktemp("conditions"))
    house.tiers = TIERS
    house.settings = f"{MANY}tags: {{boats: [{BEN}]}}\n"
    house.rules = "".join(
        f"\n  - {{id: r{number}, since: first_meeting, due: 10d, where: {where},"
        " task: {title: T}}\n"
        for number, (where, _) in enumerate(WHERES)
    )
    house.card(BEN)
    house.meet(BEN, at("2026-03-03", "10:00"))
    one = house.mail(ANA, BEN, at("2026-03-04", "09:00"))
    house.mail(BEN, ANA, at("2026-03-05", "10:00"), "Re: Hello", answers=one)
    house.mail(ANA, BEN, at("2026-03-05", "11:00"), "Once more")
    now = at("2026-03-06", "08:00")
    house.once(now)
    return {one["rule"]: one["status"] for one in house.tasks(now, everything=True)}


@pytest.mark.parametrize(("number", "where", "holds"), [(n, *w) for n, w in enumerate(WHERES)])
def test_where(conditions: dict[str, str], number: int, where: str, holds: bool) -> None:
    """A task appears where its condition holds; where it does not, the verdict waits."""
    assert conditions[f"r{number}"] == ("open" if holds else "waiting"), where


def test_where_is_tested_again_and_closes_nothing(house: House) -> None:
    """While `where` is false the verdict waits and is tested again; later it closes nothing."""
    house.rules = """
  - id: met
    since: first_meeting
    due: 20d
    where: {counts: {sent: {at_least: 1, at_most: 1}}}
    task: {title: T}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    assert house.lived(at("2026-03-03", "12:00")) == "waiting"
    house.mail(ANA, BEN, at("2026-03-05", "09:00"))
    assert house.lived(at("2026-03-05", "12:00")) == "open"
    house.mail(ANA, BEN, at("2026-03-06", "09:00"))
    assert house.lived(at("2026-03-06", "12:00")) == "open"
    verdict = house.explain(house.task(at("2026-03-06"))["key"], at("2026-03-06"))["verdict"]
    assert (verdict["state"], verdict["reasons"]) == ("open", ["since:first_meeting"])


def test_where_that_never_holds_expires(house: House) -> None:
    """A verdict that only waited until its end leaves no task."""
    house.rules = """
  - {id: met, since: first_meeting, due: 3d, expires: 5d, where: {tags: x}, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    assert house.lived(at("2026-03-03", "12:00")) == "waiting"
    assert house.lived(at("2026-03-08", "12:00")) == "none"
    assert house.files() == {}


def test_silence_opens_by_itself(house: House) -> None:
    """A condition on silence comes true by the mere passing of time."""
    house.rules = """
  - id: met
    since: first_meeting
    due: 20d
    where: {silent_for: {at_least: 5d}}
    task: {title: T}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    assert house.lived(at("2026-03-03", "12:00")) == "waiting"
    assert house.lived(at("2026-03-08", "10:59")) == "waiting"
    assert house.lived(at("2026-03-08", "11:00")) == "open"


def test_pause_while_scheduled(house: House) -> None:
    """`pause_while: scheduled` holds the task back while a meeting is on the calendar; when that
    is called off it comes, and a task that is out stays."""
    house.rules = """
  - {id: met, since: first_meeting, due: 20d, pause_while: scheduled, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-24", "10:00"), uid="next")
    assert house.lived(at("2026-03-03", "12:00")) == "held"
    assert house.lived(at("2026-03-05", "12:00")) == "held"
    house.meet(BEN, at("2026-03-24", "10:00"), uid="next", status="CANCELLED", sequence=1)
    assert house.lived(at("2026-03-06", "12:00")) == "open"
    house.meet(BEN, at("2026-03-25", "10:00"), uid="other")
    assert house.lived(at("2026-03-07", "12:00")) == "open"


def test_a_pause_ends_with_the_meeting(house: House) -> None:
    """When the meeting that paused the rule is over, and it is not what the rule wants, the task
    comes."""
    house.rules = """
  - id: met
    since: first_meeting
    until: [message_sent]
    due: 20d
    pause_while: scheduled
    task: {title: T}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-06", "10:00"), "Lunch")
    assert house.lived(at("2026-03-04", "12:00")) == "held"
    assert house.lived(at("2026-03-06", "11:30")) == "open"


def test_held_verdicts_still_expire(house: House) -> None:
    """What is held back ends when it would have ended anyway."""
    house.rules = """
  - {id: met, since: first_meeting, due: 2d, expires: 4d, pause_while: scheduled, task: {title: T}}
"""
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.meet(BEN, at("2026-03-24", "10:00"), "Lunch")
    assert house.lived(at("2026-03-03", "12:00")) == "held"
    assert house.lived(at("2026-03-07", "12:00")) == "none"
    assert house.files() == {}


# --- templates ---

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


# --- mistakes ---

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


# --- the past and the future ---


def test_cards_of_the_first_start_are_the_past(house: House) -> None:
    """A card that was there when syncd first looked starts no clock."""
    house.rules = _clock("card", "card_added")
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
    house.rules = _clock("met", "first_meeting", "until: [in_person_meeting]")
    house.rules += _clock("wrote", "message_sent", "until: [meeting]")
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
    house.rules = _clock("met", "first_meeting")
    house.meet(BEN, at("2026-06-03", "23:30"), hours=0.5)
    now = at("2026-06-04", "00:30")  # 23:30 UTC on the third
    house.once(now)
    task = house.task(now)
    assert date.fromisoformat(task["due"]) == date(2026, 6, 14)
    assert datetime.fromisoformat(task["created"]).utcoffset() is not None


def test_a_verdict_knows_its_next_moment(house: House) -> None:
    """`explain` says for each verdict when it can change next: at `remind`, at the end, never."""
    house.rules = (
        _clock("waits", "first_meeting", "remind: 3d")
        + _clock("open", "first_meeting", "expires: 20d")
        + _clock("stopped", "first_meeting", "until: [message_sent]")
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
    house.rules = _clock("met", "first_meeting")
    house.meet(BEN, at("2026-06-03", "10:00"))
    house.configure()
    for moment, count in (("2026-06-03T10:59", 0), ("2026-06-03T11:00", 1)):
        assert run("--config", str(house.config), "once", "--now", moment).code == 0
        assert len(house.files()) == count
