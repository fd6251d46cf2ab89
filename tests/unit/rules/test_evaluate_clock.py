"""`next` is exact: jumping from moment to moment sees what stepping through the year sees.

Of one rule of hours, every fifth minute of the year is looked at; of those of `RICH`, every minute
of the day around their first changes; of every rule, the microsecond before and after each
announced moment. Between those, rules are looked at every 131 hours. `make soak` looks every hour,
at every minute around all changes, at every minute of the year for the rule of hours, and from
SYNCD_SOAK=1000 on, which takes hours, for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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
from rules.verdict import Verdict
from syncd.inference.model import Claim

SOAK = int(os.environ.get("SYNCD_SOAK", "0"))
STEP = MINUTE if SOAK >= 1000 else timedelta(hours=1 if SOAK else 131)
BEGIN, END = START - timedelta(days=2), START + YEAR
# Strength and silence, a stage, what is scheduled; a loop; cadence and rhythm; decay.
RICH = (
    *("where-17", "where-6", "where-8", "where-3", "later-5", "event-asked_me"),
    *("length-7", "length-9", "decay", "until-decay-later"),
)
MINUTES = 1 if SOAK else 5
CHANGES, NEAR = 2, timedelta(hours=12)
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


@pytest.mark.parametrize("name", RICH)
def test_every_minute_around_a_change(story: Story, name: str) -> None:
    """From half a day before to half a day after a change, at each minute the verdict is the one of
    the last jump. Of each rule the first changes that only time brings; with SOAK all of them."""
    rules = only(name)
    stops = jumps(story, rules, BEGIN, END)
    standing = [_standing(evaluate(rules, story.known(stop), stop, CLOCK)) for stop in stops]
    pairs = zip(stops[1:], pairwise(standing), strict=True)
    changed = [stop for stop, (before, after) in pairs if before != after]
    by_time = [stop for stop in changed if stop not in story.happenings] or changed
    assert by_time
    near = by_time if SOAK else by_time[:CHANGES]
    for expected, (stop, following) in zip(standing, pairwise([*stops, END]), strict=True):
        history = story.known(stop)
        seen = {
            moment: _standing(evaluate(rules, history, moment, CLOCK))
            for moment in _minutes(near, stop, following)
        }
        assert [moment for moment, one in seen.items() if one != expected] == []


def test_the_minutes_of_a_year() -> None:
    """A year is 525,600 minutes; at every fifth after a jump, and at the last before the next one,
    the verdict is the one of that jump. With SOAK at all of them."""
    story, rules = TELL["claims"](), only("hours")
    stops = [*jumps(story, rules, BEGIN, END), END]
    changed, wrong, looked, before = 0, [], 0, None
    for stop, following in pairwise(stops):
        history = story.known(stop)
        standing = _standing(evaluate(rules, history, stop, CLOCK))
        changed += standing != before
        before = standing
        first = BEGIN + -((BEGIN - stop) // MINUTE) * MINUTE
        minutes = range(-((first - following) // MINUTE))
        for minute in sorted({*minutes[::MINUTES], *minutes[-1:]}):
            looked += 1
            moment = first + minute * MINUTE
            if _standing(evaluate(rules, history, moment, CLOCK)) != standing:
                wrong.append(moment)
    assert wrong == []
    assert looked >= (END - BEGIN) // MINUTE // MINUTES >= 525_600 // MINUTES
    assert changed > 10


def _minutes(changes: Sequence[datetime], begin: datetime, end: datetime) -> Iterator[datetime]:
    """Every minute from `begin` to before `end` that is near one of the changes, each once."""
    moment = begin
    for change in changes:
        moment = max(moment, change - NEAR)
        while moment < min(end, change + NEAR):
            yield moment
            moment += MINUTE


def _standing(verdicts: Sequence[Verdict]) -> tuple[object, ...]:
    """What may only change where it was announced."""
    return tuple(
        (one.state, one.reasons, one.anchor.evidence, one.opened_at, one.closed_at, one.expires)
        for one in verdicts
    )


def test_each_rule_by_itself(story: Story) -> None:
    """No rule leans on the announcements of another: alone, each announces all its changes."""
    stops = jumps(story, RULES, BEGIN, END)
    moments = [moment + nudge for moment in stops for nudge in (timedelta(), TICK)]
    for rule in RULES.rules:
        rules = only(rule.id)
        alone = jumps(story, rules, BEGIN, END)
        assert differences(story, rules, alone, moments[:: 1 if SOAK else 9]) == [], rule.id


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
