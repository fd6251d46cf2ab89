"""Every pack switched on at once: no two of their rules ask for the same thing at the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rules import packs
from rules.evaluate import evaluate
from rules.load import load
from rules.testing import Case, load_suite
from rules.verdict import State

# Rules of which at most one may be open for a person: doing one does, or begins with, the other.
MATTERS = (
    {"answer-introduction", "coffee-after-introduction"},
    {"coffee-after-introduction", "promised-coffee"},
    {"coffee-after-introduction", "thank-within-48-hours"},
    {"coffee-after-introduction", "meet-within-90-days"},
    {"call-in-30-days", "silent-for-long", "strong-tie-fades"},
    {"keep-in-touch", "silent-for-long", "strong-tie-fades"},
    {"ask-again", "remind-of-promise"},
    {"prepare-birthday", "congratulate"},
)

LIVES = """
version: 1
timezone: Europe/Lisbon
tests:
  - name: introduced, written to, promised a coffee, met, and let fall silent
    expect: [{now: 2026-01-01, tasks: none}]
    history:
      - kind: [introduction_received, introduced_to_me]
        at: 2026-01-05 10:00
        closed: 2026-01-20 09:00
      - {kind: message_sent, at: 2026-01-20 09:00}
      - {kind: [message_received, meeting_proposed], at: 2026-01-22 09:00, closed: 2026-02-18 09:00}
      - {kind: birthday_soon, at: 2026-02-10}
      - {kind: meeting_scheduled, at: 2026-02-18 09:00}
      - {kind: [in_person_meeting, first_meeting], at: 2026-03-02 10:00, end: 2026-03-02 11:00}
      - {kind: [message_sent, i_asked], at: 2026-03-20 10:00}
      - {kind: [message_received, they_promised], at: 2026-03-18 10:00}
      - {kind: [message_received, shared_with_me], at: 2026-04-20 10:00}
    facts:
      - {from: 2026-01-20, stage: acquaintance, strength: 0.2, half_life: 60d}
      - {from: 2026-02-18 09:00, scheduled: true}
      - {from: 2026-03-02 10:00, scheduled: false, stage: connection, wanted: true}
      - {from: 2026-03-02 11:00, rhythm: 9d, strength: 0.5}
  - name: introduced and never written to
    expect: [{now: 2026-01-01, tasks: none}]
    history:
      - {kind: [introduction_received, introduced_to_me], at: 2026-01-05 10:00}
  - name: introduced, met the week after
    expect: [{now: 2026-01-01, tasks: none}]
    history:
      - kind: [introduction_received, introduced_to_me]
        at: 2026-01-05 10:00
        closed: 2026-01-12 11:00
      - {kind: in_person_meeting, at: 2026-01-12 10:00, end: 2026-01-12 11:00}
      - {kind: in_person_meeting, at: 2026-02-20 10:00, end: 2026-02-20 11:00}
    facts:
      - {from: 2026-01-12, wanted: true, stage: connection, strength: 0.6, half_life: 30d}
  - name: introduces you, and is introduced by you
    expect: [{now: 2026-01-01, tasks: none}]
    history:
      - {kind: message_sent, at: 2025-12-01 10:00}
      - {kind: [message_received, introduction_received], at: 2026-01-05 10:00}
      - {kind: [message_sent, introduction_made], at: 2026-02-05 10:00}
      - {kind: birthday_soon, at: 2026-02-20}
    facts:
      - {from: 2025-12-01, stage: acquaintance, tags: friend, strength: 0.3, half_life: 60d}
  - name: in a tier, met twice, with a rhythm
    person: {name: Ines Costa, addresses: [ines@example.org]}
    expect: [{now: 2026-01-01, tasks: none}]
    history:
      - {kind: in_person_meeting, at: 2025-10-05 10:00, end: 2025-10-05 11:00}
      - {kind: in_person_meeting, at: 2026-01-05 10:00, end: 2026-01-05 11:00}
      - {kind: birthday_soon, at: 2026-02-20}
      - {kind: [message_received, they_promised], at: 2026-03-01 10:00}
      - {kind: [message_sent, i_asked], at: 2026-03-12 10:00}
    facts:
      - {from: 2025-10-05, wanted: true, stage: connection, rhythm: 8d}
      - {from: 2025-10-06, strength: 0.7, half_life: 30d}
"""
TIERS = """
version: 1
tiers:
  - {name: inner, people: [ines@example.org], cadence: 14d}
rules: []
"""

SUITE = load_suite("lives.yaml", LIVES)


@pytest.mark.parametrize("life", SUITE.cases, ids=lambda case: str(case.name))
def test_no_two_packs_ask_for_the_same_thing(life: Case) -> None:
    """Through a year lived by the day, no matter is asked for by two rules at once; and every life
    is asked something at all."""
    ruleset = load([("tiers", TIERS), *((name, packs.text(name)) for name in packs.names())])
    seen: set[str] = set()
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    while moment < datetime(2026, 12, 31, tzinfo=UTC):
        verdicts = evaluate(ruleset, life.history, moment, SUITE.clock)
        open_now = {verdict.rule for verdict in verdicts if verdict.state is State.OPEN}
        for matter in MATTERS:
            assert len(open_now & matter) <= 1, f"{moment}: {open_now & matter}"
        seen |= open_now
        moment += timedelta(days=1)
    assert len(seen) > 1
