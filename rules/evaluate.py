"""Where each rule stands with a person, and the next moment that can change.

A rule is a clock. It starts at its anchor (anchors.py), one real occurrence of `since`; all its
times run from the anchor's end (times.py); an event of `until` stops it (stops.py).

- At `expires` the verdict is expired; what happens at that very moment or later is too late.
- `where` and `pause_while` decide whether a task appears, never whether it stays.
- `next` is exact to the microsecond, in closed form: between a moment and its `next` no verdict
  changes unless something happens or becomes known.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from rules.anchors import (
    current_anchor,
    find_anchor,
    is_long_over,
    is_untouched,
    next_anchor,
)
from rules.durations import Clock
from rules.history import Event, Facts, History
from rules.model import Rule, RuleSet, Tier
from rules.stops import is_soon_stopped, next_stop, stop_of
from rules.times import Times, tier_of, times_of
from rules.verdict import State, Verdict
from rules.where import ALWAYS, Terms, failing, holds, silences

# The walk over past changes is as long as a person's history within one clock; beyond this many
# steps the present moment stands for the first one.
MAX_STEPS = 5_000


def evaluate(
    ruleset: RuleSet,
    history: History,
    now: datetime,
    clock: Clock,
    passed: Collection[tuple[str, str]] = (),
    traced: Collection[str] | None = None,
) -> tuple[Verdict, ...]:
    """The verdict on the current anchor of each rule that has one, in the order of the rules.

    `passed` are anchors, as (rule id, evidence), that are no longer asked about because the owner
    answered or they were missed: of the open ones the oldest other is the current one. With
    `traced`, other rules than those with these ids may be left out where their clocks have stopped
    or run out for sure: so have most of a person's, and nobody asks how they ended. Where the
    history names a `newest` event, all clocks of theirs had when the rules were judged before it.
    """
    verdicts = []
    for rule in ruleset.rules:
        untraced = traced is not None and rule.id not in traced
        if untraced and (is_untouched(rule, history, now) or is_long_over(rule, history, now)):
            continue
        anchor = current_anchor(rule, history, now, clock, ruleset.tiers, passed)
        if anchor is None or (untraced and is_soon_stopped(rule, anchor, history, now)):
            continue
        times = times_of(rule, anchor, history, clock, ruleset.tiers)
        if times is not None:
            verdicts.append(_judge(rule, anchor, times, history, now, clock, delivered=False))
    return tuple(verdicts)


def judge(
    rule: Rule,
    anchor: Event,
    history: History,
    now: datetime,
    clock: Clock,
    delivered: bool = False,
    *,
    tiers: tuple[Tier, ...],
) -> Verdict:
    """The verdict on one particular anchor. `delivered`: its task is in the owner's list, so only
    `until` and `expires` close it. Void, with the reason `unknown:cadence` or `unknown:rhythm`,
    where the rule does not apply to this person because that length is unknown."""
    times = times_of(rule, anchor, history, clock, tiers)
    if times is not None:
        return _judge(rule, anchor, times, history, now, clock, delivered)
    due = anchor.end.astimezone(clock.zone).date()
    units = [span.unit for span in (rule.remind, rule.due, rule.expires) if span]
    reasons = tuple(f"unknown:{unit}" for unit in ("cadence", "rhythm") if unit in units)
    return Verdict(
        rule=rule.id,
        person=history.subject.id,
        anchor=anchor,
        state=State.VOID,
        remind=anchor.end,
        due=due,
        due_at=anchor.end,
        expires=anchor.end,
        opened_at=None,
        closed_at=None,
        next=None,
        reasons=reasons,
        priority=rule.priority,
    )


def _judge(
    rule: Rule,
    anchor: Event,
    times: Times,
    history: History,
    now: datetime,
    clock: Clock,
    delivered: bool,
) -> Verdict:
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    upcoming: datetime | None = None
    satisfied_by = ""
    if stop := stop_of(rule, anchor, times.expires, history, now):
        state = State.SATISFIED
        closed_at, satisfied_by, reason = stop
        reasons: tuple[str, ...] = (f"until:{reason}",)
    elif now >= times.expires:
        state, closed_at, reasons = State.EXPIRED, times.expires, ("expired",)
    elif delivered:
        state, reasons = State.OPEN, (f"since:{rule.since}",)
        upcoming = _at_the_latest(rule, times, history, now)
        opened_at = _opened_at(rule, times, history, now)
    elif now < times.remind:
        state, reasons = State.WAITING, ("before:remind",)
        upcoming = min(times.remind, _at_the_latest(rule, times, history, now))
    else:
        facts = history.facts_at(now)
        state, reasons = _gate(rule, times.terms, facts)
        upcoming = _next(rule, times, history, now, facts)
        if state is State.OPEN:
            opened_at = _opened_at(rule, times, history, now) or now
    return Verdict(
        rule=rule.id,
        person=history.subject.id,
        anchor=anchor,
        state=state,
        remind=times.remind,
        due=times.due.astimezone(clock.zone).date(),
        due_at=times.due,
        expires=times.expires,
        opened_at=opened_at,
        closed_at=closed_at,
        next=upcoming,
        reasons=reasons,
        satisfied_by=satisfied_by,
        priority=rule.priority,
    )


def _gate(rule: Rule, terms: Terms, facts: Facts) -> tuple[State, tuple[str, ...]]:
    """Whether a task may appear: `where` must hold, and nothing pause it."""
    if not holds(rule.where, facts, terms):
        missing = failing(rule.where, facts, terms)
        return State.WAITING, tuple(f"where:{name}" for name in missing)
    if rule.pause_while == "scheduled" and facts.scheduled:
        return State.HELD, ("pause:scheduled",)
    return State.OPEN, (f"since:{rule.since}",)


def _next(rule: Rule, times: Times, history: History, now: datetime, facts: Facts) -> datetime:
    """When the gate may open or shut by itself, or the clock stop."""
    latest = _at_the_latest(rule, times, history, now)
    if rule.moves:
        spans = silences(rule.where, facts, times.terms)
        change = history.next_change(now, rule.strengths, spans)
        if change is not None:
            return min(change, latest)
    return latest


def _at_the_latest(rule: Rule, times: Times, history: History, now: datetime) -> datetime:
    """When the clock stops by mere time: a birthday, a tie that decays, or that it expires."""
    stop = next_stop(rule, history, now)
    return times.expires if stop is None else min(stop, times.expires)


def _opened_at(rule: Rule, times: Times, history: History, now: datetime) -> datetime | None:
    """The first moment from `remind` to now (before `expires`) at which nothing held the task back.
    None: never."""
    moment: datetime | None = times.remind
    if times.remind > now:
        return None
    if rule.where == ALWAYS and not rule.pause_while:
        return times.remind
    for _ in range(MAX_STEPS):
        if moment is None or moment > now:
            return None
        facts = history.facts_at(moment)
        if _gate(rule, times.terms, facts)[0] is State.OPEN:
            return moment
        spans = silences(rule.where, facts, times.terms)
        moment = history.next_change(moment, rule.strengths, spans)
    return None


__all__ = [
    "Clock",
    "current_anchor",
    "evaluate",
    "find_anchor",
    "judge",
    "next_anchor",
    "tier_of",
]
