"""The rule language, seen from the command line: what starts and stops a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from acceptance_rules import MANY, clock
from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, HANA, House, at, days


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


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


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.event)
def test_an_event_starts_and_stops_a_clock(house: House, story: Story) -> None:
    """Every event starts a clock at its own moment (loops at the oldest one that is open, the rest
    at the newest), and as `until` closes a task that was anchored before it, which others do not.
    """
    start = "card_added" if story.event != "card_added" else "message_sent"
    house.settings = MANY
    house.rules = clock("starts", story.event)
    house.rules += clock("stops", start, f"until: [{story.event}]")
    house.rules += clock("stays", start, f"until: [{story.never}]")
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
    house.rules = clock("met", "first_meeting", "done_means: message")
    house.rules += clock("after", "task_done")
    house.meet(BEN, at("2026-03-03", "10:00"))
    now = at("2026-03-03", "12:00")
    house.once(now)
    house.tick(house.task(now)["key"], at("2026-03-05", "09:00"))
    now = at("2026-03-05", "18:00")
    house.once(now)
    assert house.task(now, "after")["due"] == "2026-03-15"


def test_strength_below_is_a_crossing(house: House) -> None:
    """`strength_below` starts its clock at the very moment the tie decays through the level."""
    house.rules = clock("fading", "{strength_below: 0.3}")
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
    house.rules = clock("loop", since, "until: [resolved]")
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
    house.rules = clock("ask", "asked_me", "until: [resolved]")
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
    house.rules = clock("it", since, f"anchor: {anchor}")
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
    house.rules = clock("it", "first_meeting", "until: [meeting, message_sent]")
    house.mail(ANA, BEN, at("2026-03-02", "09:00"))
    house.meet(BEN, at("2026-03-03", "10:00"))
    house.mail(ANA, BEN, at("2026-03-03", "10:30"), "While we talk")
    now = at("2026-03-04", "18:00")
    house.once(now)
    assert house.task(now, "it")["status"] == "open"
