"""The language sentence by sentence, first half: what starts a clock, stops it and moves it.

The numbers are those of the sentences that define the language, in their order; the second half is
in `test_section_7_language.py`. Days count from a Monday morning.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from unit.relationships import stories
from unit.rules.test_evaluate import CLOCK, day, event, history, rules, verdict

from rules.evaluate import evaluate, find_anchor, judge
from rules.history import EVENTS, LOOPS, Event, Facts
from rules.memory import MemoryHistory, Period
from rules.model import RESOLVED, RuleSet
from rules.verdict import State
from syncd.inference.model import Claim, Real
from syncd.relationships import Profile, relate

WAITING, HELD, OPEN = State.WAITING, State.HELD, State.OPEN
SATISFIED, EXPIRED = State.SATISFIED, State.EXPIRED
NONE = None  # no verdict at all


@dataclass(frozen=True)
class Case:
    """At each of these days the one rule says this of what happened."""

    number: str
    meaning: str
    rule: str
    past: tuple[Event, ...]
    says: tuple[tuple[float, State | None], ...]
    tiers: str = "[]"
    facts: tuple[tuple[float, dict[str, object]], ...] = ()
    anchors: tuple[tuple[float, str], ...] = ()  # at each of these days: the evidence
    settings: dict[str, object] = field(default_factory=dict)  # of the history

    def history(self) -> MemoryHistory:
        past = history(*self.past)
        more = tuple(
            Period(day(since), replace(Facts(), **facts))  # type: ignore[arg-type]
            for since, facts in self.facts
        )
        return replace(past, periods=past.periods + more, **self.settings)  # type: ignore[arg-type]


def loop(at: float, name: str, closed: float | None = None, by: str = "answer") -> Event:
    """Somebody asked, and was answered on that day."""
    when = None if closed is None else day(closed)
    return event("asked_me", at, name, closed_at=when, closed_by="" if closed is None else by)


MET = event("meeting", 0, "met", hours=2)
LATER = 2 / 24  # when that meeting is over
ASKED = "since: asked_me, until: resolved, remind: 1d, due: 3d, expires: 20d"
THANK = "since: meeting, until: [message_sent, call], remind: 2d, due: 10d, expires: 20d"
CADENCE = "since: interaction, remind: cadence, due: cadence x 2, expires: cadence x 3"
DECAY = "since: message_sent, until: {strength_below: 0.2}, due: 90d"

CASES = (
    Case(
        "7.1 a rule is a clock", "It starts at an event, reminds, and stops at any of others.",
        THANK, (MET, event("call", 5)), ((-1, NONE), (1, WAITING), (4, OPEN), (6, SATISFIED)),
    ),
    Case(
        "7.2 first tier", "Of several tiers that fit, the first in the file counts.",
        CADENCE, (event("call", 0),), ((3.9, WAITING), (4.1, OPEN), (12.1, EXPIRED)),
        tiers="[{name: a, people: [ana@example.org], cadence: 4d}, {name: b, cadence: 40d}]",
    ),
    Case(
        "7.3 no tier", "Somebody in no tier has no cadence: the rule does not apply to them.",
        CADENCE, (event("call", 0),), ((1, NONE), (99, NONE)),
        tiers="[{name: a, people: [bo@example.org], cadence: 4d}]",
    ),
    Case(
        "7.4 tier without cadence", "The first tier that fits may have none: the same.",
        CADENCE, (event("call", 0),), ((1, NONE), (99, NONE)),
        tiers="[{name: a, people: [ana@example.org]}, {name: b, cadence: 4d}]",
    ),
    Case(
        "7.5 remind", "The task appears this long after the event.",
        "since: meeting, remind: 30d, due: 30d", (MET,),
        ((LATER, WAITING), (29.9, WAITING), (30.2, OPEN)),
    ),
    Case(
        "7.6 remind at once", "With 0d it appears as the event is over, long before it is due.",
        "since: meeting, remind: 0d, due: 30d", (MET,), ((0.01, NONE), (LATER, OPEN), (30, OPEN)),
    ),
    Case(
        "7.7 expires", "Later than that it is pointless, and what happens then is too late.",
        THANK, (MET, event("call", 21)), ((19.9, OPEN), (20.1, EXPIRED), (22, EXPIRED)),
    ),
    Case(
        "7.8 pause_while", "A meeting on the calendar holds the task back, but not the end.",
        "since: meeting, remind: 1d, due: 9d, expires: 15d, pause_while: scheduled", (MET,),
        ((2, OPEN), (4, HELD), (7, OPEN), (13, HELD), (15.5, EXPIRED)),
        facts=((3, {"scheduled": True}), (6, {}), (12, {"scheduled": True})),
    ),
    Case(
        "7.10 strength_below starts", "A tie that falls below a level starts a clock then.",
        "since: {strength_below: 0.3}, until: call, due: 7d, expires: 20d",
        (event("call", 0), event("call", 9)), ((4, NONE), (6, OPEN), (10, SATISFIED)),
        facts=((0, {"strength": 0.5}), (5, {"strength": 0.2})),
    ),
    Case(
        "7.11 strength_below stops", "In `until` the fall after the anchor stops the clock.",
        DECAY, (event("message_sent", 3),), ((4, OPEN), (6, SATISFIED)),
        facts=((0, {"strength": 0.5}), (1, {"strength": 0.1}), (2, {"strength": 0.4}),
               (5, {"strength": 0.1})),
    ),
    Case(
        "7.12 resolved", "The loop of the anchor was closed, by whatever means.",
        ASKED, (loop(0, "q", 4, "meeting:1"),), ((2, OPEN), (4, SATISFIED)),
    ),
    Case(
        "7.13 small groups", "A meeting of six starts nothing, one of five does.",
        THANK, (event("meeting", 0, size=6), event("meeting", 4, size=5)),
        ((1, NONE), (5, WAITING), (7, OPEN)),
    ),
    Case(
        "7.14 large groups stop", "What stops a clock may be as large as it counts at all.",
        "since: call, until: meeting, due: 9d", (event("call", 0), event("meeting", 1, size=8)),
        ((0.5, OPEN), (1, SATISFIED)),
    ),
    Case(
        "7.15 oldest open", "Of several open loops the oldest is meant, then the next one.",
        ASKED, (loop(0, "a", 6), loop(1, "b", 3), loop(2, "c")),
        ((2.5, OPEN), (5, OPEN), (6, OPEN), (23, EXPIRED)),
        anchors=((2.5, "a"), (5, "a"), (6, "c"), (23, "c")),
    ),
    Case(
        "7.16 newest", "Other events are meant at their newest: it replaces the older anchor.",
        THANK, (event("meeting", 0, "a"), event("call", 1), event("meeting", 5, "b")),
        ((2, SATISFIED), (6, WAITING), (7, OPEN)), anchors=((2, "a"), (6, "b")),
    ),
    Case(
        "7.17 anchor: newest", "A loop can be told to be meant at its newest.",
        f"{ASKED}, anchor: newest", (loop(0, "a"), loop(2, "b", 9)),
        ((1.5, OPEN), (2.5, WAITING), (10, SATISFIED)), anchors=((1.5, "a"), (2.5, "b")),
    ),
    Case(
        "7.18 anchor: oldest_open", "And any other event at the oldest that nothing stopped.",
        f"{THANK}, anchor: oldest_open",
        (event("meeting", 0, "a"), event("meeting", 1, "b"), event("call", 8)),
        ((3, OPEN), (9, SATISFIED)), anchors=((3, "a"), (9, "b")),
    ),
    Case(
        "7.19 only what comes after", "What was over before the anchor was stops nothing.",
        THANK, (event("message_sent", -1), event("message_sent", 0.01), MET),
        ((3, OPEN), (19, OPEN)),
    ),
    Case(
        "7.20 never its own evidence", "One occurrence cannot both start and stop a clock.",
        "since: meeting_scheduled, until: [meeting], due: 9d",
        (event("meeting_scheduled", 0, "m#scheduled"), event("meeting", 1, "m#scheduled")),
        ((2, OPEN),),
    ),
    Case(
        "7.21 from the end", "remind, due and expires run from when the anchor was over.",
        "since: meeting, remind: 24h, due: 48h, expires: 72h", (event("meeting", 0, hours=12),),
        ((1.4, WAITING), (1.5, OPEN), (3.4, OPEN), (3.5, EXPIRED)),
    ),
    Case(
        "7.25 first events", "Only the earliest is the first, whatever comes later.",
        "since: first_meeting, due: 9d", (event("call", -3), event("meeting", 0, "a"),
        event("in_person_meeting", 4, "b")), ((-1, NONE), (1, OPEN), (5, OPEN)),
        anchors=((1, "a"), (5, "a")),
    ),
    Case(
        "7.26 first events while back-filling", "There are none until every facet is read.",
        "since: first_contact, due: 9d", (event("call", 0),), ((1, NONE), (50, NONE)),
        settings={"first_known": False},
    ),
    Case(
        "7.27 first events near the cut", "Near the cut of the history none is known to be first.",
        "since: first_meeting, due: 9d", (event("meeting", 0), event("meeting", 200)),
        ((1, NONE), (201, NONE)), settings={"first_after": day(1)},
    ),
    Case(
        "7.28 first events behind the cut", "Behind it they are.",
        "since: first_meeting, due: 9d", (event("meeting", 1),), ((2, OPEN),),
        settings={"first_after": day(1)},
    ),
    Case(
        "7.45 where waits", "While it is false the verdict waits, and it is asked again.",
        "since: meeting, remind: 1d, due: 9d, expires: 20d, where: {wanted: true}", (MET,),
        ((2, WAITING), (6, OPEN), (8, WAITING), (12, OPEN), (21, EXPIRED)),
        facts=((5, {"wanted": True}), (7, {}), (11, {"wanted": True})),
    ),
    Case(
        "7.46 where is asked in time", "Not before the task would appear, not after it expires.",
        "since: meeting, remind: 3d, due: 4d, expires: 6d, where: {wanted: true}", (MET,),
        ((2, WAITING), (4, WAITING), (7, EXPIRED)),
        facts=((1, {"wanted": True}), (2.5, {}), (6.5, {"wanted": True})),
    ),
    Case(
        "7.47 where never closes", "What `until` names closes all the same while it is false.",
        f"{THANK}, where: {{wanted: true}}", (MET, event("call", 4)),
        ((3, WAITING), (5, SATISFIED)),
    ),
    Case(
        "7.54 nothing in the future", "What is not over starts and stops nothing.",
        THANK, (event("meeting", 0, hours=24), event("call", 5, hours=24)),
        ((0.9, NONE), (1, WAITING), (5.9, OPEN), (6, SATISFIED)),
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.number)
def test_a_sentence(case: Case) -> None:
    """Each sentence in a case: the rule says what the sentence means, day by day."""
    ruleset, past = rules(case.rule, case.tiers), case.history()
    found = {at: evaluate(ruleset, past, day(at), CLOCK) for at, _ in case.says}
    said = [(at, one[0].state if one else None) for at, one in found.items()]
    assert said == list(case.says), case.meaning
    anchors = [(at, verdict(ruleset, past, at).anchor.evidence) for at, _ in case.anchors]
    assert anchors == list(case.anchors), case.meaning


NAMED = (
    "first_contact", "first_meeting", "meeting", "in_person_meeting", "call", "message_sent",
    "message_received", "interaction", "asked_me", "i_asked", "i_promised", "they_promised",
    "meeting_proposed", "meeting_scheduled", "introduction_made", "introduction_received",
    "introduced_to_me", "shared_with_me", "card_added", "birthday_soon", "task_done",
)  # fmt: skip


def test_all_events_are_named() -> None:
    """7.9: these are all the events there are; loops are those that something can close."""
    assert frozenset(NAMED) == EVENTS
    assert {"asked_me", "i_promised", "meeting_proposed", "introduction_made"} < LOOPS < EVENTS


@pytest.mark.parametrize("name", NAMED)
def test_every_event_starts_and_stops(name: str) -> None:
    """7.9: each event starts a clock, and stops one."""
    happened = event(name, 2, "it")
    started = rules(f"since: {name}, due: 9d")
    assert verdict(started, history(happened), 3).anchor == happened
    stopped = rules(f"since: card_added, until: {name}, due: 9d, anchor: newest")
    past = history(event("card_added", 1, "before"), happened)
    if name != "card_added":
        assert verdict(stopped, past, 3).satisfied_by == "it"
    if name in LOOPS:
        assert started.rules[0].anchor == "oldest_open"
        assert RESOLVED in rules(f"since: {name}, until: resolved, due: 1d").rules[0].until


def test_identified_by_its_evidence() -> None:
    """7.13: the anchor is found again by its evidence, as long as that is real."""
    rule, past = rules(THANK).rules[0], history(MET)
    assert find_anchor(rule, "met", past) == MET
    assert find_anchor(rule, "met", history()) is None  # void: it did not happen after all
    assert find_anchor(rule, "met", history(replace(MET, size=6))) is None


def test_cards() -> None:
    """7.22: a card is added when it is first seen; those of the first start are the past."""
    ruleset = rules("since: card_added, due: 2d")

    def says(profile: Profile) -> int:
        return len(evaluate(ruleset, relate(profile, [], stories.day(9)), stories.day(9), CLOCK))

    card = replace(stories.ANA, has_card=True)
    assert says(card) == 0
    assert says(replace(card, card_seen_at=stories.day(8))) == 1
    assert says(replace(card, card_seen_at=stories.day(10))) == 0


def test_a_scheduled_meeting() -> None:
    """7.23, 7.24: it happens when a meeting to come is first seen that the owner means to attend,
    and that moment is its end; the meeting itself may stop the clock."""
    rule = rules("since: meeting_scheduled, until: meeting, due: 9d")
    ahead = stories.planned(5, seen=1)

    def says(now: float, *claims: Claim) -> list[tuple[State, datetime]]:
        past = relate(stories.ANA, claims, stories.day(now), UTC)
        found = evaluate(rule, past, stories.day(now), CLOCK)
        return [(one.state, one.anchor.end) for one in found]

    assert says(0.5, ahead) == []
    assert says(1, ahead) == [(OPEN, stories.day(1))]
    met = stories.meeting(5, seen=1, key=ahead.key)
    assert says(6, met) == [(SATISFIED, stories.day(1))]
    assert says(6, stories.meeting(5)) == []  # first seen when it was over
    refused = replace(ahead, scheduled=False, real=Real.NO, reasons=("meeting:declined",))
    assert says(2, refused) == []


def test_answered_anchors_are_passed_over() -> None:
    """7.15: a loop that the owner answered, or that was missed, is not asked about for ever: the
    next oldest open one is. Where there is no other it stays."""
    first, second = loop(0, "a"), loop(2, "b")
    ruleset = rules(ASKED)

    def anchor(*past: Event) -> str:
        (found,) = evaluate(ruleset, history(*past), day(4), CLOCK, {("r", "a")})
        return found.anchor.evidence

    assert anchor(first, second) == "b"
    assert anchor(first) == "a"
    assert verdict(ruleset, history(first, second), 4).anchor.evidence == "a"


def test_newest_of_equals() -> None:
    """Two anchors of the same moment: the order does not depend on how they came in."""
    one, other = event("meeting", 0, "a"), event("meeting", 0, "b")
    for past in (history(one, other), history(other, one)):
        assert verdict(rules(THANK), past, 1).anchor.evidence == "b"


def test_an_undone_satisfaction_opens_again() -> None:
    """7.53: without what satisfied it the verdict on the same anchor is open again."""
    called = event("call", 4)
    found = [verdict(rules(THANK), history(MET, *more), 5) for more in ((called,), ())]
    assert [one.state for one in found] == [SATISFIED, OPEN]
    assert found[0].anchor == found[1].anchor


def test_a_delivered_task_only_closes_by_until_and_expires() -> None:
    """7.47: once it is out, neither `where` nor a pause matters."""
    rule = rules(f"{THANK}, where: {{wanted: true}}, pause_while: scheduled").rules[0]
    past = history(MET, scheduled=True)
    states = [judge(rule, MET, past, day(at), CLOCK, True, tiers=()).state for at in (3, 25)]
    assert states == [OPEN, EXPIRED]


def test_the_next_moment() -> None:
    """7.55: with each verdict comes the next moment at which it can change by itself; a satisfied
    or expired one never does."""
    past = history(MET, event("call", 15))
    ruleset: RuleSet = rules(THANK)
    found = [verdict(ruleset, replace(past, events=(MET,)), at).next for at in (1, 3, 25)]
    two, twenty = (MET.end + timedelta(days=days) for days in (2, 20))
    assert found == [two, twenty, None]
    assert verdict(ruleset, past, 16).next is None
