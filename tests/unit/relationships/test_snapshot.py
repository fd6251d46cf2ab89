"""The list of people is served from snapshots."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
)

from syncd.inference.model import Claim
from syncd.relationships import Snapshot, relate

PROFILE = replace(ANA, has_card=True, card_seen_at=day(400), tags=frozenset({"press", "a"}))


@given(lives(), st.integers(-10, SPAN_DAYS + 10), st.floats(0, 1))
@settings(deadline=None)
def test_a_snapshot_answers_like_the_history(life: list[Claim], number: int, share: float) -> None:
    """Until `valid_until` it says what folding everything anew would say, after JSON too."""
    profile = replace(PROFILE, tags=frozenset())
    taken = day(number)
    snapshot = relate(profile, life, taken).snapshot()
    assert Snapshot.from_json(snapshot.to_json()) == snapshot
    limit = snapshot.valid_until or taken + timedelta(days=3000)
    moment = min(taken + share * (limit - taken), limit - timedelta(microseconds=1))
    anew = relate(profile, life, moment)
    assert snapshot.summary(moment) == anew.summary(moment)
    assert snapshot.facts(moment) == anew.facts_at(moment)
    assert snapshot.summary(taken) == anew.summary(taken) | {"next_meeting": snapshot.next_meeting}


def test_a_snapshot_is_valid_until_something_can_happen() -> None:
    """The next meeting's start, its end while it runs, a new judgement; else for good."""
    assert after(5, planned(8, seen=1)).snapshot().valid_until == day(8)
    assert after(8.01, planned(8, seen=1)).snapshot().valid_until == day(8) + timedelta(hours=1)
    assert after(5, replace(sent(1), changes_at=day(6))).snapshot().valid_until == day(6)
    assert after(5, sent(1), meeting(2)).snapshot().valid_until is None


def test_a_snapshot_sleeps_and_decays_by_itself() -> None:
    """Strength and dormancy follow from the one standing, years later too."""
    snapshot = after(5, sent(1), received(2)).snapshot()
    assert snapshot.summary(day(5))["stage"] == "acquaintance"
    assert snapshot.summary(day(182))["stage"] == "dormant"
    assert snapshot.facts(day(3000)).strength < 0.001


def test_a_snapshot_is_small_stable_and_without_notes() -> None:
    """The same state gives the same bytes, and the owner's notes stay where they were."""
    profile = replace(PROFILE, notes=("about: likes jazz",))
    text = relate(profile, [sent(0)], day(1)).snapshot().to_json()
    assert text == relate(profile, [sent(0)], day(1)).snapshot().to_json()
    assert "jazz" not in text
    assert len(text) < 600
    assert json.loads(text)["tags"] == ["a", "press"]


def test_moments_stay_aware() -> None:
    """What comes back from JSON is aware UTC."""
    snapshot = Snapshot.from_json(after(5, sent(1)).snapshot().to_json())
    last = snapshot.summary(day(5))["last_interaction"]
    assert isinstance(last, datetime)
    assert last.tzinfo is UTC
