"""A history that goes on with one more message says what one told from all claims says."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from unit.relationships import stories

from rules.history import INTERACTIONS
from syncd.inference.model import Claim, Direction, Real, SignalKind
from syncd.relationships import PersonHistory, Profile
from syncd.relationships.continued import Before, Continued
from syncd.relationships.packed import pack, unpack

NOW = stories.day(400)
BEFORE = stories.day(398.9)  # all that is over was over, and what is to come known
LEVELS = (0.01, 0.05, 0.1, 0.3, 0.6)


def packed(claims: Sequence[Claim]) -> list[str]:
    return [pack(claim) for claim in sorted(claims, key=lambda one: (one.until, one.key))]


def continued(
    claims: Sequence[Claim], newest: Claim, now: datetime, before: datetime, profile: Profile
) -> Continued:
    """What goes on from the snapshot of `before`."""
    told = PersonHistory(profile, claims, before, UTC)
    lines = packed(claims)
    ahead = sum(
        (claim.until, claim.key) < (newest.until, newest.key)
        for claim in sorted(claims, key=lambda one: (one.until, one.key))
    )
    last = Before(told.snapshot(), told.end, lines, ahead)
    return Continued(profile, last, newest, now, UTC)


def a_past(pick: random.Random) -> list[Claim]:
    """What happened up to the day before the message, and what is still to come."""
    made = []
    for _ in range(pick.randrange(1, 14)):
        at = 399 - pick.choice((0.5, 3, 9, 30, 90, 200)) * (1 + pick.random())
        signals = pick.sample([SignalKind.ASKS, SignalKind.PROMISES], pick.choice((0, 0, 0, 1)))
        kind = pick.choice((stories.sent, stories.received, stories.sent, None))
        made.append(stories.meeting(at) if kind is None else kind(at, *signals))
    if pick.random() < 0.4:
        made.append(stories.planned(401 + pick.random(), seen=390))
    if pick.random() < 0.2:
        made.append(replace(stories.sent(300), real=Real.NO))
    return [replace(one, title="", place="") for one in made]


@pytest.mark.parametrize("seed", range(60))
def test_it_answers_as_one_told_from_all_claims(seed: int) -> None:
    """Whatever it is asked, about the time before the message or since."""
    pick = random.Random(seed)
    claims = a_past(pick)
    newest = pick.choice((stories.sent, stories.received))(399 + pick.random())
    newest = replace(newest, real=pick.choice((Real.YES, Real.YES, Real.NO)))
    profile = replace(stories.ANA, channel=pick.choice(("mail", "mail", "elsewhere")))
    lines = packed(claims)
    whole = PersonHistory(profile, [*continued_from(lines), newest], NOW, UTC)
    told = continued(claims, newest, NOW, BEFORE, profile)
    assert told.snapshot() == whole.snapshot()
    assert told.end == whole.end
    assert told.last == whole.last
    moments = [NOW, newest.at, newest.at + timedelta(hours=1)]
    moments += [claim.until + timedelta(hours=pick.choice((0, 1))) for claim in claims]
    for moment in (one for one in moments if one <= NOW):
        assert told.standing_at(moment) == whole.standing_at(moment)
        assert told.facts_at(moment) == whole.facts_at(moment)
        for level in LEVELS:
            assert told.strength_below(level, moment) == whole.strength_below(level, moment)
            falls = [one.end for one in whole.strength_below(level, stories.day(9_000))]
            later = min((end for end in falls if end > moment), default=None)
            assert told.next_fall(level, moment) == whole.next_fall(level, moment) == later
    assert told.events == whole.events
    assert told.claims == whole.claims
    assert told.next_change(NOW, frozenset(LEVELS), frozenset()) == whole.next_change(
        NOW, frozenset(LEVELS), frozenset()
    )


def continued_from(lines: Sequence[str]) -> list[Claim]:
    """The claims behind the lines: without what is written of tasks only."""
    return unpack(lines)


@pytest.mark.parametrize("seed", range(40))
def test_its_newest_event_is_the_last_of_every_kind_it_is(seed: int) -> None:
    """And nothing that counts as contact came after it."""
    pick = random.Random(seed)
    claims = a_past(pick)
    newest = pick.choice((stories.sent, stories.received))(399 + pick.random())
    told = continued(claims, newest, NOW, BEFORE, stories.ANA)
    if told.newest is None:
        assert not [one for one in claims if one.real is Real.YES and one.until <= NOW]
        return
    assert told.newest.kinds <= INTERACTIONS
    for kind in INTERACTIONS:
        events = told.by_kind.get(kind, ())
        assert (
            (events[-1] == told.newest) if kind in told.newest.kinds else told.newest not in events
        )
        assert not [event for event in events if event.end > told.newest.end]


@pytest.mark.parametrize(
    "newest",
    [
        stories.received(399, SignalKind.ASKS),
        replace(stories.received(399), real=Real.NO),
    ],
    ids=["it opens something", "it does not count"],
)
def test_what_is_more_or_less_than_an_interaction_is_no_newest_event(newest: Claim) -> None:
    """Then rules are judged by all there is."""
    claims = [stories.sent(1), stories.received(2)]
    assert continued(claims, newest, NOW, stories.day(3), stories.ANA).newest is None


def test_the_first_contact_is_no_newest_event() -> None:
    """It is a first event as well."""
    assert continued([], stories.sent(399), NOW, stories.day(3), stories.ANA).newest is None


@pytest.mark.parametrize(
    ("level", "at", "steady"),
    [(0.1, 60.0, True), (0.1, 399.0, False), (0.9, 399.0, True), (0.01, 60.0, True)],
)
def test_a_tie_is_steady_where_it_did_not_fall_below(level: float, at: float, steady: bool) -> None:
    """Neither before the message came nor since; what was below already does not fall."""
    claims = [stories.meeting(0), stories.meeting(1)]
    told = continued(claims, stories.sent(at), stories.day(at + 0.5), stories.day(2), stories.ANA)
    assert told.is_steady(level, stories.day(at + 0.5)) is steady


def test_a_tie_that_the_message_lifts_may_fall_again() -> None:
    """It was below the level before."""
    told = continued([stories.meeting(0)], stories.sent(1), NOW, stories.day(0.5), stories.ANA)
    assert told.strength_below(0.3, NOW)
    assert not told.is_steady(0.3, NOW)
    assert told.is_steady(0.3, stories.day(2))


def test_a_tie_that_falls_after_the_message_is_not_steady() -> None:
    """A message that was long on its way."""
    claims = [stories.meeting(0), stories.meeting(1)]
    told = continued(claims, stories.sent(60), NOW, stories.day(2), stories.ANA)
    assert not told.is_steady(0.1, NOW)
    assert Direction.SENT in {claim.direction for claim in told.claims}
