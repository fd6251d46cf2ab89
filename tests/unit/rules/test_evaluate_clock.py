"""`next` is exact: jumping from moment to moment sees what stepping through the year sees.

`make soak` steps every rule through every hour of the year, and from SYNCD_SOAK=1000 on, which
takes hours, through every minute.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from unit.relationships.stories import lives
from unit.rules.yearlong import (
    CLOCK,
    MINUTE,
    RULES,
    START,
    TICK,
    YEAR,
    Story,
    a_life,
    ahead,
    differences,
    every_event,
    grid,
    jumps,
    remembered,
    told,
)

from rules.evaluate import evaluate
from rules.model import RuleSet
from rules.verdict import State, Verdict
from syncd.inference.model import Claim

SOAK = int(os.environ.get("SYNCD_SOAK", "0"))
STEP = MINUTE if SOAK >= 1000 else timedelta(hours=1 if SOAK else 67)
BEGIN, END = START - timedelta(days=2), START + YEAR
TELL = {"events and facts": lambda: remembered(every_event()), "claims": lambda: told(*a_life())}


@pytest.fixture(params=list(TELL))
def story(request: pytest.FixtureRequest) -> Story:
    return TELL[request.param]()


def only(*names: str) -> RuleSet:
    """Some of the rules."""
    found = tuple(rule for rule in RULES.rules if rule.id in names)
    assert len(found) == len(names)
    return replace(RULES, rules=found)


def test_a_year_in_jumps(story: Story) -> None:
    """Every event, fact, bound, duration and tier: no verdict changes but where it was announced,
    and what was announced happens neither a microsecond earlier nor later."""
    stops = jumps(story, RULES, BEGIN, END)
    assert 100 < len(stops) < 400
    regular = grid(BEGIN, END, STEP)
    assert differences(story, RULES, stops, regular) == []
    for before, stop in pairwise(stops):
        known = story.known(before)
        due = {one.rule for one in evaluate(RULES, known, before, CLOCK) if one.next == stop}
        rules = only(*due)
        assert differences(story, rules, [before, stop], [stop - TICK, stop + TICK]) == []


def test_every_minute_of_a_year() -> None:
    """A year is 525,600 minutes; at each of them the verdict is the one of the last jump."""
    story = TELL["claims"]()
    rules = only("hours")
    stops = jumps(story, rules, BEGIN, END)
    changed, wrong, moment = 0, [], BEGIN
    expected = story.verdicts(rules, BEGIN)
    for stop, following in pairwise([*stops, END]):
        history, before = story.known(stop), expected
        expected = story.verdicts(rules, stop)
        changed += before != expected
        standing = _standing(expected)
        while moment < following:
            if moment >= stop:
                seen = evaluate(rules, history, moment, CLOCK)
                if _standing(seen) != standing:
                    wrong.append(moment)
            moment += MINUTE
    assert not wrong
    assert changed > 10


def _standing(verdicts: Sequence[Verdict]) -> tuple[State | None, datetime | None]:
    return (verdicts[0].state, verdicts[0].closed_at) if verdicts else (None, None)


def test_each_rule_by_itself(story: Story) -> None:
    """No rule leans on the announcements of another: alone, each announces all its changes."""
    stops = jumps(story, RULES, BEGIN, END)
    moments = [moment + nudge for moment in stops for nudge in (timedelta(), TICK)]
    for rule in RULES.rules:
        rules = only(rule.id)
        alone = jumps(story, rules, BEGIN, END)
        assert differences(story, rules, alone, moments[:: 1 if SOAK else 3]) == [], rule.id


@settings(max_examples=SOAK or 8)
@given(lives(12))
def test_any_life_in_jumps(claims: list[Claim]) -> None:
    """The same for claims that nobody thought of, in step with nothing."""
    story = told(claims, a_life()[1])
    rules = replace(RULES, rules=RULES.rules[len(claims) % 9 :: 9])
    begin, end = START - timedelta(days=40), START + 3 * YEAR
    stops = jumps(story, rules, begin, end)
    steps = grid(begin, end, timedelta(hours=31) if SOAK else timedelta(days=19, hours=7))
    edges = [moment + nudge for moment in stops[1:] for nudge in (-TICK, TICK)]
    moments = sorted({*steps, *edges[:: 1 if SOAK else 7]} & {m for m in steps + edges if m <= end})
    assert differences(story, rules, stops, moments) == []


@pytest.mark.parametrize("late", [False, True])
def test_a_wrong_next_would_be_seen(late: bool) -> None:
    """The comparison proves something: an announcement that is missing, or comes a microsecond
    late, shows as a difference."""
    story = TELL["claims"]()
    rules = only("later-17", "until-decay", "decay", "event-birthday_soon")
    stops = jumps(story, rules, BEGIN, END)
    told_of = set(story.happenings)
    silent = 0
    for place, stop in enumerate(stops[1:], 1):
        if stop in told_of or story.verdicts(rules, stops[place - 1]) == story.verdicts(
            rules, stop
        ):
            continue
        silent += 1
        wrong = [*stops[:place], *([stop + TICK] if late else []), *stops[place + 1 :]]
        assert differences(story, rules, wrong, [stop - TICK, stop])
    assert silent > 8


def test_next_is_after_now(story: Story) -> None:
    """The next moment is never now, at whatever moment one asks."""
    now: datetime | None = BEGIN
    rules = replace(RULES, rules=RULES.rules[::5])
    while now is not None and now < START + timedelta(days=60):
        for moment in (now - TICK, now):
            found = ahead(story, rules, moment)
            assert found is None or found > moment
        now = ahead(story, rules, now)
