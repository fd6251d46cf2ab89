"""Pairs of rules that ask for the same thing of the same person at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from rules.durations import Duration
from rules.lint_tiers import named_tiers
from rules.lint_where import Both, formula_of, known, possible
from rules.model import Rule

# What is done about a rule that these close.
_MEANS = {
    "message_sent": "message",
    "call": "call",
    "meeting": "meeting",
    "in_person_meeting": "meeting",
    "meeting_scheduled": "meeting",
    "meeting_proposed": "meeting",
}


def pairs(rules: Sequence[Rule]) -> Iterator[tuple[Rule, str]]:
    """(the later rule, what is wrong) of every two that cannot both be meant."""
    for one, other in combinations(rules, 2):
        if one.since != other.since or one.anchor != other.anchor:
            continue
        shared = [str(event) for event in one.until if event in other.until]
        if _twins(one, other):
            how = f"the same task as rule {_place(one)}: same since, until, due and title"
        elif shared and _means(one) & _means(other) and _at_once(one, other):
            how = (
                f"asks at the same time as rule {_place(one)}: same since, {' and '.join(shared)} "
                "closes either, and neither waits until the other is due"
            )
        else:
            continue
        if _both_hold(one, other):
            fix = "keep one of them, or part them by where"
            yield other, f"{how}, and both may hold of one person; {fix}"


def _place(rule: Rule) -> str:
    return f"{rule.id} ({rule.source[0]}:{rule.source[1]})"


def _twins(one: Rule, other: Rule) -> bool:
    return (
        set(one.until) == set(other.until)
        and one.due == other.due
        and one.task_title.split() == other.task_title.split()
    )


def _means(rule: Rule) -> set[str]:
    """What the task may ask for: a letter, a call or a meeting."""
    if rule.done_means != "nothing":
        return {rule.done_means}
    events = [str(event) for event in rule.until]
    named = {_MEANS[event] for event in events if event in _MEANS}
    return named if all(event in _MEANS for event in events) else set(_MEANS.values())


def _at_once(one: Rule, other: Rule) -> bool:
    """Whether for everybody each appears before the other is due; then both are seen together."""
    return _before(one.remind, other.due) and _before(other.remind, one.due)


def _before(remind: Duration, due: Duration) -> bool:
    if remind.unit == due.unit:
        return remind.amount < due.amount
    early, late = remind.span(), due.span()
    return early is not None and late is not None and early[1] < late[0]


def _both_hold(one: Rule, other: Rule) -> bool:
    both = Both((formula_of(one.where), formula_of(other.where)))
    return possible(Both((both, known(both))), named_tiers(one.where, other.where))
