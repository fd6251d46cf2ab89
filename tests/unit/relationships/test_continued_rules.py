"""Rules judged after one more message: as far as it can have changed where they stand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from unit.relationships import stories
from unit.relationships.test_continued import a_past, continued

from rules.evaluate import Clock, evaluate, next_anchor
from rules.load import load
from rules.model import RuleSet
from rules.verdict import State, Verdict
from syncd.inference.model import Claim, Real
from syncd.relationships import PersonHistory, Profile

NOW = stories.day(400)
BEFORE = stories.day(398.9)
CLOCK = Clock(UTC)
SINCE = (
    "message_sent", "message_received", "interaction", "meeting", "asked_me", "i_promised",
    "meeting_scheduled", "first_contact", "card_added", "{strength_below: 0.1}",
    "{strength_below: 0.3}", "{strength_below: 0.5}",
)  # fmt: skip
UNTIL = (
    "[interaction]", "[message_sent]", "[message_received, meeting]", "[resolved]", "[card_added]",
    "[meeting_scheduled]", "[task_done]", "[first_meeting, call]", "[{strength_below: 0.2}]",
)  # fmt: skip


def some_rules(pick: random.Random) -> RuleSet:
    """Of each event to start at a few, with whatever else there is to say."""
    lines = ["version: 1", "tiers: [{name: near, cadence: 20d}]", "rules:"]
    for number, since in enumerate(SINCE * 3):
        until = pick.choice(UNTIL if "asked" in since or "promised" in since else _without(since))
        remind = pick.choice(("0d", "1d", "12d", "cadence", "rhythm"))
        where = pick.choice(("", ", where: {silent_for: {above: 5d}}", ", pause_while: scheduled"))
        where = pick.choice((where, ", where: {strength: {above: 0.2}}", ""))
        anchor = pick.choice(("", "", "", ", anchor: oldest_open"))
        if "strength" in since or since.startswith("first"):
            anchor = ""
        lines.append(
            f"  - {{id: r{number}, since: {since}, until: {until}, remind: {remind}, "
            f"due: 400d, expires: 900d{where}{anchor}, task: {{title: Write}}}}"
            if remind in ("cadence", "rhythm")
            else f"  - {{id: r{number}, since: {since}, until: {until}, remind: {remind}, "
            f"due: 14d, expires: {pick.choice((15, 30, 200))}d{where}{anchor}, "
            "task: {title: Write}}"
        )
    return load([("rules", "\n".join(lines))])


def _without(since: str) -> tuple[str, ...]:
    """What may stop a clock that starts at this: `resolved` is for what can be closed."""
    return tuple(one for one in UNTIL if one not in ("[resolved]", f"[{since}]"))


def is_over(verdict: Verdict) -> bool:
    return verdict.state in (State.SATISFIED, State.EXPIRED)


def kept(found: tuple[Verdict, ...], traced: set[str]) -> list[Verdict]:
    """What becomes of a person's rows, and what gets one."""
    return [one for one in found if one.rule in traced or not is_over(one)]


def judged(
    claims: list[Claim], newest: Claim, rules: RuleSet, profile: Profile, now: datetime = NOW
) -> tuple[list[Verdict], list[Verdict]]:
    """By what goes on from where every rule was judged before, and by all there is."""
    first = evaluate(rules, PersonHistory(profile, claims, BEFORE, UTC), BEFORE, CLOCK)
    traced = {one.rule for one in first if not is_over(one)}
    told = continued(claims, newest, now, BEFORE, profile)
    whole = PersonHistory(profile, told.claims, now, UTC)
    assert next_anchor(rules, told, now) == next_anchor(rules, whole, now)
    return (
        kept(evaluate(rules, told, now, CLOCK, (), traced), traced),
        kept(evaluate(rules, whole, now, CLOCK), traced),
    )


@pytest.mark.parametrize("seed", range(40))
def test_rules_stand_where_they_would(seed: int) -> None:
    """Whatever had happened, and wherever they stood before."""
    pick = random.Random(seed)
    claims = a_past(pick)
    newest = pick.choice((stories.sent, stories.received))(399 + pick.random())
    newest = replace(newest, real=pick.choice((Real.YES,) * 5 + (Real.NO,)))
    newest = replace(newest, size=pick.choice((1, 1, 1, 9)))
    card = pick.choice((None, stories.day(200), stories.day(398.5)))
    profile = replace(stories.ANA, has_card=card is not None, card_seen_at=card)
    found, expected = judged(claims, newest, some_rules(pick), profile)
    assert found == expected


def one_rule(since: str, until: str, remind: str = "0d") -> RuleSet:
    times = f"remind: {remind}, due: 20d, expires: 300d"
    rule = f"{{id: r, since: {since}, until: {until}, {times}, task: {{title: Write}}}}"
    return load([("rules", f"version: 1\nrules: [{rule}]")])


def test_a_tie_that_faded_while_the_message_was_on_its_way_starts_a_clock() -> None:
    """It fell below the level, and nobody had been told before the message came."""
    claims = [stories.meeting(397)]
    newest = stories.sent(399)
    rules = one_rule("{strength_below: 0.3}", "[meeting]")
    now = stories.day(440)
    found, expected = judged(claims, newest, rules, stories.ANA, now)
    assert found == expected
    assert [one.rule for one in found] == ["r"]


def test_what_is_no_interaction_may_come_after_the_message() -> None:
    """Such as a card that was seen later: it stops the clock that the message started."""
    claims = [stories.meeting(100)]
    seen = stories.day(399.5) + timedelta(hours=1)
    profile = replace(stories.ANA, has_card=True, card_seen_at=seen)
    rules = one_rule("message_sent", "[card_added]", "1d")
    told = continued(claims, stories.sent(399.5), NOW, BEFORE, profile)
    whole = PersonHistory(profile, told.claims, NOW, UTC)
    (verdict,) = evaluate(rules, told, NOW, CLOCK)
    assert verdict.state is State.SATISFIED
    assert (verdict,) == evaluate(rules, whole, NOW, CLOCK)
