"""A relationship is a function of the set of claims, and time only moves it where it says so."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.relationships.stories import (
    ANA,
    SPAN_DAYS,
    after,
    day,
    lives,
    meeting,
    planned,
    received,
    sent,
    steps,
)

from rules.history import Facts, History
from syncd.inference.model import Claim
from syncd.relationships import relate

TICK = timedelta(microseconds=1)
LEVELS = frozenset({0.1, 0.3, 0.6})
SILENCES = frozenset({timedelta(days=30), timedelta(days=100)})
PROFILE = replace(ANA, has_card=True, card_seen_at=day(400), notes=("needs: a lawyer",))
moments = st.integers(-10, SPAN_DAYS * 2).map(day)


def test_it_is_a_history() -> None:
    """What rules ask for is what this gives."""
    history: History = after(1, sent(0))
    assert history.subject.first_name == "Ana"
    assert (history.first_known, history.first_after) == (True, None)


@given(lives(), st.randoms(use_true_random=False), moments)
@settings(deadline=None)
def test_order_of_arrival_does_not_matter(
    life: list[Claim], chance: random.Random, when: datetime
) -> None:
    """Shuffled claims give the same events, facts, signals, words and snapshot."""
    shuffled = list(life)
    chance.shuffle(shuffled)
    one, other = relate(PROFILE, life, when), relate(PROFILE, shuffled, when)
    assert one.events == other.events
    assert one.facts_at(when) == other.facts_at(when)
    assert one.signals(when) == other.signals(when)
    assert one.facts_json(when) == other.facts_json(when)
    assert one.context_at(when) == other.context_at(when)
    assert one.snapshot() == other.snapshot()


def happened(facts: Facts) -> Facts:
    """The facts that depend on nothing but what is over."""
    return replace(facts, scheduled=False)


@given(lives(), st.integers(-10, SPAN_DAYS + 10))
@settings(deadline=None)
def test_the_past_is_what_it_was(life: list[Claim], number: int) -> None:
    """Facts of a past moment equal those of a history that ends there."""
    moment = day(number)
    whole = relate(PROFILE, life, day(SPAN_DAYS * 2))
    then = relate(PROFILE, [claim for claim in life if claim.until <= moment], moment)
    assert happened(whole.facts_at(moment)) == happened(then.facts_at(moment))
    plain = [event for event in whole.events if event.end <= moment and not event.closed_at]
    assert {event.evidence for event in plain} <= {
        event.evidence for event in relate(PROFILE, life, moment).events
    }


def turned(facts: Facts) -> tuple[object, ...]:
    """The facts as a rule with our levels and silences sees them."""
    return (
        replace(facts, strength=0.0, silent_for=None),
        [facts.strength < level for level in sorted(LEVELS)],
        [
            None if facts.silent_for is None else facts.silent_for >= silence
            for silence in sorted(SILENCES)
        ],
    )


@given(lives(12), st.integers(0, SPAN_DAYS))
@settings(deadline=None, max_examples=60)
def test_nothing_changes_between_changes(life: list[Claim], number: int) -> None:
    """Stepping through time finds no change of facts that `next_change` did not announce."""
    history = relate(PROFILE, life, day(number))
    announced = [day(-50)]
    while (change := history.next_change(announced[-1], LEVELS, SILENCES)) is not None:
        assert change > announced[-1]
        announced.append(change)
    last = announced[0]
    for moment in sorted({*steps(life), *announced, *(change - TICK for change in announced)}):
        if moment <= last:
            continue
        if not any(last < change <= moment for change in announced):
            assert turned(history.facts_at(moment)) == turned(history.facts_at(last))
        last = moment


@given(lives(15), st.sampled_from([0.05, 0.2, 0.4]))
@settings(deadline=None)
def test_falls_are_where_strength_falls(life: list[Claim], level: float) -> None:
    """Every fall is the first microsecond below, and between two falls strength rose again."""
    history = relate(PROFILE, life, day(SPAN_DAYS))
    ever = day(SPAN_DAYS * 20)
    falls = [event.end for event in history.strength_below(level, ever)]
    for fall in falls:
        assert history.facts_at(fall).strength < level
        assert history.facts_at(fall - TICK).strength >= level
    assert falls == sorted(falls)
    grid = sorted({*steps(life), *falls, ever})
    for earlier, later in pairwise(grid):
        above = history.facts_at(earlier).strength >= level
        if above and history.facts_at(later).strength < level:
            assert any(earlier < fall <= later for fall in falls)


def test_a_fall_names_the_interaction_before_it() -> None:
    """Each fall is an event of its own, under the evidence of the last contact."""
    first, second = meeting(0), meeting(400)
    history = after(900, first, second)
    events = history.strength_below(0.1, day(900))
    assert [event.evidence for event in events] == [
        f"{first.key}#below:0.1",
        f"{second.key}#below:0.1",
    ]
    assert history.strength_below(0.1, day(300)) == events[:1]
    assert all(event.at == event.end and "strength_below" in event.kinds for event in events)


def test_a_fall_waits_for_every_account() -> None:
    """While an account back-fills nobody knows how strong the tie is."""
    filling = replace(ANA, unsettled=frozenset({"work"}))
    (event,) = after(400, meeting(0), profile=filling).strength_below(0.1, day(400))
    assert not event.settled


@pytest.mark.parametrize(
    ("at", "expected"),
    [(0, 10), (10, 20), (20, 20 + 1 / 24), (20.1, 40), (40, 190), (190, None)],
)
def test_next_change_goes_from_moment_to_moment(at: float, expected: float | None) -> None:
    """An event, a meeting's start and end, a silence, dormancy; then never again."""
    history = after(15, meeting(0, hours=0), sent(10), planned(20, seen=-1))
    silence = frozenset({timedelta(days=30)})
    change = history.next_change(day(at), frozenset(), silence)
    assert change == (None if expected is None else day(expected))


def test_what_was_never_answered_counts_once() -> None:
    """Mail that nobody answered makes a weaker tie than a fifth of it answered would."""
    silent = after(30, *(sent(n) for n in range(10)))
    answered = after(30, *(sent(n) for n in range(2)), received(2))
    assert 0 < silent.facts_at(day(30)).strength < 2 * answered.facts_at(day(30)).strength
    both = after(30, *(sent(n) for n in range(10)), received(10))
    assert both.facts_at(day(30)).strength > 2 * silent.facts_at(day(30)).strength
