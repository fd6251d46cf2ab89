"""What the warnings about rules take for granted is true of every relationship."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.relationships.stories import ANA, SPAN_DAYS, after, day, lives

from rules.history import Facts
from rules.lint import _COUNTED, _INTERACTIONS
from rules.lint_where import _LAWS, Fact, _truth
from rules.where import FLAGS
from syncd.inference.model import Claim


def chosen(facts: Facts) -> dict[Fact, Any]:
    """Facts as the search of the warnings has them."""
    silent = facts.silent_for
    return {
        ("stage",): facts.stage,
        ("channel",): facts.channel,
        ("strength",): facts.strength,
        ("silent_for",): None if silent is None else silent / timedelta(hours=1),
        **{(flag,): getattr(facts, flag) for flag in FLAGS},
        **{("counts", name): number for name, number in facts.counts.items()},
    }


@settings(max_examples=60, deadline=None)
@given(lives(), st.sampled_from([ANA, replace(ANA, tags=frozenset({"vip"}), channel="elsewhere")]))
def test_the_laws_hold(claims: list[Claim], profile: Any) -> None:
    """Each law holds at every moment, and an event is counted as soon as it is over."""
    history = after(SPAN_DAYS * 2, *claims, profile=profile)
    moments = {event.end for event in history.events} | {day(n) for n in range(0, 1800, 97)}
    for moment in moments:
        facts = history.facts_at(moment)
        values = chosen(facts)
        assert [about for law, about in _LAWS if _truth(law, values) is not True] == []
        assert facts.wanted or not facts.tags
    for event in history.events:
        facts = history.facts_at(event.end)
        for kind in event.kinds & _COUNTED.keys():
            assert facts.counts[_COUNTED[kind]] >= 1
        if event.kinds & _INTERACTIONS:
            assert facts.silent_for == timedelta(0)
